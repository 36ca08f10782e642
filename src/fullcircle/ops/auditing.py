"""Checks the books: the sum of outcomes against what was received, the tallies against the rows, and both against
books that somebody else kept."""

from pathlib import Path

import msgspec

from fullcircle.config.options import options
from fullcircle.door.intake_reader import IntakeReader
from fullcircle.measurement.outer_books import (
    Difference,
    State,
    compare,
    expected_repository,
    shown_keys,
    text_hash,
)
from fullcircle.store.bulk.tables import read
from fullcircle.store.queries.books import BooksRow, books, kept_counts
from fullcircle.workers.intake import STREAM as INTAKE_STREAM
from fullcircle.workers.intake import read_mark


class Line(msgspec.Struct, frozen=True):
    """One source. `missing`: received and without any place; above 0 a lost record, below 0 one counted twice."""

    source_id: int
    name: str
    received: int
    stored: int
    updated: int
    duplicate: int
    dropped: int
    quarantined: int
    waiting: int
    missing: int


class Report(msgspec.Struct, frozen=True):
    """All sources of a workspace, and what is not well in words."""

    lines: list[Line]
    troubles: list[str]

    @property
    def is_balanced(self) -> bool:
        return not self.troubles


def audit(workspace_id: int) -> Report:
    """Reads everything in one go; while batches are being written the figures move, so ask when it is quiet."""
    waiting, accepted = _intake(workspace_id)
    kept = kept_counts(workspace_id)
    lines, troubles = [], []
    rows = books(workspace_id)
    for row in [*rows, *_unread(workspace_id, {*accepted} - {row.source_id for row in rows})]:
        dropped, quarantined = sum(row.dropped.values()), sum(row.quarantined.values())
        lines.append(
            Line(
                row.source_id, row.name, row.received, row.stored, row.updated, row.duplicate, dropped, quarantined,
                waiting.get(row.source_id, 0), row.missing,
            )
        )  # fmt: skip
        if row.missing:
            troubles.append(f"{row.name}: {row.missing:+,} records without a place.")
        rows_stored, rows_held = kept.pop(row.source_id, (0, 0))
        rows_held -= row.replayed
        if rows_stored != row.stored:
            troubles.append(f"{row.name}: {row.stored:,} counted as stored, {rows_stored:,} are there.")
        if rows_held != quarantined:
            troubles.append(f"{row.name}: {quarantined:,} counted in quarantine, {rows_held:,} are there.")
    troubles += [f"Source {source_id} has rows and no books." for source_id in kept]
    troubles += _intake_troubles(workspace_id, waiting, accepted)
    return Report(lines, troubles + _rollup_troubles(workspace_id))


def _unread(workspace_id: int, source_ids: set[int]) -> list[BooksRow]:
    """Sources of which the door holds bodies and the pipeline has taken none."""
    names = dict(read("SELECT id, name FROM source WHERE workspace_id = %s", [workspace_id]))
    return [BooksRow(found, names.get(found, "?"), 0, 0, 0, 0, {}, {}, 0) for found in sorted(source_ids)]


def _intake(workspace_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """By source: bodies that wait, and bodies the door has accepted in all, by its own count."""
    if not options().intake_file.exists():
        return {}, {}
    with IntakeReader(options().intake_file) as reader:
        waiting, counts = reader.waiting_by_source(), reader.tallies()
    mine = {source_id for owner, source_id, _ in counts if owner == workspace_id}
    accepted = {
        source_id: counts.get((workspace_id, source_id, "received"), 0)
        - counts.get((workspace_id, source_id, "duplicate"), 0)
        for source_id in mine
    }
    return waiting, accepted


def _intake_troubles(workspace_id: int, waiting: dict[int, int], accepted: dict[int, int]) -> list[str]:
    """Every body with a 2xx is committed or waits; one that is both was committed just before a crash."""
    marks = dict(
        read(
            "SELECT source_id, value FROM cursor WHERE workspace_id = %s AND stream = %s", [workspace_id, INTAKE_STREAM]
        )
    )
    troubles = []
    for source_id, count in sorted(accepted.items()):
        without_place = count - read_mark(marks.get(source_id, ""))[1]
        if without_place > waiting.get(source_id, 0):
            lost = without_place - waiting.get(source_id, 0)
            troubles.append(f"Source {source_id}: {lost:,} bodies the door accepted are nowhere.")
        elif without_place < 0:
            troubles.append(f"Source {source_id}: {-without_place:,} more bodies committed than the door accepted.")
    return troubles


def _rollup_troubles(workspace_id: int) -> list[str]:
    rows = read("SELECT COUNT(*) FROM touchpoint WHERE workspace_id = %s", [workspace_id])[0][0]
    counted = read("SELECT COALESCE(SUM(touchpoint_count), 0) FROM rollup WHERE workspace_id = %s", [workspace_id])[0][
        0
    ]
    keys = read("SELECT COUNT(*) FROM touchpoint_key WHERE workspace_id = %s AND touchpoint_id <> 0", [workspace_id])[
        0
    ][0]
    troubles = []
    if int(counted) != rows:
        troubles.append(f"Rollups count {int(counted):,} touchpoints, {rows:,} are there.")
    if keys != rows:
        troubles.append(f"{keys:,} keys for {rows:,} touchpoints.")
    return troubles


def differences_from(workspace_id: int, against: str) -> list[Difference]:
    """Our repository beside books that somebody else kept (`testing/books.py` says how they are written)."""
    expected = expected_repository(Path(against))
    networks = {network for network, _ in expected}
    return compare(expected, _held(workspace_id, networks), may_hold=shown_keys(Path(against)))


def _held(workspace_id: int, networks: set[str]) -> dict[tuple[str, str], State]:
    rows = read(
        "SELECT platform, external_id, text, version, deleted_at, direction FROM touchpoint WHERE workspace_id = %s",
        [workspace_id],
    )
    return {
        (platform, external_id): State(
            text_hash="" if deleted_at else text_hash(text),
            version=version,
            is_deleted=bool(deleted_at),
            is_ours=direction == "outbound",
        )
        for platform, external_id, text, version, deleted_at, direction in rows
        if platform in networks
    }
