"""One batch, one transaction: read what is needed, settle, write everything, move the cursor, commit."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from fullcircle.core.batches import Batch, CursorMove
from fullcircle.core.crashpoints import crashpoint
from fullcircle.core.drops import Unreadable
from fullcircle.core.errors import StoreBusyError
from fullcircle.core.moments import Moment
from fullcircle.pipeline.settled import Lookup, Settled
from fullcircle.pipeline.settling import in_order_parts
from fullcircle.store.bulk import changes, rows, words
from fullcircle.store.bulk.cases import write_cases
from fullcircle.store.bulk.lookup import read_lookup
from fullcircle.store.bulk.rollups import Key, Measures, add_to, rollup_key, write_rollups, write_tally
from fullcircle.store.bulk.tables import many
from fullcircle.store.partitions import ensure_partitions

Settle = Callable[[Batch, Lookup], Settled]
Timed = Callable[[str], AbstractContextManager[Any]]
ATTEMPTS = 3

_MOVE = """
INSERT INTO "cursor" (workspace_id, source_id, stream, value, moved_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (source_id, stream) DO UPDATE SET value = excluded.value, moved_at = excluded.moved_at
"""
_COUNTER = "INSERT INTO id_block (name, next) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET next = excluded.next"


def settle_and_write(
    batch: Batch,
    settle: Settle,
    now: Moment,
    *,
    reopen_within_ms: int,
    timed: Timed = lambda name: nullcontext(),
) -> list[Settled]:
    """Commit a batch exactly once. On PostgreSQL another writer may have stored the same key meanwhile: the unique key
    refuses, and the whole batch is settled anew against what is there now. Raises StoreBusyError when the database is
    locked, full or away: nothing of the batch is stored then, and its cursor has not moved."""
    parts = in_order_parts(batch)
    ensure_partitions(batch.touchpoints)
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                settled = [_settle_part(part, settle, now, reopen_within_ms, timed) for part in parts]
                crashpoint("before_commit")
            crashpoint("after_commit")
        except IntegrityError:
            if attempt + 1 == ATTEMPTS:
                raise
        except OperationalError as error:
            raise StoreBusyError(
                f"The database did not take the batch: {error}",
                hint="Nothing is lost: it is tried again. See `fullcircle doctor`.",
            ) from error
        else:
            return settled
    raise AssertionError("unreachable")


def _settle_part(part: Batch, settle: Settle, now: Moment, reopen_within_ms: int, timed: Timed) -> Settled:
    with timed("lookup"):
        lookup = read_lookup(part, reopen_within_ms, now)
    settled = settle(part, lookup)
    with timed("write"):
        write(settled, lookup, now)
    return settled


def write(settled: Settled, lookup: Lookup, now: Moment) -> None:
    """All rows of one batch, inside the caller's transaction."""
    batch = settled.batch
    counts: dict[Key, Measures] = {}
    _write_new(settled, counts, lookup)
    _write_changes(settled, counts, now)
    _write_refused(batch)
    rows.write_people(batch.workspace_id, settled, now)
    write_cases(batch.workspace_id, settled.new_cases, settled.changed_cases, now)
    rows.write_case_beside(batch.workspace_id, settled)
    rows.write_events(batch.workspace_id, settled, lookup, now)
    write_rollups(batch.workspace_id, counts, now)
    write_tally(batch.workspace_id, batch.source_id, now, [("received", batch.received), *settled.tally.items()])
    many(_COUNTER, sorted(lookup.numbers.following.items()))
    crashpoint("before_cursor")
    write_moves(batch.workspace_id, batch.moves, now)


def write_moves(workspace_id: int, moves: tuple[CursorMove, ...], now: Moment) -> None:
    """Where each stream stands; in the same transaction as what it covers."""
    many(_MOVE, [(workspace_id, move.source_id, move.stream, move.cursor, now) for move in moves])


def _write_new(settled: Settled, counts: dict[Key, Measures], lookup: Lookup) -> None:
    batch = settled.batch
    segment_id = lookup.numbers.take("raw_segment") if batch.segment else 0
    rows.write_segment(batch, segment_id)
    rows.write_touchpoints(settled.touchpoints, segment_id, batch)
    words.index(batch.workspace_id, [(new.id, new.tokens) for new in settled.touchpoints if not new.is_deleted])
    new_case_firsts = {new.first_touchpoint_id for new in settled.new_cases}
    for new in settled.touchpoints:
        record, note = new.record, new.annotation
        add_to(
            counts,
            rollup_key(
                new.id,
                new.account_id,
                record.platform,
                record.direction._value_,
                note.department,
                note.language,
                new.team_id,
            ),
            note.sentiment,
            note.urgency,
            note.wants_reply,
            int(new.id in new_case_firsts),
        )


def _write_changes(settled: Settled, counts: dict[Key, Measures], now: Moment) -> None:
    if settled.edited:
        changes.write_edits(settled, counts, now)
    changes.write_born_deleted(settled)
    if settled.older:
        changes.write_older(settled, now)
    if settled.deleted or settled.bare_deletes:
        changes.write_deletes(settled)
    if settled.seen_again:
        changes.write_sightings_again(settled, now)
    if settled.adopted:
        changes.write_adopted(settled)


def _write_refused(batch: Batch) -> None:
    rows.write_quarantine(
        batch, [(refused.raw, refused.why) for refused in batch.refused if isinstance(refused.why, Unreadable)]
    )
