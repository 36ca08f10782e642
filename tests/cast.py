"""Alice owns the workspace, Bob answers in it, Charlie is in another and must see nothing."""

from collections.abc import Sequence

import msgspec

from fullcircle.analysis.terms import TermMatcher
from fullcircle.core.batches import CursorMove, batch_of
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.kinds import Role
from fullcircle.core.moments import DAY
from fullcircle.core.records import Annotation, RawRecord, Touchpoint
from fullcircle.store import house, models
from fullcircle.store.house import source_facts
from fullcircle.testing.builders import CAPTURED_AT, make_annotation
from fullcircle.workers.pipeline import Pipeline

CONNECTED_AT = CAPTURED_AT - DAY


class Reader:
    """Stands in for the heads where a test is not about understanding: what it says of a text is given by the test."""

    version = 7

    def __init__(self) -> None:
        self.said: dict[str, Annotation] = {}

    def annotate(
        self, texts: Sequence[str], claims: Sequence[str], outbound: Sequence[bool], terms: TermMatcher
    ) -> tuple[Annotation, ...]:
        """A question to service by default; terms are really matched."""
        return tuple(
            msgspec.structs.replace(self.said.get(text, make_annotation()), terms=terms.match(text)) for text in texts
        )


class House:
    """A workspace with a team, two members, an account and a source, and the pipeline into it."""

    def __init__(self, slug: str, owner: str) -> None:
        house._houses.clear()  # a test that was rolled back may have had a workspace of the same number
        self.workspace = models.Workspace.objects.create(slug=slug, name=slug.title(), created_at=CONNECTED_AT)
        mine = {"workspace": self.workspace}
        self.calendar = models.Calendar.everywhere.create(name="Always", body={"is_always_open": True}, **mine)
        self.team = models.Team.everywhere.create(name="Service", department="service", calendar=self.calendar, **mine)
        self.press = models.Team.everywhere.create(name="Press", department="pr", **mine)
        self.owner = self.member(owner, Role.OWNER)
        self.account = models.Account.everywhere.create(
            platform="bluesky",
            handle="harbourbakery.example",
            owner_team=self.team,
            promise_minutes=60,
            created_at=CONNECTED_AT,
            **mine,
        )
        self.source = self.connect("Bluesky")
        self.reader = Reader()
        self.pipeline = Pipeline(self.reader)  # type: ignore[arg-type]

    def member(self, name: str, role: Role) -> models.Member:
        login = models.Login.objects.create_user(f"{name}@{self.workspace.slug}.example", name=name.title())
        return models.Member.everywhere.create(workspace=self.workspace, login=login, role=role, joined_at=CONNECTED_AT)

    def connect(self, name: str, **changes: object) -> models.Source:
        fields = {"connector": "bluesky", "account": self.account, "connected_at": CONNECTED_AT, **changes}
        return models.Source.everywhere.create(workspace=self.workspace, name=name, **fields)

    def store(
        self,
        *outcomes: Touchpoint | Drop | Unreadable,
        source: models.Source | None = None,
        moves: tuple[CursorMove, ...] = (),
    ) -> dict[str, int]:
        """Take outcomes through the whole pipeline as one batch, as their own source's; the tally."""
        source = source or self.source
        read = []
        for outcome in outcomes:
            if isinstance(outcome, Touchpoint):
                outcome = msgspec.structs.replace(outcome, workspace_id=self.workspace.id, source_id=source.id)
            read.append((RawRecord(b"{}", "event", CAPTURED_AT), outcome))
        batch = batch_of(self.workspace.id, source.id, len(read), read, moves)
        return self.pipeline.store(batch, source_facts(source))

    def touchpoints(self) -> list[models.Touchpoint]:
        return list(models.Touchpoint.everywhere.filter(workspace=self.workspace).order_by("id"))

    def cases(self) -> list[models.Case]:
        return list(models.Case.everywhere.filter(workspace=self.workspace).order_by("id"))

    def events(self) -> list[str]:
        rows = models.Event.everywhere.filter(workspace=self.workspace).order_by("id")
        return list(rows.values_list("name", flat=True))
