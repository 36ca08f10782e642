"""The engine as a process of its own against the town, with faults on: SIGTERM ends it quickly and well, and what it
took agrees with the town's books."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fullcircle.testing.simulator.hosted import HostedTown
from tests.faults.homes import ROOT, Home, balanced, environment
from tests.faults.test_kill_capture import door_of, sources_in

RATES = {"duplicates": 0.3, "reorder": 0.2, "overlap": 0.3, "server_error": 0.05}
ENDS_WITHIN_S = 5.0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HostedTown]:
    with HostedTown(tmp_path / "town", seed=6) as town:
        town.post("/world/step?n=120")
        yield town


class Engine:
    """`fullcircle engine` in the home."""

    def __init__(self, home: Home, town: HostedTown, *prefix: str, **more: str) -> None:
        allowed = environment(home.path, FULLCIRCLE_ALLOW_HOSTS=door_of(town)[0], **more)
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "fullcircle.ops", "engine"],
            cwd=ROOT,
            env=allowed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self) -> tuple[int, float, str]:
        """Exit code, seconds from SIGTERM to the end, and what it said."""
        self.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, time.monotonic() - began, said


def wait_for(home: Home, count: int, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while len(home.run("look")["ids"]) < count:
        assert time.monotonic() < deadline, "the engine brought nothing"
        time.sleep(0.3)


def test_it_captures_through_faults_and_ends_when_told(home: Home, town: HostedTown) -> None:
    home.run("found", sources=sources_in(town))
    town.post("/world/faults", {"seed": 2, "rates": RATES})
    engine = Engine(home, town)
    try:
        wait_for(home, 30)
        town.post("/world/step?n=20")
    finally:
        code, took_s, said = engine.end()
    assert code == 0, said
    assert took_s < ENDS_WITHIN_S
    assert "fault of its own" not in said
    town.post("/world/faults", {})
    for _ in range(2):
        home.run("unpause")
        home.run("poll", allow=door_of(town))
    assert len(balanced(home, against=str(town.books))["ids"]) > 30


def test_it_ends_when_told_while_it_is_still_starting(home: Home, town: HostedTown) -> None:
    home.run("found", sources=sources_in(town))
    engine = Engine(home, town)
    time.sleep(0.3)
    code, took_s, _ = engine.end()
    assert code in (0, -signal.SIGTERM)  # before it listens for it, the system's own way of ending is as good
    assert took_s < ENDS_WITHIN_S
    balanced(home)


FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
LOOK = "from fullcircle.ops.ready import ready; ready(); from tests.faults import errands; errands.tick()"
DAY_S = 86_400


def jump(home: Home, seconds: int) -> list[list[Any]]:
    """One look of the clock loop by a process whose clock stands elsewhere; every promise after it."""
    faked = environment(
        home.path, LD_PRELOAD=str(FAKETIME), FAKETIME=f"{seconds:+d}s", FAKETIME_DONT_FAKE_MONOTONIC="1"
    )
    subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=faked, check=True, timeout=60)
    targets: list[list[Any]] = home.run("targets")
    return targets


@pytest.mark.skipif(
    not FAKETIME.exists(), reason="libfaketime is not installed here (Debian: apt-get install faketime)"
)
def test_it_gives_each_promise_one_outcome_whatever_the_machines_clock_says(home: Home, tmp_path: Path) -> None:
    asked_at = time.strftime("%Y-%m-%dT%H:%M:0", time.gmtime(time.time() - 30 * DAY_S))
    rows = "".join(f"m-{number},{asked_at}{number}Z,n{number},Where is my order?\n" for number in range(5))
    path = tmp_path / "rows.csv"
    path.write_text(f"id,time,author,text\n{rows}", "utf-8")
    home.run("promise", minutes=60)
    assert home.run("command", arguments=["import", str(path), "--json", "--as-live"]) == 0
    promised = [row[:3] for row in home.run("targets")]
    assert len(promised) == 5
    assert {outcome for *_, outcome, _ in jump(home, -60 * DAY_S)} == {"open"}
    for seconds in (2 * DAY_S, -60 * DAY_S, -3_600, 400 * DAY_S):
        after = jump(home, seconds)
        assert [row[:3] for row in after] == promised
        assert all((outcome, settled) == ("missed", due) for _, _, due, outcome, settled in after), after
