"""F13: whatever the machine's clock does, each promise has exactly one outcome, and event times alone decide which."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fullcircle.core.kinds import Direction
from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment
from fullcircle.pipeline.settled import OpenCase
from fullcircle.routing.calendar import Calendar
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.case_events import Snooze
from fullcircle.routing.case_state import advance
from fullcircle.routing.clock import SteadyClock, steady
from fullcircle.store import models
from fullcircle.store.bulk.cases import CASE_COLUMNS, open_case, write_cases
from fullcircle.store.bulk.tables import quoted, read
from fullcircle.testing.builders import CAPTURED_AT, OCCURRED_AT, make_author, make_touchpoint
from fullcircle.workers.scheduler import settle_due, wake_snoozed
from tests.cast import House

PROMISE = 60 * MINUTE  # Alice's account answers within the hour
DUE = OCCURRED_AT + PROMISE
moments = st.one_of(
    st.integers(OCCURRED_AT - 2 * DAY, OCCURRED_AT + 2 * DAY),
    st.sampled_from(
        [0, DUE - 1, DUE, DUE + 1, OCCURRED_AT, DUE + HOUR, DUE - HOUR, DUE + 366 * DAY, 4_102_444_799_000]
    ),
)


def answer(at: Moment) -> object:
    ours = make_author(external_id="did:plc:ours", handle="harbourbakery.example")
    return make_touchpoint(
        external_id="answer",
        parent_id="question",
        author=ours,
        direction=Direction.OUTBOUND,
        occurred_at=at,
        captured_at=max(at, CAPTURED_AT) + 3 * DAY,
    )


def only_case(house: House) -> OpenCase:
    (row,) = read(f'SELECT {quoted(CASE_COLUMNS)} FROM "case" WHERE workspace_id = %s', [house.workspace.id])
    return open_case(row, {})


class TestPromises(TestCase):
    """hypothesis with a database rolled back after each example."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        before=st.lists(moments, max_size=5),
        after=st.lists(moments, max_size=5),
        answered_after=st.none() | st.integers(MINUTE, 3 * HOUR),
    )
    def test_it_gives_one_outcome_from_event_times(
        self, before: list[Moment], after: list[Moment], answered_after: int | None
    ) -> None:
        house = House("harbour", "alice")
        house.store(make_touchpoint(external_id="question"))
        for now in before:
            settle_due(now)
        if answered_after is not None:
            house.store(answer(OCCURRED_AT + answered_after))
        for now in after:
            settle_due(now)
        (target,) = models.CaseTarget.everywhere.filter(workspace=house.workspace)
        assert target.due_at == DUE
        if answered_after is not None:
            expected = ("met", OCCURRED_AT + answered_after) if answered_after <= PROMISE else ("missed", DUE)
        else:
            expected = ("missed", DUE) if max([0, *before, *after]) > DUE else ("open", 0)
        assert (target.outcome, target.settled_at) == expected
        ends = [event for event in house.events() if event in ("target.met", "target.missed")]
        assert len(ends) == len(set(ends)), "said once, however often the clock came by"

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(nows=st.lists(moments, min_size=1, max_size=6))
    def test_it_wakes_what_was_put_aside_once(self, nows: list[Moment]) -> None:
        house = House("harbour", "alice")
        house.store(make_touchpoint(external_id="question"))
        case, until = only_case(house), OCCURRED_AT + DAY
        case.state, _ = advance(case.state, Snooze(OCCURRED_AT + MINUTE, until), Targets(), Calendar())
        write_cases(house.workspace.id, [], [case], OCCURRED_AT)
        woken = sum(wake_snoozed(now) for now in nows)
        assert woken == (1 if max(nows) >= until else 0)
        assert house.cases()[0].status == ("open" if woken else "snoozed")

    def test_it_settles_more_cases_than_fit_one_turn(self) -> None:
        from fullcircle.workers import scheduler

        house = House("harbour", "alice")
        house.store(*(make_touchpoint(external_id=f"q{n}", author=make_author(external_id=f"p{n}")) for n in range(7)))
        kept, scheduler.CASES_A_TURN = scheduler.CASES_A_TURN, 3
        try:
            assert [settle_due(DUE + 1) for _ in range(4)] == [3, 3, 1, 0]
        finally:
            scheduler.CASES_A_TURN = kept
        outcomes = models.CaseTarget.everywhere.values_list("outcome", flat=True)
        assert set(outcomes) == {"missed"}


@given(jumps=st.lists(st.integers(-3 * DAY, 3 * DAY), max_size=20), pace=st.integers(1, 10_000))
def test_it_lets_time_pass_as_it_passes_whatever_the_wall_clock_says(jumps: list[int], pace: int) -> None:
    """The loop's own clock never runs back, and never runs ahead by a jump."""
    clock, wall, up = SteadyClock(CAPTURED_AT, 0), CAPTURED_AT, 0
    for jump in jumps:
        up += pace
        wall += pace + jump
        before = clock.moment
        clock, _ = steady(clock, wall, up)
        assert before <= clock.moment
        assert clock.moment <= CAPTURED_AT + up + 5_000 * len(jumps)


def test_it_asks_a_source_again_whose_rest_was_set_by_a_clock_that_ran_ahead(alice: House) -> None:
    from fullcircle.core.moments import now
    from fullcircle.ops.engine import Engine

    engine = Engine.__new__(Engine)
    engine._polled_at, engine._busy = {}, {}
    waits = {"soon": now() + 10 * MINUTE, "absurd": now() + 2 * DAY, "over": now() - 1}
    for name, retry_at in waits.items():
        alice.connect(name, retry_at=retry_at)
    assert {row.name for row in engine._due_sources()} == {"Bluesky", "absurd", "over"}
