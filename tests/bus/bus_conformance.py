"""What every bus must do; a transport passes by naming how it is made."""

import threading
import time
from collections.abc import Callable
from typing import Any

from fullcircle.core.batches import Batch, CursorMove, Refused
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.records import RawRecord
from fullcircle.testing.builders import make_batch


def full_batch(number: int) -> Batch:
    """A batch with something in every column."""
    raw = RawRecord(b"\x00\xff", "event", 5, "context")
    refused = (Refused(raw, Drop(DropReason.EMPTY)), Refused(raw, Unreadable(QuarantineReason.BAD_JSON, "why")))
    return make_batch(3, refused=refused, moves=(CursorMove(1, "mentions", str(number)),), received=5)


class BusConformance:
    make: Callable[[int], Any]

    def test_it_delivers_batches_whole_and_in_order(self) -> None:
        bus = self.make(8)
        sent = [full_batch(number) for number in range(5)]
        for batch in sent:
            bus.put(batch)
        bus.close()
        got = []
        while not bus.is_ended:
            batch = bus.take(1.0)
            if batch is not None:
                got.append(batch)
        assert got == sent

    def test_it_gives_none_when_nothing_comes(self) -> None:
        bus = self.make(2)
        started = time.monotonic()
        assert bus.take(0.05) is None
        assert not bus.is_ended
        assert time.monotonic() - started < 5

    def test_it_holds_the_producer_back(self) -> None:
        bus = self.make(2)
        done = threading.Event()

        def produce() -> None:
            for number in range(3):
                bus.put(full_batch(number))
            done.set()

        threading.Thread(target=produce, daemon=True).start()
        assert not done.wait(0.3)
        assert bus.take(1.0) is not None
        assert done.wait(5)
