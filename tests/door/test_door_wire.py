"""The door behind its real server, on 127.0.0.1: kills, stops, drips and cut lines."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fullcircle.door.intake_reader import IntakeReader
from tests.door.asking import http_bytes, signed

ROOT = Path(__file__).resolve().parents[2]
BODY = b'{"id":"a1","text":"good bread"}'


class Front:
    """granian with the door alone, as the product starts it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.file = folder / "intake.db"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DOOR_INTAKE": str(self.file),
            **environment,
        }
        self.start()

    def argv(self) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", "1", "--workers-kill-timeout", "5", "--http1-header-read-timeout", "1500"),
            *("--log-level", "error", "--no-ws", "tests.door.front:app"),
        ]

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv(), env=self._environment, cwd=ROOT, start_new_session=True)
        self.wait_until_ready()

    def wait_until_ready(self, within_s: float = 15) -> None:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if self.exchange(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").startswith(
                    b"HTTP/1.1 200"
                ):
                    return
            time.sleep(0.05)
        raise AssertionError("the front did not come up")

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.settimeout(10)
        return connection

    def exchange(self, request: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(request)
            return read_answer(connection)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kept(self) -> list[bytes]:
        with IntakeReader(self.file) as reader:
            return [row.body for row in reader.take(0, 100_000)]


def read_answer(connection: socket.socket) -> bytes:
    """One answer, or what came before the line was cut."""
    told = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n\r\n" not in told and (piece := connection.recv(65536)):
            told += piece
    return told


@pytest.fixture
def start_front(tmp_path: Path) -> Iterator[Callable[..., Front]]:
    started: list[Front] = []

    def start(**environment: str) -> Front:
        started.append(Front(tmp_path, **environment))
        return started[-1]

    yield start
    for front in started:
        front.kill()


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def request_of(number: str, size: int = 200) -> tuple[bytes, bytes]:
    body = f'{{"id":"{number}","text":"{"x" * size}"}}'.encode()
    return body, http_bytes(body, signed(body, f"m{number}"))


def test_it_takes_refuses_and_survives_cut_lines_on_the_wire(start_front: Callable[..., Front]) -> None:
    front = start_front()
    whole = http_bytes(BODY, signed(BODY, "m1"))
    assert status_of(front.exchange(whole)) == 202
    assert status_of(front.exchange(whole)) == 202
    assert (
        status_of(front.exchange(http_bytes(BODY + b" ", signed(BODY, "m2")))) == 202
    )  # one byte more is the next request's
    assert status_of(front.exchange(http_bytes(BODY, {**signed(b"", "m3"), "content-length": str(len(BODY))}))) == 401
    assert status_of(front.exchange(http_bytes(b"", {"content-length": "100000000"}))) == 413
    other = http_bytes(b'{"id":"a2"}', signed(b'{"id":"a2"}', "m4"))
    for cut in range(1, len(other), 9):
        with front.connect() as connection:
            connection.sendall(other[:cut])
            if cut % 2:
                connection.shutdown(socket.SHUT_WR)
                assert status_of(read_answer(connection)) != 500
    assert status_of(front.exchange(whole)) == 202
    assert front.kept() == [BODY, BODY]


def test_it_finishes_a_request_in_flight_when_it_is_told_to_stop(start_front: Callable[..., Front]) -> None:
    front = start_front()
    whole = http_bytes(BODY, signed(BODY, "m1"))
    with front.connect() as connection:
        connection.sendall(whole[:-1])
        time.sleep(0.2)
        front.process.terminate()
        time.sleep(0.4)
        connection.sendall(whole[-1:])
        assert status_of(read_answer(connection)) == 202
    assert front.process.wait(10) == 0
    assert front.kept() == [BODY]


def test_it_ends_with_its_worker_so_that_the_supervisor_notices(start_front: Callable[..., Front]) -> None:
    front = start_front()
    worker = children_of(front.process.pid)
    assert worker
    for pid in worker:
        os.kill(pid, signal.SIGKILL)
    assert front.process.wait(10) != 0


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def burst(port: int, requests: list[tuple[bytes, bytes]], acked: list[bytes], connections: int = 10) -> None:
    """Send until the line is cut; bodies that were answered 202 are noted."""
    waiting = iter(requests)

    async def line() -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                for body, request in waiting:
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    if head.startswith(b"HTTP/1.1 202"):
                        acked.append(body)
                    await reader.readexactly(2)
            finally:
                writer.close()

    await asyncio.gather(*[line() for _ in range(connections)])


def kill_mid_burst(front: Front, rounds: int, size: int, seed: int) -> list[bytes]:
    rng = random.Random(seed)
    acked: list[bytes] = []

    async def one_round(number: int) -> None:
        requests = [request_of(f"{number}-{index}") for index in range(size)]
        sending = asyncio.ensure_future(burst(front.port, requests, acked))
        await asyncio.sleep(rng.uniform(0.005, 0.06))
        front.kill()
        await sending
        front.start()
        await burst(front.port, requests[: size // 10], acked)  # senders try again

    for number in range(rounds):
        asyncio.run(one_round(number))
    return acked


def check_kills(front: Front, rounds: int, size: int, seed: int) -> None:
    acked = kill_mid_burst(front, rounds, size, seed)
    kept = front.kept()
    assert len(kept) == len(set(kept)), "kept twice"
    assert not set(acked) - set(kept), "acknowledged and lost"
    assert len(set(acked)) > rounds * size // 10
    with IntakeReader(front.file) as reader:
        tallies = reader.tallies()
    assert tallies[1, 7, "received"] - tallies.get((1, 7, "duplicate"), 0) == len(kept)


def test_it_has_every_2xx_after_ten_kills_mid_burst(start_front: Callable[..., Front]) -> None:
    check_kills(start_front(), 10, 200, seed=1)


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(10))
def test_it_has_every_2xx_after_a_thousand_kills(start_front: Callable[..., Front], seed: int) -> None:
    check_kills(start_front(), 100, 200, seed=seed)


def test_it_frees_sockets_that_drip_and_serves_others_meanwhile(start_front: Callable[..., Front]) -> None:
    front = start_front(DOOR_BODY_TIMEOUT_S="1")
    open_lines = []
    for number in range(60):
        connection = front.connect()
        _, request = request_of(f"slow-{number}")
        connection.sendall(request[: len(request) // 2 if number % 2 else 40])
        open_lines.append(connection)
    began = time.monotonic()
    for number in range(20):
        assert status_of(front.exchange(request_of(f"fast-{number}")[1])) == 202
    assert time.monotonic() - began < 2
    for connection in open_lines:
        read_answer(connection)
        connection.close()
    assert time.monotonic() - began < 6
    assert len(front.kept()) == 20


SUPERVISE = """
import json, os, sys
from pathlib import Path
from fullcircle.ops.supervisor import Child, Supervisor
told = json.loads(sys.argv[1])
sys.exit(Supervisor(Path(told["home"]), [Child("front", told["argv"], {}, told["address"])]).run())
"""


def test_it_goes_with_its_supervisor_however_that_ends(start_front: Callable[..., Front], tmp_path: Path) -> None:
    import json

    front = start_front()
    front.process.terminate()
    front.process.wait(10)
    told = {"home": str(tmp_path / "home"), "argv": front.argv(), "address": f"127.0.0.1:{front.port}"}
    environment = front._environment
    for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -9)):
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, json.dumps(told)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        front.wait_until_ready()
        family = [pid for child in children_of(supervisor.pid) for pid in (child, *children_of(child))]
        assert len(family) >= 2
        supervisor.send_signal(number)
        assert supervisor.wait(10) == code
        until = time.monotonic() + 5
        while any(is_alive(pid) for pid in family) and time.monotonic() < until:
            time.sleep(0.05)
        assert not [pid for pid in family if is_alive(pid)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
