"""Keeps the processes of `fullcircle up` alive, and ends them with itself.

Owns starting, restarting with back-off, readiness, stopping within a bound, and one stream of log lines. Knows nothing
of what the children do.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from fullcircle.ops.lock import HomeLock, require_free_port
from fullcircle.ops.supervisor_child import EXIT_CONFIG, LAST_DELAY_S, Child, Life, answers
from fullcircle.ops.supervisor_lines import Lines

__all__ = ["EXIT_CONFIG", "Child", "Supervisor", "answers"]

STOP_WITHIN_S = 15.0
READY_WITHIN_S = 60.0
GIVE_UP_AFTER = 4  # deaths in a row of a child that has never been ready: it is set up wrong, and waiting cannot help
_LOOK_EVERY_S = 0.1
_NAME = "supervisor"


class Supervisor:
    """`run()` blocks until it is told to stop: 0 after SIGTERM or Ctrl-C, 1 where a child never came up, 2 where a
    child says that a setting must change. SIGHUP is ignored: a closed terminal does not stop the work."""

    def __init__(
        self,
        home: Path,
        children: Sequence[Child],
        *,
        ports: Sequence[tuple[str, int]] = (),
        on_ready: Callable[[], None] | None = None,
        stop_within_s: float = STOP_WITHIN_S,
        out: IO[str] | None = None,
    ) -> None:
        """`ports`, and the addresses of the children, must be free before anything starts. `on_ready` is called once,
        when every child is ready."""
        self._children = children
        self._home = home
        self._ports = [*ports, *(child.address for child in children if child.address)]
        self._on_ready = on_ready
        self._stop_within_s = stop_within_s
        self._out = (out or sys.stdout).fileno()
        self._stop_count = 0
        self._result: int | None = None

    def run(self) -> int:
        """Must be called in the main thread. Raises ConfigError where it already runs or a port is taken."""
        with HomeLock(self._home):
            for host, port in self._ports:
                require_free_port(host, port)
            self._lines = Lines(self._out)
            self._lives = [Life(child, self._lines) for child in self._children]
            try:
                with self._waking() as wake:
                    self._keep_alive(wake)
                    self._stop_all(wake)
            finally:
                for life in self._lives:
                    life.kill()
                self._lines.close()
        return self._result or 0

    def _keep_alive(self, wake: socket.socket) -> None:
        began = time.monotonic()
        is_said, is_late = False, False
        while not self._stop_count and self._result is None:
            for life in self._lives:
                self._tend(life)
            if not is_said and all(life.is_ready for life in self._lives):
                is_said = True
                self._announce()
            if not (is_said or is_late) and time.monotonic() - began > READY_WITHIN_S:
                is_late = True
                waiting = ", ".join(life.child.name for life in self._lives if not life.is_ready)
                self._say(f"not ready after {READY_WITHIN_S:.0f} s: {waiting}; still waiting")
            if self._result is None:
                _sleep(wake, self._pause_s())

    def _tend(self, life: Life) -> None:
        if life.is_running:
            if life.reap():
                self._mourn(life)
            elif life.look():
                self._say(f"{life.child.name} is ready (pid {life.pid})")
        elif time.monotonic() >= life.start_at:
            life.start()

    def _mourn(self, life: Life) -> None:
        name, count = life.child.name, life.deaths_in_a_row
        if life.last_exit == EXIT_CONFIG:
            self._result = EXIT_CONFIG
            self._say(f"{name} {life.why()}. Something must be set differently, so nothing is tried again")
        elif not life.was_ever_ready and count >= GIVE_UP_AFTER:
            self._result = 1
            self._say(f"{name} {life.why()}. It ended {count} times without becoming ready: giving up")
        elif life.delay_s >= LAST_DELAY_S:
            self._say(
                f"{name} {life.why()}. It ended {count} times in a row; trying every {LAST_DELAY_S:.0f} s from now on"
            )
        else:
            self._say(f"{name} {life.why()}. Starting it again in {life.delay_s:g} s")

    def _announce(self) -> None:
        if self._on_ready is not None:
            self._on_ready()

    def _pause_s(self) -> float:
        """How long nothing can be due: short while somebody is awaited, else until a signal."""
        if any(life.is_running and not life.is_ready for life in self._lives):
            return _LOOK_EVERY_S
        due = [life.start_at - time.monotonic() for life in self._lives if not life.is_running]
        return max(0.0, min(due)) if due else 3600.0

    def _stop_all(self, wake: socket.socket) -> None:
        """Ask all, wait within the bound, then end what is left. A second Ctrl-C ends the wait."""
        asked = self._stop_count
        for life in self._lives:
            life.ask_to_end()
        until = time.monotonic() + self._stop_within_s
        while any(life.is_running and not life.reap() for life in self._lives):
            left_s = until - time.monotonic()
            if left_s <= 0 or self._stop_count > max(asked, 1):
                names = ", ".join(life.child.name for life in self._lives if life.is_running)
                self._say(f"{names} did not end by itself and is ended now")
                break
            _sleep(wake, min(left_s, 1.0))

    def _say(self, text: str) -> None:
        self._lines.say(_NAME, text)

    def _count_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_count += 1

    @contextlib.contextmanager
    def _waking(self) -> Iterator[socket.socket]:
        """Signals, the death of a child among them, end the sleep at once: each writes a byte to the socket."""
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        before = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, self._count_stop),
            signal.SIGINT: signal.signal(signal.SIGINT, self._count_stop),
            signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_IGN),
            signal.SIGCHLD: signal.signal(signal.SIGCHLD, _note_nothing),
        }
        previous = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(previous)
            for number, action in before.items():
                signal.signal(number, action)
            reader.close()
            writer.close()


def _note_nothing(number: int, frame: FrameType | None) -> None:
    """A handler must exist for the signal to wake us."""


def _sleep(wake: socket.socket, timeout_s: float) -> None:
    if select.select([wake], [], [], timeout_s)[0]:
        os.read(wake.fileno(), 4096)
