"""F09: the disk is full in the middle of an import. It says so and stops; what it had committed stays; when there is room
the same command goes on to the end, and the books balance throughout."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.homes import Home, balanced
from tests.faults.test_kill_import import write_rows

ROWS = 3_000
SMALL_MB, LARGE_MB = 6, 128


def mount(folder: Path, options: str) -> bool:
    asked = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def room(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not mount(folder, f"size={SMALL_MB}m"):
        pytest.skip("a small disk cannot be mounted here (needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, left: int) -> None:
    """Somebody else's file takes all but a little."""
    with (folder / "ballast").open("wb") as file:
        file.write(b"\0" * max(0, room(folder) - left))


def test_it_stops_on_a_full_disk_and_goes_on_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.csv", ROWS)
    wanted = {"arguments": ["import", str(path), "--json"], "batch_size": 100, "is_impatient": True}
    with Home(tmp_path, at=disk / "home") as home:
        home.run("found", sources={})
        fill(disk, left=700_000)
        ended = home.try_run("command", **wanted)
        assert (ended.signal, ended.code) == (0, 0), ended.said
        assert ended.value == 3, "try again later, says the exit code"
        assert "did not take the batch" in ended.said
        assert "full" in ended.said
        assert "Traceback" not in ended.said
        kept = balanced(home)
        assert 0 < len(kept["ids"]) < ROWS
        again = home.try_run("command", **wanted)
        assert again.value == 3, again.said  # still full: nothing changes, nothing breaks
        assert balanced(home)["ids"] == kept["ids"]
        assert mount(disk, f"remount,size={LARGE_MB}m")
        assert home.run("command", **wanted) == 0
        seen = balanced(home)
        assert len(seen["ids"]) == ROWS
        assert set(kept["ids"]) <= set(seen["ids"])


def test_it_takes_nothing_in_at_the_door_while_the_disk_is_full(disk: Path) -> None:
    from fullcircle.core.errors import StoreBusyError
    from fullcircle.door.intake_file import Arrival, keep, open_intake

    file = open_intake(disk / "intake.sqlite3")
    acknowledged = 0
    arrivals = [Arrival(1, 1, 1, number.to_bytes(16, "big"), {}, b"x" * 100_000) for number in range(80)]
    hint = ""
    for arrival in arrivals:
        try:
            keep(file, [arrival], {})
        except StoreBusyError as error:
            hint = error.hint
            break
        acknowledged += 1
    assert 10 < acknowledged < 80
    assert hint == "free some space on its disk"
    assert mount(disk, f"remount,size={LARGE_MB}m")
    assert keep(file, arrivals, {}) == [False] * acknowledged + [True] * (80 - acknowledged)
    file.close()
