"""The clocks of a case: one promise each, one outcome each, decided by event times alone.

A clock starts at a moment, falls due on a working calendar and ends in one of three ways: met (the answer occurred by
the due moment), missed (it did not), withdrawn (the case was resolved before the due moment with nothing said; counted
apart, so that it flatters nobody). The moment of a miss is the due moment, whoever found out and when.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.kinds import Target
from fullcircle.core.moments import Moment
from fullcircle.routing.calendar import Calendar
from fullcircle.routing.clock import add_working

MINUTES_LIMIT = 366 * 24 * 60


class TargetOutcome(StrEnum):
    """How a promise ended. `open`: not yet."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Targets(msgspec.Struct, frozen=True):
    """Promised working minutes; 0: nothing promised."""

    first_response: int = 0
    next_response: int = 0
    resolution: int = 0

    def minutes(self, target: Target) -> int:
        """What is promised for one kind of target."""
        return int(getattr(self, target.value))


def parse_targets(data: Mapping[str, object], field: str = "targets") -> Targets:
    """`{"first_response": 60}`; DeskError('targets_invalid') names what is wrong and what is allowed."""
    allowed = [target.value for target in Target]
    for name, minutes in data.items():
        if name not in allowed:
            raise DeskError("targets_invalid", f"{field}: {name!r} is not a target; allowed: {', '.join(allowed)}")
        if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= MINUTES_LIMIT:
            message = f"{field}: {name} must be a whole number of working minutes from 0 to {MINUTES_LIMIT}"
            raise DeskError("targets_invalid", message)
    return Targets(**{name: minutes for name, minutes in data.items() if isinstance(minutes, int)})


class Clock(msgspec.Struct, frozen=True):
    """One promise. `due_at` 0: nothing was promised. `settled_at` is when it was met, missed or withdrawn."""

    started_at: Moment = 0
    due_at: Moment = 0
    outcome: TargetOutcome = TargetOutcome.OPEN
    settled_at: Moment = 0

    @property
    def is_running(self) -> bool:
        return self.due_at > 0 and self.outcome is TargetOutcome.OPEN


NO_CLOCK = Clock()
Settled = tuple[Clock, EventName | None]


def start_clock(at: Moment, minutes: int, calendar: Calendar) -> Clock:
    """A running clock; NO_CLOCK where nothing is promised."""
    return Clock(at, add_working(calendar, at, minutes)) if minutes else NO_CLOCK


def answer_clock(clock: Clock, at: Moment) -> Settled:
    """What an answer at `at` makes of it. An answer that comes to light late corrects a miss; it never undoes a met."""
    if not clock.due_at or at < clock.started_at:
        return clock, None
    if at <= clock.due_at:
        if clock.outcome is TargetOutcome.MET:
            return _ended(clock, TargetOutcome.MET, min(at, clock.settled_at)), None
        return _ended(clock, TargetOutcome.MET, at), EventName.TARGET_MET
    if clock.outcome is TargetOutcome.OPEN:
        return _ended(clock, TargetOutcome.MISSED, clock.due_at), EventName.TARGET_MISSED
    return clock, None


def miss_clock(clock: Clock, now: Moment) -> Settled:
    """Missed, if it is running and `now` is past the due moment."""
    if not clock.is_running or now <= clock.due_at:
        return clock, None
    return _ended(clock, TargetOutcome.MISSED, clock.due_at), EventName.TARGET_MISSED


def withdraw_clock(clock: Clock, at: Moment) -> Settled:
    """Nobody waits any more, and nothing was said: withdrawn by the due moment (even if a clock that ran ahead had
    cried miss), missed after it."""
    if clock.due_at and at <= clock.due_at and clock.outcome in (TargetOutcome.OPEN, TargetOutcome.MISSED):
        return _ended(clock, TargetOutcome.WITHDRAWN, at), None
    return miss_clock(clock, at)


def start_earlier(clock: Clock, at: Moment, minutes: int, calendar: Calendar) -> Settled:
    """An earlier word came to light: the promise ran from there, and its outcome is judged anew."""
    moved = start_clock(at, minutes, calendar)
    if not moved.due_at or clock.outcome is TargetOutcome.OPEN:
        return moved, None
    if clock.outcome is TargetOutcome.MISSED:
        return _ended(moved, TargetOutcome.MISSED, moved.due_at), None
    if clock.settled_at <= moved.due_at:
        return _ended(moved, clock.outcome, clock.settled_at), None
    return _ended(moved, TargetOutcome.MISSED, moved.due_at), EventName.TARGET_MISSED


def _ended(clock: Clock, outcome: TargetOutcome, at: Moment) -> Clock:
    return Clock(clock.started_at, clock.due_at, outcome, at)
