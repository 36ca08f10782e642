"""Working calendars and clocks: time changes, leap days, holidays, and the laws adding and measuring obey."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fullcircle.core.errors import DeskError
from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment, from_datetime, parse_moment
from fullcircle.routing.calendar import ALWAYS_OPEN, Calendar, Hours, OpenDate, parse_calendar
from fullcircle.routing.clock import NEVER, SteadyClock, add_working, is_open, steady, working_ms

BAKERY = Calendar(
    zone="Europe/Berlin",
    weekly=tuple(Hours(day, *span) for day in range(5) for span in ((9 * 60, 12 * 60), (13 * 60, 17 * 60))),
    country="DE",
    subdivision="BY",
)
NIGHT = Calendar(zone="Europe/Berlin", weekly=tuple(Hours(day, 0, 6 * 60) for day in range(7)))


def at(text: str, zone: str = "UTC") -> Moment:
    moment = parse_moment(text)
    assert moment is not None
    local = datetime.fromtimestamp(moment / 1000, UTC).replace(tzinfo=ZoneInfo(zone))
    return from_datetime(local)


def berlin(text: str) -> Moment:
    return at(text, "Europe/Berlin")


def test_it_carries_a_promise_over_lunch_and_the_weekend():
    assert add_working(BAKERY, berlin("2026-02-06 11:30"), 60) == berlin("2026-02-06 13:30")
    assert add_working(BAKERY, berlin("2026-02-06 16:30"), 60) == berlin("2026-02-09 09:30")
    assert add_working(BAKERY, berlin("2026-02-07 03:00"), 1) == berlin("2026-02-09 09:01")


def test_it_falls_due_at_the_end_of_a_day_not_the_next_morning():
    assert add_working(BAKERY, berlin("2026-02-06 16:00"), 60) == berlin("2026-02-06 17:00")


def test_it_keeps_public_holidays_of_the_subdivision():
    # Epiphany is kept in Bavaria, not in Berlin
    assert not is_open(BAKERY, berlin("2026-01-06 10:00"))
    elsewhere = Calendar(zone=BAKERY.zone, weekly=BAKERY.weekly, country="DE", subdivision="BE")
    assert is_open(elsewhere, berlin("2026-01-06 10:00"))


def test_it_opens_a_date_in_spite_of_holiday_weekend_and_closing():
    days = ("2026-01-06", "2026-02-08")
    calendar = Calendar(
        zone=BAKERY.zone,
        weekly=BAKERY.weekly,
        country="DE",
        subdivision="BY",
        closed_dates=("2026-02-08", "2026-02-09"),
        open_dates=tuple(OpenDate(day, 600, 660) for day in days),
    )
    for day in days:
        assert working_ms(calendar, berlin(f"{day} 00:00"), berlin(f"{day} 23:59")) == HOUR
    assert working_ms(calendar, berlin("2026-02-09 00:00"), berlin("2026-02-10 00:00")) == 0


def test_it_works_an_hour_less_when_clocks_go_forward_and_one_more_when_they_go_back():
    def night(day: str) -> int:
        return working_ms(NIGHT, berlin(f"{day} 00:00"), berlin(f"{day} 12:00"))

    assert night("2026-03-28") == 6 * HOUR
    assert night("2026-03-29") == 5 * HOUR
    assert night("2026-10-25") == 7 * HOUR
    assert add_working(NIGHT, berlin("2026-03-29 00:00"), 300) == berlin("2026-03-29 06:00")


def test_it_starts_at_the_time_change_when_opening_falls_into_the_missing_hour():
    early = Calendar(zone="Europe/Berlin", weekly=(Hours(6, 150, 240),))  # 02:30 to 04:00 on Sundays
    assert add_working(early, berlin("2026-03-28 12:00"), 1) == berlin("2026-03-29 03:01")
    assert working_ms(early, berlin("2026-03-29 00:00"), berlin("2026-03-29 12:00")) == HOUR


def test_it_works_a_repeated_half_hour_twice():
    early = Calendar(zone="Europe/Berlin", weekly=(Hours(6, 120, 150),))
    assert working_ms(early, berlin("2026-10-25 00:00"), berlin("2026-10-25 12:00")) == HOUR


def test_it_knows_the_leap_day():
    always = Calendar(zone="Europe/Berlin", weekly=tuple(Hours(day, 540, 600) for day in range(7)))
    assert working_ms(always, berlin("2028-02-28 00:00"), berlin("2028-03-02 00:00")) == 3 * HOUR


def test_it_survives_a_day_that_never_was():
    # Samoa went from Thursday to Saturday at the end of 2011
    samoa = Calendar(zone="Pacific/Apia", weekly=(Hours(4, 540, 600), Hours(5, 540, 600)))
    assert working_ms(samoa, at("2011-12-29", "Pacific/Apia"), at("2012-01-01", "Pacific/Apia")) == HOUR


@pytest.mark.parametrize("calendar", [Calendar(), Calendar(open_dates=(OpenDate("2020-05-01", 0, 60),))])
def test_it_never_falls_due_on_a_calendar_that_does_not_open_again(calendar):
    assert add_working(calendar, at("2026-01-01"), 1) == NEVER


def test_it_finds_a_far_date_opened_by_hand():
    calendar = Calendar(open_dates=(OpenDate("2031-05-01", 60, 120),))
    assert add_working(calendar, at("2026-01-01"), 30) == at("2031-05-01 01:30")


def test_it_counts_every_minute_where_it_is_always_open():
    assert add_working(ALWAYS_OPEN, 7, 3) == 7 + 3 * MINUTE
    assert working_ms(ALWAYS_OPEN, 7, 12) == 5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"zone": "Europe/Atlantis"}, "zone: 'Europe/Atlantis'"),
        ({"zone": "../etc/passwd"}, "not an IANA time zone"),
        ({"weekly": [[0, 540, 1020]]}, "weekly"),
        ({"weekly": [{"weekday": 7, "start": 0, "end": 60}]}, "weekday 7"),
        ({"weekly": [{"weekday": 1, "start": 1320, "end": 120}]}, "part it at midnight"),
        ({"closed_dates": ["24.12.2026"]}, "closed_dates: '24.12.2026'"),
        ({"country": "XX"}, "country: no holidays known for 'XX"),
        ({"country": "DE", "subdivision": "ZZ"}, "no holidays known"),
        ({"subdivision": "BY"}, "needs a country"),
    ],
)
def test_it_says_what_is_wrong_with_a_calendar(data, words):
    with pytest.raises(DeskError) as refused:
        parse_calendar(data)
    assert words in str(refused.value)


def test_it_reads_a_calendar_from_plain_data():
    assert parse_calendar({"zone": "UTC", "weekly": [{"weekday": 0, "start": 540, "end": 600}]}) == Calendar(
        weekly=(Hours(0, 540, 600),)
    )


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
INTERVALS = st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).filter(lambda i: i[1] < i[2])
CALENDARS = st.builds(
    lambda zone, first, more, closed: Calendar(
        zone=zone,
        weekly=tuple(Hours(*interval) for interval in [first, *more]),
        closed_dates=tuple((datetime(2026, 1, 1) + timedelta(days=n)).date().isoformat() for n in closed),  # noqa: DTZ001
    ),
    st.sampled_from(ZONES),
    INTERVALS,
    st.lists(INTERVALS, max_size=8),
    st.lists(st.integers(0, 365), max_size=5),
)
YEAR = at("2026-01-01")
MOMENTS = st.integers(YEAR, YEAR + 370 * DAY)


@given(CALENDARS, MOMENTS, st.integers(0, 20_000))
@settings(max_examples=120, deadline=None)
def test_it_measures_back_what_was_added_and_no_earlier_moment_does(calendar, start, minutes):
    due = add_working(calendar, start, minutes)
    assume(due < NEVER)  # a minute a week runs out of calendar before it has made 60 hours
    assert working_ms(calendar, start, due) == minutes * MINUTE
    if minutes:
        assert working_ms(calendar, start, due - 1) == minutes * MINUTE - 1


@given(CALENDARS, MOMENTS, st.integers(0, 9_000), st.integers(0, 9_000), st.integers(0, 9 * DAY))
@settings(max_examples=80, deadline=None)
def test_it_adds_in_parts_as_in_one_and_never_turns_back(calendar, start, one, two, later):
    due = add_working(calendar, start, one)
    assert add_working(calendar, due, two) == add_working(calendar, start, one + two) >= due
    assert add_working(calendar, start + later, one) >= due


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
@settings(max_examples=80, deadline=None)
def test_it_measures_a_stretch_as_the_sum_of_its_parts(calendar, moments):
    a, b, c = moments
    assert working_ms(calendar, a, c) == working_ms(calendar, a, b) + working_ms(calendar, b, c)


@given(CALENDARS, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_it_is_open_exactly_when_the_wall_clock_says_so(calendar, moment):
    wall = datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    expected = wall.date().isoformat() not in calendar.closed_dates and any(
        hours.weekday == wall.weekday() and hours.start <= minute < hours.end for hours in calendar.weekly
    )
    assert is_open(calendar, moment) is expected
    whole = moment - moment % MINUTE
    assert working_ms(calendar, whole, whole + MINUTE) == (MINUTE if expected else 0)


def test_it_does_not_take_a_clock_that_was_set_for_time_that_passed():
    clock, jump = steady(SteadyClock(1_000, 50), wall=1_000 + 2 * DAY, steady_ms=150)
    assert (clock.moment, jump) == (1_100, 2 * DAY - 100)
    clock, jump = steady(clock, wall=1_200 - HOUR, steady_ms=250)
    assert (clock.moment, jump) == (1_200, -HOUR)
    clock, jump = steady(clock, wall=1_290, steady_ms=350)
    assert (clock.moment, jump) == (1_290, 0)


def test_it_lets_a_drifting_clock_be_followed_but_never_backwards():
    clock, jump = steady(SteadyClock(10_000, 0), wall=9_000, steady_ms=10)
    assert (clock.moment, jump) == (10_000, 0)
