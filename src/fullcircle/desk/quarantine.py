"""Reading again what could not be read: bytes stay until a mended connector makes a touchpoint of them.

In the books a replay moves a record from `quarantined:reason` to what it became now; `replayed` counts how many rows of
the quarantine hold nothing that waits any more. `received` does not change: it was counted when the bytes came.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from django.db import transaction

from fullcircle.connectors.registry import connector_named
from fullcircle.core.batches import Batch, batch_of
from fullcircle.core.drops import Unreadable
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.core.ports import HttpClient, SourceContext
from fullcircle.core.records import Outcome, RawRecord
from fullcircle.desk.access import actor_of, require_lead
from fullcircle.pipeline.house import SourceFacts
from fullcircle.pipeline.reading import read_record
from fullcircle.store import models
from fullcircle.store.bulk.rollups import write_tally
from fullcircle.store.house import source_facts
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer

Store = Callable[[Batch, SourceFacts], Mapping[str, int]]
"""Analyses and commits a batch inside the caller's transaction, and gives the tally of it."""


class Replayed(msgspec.Struct, frozen=True):
    """`outcomes`: what became of those that read now. `still`: by reason, what still waits."""

    outcomes: dict[str, int]
    still: dict[str, int]

    @property
    def read_count(self) -> int:
        return sum(self.outcomes.values())


def replay_quarantined(viewer: Viewer, row_ids: Sequence[int], store: Store, client: HttpClient) -> Replayed:
    """Parse these rows again with the connector as it is now, in one transaction with the books. Raises DeskError
    not_allowed, ConfigError for a connector that is gone. Rows replayed before, or of others, are left as they are.

    `store` takes the writer's turn inside this transaction: call it from a process without other writers."""
    require_lead(viewer)
    outcomes: dict[str, int] = {}
    still: dict[str, int] = {}
    with transaction.atomic():
        for source, rows in _by_source(viewer, row_ids):
            read, unread = _read_again(source, rows, client)
            _add(outcomes, _store(source, read, store))
            _mark(viewer, source, [row for row, _, _ in read])
            _add(still, _keep(source, unread))
    return Replayed(outcomes, still)


_Read = tuple[models.Quarantine, RawRecord, Outcome]


def _by_source(viewer: Viewer, row_ids: Sequence[int]) -> list[tuple[models.Source, list[models.Quarantine]]]:
    mine = models.Quarantine.everywhere.select_for_update().filter(
        workspace_id=viewer.workspace_id, id__in=row_ids, replayed_at=0
    )
    rows: dict[int, list[models.Quarantine]] = {}
    for row in mine.order_by("id"):
        rows.setdefault(row.source_id, []).append(row)
    sources = models.Source.everywhere.filter(workspace_id=viewer.workspace_id, id__in=rows)
    return [(source, rows[source.id]) for source in sources.order_by("id")]


def _read_again(
    source: models.Source, rows: Sequence[models.Quarantine], client: HttpClient
) -> tuple[list[_Read], list[tuple[models.Quarantine, Unreadable]]]:
    connector = connector_named(source.connector)
    context = SourceContext(
        workspace_id=source.workspace_id,
        source_id=source.id,
        settings={name: str(value) for name, value in source.settings.items()},
        secrets={},  # reading bytes needs none
        connected_at=source.connected_at,
        client=client,
        now=now(),
    )
    read: list[_Read] = []
    unread: list[tuple[models.Quarantine, Unreadable]] = []
    for row in rows:
        raw = RawRecord(bytes(row.payload), row.form, row.captured_at, row.context)
        outcome = read_record(connector, context, raw)
        if isinstance(outcome, Unreadable):
            unread.append((row, outcome))
        else:
            read.append((row, raw, outcome))
    return read, unread


def _store(source: models.Source, read: Sequence[_Read], store: Store) -> Mapping[str, int]:
    if not read:
        return {}
    records = [(raw, outcome) for _, raw, outcome in read]
    return store(batch_of(source.workspace_id, source.id, 0, records), source_facts(source))


def _mark(viewer: Viewer, source: models.Source, rows: Sequence[models.Quarantine]) -> None:
    """Out of the quarantine's count, row by row, in the transaction that counted them as something else."""
    if not rows:
        return
    at = now()
    ids = [row.id for row in rows]
    models.Quarantine.everywhere.filter(id__in=ids).update(replayed_at=at)
    counts: dict[str, int] = {"replayed": len(rows)}
    for row in rows:
        _add(counts, {f"quarantined:{row.reason}": -1})
    write_tally(source.workspace_id, source.id, at, counts.items())
    record_event(
        source.workspace_id, EventName.QUARANTINE_REPLAYED, source.id, actor=actor_of(viewer), record_count=len(rows)
    )


def _keep(source: models.Source, unread: Sequence[tuple[models.Quarantine, Unreadable]]) -> dict[str, int]:
    """They wait on, under today's reason: a mended parser may say more exactly what is wrong."""
    still: dict[str, int] = {}
    moved: dict[str, int] = {}
    for row, why in unread:
        _add(still, {why.reason.value: 1})
        if row.reason != why.reason.value:
            _add(moved, {f"quarantined:{row.reason}": -1})
            _add(moved, {f"quarantined:{why.reason.value}": 1})
        row.reason, row.detail = why.reason.value, why.detail[:500]
        row.attempt_count += 1
        row.save(update_fields=["reason", "detail", "attempt_count"])
    write_tally(source.workspace_id, source.id, now(), moved.items())
    return still


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count
