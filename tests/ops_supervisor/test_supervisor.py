"""Children that crash, hang, fork and never come up; signals; two at once; a port that is taken."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fullcircle.core.errors import ConfigError
from fullcircle.ops.lock import HomeLock, require_free_port, running_pid
from fullcircle.ops.supervisor_child import LAST_DELAY_S, Child, Life
from fullcircle.ops.supervisor_lines import Lines

ROOT = Path(__file__).resolve().parents[2]

RUN = """
import json, sys
from pathlib import Path
from fullcircle.core.errors import ConfigError
from fullcircle.ops.supervisor import Child, Supervisor
told = json.loads(sys.argv[1])
children = [Child(name, [sys.executable, "-u", "-c", code], {"WHO": name}, ready) for name, code, ready in told["children"]]
try:
    sys.exit(Supervisor(Path(told["home"]), children, on_ready=lambda: print("all are ready", flush=True),
                        stop_within_s=told.get("stop_within_s", 5)).run())
except ConfigError as error:
    print(error, error.hint)
    sys.exit(2)
"""
SLEEP = "import os, time; print('pid', os.getpid()); time.sleep(60)"
DEAF = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', os.getpid()); time.sleep(60)"
)
FORKS = (
    "import os, subprocess, sys, time\n"
    "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('pid', inner.pid); {then}"
)


class Supervised:
    """A supervisor in a process of its own, and what it has said."""

    def __init__(self, home: Path, children: list[tuple[str, str, str | None]], **options: Any) -> None:
        spec = json.dumps({"home": str(home), "children": children, **options})
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, spec],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            start_new_session=True,
        )
        self.said = b""

    def wait_for(self, text: str, count: int = 1, within_s: float = 10) -> list[str]:
        """Lines with the text, once there are so many."""
        assert self.process.stdout is not None
        until = time.monotonic() + within_s
        while len(found := [line for line in self.said.decode().splitlines() if text in line]) < count:
            assert time.monotonic() < until, f"no {text!r} in {self.said.decode()}"
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536)
                assert piece, f"it ended without {text!r}: {self.said.decode()}"
                self.said += piece
        return found

    def end(self, number: int = signal.SIGTERM, within_s: float = 10) -> int:
        self.process.send_signal(number)
        return self.code(within_s)

    def code(self, within_s: float = 10) -> int:
        self.said += self.process.communicate(timeout=within_s)[0]
        return self.process.returncode


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started = []

    def start(*children: tuple[str, str, str | None], **options: Any) -> Supervised:
        started.append(Supervised(tmp_path / "home", list(children), **options))
        return started[-1]

    yield start
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()
        assert one.process.stdout is not None
        one.process.stdout.close()


def pid_in(line: str) -> int:
    return int(line.rsplit(" ", 1)[1].strip(")"))


def is_alive(pid: int) -> bool:
    """Zombies nobody has reaped yet count as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int, within_s: float = 5) -> bool:
    until = time.monotonic() + within_s
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_all_and_stops_cleanly(supervise: Callable[..., Supervised], number: int) -> None:
    run = supervise(("front", SLEEP, None), ("engine", SLEEP, None))
    pids = [pid_in(line) for line in run.wait_for("| pid", 2)]
    run.wait_for("all are ready")
    assert run.end(number) == 0
    assert not any(is_alive(pid) for pid in pids)


def test_it_says_who_said_each_line(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", "import os; print('I am', os.environ['WHO']); " + SLEEP, None))
    assert run.wait_for("I am")[0].split() == ["front", "|", "I", "am", "front"]


def test_it_starts_a_crashed_child_again_and_says_why(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("engine", SLEEP, None))
    first = pid_in(run.wait_for("| pid")[0])
    os.kill(first, signal.SIGKILL)
    second = pid_in(run.wait_for("| pid", 2)[1])
    assert second != first
    assert "was ended by SIGKILL" in run.wait_for("supervisor | engine")[0]
    assert "in 0.5 s" in run.wait_for("supervisor | engine")[0]
    assert run.end() == 0


def test_it_ends_what_a_crashed_child_left_behind(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", FORKS.format(then="time.sleep(0.2); sys.exit(3)"), None))
    orphan = pid_in(run.wait_for("| pid")[0])
    run.wait_for("ended with code 3")
    assert until_gone(orphan)


@pytest.mark.parametrize(
    "child",
    [
        SLEEP,
        FORKS.format(then="import signal; signal.signal(15, lambda *_: (inner.kill(), sys.exit())); time.sleep(60)"),
    ],
)
def test_it_takes_the_children_along_when_it_is_killed(supervise: Callable[..., Supervised], child: str) -> None:
    run = supervise(("front", child, None), ("engine", SLEEP, None))
    pids = [pid_in(line) for line in run.wait_for("| pid", 2)]
    time.sleep(0.2)
    run.process.kill()
    assert all(until_gone(pid) for pid in pids)


def test_it_ends_a_deaf_child_within_its_bound(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", DEAF, None), stop_within_s=0.5)
    pid = pid_in(run.wait_for("| pid")[0])
    began = time.monotonic()
    assert run.end() == 0
    assert time.monotonic() - began < 3
    assert until_gone(pid)
    assert "did not end by itself" in run.said.decode()


def test_it_does_not_wait_after_a_second_ctrl_c(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", DEAF, None), stop_within_s=30)
    run.wait_for("| pid")
    run.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.end(signal.SIGINT, within_s=5) == 0


def test_it_lives_on_after_a_hang_up(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", SLEEP, None))
    run.wait_for("| pid")
    run.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert run.process.poll() is None
    assert run.end() == 0


def test_it_refuses_to_start_twice(supervise: Callable[..., Supervised], tmp_path: Path) -> None:
    first = supervise(("front", SLEEP, None))
    first.wait_for("| pid")
    second = supervise(("front", SLEEP, None))
    assert second.code() == 2
    assert f"already running as pid {first.process.pid}" in second.said.decode()
    assert "| pid" not in second.said.decode()
    assert running_pid(tmp_path / "home") == first.process.pid
    assert first.end() == 0
    assert running_pid(tmp_path / "home") is None


def test_it_starts_again_after_it_was_killed(supervise: Callable[..., Supervised]) -> None:
    first = supervise(("front", SLEEP, None))
    first.wait_for("| pid")
    first.process.kill()
    second = supervise(("front", SLEEP, None))
    second.wait_for("| pid")
    assert second.end() == 0


def test_it_gives_up_on_a_child_that_never_comes_up(supervise: Callable[..., Supervised], free_port: int) -> None:
    run = supervise(("front", "print('no such table'); raise SystemExit(1)", f"127.0.0.1:{free_port}"))
    run.wait_for("giving up", within_s=25)
    assert run.code() == 1
    assert "it last said: no such table. It ended 4 times without becoming ready: giving up" in run.said.decode()


def test_it_does_not_try_again_what_must_be_set_differently(supervise: Callable[..., Supervised]) -> None:
    run = supervise(("front", "print('unknown setting'); raise SystemExit(2)", None), ("engine", SLEEP, None))
    assert run.code() == 2
    assert "unknown setting. Something must be set differently" in run.said.decode()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SERVES = """
import http.server, os, sys, time
time.sleep(0.3)
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
    def log_message(self, *words): pass
print("pid", os.getpid())
http.server.HTTPServer(("127.0.0.1", {port}), Health).serve_forever()
"""


def test_it_is_ready_when_the_front_answers(supervise: Callable[..., Supervised], free_port: int) -> None:
    run = supervise(("front", SERVES.format(port=free_port), f"127.0.0.1:{free_port}"))
    run.wait_for("all are ready")
    assert "front is ready (pid" in run.wait_for("is ready")[0]
    assert run.said.index(b"| pid") < run.said.index(b"is ready")
    assert run.end() == 0


def test_it_says_plainly_that_a_port_is_taken(supervise: Callable[..., Supervised]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = supervise(("front", SLEEP, f"127.0.0.1:{port}"))
        assert run.code() == 2
        assert f"Port {port} on 127.0.0.1 is taken" in run.said.decode()
        with pytest.raises(ConfigError, match="is taken"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)
    with pytest.raises(ConfigError, match="Nothing can listen"):
        require_free_port("192.0.2.1", port)


def test_it_holds_a_home_once_and_says_where_it_cannot_write(tmp_path: Path) -> None:
    with HomeLock(tmp_path):
        assert running_pid(tmp_path) == os.getpid()
        with pytest.raises(ConfigError, match=f"already running as pid {os.getpid()}"):
            HomeLock(tmp_path).take()
    with HomeLock(tmp_path):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        HomeLock(tmp_path / "file").take()


def test_it_waits_longer_after_every_death_and_no_longer_than_the_cap() -> None:
    read, write = os.pipe()
    lines = Lines(write)
    life = Life(Child("front", ["true"]), lines)
    delays = []
    for life.deaths_in_a_row in range(1, 12):
        delays.append(life.delay_s)
    lines.close()
    os.close(write)
    os.close(read)
    assert delays == [0.5, 1, 2, 4, 8, 16] + [LAST_DELAY_S] * 5


def test_it_never_holds_a_child_back_when_nobody_reads() -> None:
    """The pipe below is full and stays unread; saying goes on at once, and what was dropped is counted."""
    read, write = os.pipe()
    lines = Lines(write)
    began = time.monotonic()
    for number in range(20_000):
        lines.say("front", f"line {number} " + "x" * 80)
    assert time.monotonic() - began < 5
    lines.close(timeout_s=0.1)
    told = b""
    while b"were not written" not in told:
        assert select.select([read], [], [], 5)[0]
        told = told[-200:] + os.read(read, 65536)
        lines.say("front", "one more")
    os.close(read)  # the terminal is gone: what is left is dropped
    lines.close()
    os.close(write)
