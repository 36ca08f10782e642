"""The life of a case: who waits, which promise was kept, and that no clock but the events' own decides it."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.kinds import CaseStatus, Target
from fullcircle.core.moments import DAY, HOUR, MINUTE, parse_moment
from fullcircle.routing.calendar import ALWAYS_OPEN, Calendar, Hours
from fullcircle.routing.case_clocks import TargetOutcome, Targets, parse_targets
from fullcircle.routing.case_events import Assign, Inbound, Note, Outbound, Reopen, Resolve, Snooze, Wake
from fullcircle.routing.case_state import CaseState, advance, next_due_at, open_case, replay, settle_targets

T0 = 1_780_000_000_000
PROMISE = Targets(first_response=60, next_response=120, resolution=24 * 60)
WEEKDAYS = Calendar(zone="Europe/Berlin", weekly=tuple(Hours(day, 540, 1020) for day in range(5)))


def walk(*events, targets=PROMISE, calendar=ALWAYS_OPEN):
    state, happened = open_case(events[0], targets, calendar)
    said = list(happened)
    for event in events[1:]:
        state, happened = advance(state, event, targets, calendar)
        said += happened
    return state, said


def names(said):
    return [happened.name for happened in said]


def test_it_opens_with_a_first_promise_and_one_to_resolve():
    state, said = walk(Inbound(T0))
    assert state.status is CaseStatus.OPEN
    assert state.waiting_since == state.first_inbound_at == T0
    assert (state.first_response.due_at, state.resolution.due_at) == (T0 + HOUR, T0 + DAY)
    assert next_due_at(state) == T0 + HOUR
    assert names(said) == [EventName.CASE_OPENED]


def test_it_waits_for_them_once_we_answered():
    state, said = walk(Inbound(T0), Outbound(T0 + 10 * MINUTE))
    assert state.status is CaseStatus.PENDING
    assert state.waiting_since == 0
    assert state.first_response.outcome is TargetOutcome.MET
    assert state.first_response.settled_at == state.first_response_at == T0 + 10 * MINUTE
    assert said[-1].target is Target.FIRST_RESPONSE


def test_it_takes_an_answer_at_the_due_moment_as_kept_and_a_millisecond_later_as_missed():
    state, _ = walk(Inbound(T0), Outbound(T0 + HOUR))
    assert state.first_response.outcome is TargetOutcome.MET
    state, said = walk(Inbound(T0), Outbound(T0 + HOUR + 1))
    assert state.first_response.outcome is TargetOutcome.MISSED
    assert state.first_response.settled_at == T0 + HOUR == said[-1].at


def test_it_measures_each_later_wait_from_its_earliest_unanswered_word():
    state, _ = walk(Inbound(T0), Outbound(T0 + 1), Inbound(T0 + HOUR), Inbound(T0 + 2 * HOUR))
    assert state.status is CaseStatus.OPEN
    assert state.waiting_since == T0 + HOUR
    assert state.next_response.due_at == T0 + 3 * HOUR


def test_it_says_when_the_answer_was_given_elsewhere_and_it_stops_the_clock():
    state, said = walk(Inbound(T0), Outbound(T0 + MINUTE, is_outside=True))
    assert EventName.CASE_ANSWERED_OUTSIDE in names(said)
    assert state.first_response.outcome is TargetOutcome.MET


def test_it_does_not_take_an_automatic_receipt_for_an_answer():
    before, _ = walk(Inbound(T0))
    state, said = walk(Inbound(T0), Outbound(T0 + MINUTE, is_automatic=True))
    assert state == before
    assert len(said) == 1


def test_it_reopens_by_an_unanswered_word_with_new_promises():
    state, said = walk(Inbound(T0), Outbound(T0 + 1), Resolve(T0 + 2, "told"), Inbound(T0 + DAY))
    assert state.status is CaseStatus.OPEN
    assert (state.reopen_count, state.resolved_at) == (1, 0)
    assert state.next_response.started_at == state.resolution.started_at == T0 + DAY
    assert EventName.CASE_REOPENED in names(said)


def test_it_reopens_for_a_word_nobody_had_heard_when_it_was_resolved():
    state, _ = walk(Inbound(T0), Resolve(T0 + HOUR), Inbound(T0 + 30 * MINUTE))
    assert state.status is CaseStatus.OPEN
    assert state.waiting_since == T0 + 30 * MINUTE
    assert state.next_response.is_running
    state, _ = walk(Inbound(T0), Resolve(T0 + HOUR), Inbound(T0 - 30 * MINUTE))
    assert state.status is CaseStatus.OPEN
    assert state.next_response.is_running


def test_it_stays_resolved_when_a_late_word_was_answered_after():
    state, _ = walk(Inbound(T0), Outbound(T0 + 20), Resolve(T0 + 30), Inbound(T0 + 10))
    assert state.status is CaseStatus.RESOLVED


def test_it_counts_a_case_resolved_in_silence_apart():
    state, said = walk(Inbound(T0), Resolve(T0 + MINUTE, "no answer wanted"))
    assert state.first_response.outcome is TargetOutcome.WITHDRAWN
    assert state.resolution.outcome is TargetOutcome.MET
    assert [happened.target for happened in said if happened.target] == [Target.RESOLUTION]
    state, _ = walk(Inbound(T0), Resolve(T0 + 2 * HOUR, "no answer wanted"))
    assert state.first_response.outcome is TargetOutcome.MISSED


def test_it_goes_on_counting_while_snoozed_and_wakes_by_a_word_or_in_time():
    state, _ = walk(Inbound(T0), Snooze(T0 + 1, T0 + DAY))
    assert state.status is CaseStatus.SNOOZED
    assert settle_targets(state, T0 + HOUR + 1)[0].first_response.outcome is TargetOutcome.MISSED
    early, said = advance(state, Wake(T0 + DAY - 1), PROMISE, ALWAYS_OPEN)
    assert (early, said) == (state, ())
    for event in (Wake(T0 + DAY), Wake(T0 + 5, is_by_hand=True), Inbound(T0 + 9)):
        woken, said = advance(state, event, PROMISE, ALWAYS_OPEN)
        assert woken.status is CaseStatus.OPEN
        assert EventName.CASE_WOKEN in names(said)


def test_it_refuses_what_a_member_cannot_do():
    resolved, _ = walk(Inbound(T0), Resolve(T0 + 1))
    with pytest.raises(DeskError, match="resolved"):
        advance(resolved, Snooze(T0 + 2, T0 + 3), PROMISE, ALWAYS_OPEN)
    with pytest.raises(DeskError, match="later"):
        walk(Inbound(T0), Snooze(T0 + 2, T0 + 2))


@pytest.mark.parametrize("again", [Resolve(T0 + 9), Wake(T0 + 9)])
def test_it_does_nothing_twice(again):
    resolved, _ = walk(Inbound(T0), Resolve(T0 + 1))
    assert advance(resolved, again, PROMISE, ALWAYS_OPEN) == (resolved, ())
    opened, _ = walk(Inbound(T0))
    assert advance(opened, Reopen(T0 + 9), PROMISE, ALWAYS_OPEN) == (opened, ())
    assert advance(opened, Note(T0 + 9), PROMISE, ALWAYS_OPEN) == (opened, ())


def test_it_promises_anew_when_a_member_reopens_for_somebody_still_waiting():
    state, _ = walk(Inbound(T0), Resolve(T0 + 1), Reopen(T0 + DAY))
    assert state.waiting_since == T0
    assert state.next_response.due_at == T0 + DAY + 2 * HOUR
    state, _ = walk(Inbound(T0), Outbound(T0 + 1), Resolve(T0 + 2), Reopen(T0 + DAY))
    assert not state.waiting_since
    assert not state.next_response.is_running


def test_it_raises_the_version_with_every_change():
    state, _ = walk(Inbound(T0), Assign(T0 + 1), Outbound(T0 + 2), Resolve(T0 + 3))
    assert state.version == 4


def test_it_keeps_office_hours():
    friday = parse_moment("2026-05-29T16:50+02:00")
    state, _ = walk(Inbound(friday), calendar=WEEKDAYS)
    assert state.first_response.due_at == parse_moment("2026-06-01T09:50+02:00")


def test_it_corrects_a_miss_when_an_answer_in_time_comes_to_light():
    state, _ = walk(Inbound(T0))
    state, said = settle_targets(state, T0 + HOUR + 1)
    assert names(said) == [EventName.TARGET_MISSED]
    state, said = advance(state, Outbound(T0 + 30 * MINUTE, is_outside=True), PROMISE, ALWAYS_OPEN)
    assert EventName.TARGET_MET in names(said)
    assert state.first_response.outcome is TargetOutcome.MET
    assert state.first_response.settled_at == T0 + 30 * MINUTE


def test_it_judges_anew_when_an_earlier_first_word_comes_to_light():
    state, _ = walk(Inbound(T0), Outbound(T0 + 50 * MINUTE))
    state, said = advance(state, Inbound(T0 - HOUR), PROMISE, ALWAYS_OPEN)
    assert state.first_response.outcome is TargetOutcome.MISSED
    assert [(happened.name, happened.at) for happened in said if happened.target] == [(EventName.TARGET_MISSED, T0)]


def test_it_refuses_promises_it_cannot_read():
    assert parse_targets({"first_response": 30}) == Targets(first_response=30)
    with pytest.raises(DeskError, match="allowed: first_response"):
        parse_targets({"first_reply": 30})
    with pytest.raises(DeskError, match="whole number"):
        parse_targets({"resolution": -1})


# Properties: any life, watched by any clock.

SPOKEN = st.lists(
    st.tuples(st.integers(1, 5_000), st.sampled_from(["in", "in", "out", "outside"])), min_size=1, max_size=14
)


def history(steps, with_desk=False):
    at, events = T0, [Inbound(T0)]
    for minutes, kind in steps:
        at += minutes * MINUTE
        if kind == "in":
            events.append(Inbound(at))
        elif kind.startswith("out"):
            events.append(Outbound(at, is_outside=kind == "outside"))
        elif kind == "resolve":
            events.append(Resolve(at, "done"))
        else:
            events.append(Reopen(at))
    return events


LIVES = st.lists(
    st.tuples(st.integers(1, 5_000), st.sampled_from(["in", "out", "outside", "resolve", "reopen"])), max_size=14
).map(history)
CALENDARS = st.sampled_from([ALWAYS_OPEN, WEEKDAYS])
CLOCK_JUMPS = st.lists(st.integers(T0 - 2 * DAY, T0 + 200 * DAY), max_size=12)
END = T0 + 400 * DAY


@given(LIVES, CALENDARS, CLOCK_JUMPS)
@settings(max_examples=200, deadline=None)
def test_it_gives_each_promise_one_outcome_whatever_the_order_of_clock_readings(events, calendar, readings):
    state, _ = walk(*events, calendar=calendar)
    expected, missed = settle_targets(state, END)
    said = []
    for now in [*readings, END, *reversed(readings)]:
        state, happened = settle_targets(state, now)
        said += happened
    assert msgspec.structs.replace(state, version=0) == msgspec.structs.replace(expected, version=0)
    assert sorted(said, key=repr) == sorted(missed, key=repr)
    assert not any(clock.is_running for clock in (state.first_response, state.next_response, state.resolution))


@given(LIVES, CALENDARS, st.lists(CLOCK_JUMPS, min_size=15, max_size=15))
@settings(max_examples=200, deadline=None)
def test_it_ends_the_same_however_wrong_the_clock_was_meanwhile(events, calendar, readings):
    """A clock that ran ahead may cry miss; the events' own times correct it, and nothing is left of it."""
    quiet, facts = walk(*events, calendar=calendar)
    quiet, more = settle_targets(quiet, END)
    state, happened = open_case(events[0], PROMISE, calendar)
    said = list(happened)
    for event, nows in zip([*events[1:], None], readings, strict=False):
        for now in nows:
            state, happened = settle_targets(state, now)
            said += happened
        if event is not None:
            state, happened = advance(state, event, PROMISE, calendar)
            said += happened
    state, happened = settle_targets(state, END)
    said += happened
    assert msgspec.structs.replace(state, version=0) == msgspec.structs.replace(quiet, version=0)
    kept = {repr(h) for h in [*facts, *more] if h.name is EventName.TARGET_MET}
    assert kept <= {repr(h) for h in said}


@given(LIVES, CALENDARS)
@settings(max_examples=150, deadline=None)
def test_it_reports_each_outcome_once_when_clocks_are_right(events, calendar):
    state, happened = open_case(events[0], PROMISE, calendar)
    said = list(happened)
    for event in events[1:]:
        for now in (event.at - 1, event.at):
            state, happened = settle_targets(state, now)
            said += happened
        state, happened = advance(state, event, PROMISE, calendar)
        said += happened
    said += settle_targets(state, END)[1]
    outcomes = [(h.target, h.name) for h in said if h.target]
    assert outcomes.count((Target.FIRST_RESPONSE, EventName.TARGET_MET)) <= 1
    assert sum(target is Target.FIRST_RESPONSE for target, _ in outcomes) <= 1
    reopened = sum(h.name is EventName.CASE_REOPENED for h in said)
    assert sum(target is Target.RESOLUTION for target, _ in outcomes) <= 1 + reopened


@given(SPOKEN.map(history), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_it_converges_on_firsts_lasts_and_who_waits_in_any_order_of_arrival(events, random):
    truth = replay(events, PROMISE, ALWAYS_OPEN)
    shuffled = list(events)
    random.shuffle(shuffled)
    state, _ = walk(*shuffled)
    for field in ("status", "opened_at", "first_inbound_at", "last_inbound_at", "last_outbound_at"):
        assert getattr(state, field) == getattr(truth, field), field
    assert bool(state.waiting_since) == bool(truth.waiting_since)
    assert state.waiting_since >= truth.waiting_since
    assert bool(state.first_response_at) == bool(truth.first_response_at)
    assert state.first_response_at >= truth.first_response_at
    assert state.resolution == truth.resolution
    assert replay(shuffled, PROMISE, ALWAYS_OPEN) == truth


@given(SPOKEN.map(history), st.data())
@settings(max_examples=200, deadline=None)
def test_it_converges_wholly_when_one_event_is_overtaken_by_the_next(events, data):
    if len(events) < 2:
        return
    place = data.draw(st.integers(0, len(events) - 2))
    swapped = list(events)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    state, truth = walk(*swapped)[0], replay(events, PROMISE, ALWAYS_OPEN)
    for field in CaseState.__struct_fields__:
        if field != "next_response":
            assert getattr(state, field) == getattr(truth, field), field
