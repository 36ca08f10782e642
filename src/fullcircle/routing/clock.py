"""Working time: when a promise of so many working minutes falls due, and how much was worked between two moments.

Open spans are laid out once per calendar in blocks of 32 days of UTC with running sums, so that both questions are a
look-up by bisection: 1-2 us once a block is known. A block costs about a millisecond to lay out.
"""

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from fullcircle.core.moments import DAY, LATEST, MINUTE, Moment
from fullcircle.routing.calendar import Calendar, open_spans

BLOCK = 32 * DAY
NEVER: Moment = LATEST
"""Due time on a calendar that does not open again."""


class _Block(NamedTuple):
    starts: list[Moment]
    ends: list[Moment]
    before: list[int]  # milliseconds worked in the block before each span; one more entry: the block's total


@lru_cache(maxsize=4096)
def _block(calendar: Calendar, number: int) -> _Block:
    spans = open_spans(calendar, number * BLOCK, (number + 1) * BLOCK)
    before = list(accumulate((end - start for start, end in spans), initial=0))
    return _Block([start for start, _ in spans], [end for _, end in spans], before)


def _worked_before(block: _Block, at: Moment) -> int:
    """Milliseconds worked in the block up to `at`."""
    index = bisect_right(block.starts, at) - 1
    if index < 0:
        return 0
    return block.before[index] + min(at, block.ends[index]) - block.starts[index]


def is_open(calendar: Calendar, at: Moment) -> bool:
    """Whether the calendar works at this instant; the last minute's end does not count."""
    if calendar.is_always_open:
        return True
    block = _block(calendar, at // BLOCK)
    index = bisect_right(block.starts, at) - 1
    return index >= 0 and at < block.ends[index]


def working_ms(calendar: Calendar, start: Moment, end: Moment) -> int:
    """Milliseconds worked in [start, end); 0 when `end` is not later."""
    if end <= start:
        return 0
    if calendar.is_always_open:
        return end - start
    first, last = start // BLOCK, end // BLOCK
    worked = sum(_block(calendar, number).before[-1] for number in range(first, last))
    return worked + _worked_before(_block(calendar, last), end) - _worked_before(_block(calendar, first), start)


def add_working(calendar: Calendar, start: Moment, minutes: int) -> Moment:
    """The earliest moment by which `minutes` of work have passed since `start`; NEVER where the calendar stays closed.

    No minutes: `start` itself. ValueError below zero.
    """
    if minutes < 0:
        raise ValueError("working minutes cannot be negative")
    left = minutes * MINUTE
    if calendar.is_always_open or not left:
        return start + left
    number = start // BLOCK
    block = _block(calendar, number)
    last = _last_block(calendar)
    left += _worked_before(block, start)  # from here on counted from the beginning of the block
    while left > block.before[-1]:
        if number >= last:
            return NEVER
        left -= block.before[-1]
        number += 1
        block = _block(calendar, number)
    index = bisect_right(block.before, left - 1) - 1
    return min(block.starts[index] + left - block.before[index], NEVER)


@lru_cache(maxsize=256)
def _last_block(calendar: Calendar) -> int:
    """Nothing is open after it; without weekly hours only the dates opened by hand remain."""
    if calendar.weekly:
        return NEVER // BLOCK
    days = [date.fromisoformat(opened.day) for opened in calendar.open_dates]
    return ((max(days) - date(1970, 1, 1)).days * DAY + 2 * DAY) // BLOCK if days else 0


class SteadyClock(NamedTuple):
    """A wall clock held against one that cannot be set, so that a jump of the first is no passing of time.

    `moment` is what timers go by. `steady_ms` must count sleep of the machine (CLOCK_BOOTTIME).
    """

    moment: Moment
    steady_ms: int


def steady(last: SteadyClock, wall: Moment, steady_ms: int, tolerance_ms: int = 5_000) -> tuple[SteadyClock, int]:
    """The clock after one look at both, and by how much the wall clock disagrees (0: within the tolerance).

    Small differences follow the wall clock, never backwards; a larger one is a clock that was set: time goes on at the
    steady pace and the caller says so to the operator. A restart believes the wall clock again.
    """
    expected = last.moment + max(steady_ms - last.steady_ms, 0)
    jump = wall - expected
    if abs(jump) <= tolerance_ms:
        return SteadyClock(max(wall, last.moment), steady_ms), 0
    return SteadyClock(expected, steady_ms), jump
