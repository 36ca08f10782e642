"""Power cuts at any moment: nothing acknowledged is missing, and the replayer would notice if it were."""

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.powercut import Report, refusal, replay
from tools.powercut.calls import read_calls
from tools.powercut.checks import INTAKE
from tools.powercut.disk import FATES, Disk
from tools.powercut.steps import Step, StepReader

REFUSAL = refusal()
watched = pytest.mark.skipif(REFUSAL is not None, reason=f"the power-cut replayer cannot run: {REFUSAL}")
ROOT = Path(__file__).resolve().parents[2]

PLAIN_FILE = """
import os, sys
def save(name, data, careful):
    temporary = os.path.join(sys.argv[1], name + ".new")
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        careful and os.fsync(file.fileno())
    os.rename(temporary, os.path.join(sys.argv[1], name))
    if careful:
        folder = os.open(sys.argv[1], os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
for number in range(12):
    save(f"f{number}", b"x" * 3000, sys.argv[2] == "careful")
    os.write(1, b"ACK f%d\\n" % number)
"""


def replay_intake(home: Path, count: int, states: int, seed: int, synchronous: str = "FULL") -> Report:
    home.mkdir()
    argv = [sys.executable, "-m", "tools.powercut.workload_intake", str(home), str(count), synchronous]
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"}
    return replay(argv, home, states, seed, INTAKE, environment)


@watched
def test_it_finds_everything_the_intake_acknowledged(tmp_path: Path) -> None:
    report = replay_intake(tmp_path / "home", 160, 300, seed=1)
    assert report.losses == []
    assert report.acknowledged == 160
    assert report.states_after_ack > 200
    assert report.steps["sync"] > 20


@watched
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_it_notices_what_a_weaker_promise_loses(tmp_path: Path, synchronous: str) -> None:
    report = replay_intake(tmp_path / "home", 40, 60, seed=2, synchronous=synchronous)
    assert any("lost" in problem for loss in report.losses for problem in loss.problems)


@watched
@pytest.mark.storm
@pytest.mark.parametrize("seed", range(10))
def test_it_finds_everything_in_ten_times_as_many_states(tmp_path: Path, seed: int) -> None:
    report = replay_intake(tmp_path / "home", 200 + 40 * seed, 3_000, seed=seed)
    assert report.losses == []
    assert report.states_after_ack > 2_000


def whole_files(home: Path, acked: object) -> list[str]:
    assert isinstance(acked, list)
    return [f"lost: {name}" for name in acked if not (home / name).exists() or len((home / name).read_bytes()) != 3000]


@watched
def test_it_knows_files_that_are_renamed_into_place(tmp_path: Path) -> None:
    for care, is_clean in (("careful", True), ("careless", False)):
        home = tmp_path / care
        home.mkdir()
        report = replay([sys.executable, "-c", PLAIN_FILE, str(home), care], home, 200, 3, whole_files)
        assert report.is_clean is is_clean, report.losses[:1]


@watched
def test_it_refuses_a_run_that_promises_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="acknowledged nothing"):
        replay(["true"], tmp_path, 5, 1, INTAKE)
    with pytest.raises(RuntimeError, match="ended with 1"):
        replay(["false"], tmp_path, 5, 1, INTAKE)


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_it_reads_a_call_another_thread_interrupts() -> None:
    here = hexed("/h/f")
    lines = [
        f"11 fdatasync(4<{here}> <unfinished ...>\n",
        f'12 pwrite64(5<{here}>, "{hexed("ab")}", 2, 8) = 2\n',
        "11 <... fdatasync resumed>) = 0\n",
        f'12 write(1<{hexed("/dev/null")}>, "{hexed("ACK one")}"..., 7) = 7\n',
        "11 +++ exited with 0 +++\n",
    ]
    calls = read_calls(lines)
    assert [(call.name, call.begun, call.ended) for call in calls] == [
        ("fdatasync", 0, 2),
        ("pwrite64", 1, 1),
        ("write", 3, 3),
    ]
    reader = StepReader("/h", ["/h/f"])
    assert reader.read(calls[:2])[1] == Step(1, 1, "write", "/h/f", b"ab", 8)
    with pytest.raises(ValueError, match="cut a string short"):
        reader.read(calls[2:])


def test_it_does_not_promise_a_write_that_overlaps_the_fsync() -> None:
    disk = Disk({"/h/f": b""})
    disk.begin(Step(1, 3, "write", "/h/f", b"late", 0))
    disk.sync(Step(2, 4, "sync", "/h/f"))
    assert dict(disk.survivors("none", random.Random(1))) == {"/h/f": b""}
    disk.sync(Step(5, 6, "sync", "/h/f"))
    assert dict(disk.survivors("none", random.Random(1))) == {"/h/f": b"late"}


writes = st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=700), st.booleans()), max_size=12)


@given(writes, st.sampled_from(FATES), st.integers(0, 99))
def test_it_never_takes_back_what_was_synced(ops: list[tuple[int, bytes, bool]], fate: str, seed: int) -> None:
    disk = Disk({"/h/f": b""})
    content = bytearray()
    loose: list[range] = []
    for line, (position, data, is_synced) in enumerate(ops):
        disk.begin(Step(2 * line, 2 * line, "write", "/h/f", data, position))
        content.extend(bytes(max(0, position - len(content))))
        content[position : position + len(data)] = data
        loose.append(range(position, position + len(data)))
        if is_synced:
            disk.sync(Step(2 * line + 1, 2 * line + 1, "sync", "/h/f"))
            loose.clear()
    left = dict(disk.survivors(fate, random.Random(seed)))["/h/f"]
    for index, byte in enumerate(content):
        if not any(index in touched for touched in loose) and index < len(left):
            assert left[index] == byte
    if fate == "all" or not loose:
        assert left == content
