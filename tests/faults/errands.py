"""What a child of the nursery may be sent to do. Each takes and gives plain data; each may be killed anywhere within."""

import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from fullcircle.config.keys import read_keys
from fullcircle.config.options import options
from fullcircle.connectors.guard import GuardedClient
from fullcircle.core.moments import DAY, now
from fullcircle.core.records import TermList
from fullcircle.door.intake_file import Arrival, dedupe_key, keep, open_intake
from fullcircle.door.intake_reader import IntakeReader
from fullcircle.ops import cli, importing, ready
from fullcircle.ops.auditing import audit, differences_from
from fullcircle.store import models
from fullcircle.store.credentials import seal
from fullcircle.store.house import touch_house
from fullcircle.workers import pipeline as pipeline_module
from fullcircle.workers.capture import Capture
from fullcircle.workers.intake import IntakeWorker
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.scheduler import settle_due, wake_snoozed
from fullcircle.workers.sources import open_source

Errand = Callable[..., Any]


def warm() -> None:
    """Load once what every child would load anew: the weights and their tables."""
    from fullcircle.analysis.terms import TermMatcher
    from fullcircle.analysis.understand import Understander

    loaded = Understander.load()
    loaded.annotate(["Is there rye?"], ["en"], [False], TermMatcher(TermList(0, (), ())))
    Understander.load = lambda path=None: loaded  # type: ignore[method-assign,assignment]


def migrate(kill_at_statement: int = 0) -> list[str]:
    """Bring the database up to date; killed before the k-th statement where k is given. How each statement begins."""
    heads: list[str] = []

    def note_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heads.append(" ".join(str(sql).split())[:60])
        if len(heads) == kill_at_statement:
            os.kill(os.getpid(), 9)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note_statement):
        ready.migrate()
    return heads


def found(sources: dict[str, dict[str, Any]]) -> dict[str, int]:
    """A workspace with the given sources (name -> connector, settings, secrets); ids by name."""
    ready.migrate()
    workspace, _ = models.Workspace.objects.get_or_create(slug="harbour", name="Harbour", created_at=1)
    keys = read_keys(options().home, "credentials")
    ids = {}
    for name, said in sources.items():
        secrets = said.pop("secrets", {})
        row = models.Source.everywhere.create(workspace=workspace, name=name, connected_at=now() - DAY, **said)
        if secrets:
            row.secrets = seal(secrets, f"source:{row.id}", keys)
            row.save(update_fields=["secrets"])
        ids[name] = row.id
    return ids


def command(arguments: list[str], batch_size: int = 0, is_impatient: bool = False) -> int:
    """`fullcircle ...`; its exit code. What it prints is kept by the nursery."""
    if batch_size:
        importing.WORKING_SIZE = batch_size
    if is_impatient:
        pipeline_module.BUSY_WAITS_S = (0.05,)
    return cli.main(arguments)


def poll(allow: list[str], times: int = 1) -> int:
    """Read every source that can be polled, as the engine does; how many records came."""
    capture = Capture(Pipeline())
    client = GuardedClient(allow=frozenset(allow))
    keys = read_keys(options().home, "credentials")
    count = 0
    for _ in range(times):
        for row in models.Source.everywhere.filter(state="on").order_by("id"):
            count += capture.poll(open_source(row, client, keys))
    return count


def push(source_id: int, bodies: list[str]) -> list[bool]:
    """What the door does with verified bodies: keep them, fsync, and say which are new."""
    arrivals = [
        Arrival(1, source_id, now(), dedupe_key(source_id, f"id-{body[:40]}", body.encode()), {}, body.encode())
        for body in bodies
    ]
    file = open_intake(options().intake_file)
    try:
        return keep(file, arrivals, {})
    finally:
        file.close()


def drain() -> int:
    """The engine's intake loop, until nothing waits."""
    keys = read_keys(options().home, "credentials")
    count = 0
    with IntakeReader(options().intake_file) as reader:
        worker = IntakeWorker(Pipeline(), reader, GuardedClient(allow=frozenset()), keys)
        while taken := worker.turn():
            count += taken
    return count


def promise(minutes: int) -> None:
    """Whoever asks gets a first answer within so many minutes."""
    models.Rule.everywhere.create(
        workspace_id=1,
        name="Everybody",
        position=1,
        changed_at=1,
        body={"when": {"all": []}, "then": {"targets": {"first_response": minutes}}},
    )
    touch_house(1)


def tick() -> int:
    """One look of the clock loop, at whatever time this process believes it is."""
    return settle_due(now()) + wake_snoozed(now())


def look(against: str = "") -> dict[str, Any]:
    """The books, and what is really there."""
    report = audit(1)
    rows = models.Touchpoint.everywhere.values_list("external_id", flat=True)
    lines = {line.name: {name: getattr(line, name) for name in line.__struct_fields__} for line in report.lines}
    return {
        "troubles": report.troubles,
        "lines": lines,
        "ids": sorted(rows),
        "stored": sum(line.stored for line in report.lines),
        "received": sum(line.received for line in report.lines),
        "cursors": models.Cursor.everywhere.count(),
        "differences": [list(found)[:3] for found in _differences(against)],
    }


def _differences(against: str) -> list[tuple[str, str, str]]:
    if not against:
        return []
    return [(found.network, found.external_id, found.sort) for found in differences_from(1, against)]


def targets() -> list[list[Any]]:
    """Every promise and its outcome."""
    rows = models.CaseTarget.everywhere.order_by("id")
    return [list(row) for row in rows.values_list("case_id", "kind", "due_at", "outcome", "settled_at")]


def schema() -> dict[str, Any]:
    """What migrating leaves behind: the shape of the database, and the rows it writes itself."""
    if connection.vendor == "sqlite":
        shape = _rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    else:
        shape = [
            *_rows(_COLUMNS_OF),
            *_rows("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
            *_rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"),
            *_rows("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"),
        ]
    return {
        "shape": shape,
        "applied": sorted(_rows("SELECT app, name FROM django_migrations")),
        "kinds": sorted(_rows("SELECT app_label, model FROM django_content_type")),
        "rights": sorted(_rows("SELECT codename FROM auth_permission")),
    }


_COLUMNS_OF = """
SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""


def _rows(statement: str) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [list(row) for row in cursor.fetchall()]


def weigh(what: str, **arguments: Any) -> dict[str, Any]:
    """How many megabytes more an errand took at its height than at its start."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    value = ERRANDS[what](**arguments)
    return {"value": value, "grew_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def rewrite_cursors(value: str) -> int:
    """Every stream's place becomes something else: too old, in the future, or not a place at all."""
    return models.Cursor.everywhere.update(value=value)


def show_sources() -> dict[str, list[Any]]:
    rows = models.Source.everywhere.values_list("name", "state", "state_reason", "failure_count", "retry_at")
    return {row[0]: list(row[1:]) for row in rows}


def unpause() -> int:
    """What an operator does who does not want to wait: every source may be asked again now."""
    return models.Source.everywhere.update(retry_at=0, state="on")


ERRANDS: dict[str, Errand] = {
    errand.__name__: errand
    for errand in (
        migrate, found, command, poll, push, drain, tick, look, targets, schema, weigh, rewrite_cursors, show_sources,
        unpause, promise,
    )
}  # fmt: skip


def run_errand(name: str, arguments: dict[str, Any], report: Path) -> None:
    report.write_text(json.dumps(ERRANDS[name](**arguments)), "utf-8")
