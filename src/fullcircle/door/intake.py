"""Group commit in front of the intake file: everything queued goes into one transaction, one fsync answers them all.

No timer: a flush begins as soon as the one before has ended, so a request waits for two fsyncs at most and the batch
grows with the load.
"""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fullcircle.core.errors import CorruptStoreError, StoreBusyError
from fullcircle.door.intake_file import Arrival, TallyKey, keep, open_intake

FLUSH_COUNT = 2_000  # arrivals in one transaction
FLUSH_BYTES = 16_000_000
QUEUE_COUNT = 10_000  # beyond it the disk is too slow for what comes: 503
QUEUE_BYTES = 32_000_000
NOTES_AFTER_S = 1.0  # counts of refused requests reach the file this late; a flood of them costs no write each
EXIT_DISK_FAILED = 74  # EX_IOERR: the supervisor starts us anew, and recovery reads what the disk really holds

_log = logging.getLogger(__name__)


def end_process(error: CorruptStoreError) -> None:
    """After a failed fsync nothing this process believes about the file is sure: leave without a farewell."""
    _log.critical("%s. %s", error, error.hint)
    os._exit(EXIT_DISK_FAILED)


class Intake:
    """Owner of the writing end. Everything but the flush itself runs on the event loop's thread."""

    def __init__(
        self,
        path: Path,
        *,
        open_file: Callable[[Path], sqlite3.Connection] = open_intake,
        on_broken: Callable[[CorruptStoreError], None] = end_process,
    ) -> None:
        self._path = path
        self._open_file = open_file
        self._on_broken = on_broken
        self._connection: sqlite3.Connection | None = None
        self._queue: deque[tuple[Arrival, asyncio.Future[bool]]] = deque()
        self._queued_bytes = 0
        self._noted: Counter[TallyKey] = Counter()
        self._wake = asyncio.Event()
        self._flusher: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._is_stopping = False
        self.is_busy = False  # the last flush failed; the next request tries again

    def start(self) -> None:
        """Begin to flush. Called by the lifespan, or by the first push where the server sends none."""
        if self._flusher is None and not self._is_stopping:
            self._flusher = asyncio.get_running_loop().create_task(self._flush_for_ever())

    async def stop(self) -> None:
        """Flush what is queued, then close the file. Pushes from now on raise StoreBusyError."""
        self._is_stopping = True
        self._wake.set()
        if self._flusher is not None:
            await self._flusher
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def push(self, arrival: Arrival) -> bool:
        """Wait until the arrival is on the disk. True: new; False: a duplicate. Raises StoreBusyError."""
        size = len(arrival.body)
        is_full = len(self._queue) >= QUEUE_COUNT or (self._queue and self._queued_bytes + size > QUEUE_BYTES)
        if self._is_stopping or is_full:
            raise StoreBusyError("the door is closing" if self._is_stopping else "too many requests wait for the disk")
        self.start()
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.append((arrival, future))
        self._queued_bytes += size
        self._wake.set()
        return await future

    def note(self, workspace_id: int, source_id: int, name: str) -> None:
        """Count a request that was not kept. Written with the next flush, or after NOTES_AFTER_S."""
        if not self._noted:
            self._wake_later()
        self._noted[workspace_id, source_id, name] += 1

    def _wake_later(self) -> None:
        self.start()
        asyncio.get_running_loop().call_later(NOTES_AFTER_S, self._wake.set)

    async def _flush_for_ever(self) -> None:
        while not (self._is_stopping and not self._queue):
            await self._wake.wait()
            self._wake.clear()
            await self._flush_queued()
        await self._flush(())

    async def _flush_queued(self) -> None:
        if not self._queue:
            await self._flush(())
        while self._queue:
            await self._flush(tuple(self._taken()))

    def _taken(self) -> Iterator[tuple[Arrival, "asyncio.Future[bool]"]]:
        """The next group: at most FLUSH_COUNT and FLUSH_BYTES, at least one."""
        size = 0
        for _ in range(FLUSH_COUNT):
            if not self._queue or (size and size + len(self._queue[0][0].body) > FLUSH_BYTES):
                return
            arrival, future = self._queue.popleft()
            size += len(arrival.body)
            self._queued_bytes -= len(arrival.body)
            yield arrival, future

    async def _flush(self, group: tuple[tuple[Arrival, "asyncio.Future[bool]"], ...]) -> None:
        noted, self._noted = self._noted, Counter()
        if not group and not noted:
            return
        arrivals = [arrival for arrival, _ in group]
        try:
            is_new = await asyncio.get_running_loop().run_in_executor(self._thread, self._keep, arrivals, noted)
        except (StoreBusyError, CorruptStoreError) as error:
            self._note_again(noted)
            self._refuse_all(group, error)
            return
        except Exception as error:  # a fault of ours must not leave requests waiting for ever
            _log.exception("the flusher met a fault of its own")
            self._refuse_all(group, StoreBusyError(str(error)))
            return
        self.is_busy = False
        for (_, future), new in zip(group, is_new, strict=True):
            if not future.done():  # its request may have been cancelled meanwhile
                future.set_result(new)

    def _note_again(self, noted: Counter[TallyKey]) -> None:
        if noted and not (self._noted or self._is_stopping):
            self._wake_later()
        self._noted.update(noted)

    def _refuse_all(
        self, group: tuple[tuple[Arrival, "asyncio.Future[bool]"], ...], error: StoreBusyError | CorruptStoreError
    ) -> None:
        if not self.is_busy:
            _log.error("%s. %s", error, error.hint)
        self.is_busy = True
        if isinstance(error, CorruptStoreError):
            self._on_broken(error)
        for _, future in group:
            if not future.done():
                future.set_exception(StoreBusyError(str(error), hint=error.hint))

    def _keep(self, arrivals: list[Arrival], noted: Counter[TallyKey]) -> list[bool]:
        """Runs on the flusher's thread. After a failure the file is opened anew: a full disk may leave it half open."""
        if self._connection is None:
            self._connection = self._open_file(self._path)
        try:
            return keep(self._connection, arrivals, noted)
        except (StoreBusyError, CorruptStoreError):
            self._close()
            raise

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
