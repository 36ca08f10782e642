"""Inside one machine: a pipe of msgpack with a bound, so that a slow writer holds the analyser back.

Shared memory would save under 3 % of the chain (docs/performance.md); threads gain 5 %: the interpreter has one lock.
"""

import multiprocessing as mp
import queue
import threading
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.errors import TransientSourceError

DEPTH = 4
LOOK_S = 1.0
_END = b""
_GONE, _GO_ON = "The writer is gone.", "Start again: reading resumes at the cursor."


class EmbeddedBus:
    """One producer, one consumer, at most `depth` batches between them. `take` gives None at the end or on time-out."""

    def __init__(self, depth: int = DEPTH, context: Any = None) -> None:
        context = context or mp.get_context("spawn")
        reader, writer = context.Pipe(duplex=False)
        self._reader: Connection = reader
        self._writer: Connection = writer
        self._room = context.BoundedSemaphore(depth)
        self.is_ended = False
        self._arrived: queue.SimpleQueue[bytes] | None = None
        self._prepare()

    def _prepare(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Batch).decode

    def __getstate__(self) -> dict[str, Any]:
        kept = ("_reader", "_writer", "_room", "is_ended")
        return {"_arrived": None, **{name: getattr(self, name) for name in kept}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def put(self, batch: Batch) -> None:
        """Waits while `depth` batches are on their way. Raises TransientSourceError when the consumer is gone."""
        while not self._room.acquire(timeout=LOOK_S):
            parent = mp.parent_process()
            if parent is not None and not parent.is_alive():
                raise TransientSourceError(_GONE, hint=_GO_ON)  # killed without a word: nobody makes room any more
        self._send(self._encode(batch))

    def _send(self, data: bytes) -> None:
        try:
            self._writer.send_bytes(data)
        except (BrokenPipeError, OSError) as error:
            raise TransientSourceError(
                "The writer is gone.", hint="Start again: reading resumes at the cursor."
            ) from error

    def take(self, timeout_s: float) -> Batch | None:
        """The next batch. None after `timeout_s`, or for good once `is_ended`."""
        if self.is_ended:
            return None
        if self._arrived is None:
            self._arrived = queue.SimpleQueue()
            threading.Thread(target=self._receive, args=(self._arrived,), name="bus", daemon=True).start()
        try:
            data = self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if data == _END:
            self.is_ended = True
            return None
        self._room.release()
        return self._decode(data)

    def _receive(self, arrived: "queue.SimpleQueue[bytes]") -> None:
        """A pipe holds 64 KB, a batch megabytes: without somebody who listens while the writer commits, the producer
        would stand still as long, and two processes would be no faster than one. The semaphore bounds what waits."""
        data = b"?"
        while data != _END:
            try:
                data = self._reader.recv_bytes()
            except (EOFError, OSError):
                data = _END
            arrived.put(data)

    def close(self) -> None:
        """Said by the producer: nothing more comes."""
        self._send(_END)

    def leave(self) -> None:
        """Said by the consumer once the producer has its own end: a producer that dies is then noticed."""
        self._writer.close()
