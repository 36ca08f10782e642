"""The books: received = stored + updated + duplicate + dropped + quarantined + waiting, a source."""

import msgspec

from fullcircle.store.bulk.tables import read

STORED, UPDATED, DUPLICATE = "stored", "updated", "duplicate"


class BooksRow(msgspec.Struct, frozen=True):
    """One source's balance. `missing` is what was received and has no outcome: anything but 0 is a lost record."""

    source_id: int
    name: str
    received: int
    stored: int
    updated: int
    duplicate: int
    dropped: dict[str, int]
    quarantined: dict[str, int]
    replayed: int

    @property
    def missing(self) -> int:
        outcomes = self.stored + self.updated + self.duplicate
        return self.received - outcomes - sum(self.dropped.values()) - sum(self.quarantined.values())


def books(workspace_id: int) -> list[BooksRow]:
    """A line a source. `waiting` lies in the intake file, not here: `ops` adds it."""
    names = dict(read("SELECT id, name FROM source WHERE workspace_id = %s", [workspace_id]))
    counts: dict[int, dict[str, int]] = {}
    for source_id, outcome, count in read(
        "SELECT source_id, outcome, SUM(count) FROM tally WHERE workspace_id = %s GROUP BY source_id, outcome",
        [workspace_id],
    ):
        counts.setdefault(source_id, {})[outcome] = int(count)
    return [_row(source_id, names.get(source_id, "?"), found) for source_id, found in sorted(counts.items())]


def _row(source_id: int, name: str, found: dict[str, int]) -> BooksRow:
    return BooksRow(
        source_id=source_id,
        name=name,
        received=found.get("received", 0),
        stored=found.get(STORED, 0),
        updated=found.get(UPDATED, 0),
        duplicate=found.get(DUPLICATE, 0),
        dropped=_reasons(found, "dropped:"),
        quarantined=_reasons(found, "quarantined:"),
        replayed=found.get("replayed", 0),
    )


def _reasons(found: dict[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in sorted(found.items()) if name.startswith(prefix)}


def kept_counts(workspace_id: int) -> dict[int, tuple[int, int]]:
    """Counted anew from the rows themselves: (touchpoints, quarantined) by source. What the tallies must agree with."""
    stored = dict(
        read("SELECT source_id, COUNT(*) FROM touchpoint WHERE workspace_id = %s GROUP BY source_id", [workspace_id])
    )
    held = dict(
        read("SELECT source_id, COUNT(*) FROM quarantine WHERE workspace_id = %s GROUP BY source_id", [workspace_id])
    )
    return {source_id: (stored.get(source_id, 0), held.get(source_id, 0)) for source_id in {*stored, *held}}
