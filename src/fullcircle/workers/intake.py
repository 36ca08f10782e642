"""From the door's intake to the pipeline: rows are forgotten only after what they held is committed."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol, cast

from fullcircle.core.batches import CursorMove, batch_of
from fullcircle.core.moments import Moment
from fullcircle.core.ports import HttpClient
from fullcircle.core.records import RawRecord
from fullcircle.pipeline.reading import read_records
from fullcircle.store import models
from fullcircle.store.house import source_facts
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.sources import OpenSource, open_source

STREAM = "intake"
ROWS_A_TURN = 500


class Row(Protocol):
    """One body the door accepted."""

    @property
    def seq(self) -> int: ...
    @property
    def source_id(self) -> int: ...
    @property
    def received_at(self) -> Moment: ...
    @property
    def body(self) -> bytes: ...


class Reader(Protocol):
    """The engine's end of the intake: take, commit elsewhere, then forget."""

    def take(self, after_seq: int, n: int) -> Sequence[Row]: ...

    def forget(self, up_to_seq: int) -> int: ...


class Splits(Protocol):
    """A connector whose webhooks hold several items a body."""

    def split(self, body: bytes, captured_at: Moment) -> list[RawRecord]: ...


class IntakeWorker:
    """Drains the intake of one home. `turn` returns how many rows it took."""

    def __init__(self, pipeline: Pipeline, reader: Reader, client: HttpClient, keys: list[str]) -> None:
        self.pipeline, self.reader, self.client, self.keys = pipeline, reader, client, keys

    def turn(self) -> int:
        """One pass. A row seen twice after a crash is known by its sequence number, its items by their keys."""
        rows = self.reader.take(0, ROWS_A_TURN)
        for source_id, group in groupby(rows, key=lambda row: row.source_id):
            self._store(source_id, list(group))
        if rows:
            self.reader.forget(rows[-1].seq)
        return len(rows)

    def _store(self, source_id: int, rows: list[Row]) -> None:
        source_row = models.Source.everywhere.filter(pk=source_id).first()
        if source_row is None:
            return  # the source was removed with everything it brought
        source = open_source(source_row, self.client, self.keys)
        cursor = models.Cursor.everywhere.filter(source=source_row, stream=STREAM)
        done_seq, count = read_mark(cursor.values_list("value", flat=True).first() or "")
        fresh = [row for row in rows if row.seq > done_seq]
        for seq, body_count, raws in _parts(source, fresh):
            count += body_count
            batch = batch_of(
                source_row.workspace_id,
                source_id,
                len(raws),
                read_records(source.connector, source.context, raws),
                (CursorMove(source_id, STREAM, f"{seq} {count}"),),
            )
            self.pipeline.store(batch, source_facts(source_row))


def read_mark(cursor: str) -> tuple[int, int]:
    """The number of the last body that is committed, and how many of this source are: what the door accepted is one of
    these or still waits, and `fullcircle books` holds them against the door's own count."""
    seq, _, count = cursor.partition(" ")
    return int(seq or 0), int(count or 0)


def _parts(source: OpenSource, rows: list[Row]) -> Iterator[tuple[int, int, list[RawRecord]]]:
    """Whole rows together, about 500 items at a time: the last row's number, how many rows, and their items."""
    connector = cast(Splits, source.connector)
    raws: list[RawRecord] = []
    body_count = 0
    for index, row in enumerate(rows):
        raws += connector.split(row.body, row.received_at)
        body_count += 1
        if len(raws) >= ROWS_A_TURN or index + 1 == len(rows):
            yield row.seq, body_count, raws
            raws, body_count = [], 0
