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
        done = models.Cursor.everywhere.filter(source=source_row, stream=STREAM).values_list("value", flat=True).first()
        fresh = [row for row in rows if row.seq > int(done or 0)]
        for seq, raws in _parts(source, fresh):
            batch = batch_of(
                source_row.workspace_id,
                source_id,
                len(raws),
                read_records(source.connector, source.context, raws),
                (CursorMove(source_id, STREAM, str(seq)),),
            )
            self.pipeline.store(batch, source_facts(source_row))


def _parts(source: OpenSource, rows: list[Row]) -> Iterator[tuple[int, list[RawRecord]]]:
    """Whole rows together, about 500 items at a time, with the last row's number."""
    connector = cast(Splits, source.connector)
    raws: list[RawRecord] = []
    for index, row in enumerate(rows):
        raws += connector.split(row.body, row.received_at)
        if len(raws) >= ROWS_A_TURN or index + 1 == len(rows):
            yield row.seq, raws
            raws = []
