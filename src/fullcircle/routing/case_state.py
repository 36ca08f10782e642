"""The life of a case: a state and an event in, a state and what happened out. Settle and desk use it alike.

    open      somebody waits for us
    pending   we answered and wait for them
    snoozed   put aside until a moment; stops no clock, because the person goes on waiting
    resolved  closed; an unanswered word of theirs opens it again

The first wait of a person is measured by `first_response`, each later one by `next_response`; `resolution` runs from
the first word to the resolving, and anew from every reopening. Outcomes follow from event times (see `case_clocks`).

Events that come late (a poll that was behind, an answer given in the platform's own app) land where they belong:
firsts are earliest, lasts are latest, a late answer corrects a miss. Two things a single state cannot know again, and
only `replay` over the whole history can: which answers lay between a late word and the newest answer, and the outcome
of a `next_response` wait that a later one has replaced. A resolving closes what had been heard when it was pressed: an
unanswered word that comes to light afterwards reopens, even if it was spoken before.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.kinds import CaseStatus, Target
from fullcircle.core.moments import Moment
from fullcircle.routing.calendar import Calendar
from fullcircle.routing.case_clocks import (
    NO_CLOCK,
    Clock,
    Settled,
    TargetOutcome,
    Targets,
    answer_clock,
    miss_clock,
    start_clock,
    start_earlier,
    withdraw_clock,
)
from fullcircle.routing.case_events import (
    Assign,
    CaseEvent,
    Happened,
    Inbound,
    Note,
    Outbound,
    Reopen,
    Resolve,
    Snooze,
    Wake,
)


class CaseState(msgspec.Struct, frozen=True):
    """Everything the machine needs; 0 for a moment that has not come."""

    status: CaseStatus = CaseStatus.OPEN
    version: int = 0
    opened_at: Moment = 0
    first_inbound_at: Moment = 0
    last_inbound_at: Moment = 0
    last_outbound_at: Moment = 0
    first_response_at: Moment = 0
    waiting_since: Moment = 0  # their earliest word we have not answered
    resolved_at: Moment = 0
    snoozed_until: Moment = 0
    reopen_count: int = 0
    first_response: Clock = NO_CLOCK
    next_response: Clock = NO_CLOCK
    resolution: Clock = NO_CLOCK


Advanced: TypeAlias = tuple[CaseState, tuple[Happened, ...]]


class _Life:
    """One step: the fields of a state under change, and what happened meanwhile."""

    def __init__(self, state: CaseState, targets: Targets, calendar: Calendar) -> None:
        self.state, self.targets, self.calendar = state, targets, calendar
        self.changes: dict[str, Any] = {}
        self.happened: list[Happened] = []

    def put(self, **changes: Any) -> None:
        self.changes.update(changes)
        self.state = msgspec.structs.replace(self.state, **changes)

    def say(self, name: EventName, at: Moment, target: Target | None = None) -> None:
        self.happened.append(Happened(name, at, target))

    def start(self, target: Target, at: Moment) -> None:
        self.put(**{target.value: start_clock(at, self.targets.minutes(target), self.calendar)})

    def start_earlier(self, target: Target, at: Moment) -> None:
        self.settle(target, start_earlier(self.clock(target), at, self.targets.minutes(target), self.calendar))

    def clock(self, target: Target) -> Clock:
        clock: Clock = getattr(self.state, target.value)
        return clock

    def settle(self, target: Target, settled: Settled) -> None:
        clock, name = settled
        if clock is not self.clock(target):
            self.put(**{target.value: clock})
        if name is not None:
            self.say(name, clock.settled_at, target)

    def outcome(self) -> Advanced:
        if self.changes or self.happened:
            self.put(version=self.state.version + 1)
        return self.state, tuple(self.happened)


def open_case(event: CaseEvent, targets: Targets, calendar: Calendar) -> Advanced:
    """A new case from the event that called for it, mostly their first word."""
    life = _Life(CaseState(opened_at=event.at), targets, calendar)
    life.say(EventName.CASE_OPENED, event.at)
    life.start(Target.RESOLUTION, event.at)
    if isinstance(event, Inbound):
        _first_word(life, event.at)
    else:
        _STEPS[type(event)](life, event)
    return life.outcome()


def advance(state: CaseState, event: CaseEvent, targets: Targets, calendar: Calendar) -> Advanced:
    """The state after one event. The same state and nothing happened, where the event changes nothing.

    DeskError('case_resolved', 'snooze_in_the_past') for what a member cannot do; touchpoints never raise.
    """
    life = _Life(state, targets, calendar)
    _STEPS[type(event)](life, event)
    return life.outcome()


def settle_targets(state: CaseState, now: Moment) -> Advanced:
    """Give every promise that is past due its miss. Any order of `now`s gives the same outcomes, each once: a settled
    clock stays settled, and the moment on record is the due moment."""
    life = _Life(state, Targets(), Calendar())
    for target in Target:
        life.settle(target, miss_clock(life.clock(target), now))
    return life.outcome()


def next_due_at(state: CaseState) -> Moment:
    """The earliest promise still running; 0: none."""
    clocks = (state.first_response, state.next_response, state.resolution)
    return min((clock.due_at for clock in clocks if clock.is_running), default=0)


def promised_at(state: CaseState) -> Moment:
    """When an answer was or is promised, of the promises that still matter: those running, and those of the present
    wait that ran out. 0: none."""
    waits = (state.first_response, state.next_response)
    since = state.waiting_since
    missed = [c.due_at for c in waits if since and c.outcome is TargetOutcome.MISSED and c.started_at >= since]
    running = next_due_at(state)
    return min([*missed, running] if running else missed, default=0)


def replay(events: Iterable[CaseEvent], targets: Targets, calendar: Calendar) -> CaseState:
    """The state a whole history leads to, whatever order it arrived in. ValueError for no events."""
    ordered = sorted(events, key=lambda event: (event.at, _ORDER[type(event)]))
    if not ordered:
        raise ValueError("a case begins with an event")
    state, _ = open_case(ordered[0], targets, calendar)
    for event in ordered[1:]:
        state, _ = advance(state, event, targets, calendar)
    return state


def _first_word(life: _Life, at: Moment) -> None:
    life.put(first_inbound_at=at, last_inbound_at=at, waiting_since=at)
    life.start(Target.FIRST_RESPONSE, at)


def _put_inbound(life: _Life, event: Inbound) -> None:
    at, before = event.at, life.state
    is_unanswered = at > before.last_outbound_at
    life.say(EventName.CASE_JOINED, at)
    _open_earlier(life, at)
    life.put(last_inbound_at=max(before.last_inbound_at, at))
    if is_unanswered:
        _wake_by_word(life, at)
    if not before.first_inbound_at or at < before.first_inbound_at:
        _put_first_inbound(life, at)
    if is_unanswered and (not before.waiting_since or at < before.waiting_since):
        _put_wait(life, at, before)


def _wake_by_word(life: _Life, at: Moment) -> None:
    if life.state.status is CaseStatus.RESOLVED:
        _open_again(life, at)
    elif life.state.status is CaseStatus.SNOOZED:
        life.say(EventName.CASE_WOKEN, at)
    life.put(status=CaseStatus.OPEN, snoozed_until=0)


def _put_first_inbound(life: _Life, at: Moment) -> None:
    """Their first word, or one even earlier than the first we knew."""
    before = life.state
    life.put(first_inbound_at=at)
    if before.first_inbound_at:
        life.start_earlier(Target.FIRST_RESPONSE, at)
    else:
        life.start(Target.FIRST_RESPONSE, at)
    if at <= before.last_outbound_at and not before.first_response_at:  # answered before we had heard it
        _put_first_response(life, before.last_outbound_at)
        if before.waiting_since:
            life.start(Target.NEXT_RESPONSE, before.waiting_since)


def _put_wait(life: _Life, at: Moment, before: CaseState) -> None:
    """Somebody waits since `at`: a new wait, or the present one turns out to be longer."""
    life.put(waiting_since=at)
    if not before.waiting_since:
        if before.first_inbound_at:
            life.start(Target.NEXT_RESPONSE, at)
    elif before.next_response.started_at == before.waiting_since:
        life.start_earlier(Target.NEXT_RESPONSE, at)


def _open_earlier(life: _Life, at: Moment) -> None:
    """Resolution counts from the first touchpoint of the case, which may come to light late."""
    if at < life.state.opened_at:
        life.put(opened_at=at)
        if not life.state.reopen_count:
            life.start_earlier(Target.RESOLUTION, at)


def _put_first_response(life: _Life, at: Moment) -> None:
    life.put(first_response_at=at)
    life.settle(Target.FIRST_RESPONSE, answer_clock(life.state.first_response, at))


def _put_outbound(life: _Life, event: Outbound) -> None:
    at, before = event.at, life.state
    if event.is_automatic:
        return
    if event.is_outside:
        life.say(EventName.CASE_ANSWERED_OUTSIDE, at)
    _open_earlier(life, at)
    life.put(last_outbound_at=max(before.last_outbound_at, at))
    life.settle(Target.NEXT_RESPONSE, answer_clock(before.next_response, at))
    if before.first_inbound_at and at >= before.first_inbound_at:
        if not before.first_response_at or at < before.first_response_at:
            _put_first_response(life, at)
        if before.waiting_since and at >= before.waiting_since:
            _end_wait(life, at)
    if life.state.status is CaseStatus.OPEN and not life.state.waiting_since:
        life.put(status=CaseStatus.PENDING)


def _end_wait(life: _Life, at: Moment) -> None:
    """Answered up to `at`. A word later than that is a wait of its own; of several only the newest is still known."""
    newest = life.state.last_inbound_at
    if newest > at:
        life.put(waiting_since=newest)
        life.start(Target.NEXT_RESPONSE, newest)
    else:
        life.put(waiting_since=0)
        life.settle(Target.NEXT_RESPONSE, withdraw_clock(life.state.next_response, at))


def _put_note(life: _Life, event: Note) -> None:
    """Changes nothing: nobody outside hears it."""


def _put_assign(life: _Life, event: Assign) -> None:
    life.say(EventName.CASE_ASSIGNED, event.at)


def _put_snooze(life: _Life, event: Snooze) -> None:
    if life.state.status is CaseStatus.RESOLVED:
        raise DeskError("case_resolved", "A resolved case cannot be snoozed.", hint="Open it again first.")
    if event.until <= event.at:
        raise DeskError("snooze_in_the_past", "A case is snoozed until a later moment.", hint="Choose one to come.")
    life.put(status=CaseStatus.SNOOZED, snoozed_until=event.until)
    life.say(EventName.CASE_SNOOZED, event.at)


def _put_wake(life: _Life, event: Wake) -> None:
    due = event.is_by_hand or event.at >= life.state.snoozed_until
    if life.state.status is CaseStatus.SNOOZED and due:
        life.put(status=CaseStatus.OPEN, snoozed_until=0)
        life.say(EventName.CASE_WOKEN, event.at)


def _put_resolve(life: _Life, event: Resolve) -> None:
    if life.state.status is CaseStatus.RESOLVED:
        return
    life.put(status=CaseStatus.RESOLVED, resolved_at=event.at, waiting_since=0, snoozed_until=0)
    life.say(EventName.CASE_RESOLVED, event.at)
    resolution = life.state.resolution
    life.settle(Target.RESOLUTION, answer_clock(resolution, max(event.at, resolution.started_at)))
    for target in (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE):
        life.settle(target, withdraw_clock(life.clock(target), event.at))


def _put_reopen(life: _Life, event: Reopen) -> None:
    if life.state.status is not CaseStatus.RESOLVED:
        return
    _open_again(life, event.at)
    if life.state.last_inbound_at > life.state.last_outbound_at:
        life.put(waiting_since=life.state.last_inbound_at)
        life.start(Target.NEXT_RESPONSE, event.at)  # promised anew from here: while it was resolved nobody worked on it


def _open_again(life: _Life, at: Moment) -> None:
    life.put(status=CaseStatus.OPEN, resolved_at=0, reopen_count=life.state.reopen_count + 1)
    life.say(EventName.CASE_REOPENED, at)
    life.start(Target.RESOLUTION, at)


_STEPS: dict[type, Callable[[_Life, Any], None]] = {
    Inbound: _put_inbound,
    Outbound: _put_outbound,
    Note: _put_note,
    Snooze: _put_snooze,
    Wake: _put_wake,
    Resolve: _put_resolve,
    Reopen: _put_reopen,
    Assign: _put_assign,
}
_ORDER = {kind: rank for rank, kind in enumerate(_STEPS)}  # what happened in one millisecond: heard, answered, acted on
