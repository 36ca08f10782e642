"""The pipe inside one machine."""

import multiprocessing as mp

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
