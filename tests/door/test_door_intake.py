"""The intake file: what is answered is kept, once, whatever happens to the disk or the process."""

import asyncio
import contextlib
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from fullcircle.core.errors import CorruptStoreError, StoreBusyError
from fullcircle.door.intake import EXIT_DISK_FAILED, Intake
from fullcircle.door.intake_file import Arrival, DiskFailedError, dedupe_key, named_by_recovery, open_intake
from fullcircle.door.intake_reader import TAKE_BYTES, IntakeReader

ROOT = Path(__file__).resolve().parents[2]


def arrival(number: int, body: bytes | None = None, source_id: int = 7) -> Arrival:
    body = b"body-%d" % number if body is None else body
    return Arrival(
        1, source_id, 1000 + number, dedupe_key(source_id, f"m{number}", body), {"webhook-id": f"m{number}"}, body
    )


def with_intake(path: Path, work: Callable[[Intake], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def run() -> None:
        intake = Intake(path, **options)
        try:
            await work(intake)
        finally:
            await intake.stop()

    asyncio.run(run())


def test_it_keeps_in_order_and_gives_back_what_came(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        assert all(await asyncio.gather(*[intake.push(arrival(number)) for number in range(600)]))

    with_intake(tmp_path / "in" / "intake.db", work)
    with IntakeReader(tmp_path / "in" / "intake.db") as reader:
        rows = reader.take(0, 1000)
        assert [row.body for row in rows] == [b"body-%d" % number for number in range(600)]
        assert [row.seq for row in rows] == list(range(1, 601))
        assert (rows[3].workspace_id, rows[3].source_id, rows[3].received_at) == (1, 7, 1003)
        assert rows[3].headers == {"webhook-id": "m3"}
        assert [row.seq for row in reader.take(598, 10)] == [599, 600]
        assert reader.waiting(500) == 100
    assert (tmp_path / "in" / "intake.db").stat().st_mode & 0o777 == 0o600


def test_it_counts_a_duplicate_and_keeps_it_once_in_one_flush_or_two(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        assert sorted(await asyncio.gather(*[intake.push(arrival(1)) for _ in range(5)])) == [False] * 4 + [True]
        assert not await intake.push(arrival(1))
        assert await intake.push(arrival(1, source_id=8))

    with_intake(tmp_path / "i.db", work)
    with IntakeReader(tmp_path / "i.db") as reader:
        assert reader.waiting(0) == 2
        assert reader.tallies() == {(1, 7, "received"): 6, (1, 7, "duplicate"): 5, (1, 8, "received"): 1}


def test_it_knows_a_delivery_again_after_its_row_was_forgotten(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        await asyncio.gather(*[intake.push(arrival(number)) for number in range(1200)])
        with IntakeReader(tmp_path / "i.db") as reader:
            assert reader.forget(1100) == 1100
            assert reader.waiting(0) == 100
        assert not await intake.push(arrival(5))
        assert await intake.push(arrival(5000))

    with_intake(tmp_path / "i.db", work)
    with IntakeReader(tmp_path / "i.db") as reader:
        assert reader.forget(10_000) == 101
        assert reader.take(0, 5) == []


def test_it_never_gives_a_number_twice(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        await intake.push(arrival(1))
        with IntakeReader(tmp_path / "i.db") as reader:
            reader.forget(1)
            await intake.push(arrival(2))
            assert [row.seq for row in reader.take(0, 5)] == [2]

    with_intake(tmp_path / "i.db", work)


def test_it_leaves_nothing_of_a_forgotten_body_in_the_file(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        await intake.push(arrival(1, b"canary of a person " * 400))

    with_intake(tmp_path / "i.db", work)
    assert b"canary" in (tmp_path / "i.db").read_bytes()
    with IntakeReader(tmp_path / "i.db") as reader:
        reader.forget(1)
    assert b"canary" not in (tmp_path / "i.db").read_bytes()


def test_it_hands_out_a_bounded_number_of_bytes(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        for number in range(5):
            await intake.push(arrival(number, bytes([number]) * (TAKE_BYTES // 3)))

    with_intake(tmp_path / "i.db", work)
    with IntakeReader(tmp_path / "i.db") as reader:
        assert [len(reader.take(after, 10)) for after in (0, 4)] == [4, 1]


def test_it_writes_counts_without_arrivals_and_at_the_end(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        intake.note(0, 0, "refused_unknown_source")
        await intake.push(arrival(1))
        intake.note(1, 7, "refused_no_id")
        intake.note(1, 7, "refused_no_id")

    with_intake(tmp_path / "i.db", work)
    with IntakeReader(tmp_path / "i.db") as reader:
        tallies = reader.tallies()
    assert tallies[0, 0, "refused_unknown_source"] == 1
    assert tallies[1, 7, "refused_no_id"] == 2


class FullDisk:
    """Opens the intake file with room for so many pages."""

    def __init__(self, pages: int) -> None:
        self.pages = pages

    def __call__(self, path: Path) -> sqlite3.Connection:
        connection = open_intake(path)
        connection.execute(f"PRAGMA max_page_count={self.pages}")
        return connection


def test_it_refuses_while_the_disk_is_full_and_recovers_by_itself(tmp_path: Path) -> None:
    disk = FullDisk(30)
    acked = []

    async def work(intake: Intake) -> None:
        for number in range(60):
            with contextlib.suppress(StoreBusyError):
                await intake.push(arrival(number, b"%d" % number * 2000))
                acked.append(number)
        assert intake.is_busy
        assert 0 < len(acked) < 60
        intake.note(1, 7, "refused_no_id")
        disk.pages = 10_000
        results = await asyncio.gather(*[intake.push(arrival(number, b"%d" % number * 2000)) for number in range(60)])
        assert results.count(False) == len(acked)
        assert not intake.is_busy

    with_intake(tmp_path / "i.db", work, open_file=disk)
    with IntakeReader(tmp_path / "i.db") as reader:
        assert reader.waiting(0) == 60
        tallies = reader.tallies()
    assert tallies[1, 7, "received"] - tallies[1, 7, "duplicate"] == 60
    assert tallies[1, 7, "refused_no_id"] == 1


def test_it_refuses_while_another_process_holds_the_file(tmp_path: Path) -> None:
    def impatient(path: Path) -> sqlite3.Connection:
        connection = open_intake(path)
        connection.execute("PRAGMA busy_timeout=20")
        return connection

    async def work(intake: Intake) -> None:
        await intake.push(arrival(1))
        with contextlib.closing(sqlite3.connect(tmp_path / "i.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError):
                await intake.push(arrival(2))
            other.execute("ROLLBACK")
        assert await intake.push(arrival(2))

    with_intake(tmp_path / "i.db", work, open_file=impatient)


def test_it_answers_busy_where_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def work(intake: Intake) -> None:
        with pytest.raises(StoreBusyError):
            await intake.push(arrival(1))

    with_intake(tmp_path / "file" / "i.db", work)


def test_it_leaves_nobody_waiting_after_a_fault_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(path: Path) -> sqlite3.Connection:
        raise KeyError("a fault of ours")

    async def work(intake: Intake) -> None:
        async with asyncio.timeout(5):
            for _ in range(2):
                with pytest.raises(StoreBusyError):
                    await intake.push(arrival(1))

    with caplog.at_level(logging.CRITICAL):
        with_intake(tmp_path / "i.db", work, open_file=broken)


def test_it_says_loudly_that_the_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "i.db").write_bytes(b"this is no database at all, not in the least" * 100)
    told: list[CorruptStoreError] = []

    async def work(intake: Intake) -> None:
        with pytest.raises(StoreBusyError):
            await intake.push(arrival(1))

    with_intake(tmp_path / "i.db", work, on_broken=told.append)
    assert [type(error) for error in told] == [CorruptStoreError]


def test_it_tells_a_failed_fsync_from_a_full_disk() -> None:
    def error_of(code: int) -> sqlite3.Error:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        return error

    assert isinstance(named_by_recovery(error_of(sqlite3.SQLITE_IOERR_FSYNC)), DiskFailedError)
    assert isinstance(named_by_recovery(error_of(sqlite3.SQLITE_IOERR_DIR_FSYNC)), DiskFailedError)
    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE):
        assert isinstance(named_by_recovery(error_of(code)), StoreBusyError)
    assert type(named_by_recovery(error_of(sqlite3.SQLITE_CORRUPT_INDEX))) is CorruptStoreError


def test_it_refuses_more_than_it_can_hold(tmp_path: Path) -> None:
    async def work(intake: Intake) -> None:
        big = [asyncio.ensure_future(intake.push(arrival(number, bytes(15_000_000)))) for number in range(4)]
        done = await asyncio.gather(*big, return_exceptions=True)
        assert [type(one) for one in done].count(StoreBusyError) >= 1
        assert done[0] is True

    with_intake(tmp_path / "i.db", work)


def test_it_flushes_what_is_queued_before_it_closes(tmp_path: Path) -> None:
    async def run() -> None:
        intake = Intake(tmp_path / "i.db")
        pushes = [asyncio.ensure_future(intake.push(arrival(number))) for number in range(50)]
        await asyncio.sleep(0)
        await intake.stop()
        assert all(await asyncio.gather(*pushes))
        with pytest.raises(StoreBusyError):
            await intake.push(arrival(51))

    asyncio.run(run())


def run_workload(home: Path, count: int, *before: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    home.mkdir(exist_ok=True)
    argv = [*before, sys.executable, "-m", "tools.powercut.workload_intake", str(home), str(count)]
    path = f"{ROOT / 'src'}:{ROOT}"
    return subprocess.run(argv, env={**os.environ, "PYTHONPATH": path, **environment}, capture_output=True, check=False)


def acked_by(done: subprocess.CompletedProcess[bytes]) -> list[bytes]:
    return [line.removeprefix(b"ACK ") for line in done.stdout.splitlines()]


def bodies_in(home: Path) -> list[bytes]:
    with IntakeReader(home / "intake.db") as reader:
        return [row.body for row in reader.take(0, 100_000)]


@pytest.mark.parametrize("name", ["intake_before_fsync", "intake_after_fsync"])
@pytest.mark.parametrize("nth", [1, 3, 9])
def test_it_has_what_it_acknowledged_when_killed_at_a_crash_point(tmp_path: Path, name: str, nth: int) -> None:
    done = run_workload(tmp_path / "home", 200, CRASHPOINT=f"{name}:{nth}")
    assert done.returncode == -9
    bodies = bodies_in(tmp_path / "home")
    assert set(acked_by(done)) <= set(bodies)
    assert len(bodies) == len(set(bodies))
    again = run_workload(tmp_path / "home", 200)
    assert len(acked_by(again)) == 200
    assert sorted(bodies_in(tmp_path / "home")) == sorted(b"body-%d" % number for number in range(200))


def test_it_ends_the_process_when_an_fsync_fails(tmp_path: Path) -> None:
    from tools.powercut import refusal

    if refusal() is not None:
        pytest.skip(f"no fsync can be made to fail: {refusal()}")
    inject = (
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        "inject=fsync,fdatasync:error=EIO:when=12+",
    )
    done = run_workload(tmp_path / "home", 200, *inject)
    assert done.returncode == EXIT_DISK_FAILED, done.stderr[-500:]
    assert 0 < len(acked_by(done)) < 200
    assert set(acked_by(done)) <= set(bodies_in(tmp_path / "home"))
    assert b"fsync of the intake file failed" in done.stderr


ON_SMALL_DISK = """
import asyncio, subprocess, sys
from pathlib import Path
from fullcircle.core.errors import StoreBusyError
from fullcircle.door.intake import Intake
from fullcircle.door.intake_file import Arrival, dedupe_key
def arrival(n):
    body = b"%d " % n * 1500
    return Arrival(1, 7, n, dedupe_key(7, str(n), body), {}, body)
async def main(path):
    intake = Intake(path)
    busy = kept = 0
    for n in range(400):
        try:
            await intake.push(arrival(n)); kept += 1
        except StoreBusyError:
            busy += 1
    subprocess.run(["mount", "-o", "remount,size=64m", path.parent], check=True)
    again = [await intake.push(arrival(n)) for n in range(400)]
    await intake.stop()
    print(busy, kept, again.count(False))
asyncio.run(main(Path(sys.argv[1])))
"""


def test_it_survives_a_real_disk_that_fills_up(tmp_path: Path) -> None:
    reason = no_small_disk()
    if reason:
        pytest.skip(reason)
    mount = f'mount -t tmpfs -o size=1500k tmpfs "{tmp_path}" && exec "$@"'
    argv = ["unshare", "-rm", "sh", "-c", mount, "sh", sys.executable, "-c", ON_SMALL_DISK, str(tmp_path / "i.db")]
    done = subprocess.run(
        argv, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    busy, kept, known = map(int, done.stdout.split())
    assert busy > 100
    assert kept > 50
    assert known == kept


def no_small_disk() -> str:
    if shutil.which("unshare") is None:
        return "a small disk cannot be made: unshare is not installed"
    tried = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "a small disk cannot be made: no mount namespace is allowed here"
