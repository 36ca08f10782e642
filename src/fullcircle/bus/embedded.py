"""Inside one machine: a pipe of msgpack with a bound, so that a slow writer holds the analyser back.

Shared memory would save under 3 % of the chain (docs/performance.md); threads gain 5 %: the interpreter has one lock.
"""

import multiprocessing as mp
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from fullcircle.core.batches import Batch
from fullcircle.core.errors import TransientSourceError

DEPTH = 4
_END = b""


class EmbeddedBus:
    """One producer, one consumer, at most `depth` batches between them. `take` gives None at the end or on time-out."""

    def __init__(self, depth: int = DEPTH, context: Any = None) -> None:
        context = context or mp.get_context("spawn")
        reader, writer = context.Pipe(duplex=False)
        self._reader: Connection = reader
        self._writer: Connection = writer
        self._room = context.BoundedSemaphore(depth)
        self.is_ended = False
        self._prepare()

    def _prepare(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Batch).decode

    def __getstate__(self) -> dict[str, Any]:
        return {"_reader": self._reader, "_writer": self._writer, "_room": self._room, "is_ended": self.is_ended}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def put(self, batch: Batch) -> None:
        """Waits while `depth` batches are on their way. Raises TransientSourceError when the consumer is gone."""
        self._room.acquire()
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
        if self.is_ended or not self._reader.poll(timeout_s):
            return None
        try:
            data = self._reader.recv_bytes()
        except EOFError:
            data = _END
        if data == _END:
            self.is_ended = True
            return None
        self._room.release()
        return self._decode(data)

    def close(self) -> None:
        """Said by the producer: nothing more comes."""
        self._send(_END)

    def leave(self) -> None:
        """Said by the consumer once the producer has its own end: a producer that dies is then noticed."""
        self._writer.close()
