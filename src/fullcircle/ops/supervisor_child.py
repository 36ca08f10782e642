"""One child: how it is started, whether it is ready, how it is ended, when it is tried again."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fullcircle.ops.supervisor_lines import Lines

EXIT_CONFIG = 2  # as the command line says it: the operator must change something, so trying again cannot help
FIRST_DELAY_S = 0.5
LAST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0  # a life this long forgives the deaths before it

_LEASH = Path(__file__).with_name("supervisor_leash.py")


@dataclass(frozen=True)
class Child:
    """A process to keep alive. `env` is added to ours. `is_ready` is asked ten times a second, so it answers fast; an
    address, `127.0.0.1:8000`, is ready when it answers /healthz, and must be free before anything starts; None: ready
    as soon as it runs. `death_signal` is what the kernel sends it when the supervisor is killed: SIGTERM, so that a
    child with children of its own ends them too; SIGKILL for one that might not listen."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[], bool] | str | None = None
    death_signal: int = signal.SIGTERM

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it will listen, if it says so."""
        if not isinstance(self.is_ready, str):
            return None
        host, _, port = self.is_ready.rpartition(":")
        return host.strip("[]") or "127.0.0.1", int(port)


class Life:
    """A child over its lives. Used from the supervisor's main thread alone: the kernel's death signal follows the
    thread that started the child."""

    def __init__(self, child: Child, lines: Lines) -> None:
        self.child = child
        self.is_ready = False
        self.was_ever_ready = False
        self.deaths_in_a_row = 0
        self.start_at = 0.0  # monotonic; when to start it (again)
        self.last_exit = 0
        self._is_ready = answers(*child.address) if child.address else child.is_ready
        self._lines = lines
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._said: deque[str] = deque()

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it now, in a process group of its own, so that Ctrl-C in the terminal reaches the supervisor alone."""
        leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(int(self.child.death_signal))]
        self._process = subprocess.Popen(  # noqa: S603  # argv comes from `ops`, never from outside
            [*leash, *self.child.argv],
            env={**os.environ, **self.child.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._started_at = time.monotonic()
        self._said = self._lines.follow(self.child.name, self._process.stdout)
        self.is_ready = self._is_ready is None
        self.was_ever_ready |= self.is_ready

    def look(self) -> bool:
        """Ask whether it has become ready; True just when it has."""
        if self.is_ready or self._process is None or not callable(self._is_ready) or not self._is_ready():
            return False
        self.is_ready = self.was_ever_ready = True
        return True

    def reap(self) -> bool:
        """True where it has ended: what is left of its group is ended too, and its next start is set."""
        code = self._process.poll() if self._process else None
        if self._process is None or code is None:
            return False
        _signal_group(self._process.pid, signal.SIGKILL)
        lived_s = time.monotonic() - self._started_at
        self.deaths_in_a_row = 1 if lived_s >= STEADY_AFTER_S else self.deaths_in_a_row + 1
        self.last_exit = code
        self.start_at = time.monotonic() + self.delay_s
        self._process = None
        self.is_ready = False
        return True

    @property
    def delay_s(self) -> float:
        """Seconds between the last death and the next start: 0.5, 1, 2, ... 30."""
        return min(LAST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self.deaths_in_a_row - 1, 16))

    def why(self) -> str:
        """How it ended and the last thing it said, for people."""
        code = self.last_exit
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{how}; it last said: {self._said[-1]}" if self._said else how

    def ask_to_end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything in its group, now."""
        if self._process is not None:
            _signal_group(self._process.pid, signal.SIGKILL)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def answers(host: str, port: int, path: str = "/healthz", timeout_s: float = 1.0) -> Callable[[], bool]:
    """A readiness question: does it answer 200 there?"""

    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # asked, not bound

    def ask() -> bool:
        connection = http.client.HTTPConnection(near, port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
