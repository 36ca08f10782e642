"""Takes samples in rounds: every measure once, then every measure again."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.measures import ROWS, SAMPLES, STEP_PREFIX, Row
from bench.sample import ROOT, Figures, own_environment
from bench.sizes import FULL, QUICK, Sizes

ROUNDS = 5
SAMPLE_WITHIN_S = 300.0

Say = Callable[[str], None]


class Taken:
    """Figures by sample, round by round, and what went wrong."""

    def __init__(self) -> None:
        self.figures: dict[str, list[Figures]] = {}
        self.failures: dict[str, str] = {}

    def of(self, row: Row) -> list[float]:
        """The values of a row; none where its sample failed."""
        sample, name = row.source
        return [figures[name] for figures in self.figures.get(sample, []) if name in figures]

    def step_rows(self) -> list[Row]:
        """A line for each step of the chain, by its name in the product."""
        first = (self.figures.get("chain_one") or [{}])[0]
        return [
            Row(f"step_{name.removeprefix(STEP_PREFIX)}", "us a post", ("chain_one", name), "step of the chain")
            for name in first
            if name.startswith(STEP_PREFIX)
        ]


def samples_for(names: Iterable[str]) -> list[str]:
    """The samples that give the rows named; all without a name. Raises KeyError for a name that is not in the table."""
    by_name = {row.name: row.source[0] for row in ROWS}
    wanted = {name if name in SAMPLES else by_name[name] for name in names}
    return [name for name in SAMPLES if not wanted or name in wanted]


def take(names: list[str], homes: Path, *, rounds: int, is_quick: bool, say: Say) -> Taken:
    """All samples, in rounds. A sample that fails is said and tried again in the next round."""
    taken = Taken()
    for turn in range(rounds):
        for name in names:
            started = time.monotonic()
            try:
                taken.figures.setdefault(name, []).append(_sample(name, homes, is_quick=is_quick))
            except RuntimeError as error:
                taken.failures[name] = str(error)
                say(f"round {turn + 1}: {name} failed: {error}")
            else:
                say(f"round {turn + 1}: {name}, {time.monotonic() - started:.0f} s")
    return taken


def prepare_homes(folder: Path, names: list[str], *, is_quick: bool, say: Say) -> None:
    """Only where a sample needs them and they are not there already."""
    for name in ("few", "many"):
        if any(SAMPLES[one].needs_homes for one in names) and not (folder / name / "bench.json").exists():
            started = time.monotonic()
            prepare(folder, name, QUICK if is_quick else FULL)
            say(f"prepared the home with {name} touchpoints, {time.monotonic() - started:.0f} s")


def prepare(folder: Path, name: str, sizes: Sizes) -> None:
    """One home, in a process of its own. Raises RuntimeError."""
    stored = {"many": sizes.stored_many, "few": sizes.stored_few}[name]
    to_come = sizes.to_come if name == "many" else sizes.turn_posts * (sizes.turns + 1) + sizes.warm_posts
    home = folder / name
    home.mkdir(parents=True)
    counts = [str(count) for count in (stored, int(stored * sizes.case_share), to_come)]
    asked = [sys.executable, "-m", "bench.homes", str(home), *counts]
    environment = own_environment(FULLCIRCLE_HOME=str(home))
    if subprocess.run(asked, env=environment, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode:
        raise RuntimeError(f"the home with {name} touchpoints could not be prepared")


def _sample(name: str, homes: Path, *, is_quick: bool) -> Figures:
    asked = [sys.executable, "-m", "bench.one", name, str(homes), *(["--quick"] if is_quick else [])]
    process = subprocess.Popen(
        asked, env=own_environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        out, errors = process.communicate(timeout=SAMPLE_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise RuntimeError(f"it took longer than {SAMPLE_WITHIN_S:.0f} s") from None
    if process.returncode:
        lines = errors.strip().splitlines() or [f"it ended with {process.returncode}"]
        raise RuntimeError(lines[-1])
    figures: Figures = json.loads(out.splitlines()[-1])
    return figures
