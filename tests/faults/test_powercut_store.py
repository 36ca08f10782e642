"""Power cuts while batches are committed: rows, keys, books, rollups and cursor survive together or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools.powercut import Report, refusal, replay

from tests.faults.workload_store import check

REFUSAL = refusal()
watched = pytest.mark.skipif(REFUSAL is not None, reason=f"the power-cut replayer cannot run: {REFUSAL}")
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}


def replay_store(home: Path, count: int, states: int, seed: int) -> Report:
    workload = [sys.executable, "-m", "tests.faults.workload_store"]
    environment = {**ENVIRONMENT, "FULLCIRCLE_HOME": str(home)}
    subprocess.run([*workload, "prepare", str(home)], check=True, env=environment, cwd=ROOT)
    return replay([*workload, "run", str(home), str(count)], home, states, seed, check, environment)


@watched
def test_it_keeps_every_committed_batch_whole(tmp_path: Path) -> None:
    report = replay_store(tmp_path / "home", 72, 120, seed=1)
    assert report.losses == []
    assert report.acknowledged == 72
    assert report.states_after_ack > 40


@watched
@pytest.mark.storm
@pytest.mark.parametrize("seed", range(5))
def test_it_keeps_them_whole_in_five_hundred_states_each(tmp_path: Path, seed: int) -> None:
    report = replay_store(tmp_path / "home", 240, 500, seed=seed)
    assert report.losses == []
    assert report.states_after_ack > 250
