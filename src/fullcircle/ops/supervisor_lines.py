"""Lines of the children, each with the name of who said it, on one stream. Never holds a child back.

If whoever reads our output stops reading, children must not stop with them: lines are dropped and counted instead.
"""

import os
import queue
import threading
from collections import deque
from typing import IO

LINE_BYTES = 16_000
KEPT_COUNT = 20  # last lines of a child, told again when it ends badly
QUEUE_COUNT = 5_000


class Lines:
    """One writer thread for everything; one short-lived reader thread a child. `out` is a file descriptor: behind a
    Python stream a blocked write would hold the stream's lock, and with it the end of this process."""

    def __init__(self, out: int) -> None:
        self._out = out
        self._queue: queue.Queue[str | None] = queue.Queue(QUEUE_COUNT)
        self._dropped_count = 0
        self._writer = threading.Thread(target=self._write_all, name="lines", daemon=True)
        self._writer.start()

    def say(self, name: str, text: str) -> None:
        """Queue one line."""
        try:
            self._queue.put_nowait(f"{name:>10} | {text}\n")
        except queue.Full:
            self._dropped_count += 1

    def follow(self, name: str, stream: IO[bytes]) -> deque[str]:
        """Pass on what a child says until it closes the stream; the last lines are kept in what is returned."""
        kept: deque[str] = deque(maxlen=KEPT_COUNT)
        threading.Thread(target=self._follow, args=(name, stream, kept), name=f"lines-{name}", daemon=True).start()
        return kept

    def close(self, timeout_s: float = 2.0) -> None:
        """Write what is queued, for at most that long."""
        try:
            self._queue.put(None, timeout=timeout_s)
        except queue.Full:
            return
        self._writer.join(timeout_s)

    def _follow(self, name: str, stream: IO[bytes], kept: deque[str]) -> None:
        with stream:
            while line := stream.readline(LINE_BYTES):
                text = line.decode("utf-8", "replace").rstrip()
                kept.append(text)
                self.say(name, text)

    def _write_all(self) -> None:
        while (line := self._queue.get()) is not None:
            dropped, self._dropped_count = self._dropped_count, 0
            if dropped:
                line = f"{'supervisor':>10} | {dropped} lines were not written: nobody read them\n{line}"
            try:
                os.write(self._out, line.encode("utf-8", "replace"))
            except OSError:  # the terminal is gone; the work goes on without it
                continue
