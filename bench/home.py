"""A home of its own for one measurement, with a workspace, a team, rules, terms and a source."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.sample import folder_for_homes

RULE_COUNT = 27
TERM_COUNT = 1_000


@contextmanager
def fresh_folder(name: str = "home") -> Iterator[Path]:
    """A folder on the disk, not in memory, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"fullcircle-bench-{name}-", dir=folder_for_homes()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_home() -> Iterator[Path]:
    """Sets FULLCIRCLE_HOME for this process: call before anything of Django is imported."""
    with fresh_folder() as folder:
        os.environ["FULLCIRCLE_HOME"] = str(folder)
        yield folder


def founded(connected_at: int, horizon_days: int = 365) -> tuple[Any, Any]:
    """(workspace, source) in a migrated database, with the rules and terms of the frozen corpus."""
    from fullcircle.ops.ready import migrate, ready

    ready()
    migrate()
    from fullcircle.store import models
    from fullcircle.testing.corpus import OUR_DID, OUR_HANDLE, TERMS

    workspace = models.Workspace.objects.create(slug="bench", name="Bench", created_at=connected_at)
    mine = {"workspace": workspace}
    team = models.Team.everywhere.create(name="Service", department="service", **mine)
    models.Team.everywhere.create(name="Press", department="pr", **mine)
    account = models.Account.everywhere.create(
        platform="bluesky",
        handle=OUR_HANDLE,
        external_id=OUR_DID,
        owner_team=team,
        promise_minutes=60,
        created_at=connected_at,
        **mine,
    )
    source = models.Source.everywhere.create(
        name="Bench",
        connector="bluesky",
        settings={"did": OUR_DID, "handle": OUR_HANDLE},
        account=account,
        connected_at=connected_at,
        horizon_days=horizon_days,
        **mine,
    )
    words = list(TERMS[:TERM_COUNT])
    models.Term.everywhere.bulk_create(
        [models.Term(workspace=workspace, word=word, label=f"term-{n % 50}") for n, word in enumerate(words)]
    )
    models.Rule.everywhere.bulk_create([_rule(workspace, team.id, n, words) for n in range(RULE_COUNT)])
    return workspace, source


def _rule(workspace: Any, team_id: int, number: int, words: list[str]) -> Any:
    from fullcircle.store import models

    conditions: list[Any] = [
        {"field": "urgency", "at_least": "urgent"},
        {"field": "text", "contains": words[number : number + 3]},
        {"all": [{"field": "language", "in": ["en", "de"]}, {"field": "intents", "has": ["complains"]}]},
    ]
    body = {"when": conditions[number % 3], "then": {"team": team_id, "targets": {"first_response": 30 + number}}}
    return models.Rule(workspace=workspace, name=f"Rule {number}", position=number, body=body, changed_at=0)
