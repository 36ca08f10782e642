"""Rules as they stand, and history as the rules would see it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import Moment
from fullcircle.core.records import Annotation, Author, Touchpoint
from fullcircle.pipeline.facts import facts_of
from fullcircle.pipeline.house import House
from fullcircle.pipeline.settle_cases import wants_case
from fullcircle.pipeline.settled import NewTouchpoint
from fullcircle.routing.facts import Facts
from fullcircle.store import models
from fullcircle.store.bulk.tables import read
from fullcircle.store.ids import lowest_id
from fullcircle.store.visibility import Viewer

BATCH = 1_000
NEWEST = (1 << 63) - 1

_HISTORY = """
SELECT t.id, t.source_id, t.account_id, t.platform, t.host, t.kind, t.channel, t.is_public, t.ordered_at, t.title,
    t.text, t.rating, COALESCE(p.root_id, 0), COALESCE(i.external_id, ''), COALESCE(i.handle, ''),
    COALESCE(i.followers, -1), a.language, a.sentiment, a.intents, a.urgency, a.department, a.wants_reply, a.terms
FROM touchpoint t JOIN annotation a ON a.touchpoint_id = t.id
    LEFT JOIN identity i ON i.id = t.identity_id LEFT JOIN person p ON p.id = i.person_id
WHERE t.workspace_id = %s AND t.id < %s AND t.id >= %s AND t.direction = 'inbound' AND t.deleted_at IS NULL
ORDER BY t.id DESC LIMIT %s
"""

_terms = msgspec.msgpack.Decoder(tuple[int, ...]).decode


class RuleRow(msgspec.Struct, frozen=True):
    """One rule in its place."""

    id: int
    position: int
    name: str
    is_on: bool
    body: dict[str, Any]
    changed_by: str
    changed_at: Moment


def rule_rows(viewer: Viewer) -> list[RuleRow]:
    """All rules in their order, those that are off included."""
    rows = models.Rule.everywhere.filter(workspace_id=viewer.workspace_id).order_by("position", "id")
    return [
        RuleRow(row.id, row.position, row.name, row.is_on, row.body, row.changed_by, row.changed_at) for row in rows
    ]


class History:
    """Stored touchpoints that call for an answer, as Facts, newest first, a batch in memory at a time.

    Iterate as often as needed: each pass reads anew. Rules are asked when a case opens, so what calls for no answer is
    left out; `seen_count` says after a pass how many inbound touchpoints there were in all."""

    def __init__(self, house: House, since: Moment) -> None:
        self.house, self.since = house, since
        self.seen_count = 0

    def __iter__(self) -> Iterator[Facts]:
        self.seen_count = 0
        before = NEWEST
        while rows := read(_HISTORY, [self.house.workspace_id, before, lowest_id(self.since), BATCH]):
            before = rows[-1][0]
            self.seen_count += len(rows)
            for row in rows:
                new = _touchpoint(row, len(self.house.terms.labels))
                if wants_case(new):
                    yield facts_of(self.house, new, row[12])


def _touchpoint(row: tuple[Any, ...], term_count: int) -> NewTouchpoint:
    """As the pipeline had it in its hands when it came, in everything a rule can ask for."""
    (
        identifier, source_id, account_id, platform, host, kind, channel, is_public, ordered_at, title, text, rating, _,
        external_id, handle, followers, language, sentiment, intents, urgency, department, wants_reply, terms,
    ) = row  # fmt: skip
    record = Touchpoint(
        workspace_id=0,
        source_id=source_id,
        platform=platform,
        host=host,
        external_id="",
        kind=Kind(kind),
        direction=Direction.INBOUND,
        channel=Channel(channel),
        is_public=bool(is_public),
        occurred_at=ordered_at,
        captured_at=ordered_at,
        author=Author(external_id, handle, followers=followers) if external_id else None,
        title=title,
        text=text,
        rating=rating,
    )
    # Terms are numbered as the list was when it was read; one that was taken off since has no label any more.
    known = tuple(index for index in _terms(bytes(terms)) if index < term_count) if terms else ()
    note = Annotation(
        language, 0, sentiment, 0, intents, 0, urgency, 0, department, 0, bool(wants_reply), known, 0, 0
    )  # fmt: skip
    return NewTouchpoint(
        id=identifier, digest=b"", record=record, annotation=note, tokens="", ordinal=0, ordered_at=ordered_at,
        identity_id=None, thread=None, account_id=account_id, is_late=False, is_deleted=False,
    )  # fmt: skip
