"""The pipe inside one machine."""

import multiprocessing as mp
import os
import signal
import time
from pathlib import Path

import pytest
from tests.bus.bus_conformance import BusConformance, full_batch

from fullcircle.bus.embedded import EmbeddedBus
from fullcircle.core.errors import TransientSourceError


class TestEmbedded(BusConformance):
    make = staticmethod(EmbeddedBus)


def _produce(bus: EmbeddedBus, count: int) -> None:
    for number in range(count):
        bus.put(full_batch(number))
    bus.close()


def test_it_crosses_processes_and_notices_a_dead_producer() -> None:
    context = mp.get_context("spawn")
    bus = EmbeddedBus(context=context)
    process = context.Process(target=_produce, args=(bus, 6))
    process.start()
    bus.leave()
    got = []
    while not bus.is_ended:
        batch = bus.take(1.0)
        if batch is not None:
            got.append(batch.moves[0].cursor)
    process.join()
    assert got == [str(number) for number in range(6)]


def test_it_ends_when_the_producer_is_gone_without_a_word() -> None:
    bus = EmbeddedBus()
    bus.leave()
    assert bus.take(1.0) is None
    assert bus.is_ended


def test_it_says_when_the_consumer_is_gone() -> None:
    bus = EmbeddedBus()
    bus._reader.close()
    with pytest.raises(TransientSourceError):
        bus.put(full_batch(1))


def _hold_and_die(report: str) -> None:
    """A consumer that is killed while its producer waits for room."""
    context = mp.get_context("spawn")
    bus = EmbeddedBus(depth=1, context=context)
    process = context.Process(target=_produce, args=(bus, 50), daemon=True)
    process.start()
    bus.leave()
    Path(report).write_text(str(process.pid))
    time.sleep(2)
    os.kill(os.getpid(), signal.SIGKILL)


def test_it_lets_a_producer_end_whose_consumer_was_killed(tmp_path: Path) -> None:
    report = tmp_path / "pid"
    consumer = mp.get_context("spawn").Process(target=_hold_and_die, args=(str(report),))
    consumer.start()
    consumer.join(30)
    producer = Path(f"/proc/{report.read_text()}")
    deadline = time.monotonic() + 15
    while producer.exists() and "Z" not in (producer / "stat").read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not producer.exists() or "Z" in (producer / "stat").read_text()
