"""The writer's side of the pipeline: analyse, settle, commit; what cannot be stored is isolated and kept."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError

from fullcircle.analysis.terms import TermMatcher
from fullcircle.analysis.understand import Understander
from fullcircle.core.batches import Batch, Refused, part_of
from fullcircle.core.drops import QuarantineReason, Unreadable
from fullcircle.core.errors import StoreBusyError
from fullcircle.core.moments import now
from fullcircle.core.records import RawRecord
from fullcircle.core.segments import unpack
from fullcircle.pipeline.house import House, SourceFacts
from fullcircle.pipeline.settled import Lookup, Settled
from fullcircle.pipeline.steps import Tools, analyse, settle
from fullcircle.store.bulk import settle_and_write
from fullcircle.store.house import house_of

log = structlog.get_logger(__name__)
BUSY_WAITS_S = (0.2, 1.0, 5.0, 15.0)

_writing = threading.Lock()
"""One writer a process: SQLite has one anyway, and the house is read inside it."""


class Timings:
    """Seconds by step, added up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - started


class Pipeline:
    """Takes batches of one workspace's source to committed rows. Safe to call from several threads."""

    def __init__(self, understander: Understander | None = None) -> None:
        self.understander = understander or Understander.load()
        self.timings = Timings()
        self._tools: dict[int, Tools] = {}

    def tools(self, house: House) -> Tools:
        """The analysers with the workspace's own words, made anew when those change."""
        kept = self._tools.get(house.workspace_id)
        if kept is None or kept.terms.version != house.terms.version:
            kept = self._tools[house.workspace_id] = Tools(self.understander, TermMatcher(house.terms))
        return kept

    def store(self, batch: Batch, source: SourceFacts) -> dict[str, int]:
        """Analyse and commit; the tally of what became of each record. Raises StoreBusyError when the database stays
        locked or full: nothing of the batch is stored then and its cursor has not moved."""
        analysed = analyse(batch, self.tools(house_of(batch.workspace_id)), self.timings)
        return self.commit(analysed, source)

    def commit(self, batch: Batch, source: SourceFacts) -> dict[str, int]:
        """Commit an analysed batch, waiting out a busy database, isolating a record the database refuses."""
        for wait_s in BUSY_WAITS_S:
            try:
                return self._commit(batch, source)
            except StoreBusyError as error:
                log.warning("database busy", error=str(error), wait_s=wait_s)
                time.sleep(wait_s)
        return self._commit(batch, source)

    def _commit(self, batch: Batch, source: SourceFacts) -> dict[str, int]:
        try:
            with _writing:
                house = house_of(batch.workspace_id)

                def settle_part(part: Batch, lookup: Lookup) -> Settled:
                    return settle(part, lookup, house, source, self.timings)

                settled = settle_and_write(
                    batch, settle_part, now(), reopen_within_ms=house.reopen_window_ms, timed=self.timings
                )
        except (DatabaseError, ValueError, OverflowError, TypeError) as error:
            if not batch.touchpoints:
                raise
            return self._isolate(batch, source, error)
        return _sum([part.tally for part in settled])

    def _isolate(self, batch: Batch, source: SourceFacts, error: Exception) -> dict[str, int]:
        """Halve until one record stands alone; that one goes to quarantine with its bytes, the others are stored."""
        count = len(batch.touchpoints)
        if count == 1:
            log.error("record refused by the database", source_id=batch.source_id, error=type(error).__name__)
            return self._commit(_poisoned(batch, error), source)
        middle = count // 2
        first = part_of(batch, 0, middle, received=middle, refused=(), moves=())
        rest = part_of(batch, middle, count, received=batch.received - middle)
        return _sum([self._commit(first, source), self._commit(rest, source)])


def _poisoned(batch: Batch, error: Exception) -> Batch:
    payload = batch.raws[0] if batch.raws else unpack(batch.segment)[batch.ordinals[0]]
    raw = RawRecord(payload, "refused", batch.touchpoints[0].captured_at)
    why = Unreadable(QuarantineReason.POISON, f"the database refused it: {type(error).__name__}")
    return part_of(batch, 0, 0, refused=(*batch.refused, Refused(raw, why)), segment=b"")


def _sum(tallies: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for tally in tallies:
        for outcome, count in tally.items():
            total[outcome] = total.get(outcome, 0) + count
    return total
