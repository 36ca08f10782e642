"""Named crash points: the n-th pass ends the process, a wrong name says so, and unset they cost next to nothing."""

import os
import subprocess
import sys
import timeit
from pathlib import Path

import pytest

from fullcircle.core import crashpoints
from fullcircle.core.crashpoints import CRASHPOINTS, armed_by, crashpoint
from fullcircle.core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
PASSES = """
from fullcircle.core.crashpoints import crashpoint
for number in range(5):
    crashpoint("after_commit")
    crashpoint("before_commit")
    print(number, flush=True)
"""


def passes(wish: str) -> tuple[int, list[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CRASHPOINT": wish}
    done = subprocess.run([sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("before_commit:1", (-9, [])),
        ("before_commit", (-9, [])),
        ("before_commit:3", (-9, ["0", "1"])),
        ("after_call:1", (0, ["0", "1", "2", "3", "4"])),
        ("", (0, ["0", "1", "2", "3", "4"])),
        ("nowhere:1", (1, [])),
    ],
)
def test_it_ends_the_process_at_the_named_pass(wish: str, expected: tuple[int, list[str]]) -> None:
    assert passes(wish) == expected


@pytest.mark.parametrize("wish", ["nowhere:1", "before_commit:0", "before_commit:-1", "before_commit:x"])
def test_it_refuses_a_wish_it_cannot_keep(wish: str) -> None:
    with pytest.raises(ConfigError):
        armed_by({"CRASHPOINT": wish})


def test_it_lists_each_name_once() -> None:
    assert len(CRASHPOINTS) == len(set(CRASHPOINTS))


def test_it_refuses_a_line_that_is_not_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crashpoints, "_ARMED", ("before_commit", 99))
    with pytest.raises(ConfigError):
        crashpoint("nowhere")


def test_it_costs_next_to_nothing_when_unset() -> None:
    assert min(timeit.repeat(lambda: crashpoint("before_commit"), number=100_000, repeat=5)) < 0.1
