"""Times as files write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.file.guess_time import guess_time
from fullcircle.connectors.file.times import compile_time, shape_of
from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import from_datetime, to_iso

FORMS = ["iso", "mail", "epoch_s", "epoch_ms", "%d.%m.%Y %H:%M", "%m/%d/%y %I:%M %p", "%a %b %d %H:%M:%S %z %Y"]
DAYS = st.datetimes(datetime(1971, 1, 2), datetime(2068, 12, 31))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("form", "text", "iso"),
    [
        ("iso", "2026-03-02 08:05:00 UTC", "2026-03-02T08:05:00.000Z"),
        ("iso", "2026-03-02T08:05:00.123456+02:00", "2026-03-02T06:05:00.123Z"),
        ("iso", " 2026-03-02 ", "2026-03-02T00:00:00.000Z"),
        ("iso", "2026-03-02T08:05:00-0500", "2026-03-02T13:05:00.000Z"),
        ("mail", "Mon, 02 Mar 2026 08:05:00 +0100", "2026-03-02T07:05:00.000Z"),
        ("epoch_s", "1772438700.5", "2026-03-02T08:05:00.500Z"),
        ("epoch_ms", "1772438700500", "2026-03-02T08:05:00.500Z"),
        ("%d-%m-%Y %H.%M", "02-03-2026 08.05", "2026-03-02T08:05:00.000Z"),
        ("%d.%m.%y", "2.3.26", "2026-03-02T00:00:00.000Z"),
        ("%d.%m.%y", "2.3.69", "1969-03-02T00:00:00.000Z"),
        ("%m/%d/%Y %I:%M %p", "3/2/2026 12:05 AM", "2026-03-02T00:05:00.000Z"),
        ("%m/%d/%Y %I:%M %p", "3/2/2026 8:05 p.m.", "2026-03-02T20:05:00.000Z"),
        ("%a %b %d %H:%M:%S %z %Y", "Mon Mar 02 08:05:00 +0000 2026", "2026-03-02T08:05:00.000Z"),
        ("%d. %B %Y", "2. März 2026", "2026-03-02T00:00:00.000Z"),
        ("%d %b %Y", "2 août 2026", "2026-08-02T00:00:00.000Z"),
    ],
)
def test_it_reads_a_time(form, text, iso):
    moment = compile_time(form)(text)
    assert moment == from_datetime(datetime.fromisoformat(iso))


def test_it_takes_naive_times_in_the_mapping_s_zone_over_the_turn_of_the_clock():
    read = compile_time("%d.%m.%Y %H:%M", "Europe/Berlin")
    assert to_iso(read("28.03.2026 12:00")) == "2026-03-28T11:00:00.000Z"
    assert to_iso(read("29.03.2026 12:00")) == "2026-03-29T10:00:00.000Z"
    assert to_iso(compile_time("iso", "Asia/Kolkata")("2026-03-02T05:30:00")) == "2026-03-02T00:00:00.000Z"
    assert to_iso(compile_time("iso", "Asia/Kolkata")("2026-03-02T05:30:00Z")) == "2026-03-02T05:30:00.000Z"


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "2026-02-30", "31.02.2026", "2026-03-02 25:00", "99/99/99 1:00 AM"]
)
@pytest.mark.parametrize("form", FORMS)
def test_it_answers_none_where_there_is_no_time(form, text):
    assert compile_time(form)(text) is None


@given(st.text(max_size=40), st.sampled_from(FORMS))
def test_it_never_raises(text, form):
    assert compile_time(form, "Europe/Berlin")(text) is None or text.strip()


@given(DAYS, st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%b/%y %I:%M:%S %p"]))
def test_it_reads_what_the_same_signs_wrote(when, form):
    assert compile_time(form)(when.strftime(form)) == from_datetime(when.replace(microsecond=0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("form", "zone"), [("%Q", "UTC"), ("yesterday", "UTC"), ("%d %d", "UTC"), ("iso", "Mars/Base"), ("iso", "../up")]
)
def test_it_refuses_a_format_or_zone_it_does_not_know(form, zone):
    with pytest.raises(ConfigError):
        compile_time(form, zone)


@pytest.mark.parametrize(
    "form",
    [
        "%d.%m.%Y",
        "%d.%m.%y %H:%M",
        "%m/%d/%Y %I:%M %p",
        "%m/%d/%Y",
        "%Y/%m/%d %H:%M:%S",
        "%d-%m-%Y %H.%M",
        "%a %b %d %H:%M:%S %z %Y",
        "%d %b %Y %H:%M",
    ],
)
def test_it_guesses_the_format_from_the_whole_sample(form):
    start = datetime(2026, 1, 3, 7, 5, tzinfo=UTC)
    values = [(start + timedelta(days=step, minutes=step)).strftime(form) for step in range(60)]
    found = guess_time(values)
    assert found.share == 1.0
    assert [compile_time(found.form)(value) for value in values] == [compile_time(form)(value) for value in values]
    assert not found.is_ambiguous


def test_it_says_so_where_day_and_month_could_be_either():
    found = guess_time(["03/02/2026", "04/02/2026", "05/03/2026"])
    assert found.is_ambiguous
    assert found.form == "%d/%m/%Y"
    assert guess_time(["03/02/2026 1:00 PM"]).form == "%m/%d/%Y %I:%M %p"


def test_it_says_whether_times_know_their_zone():
    assert guess_time(["2026-03-02 08:00"]).is_naive
    assert not guess_time(["2026-03-02T08:00Z"]).is_naive
    assert not guess_time(["1772438700"]).is_naive


def test_it_shows_a_value_s_shape_and_nothing_of_it():
    assert shape_of("24-02-2015 Anna") == "99-99-9999 aaaa"
