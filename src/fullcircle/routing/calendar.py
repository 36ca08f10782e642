"""Working calendars: when a team has promised to be there, as spans of UTC.

A weekly interval is a wall-clock interval in the calendar's own time zone. An instant is open when the wall clock at
that instant shows a minute inside an interval: an hour that a time change takes away is not worked, an hour it gives
twice is worked twice. All arithmetic afterwards is on UTC spans, so no time change can lose or double a minute.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from fullcircle.core.errors import DeskError
from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment
from fullcircle.core.records import Json

DAY_MINUTES = 24 * 60
_EPOCH = date(1970, 1, 1)
_LARGEST_SHIFT = 15 * HOUR  # no zone is further from UTC
Span = tuple[Moment, Moment]


class Hours(msgspec.Struct, frozen=True):
    """An interval of a week. `weekday` 0 is Monday; minutes since local midnight; `end` is not worked, at most 1440."""

    weekday: int
    start: int
    end: int


class OpenDate(msgspec.Struct, frozen=True):
    """A date worked in spite of weekday, holiday or closing; its intervals replace the weekly ones."""

    day: str  # ISO date, local
    start: int
    end: int


class Calendar(msgspec.Struct, frozen=True, cache_hash=True):
    """When work is done. The empty calendar is never open; `is_always_open` overrides everything."""

    zone: str = "UTC"
    weekly: tuple[Hours, ...] = ()
    closed_dates: tuple[str, ...] = ()  # ISO dates, local
    open_dates: tuple[OpenDate, ...] = ()
    country: str = ""  # ISO 3166 code as the `holidays` library knows it; "": no public holidays
    subdivision: str = ""
    is_always_open: bool = False


ALWAYS_OPEN = Calendar(is_always_open=True)


def parse_calendar(data: Json) -> Calendar:
    """A calendar from what a form or a file says. DeskError('calendar_invalid') names the field and what is allowed."""
    try:
        calendar = msgspec.convert(data, Calendar)
    except msgspec.ValidationError as error:
        raise DeskError("calendar_invalid", f"calendar: {error}") from error
    for problem in calendar_problems(calendar):
        raise DeskError("calendar_invalid", problem)
    return calendar


def calendar_problems(calendar: Calendar) -> list[str]:
    """What is wrong with it, in sentences; empty when it can be used."""
    problems = [] if _is_zone(calendar.zone) else [f"zone: {calendar.zone!r} is not an IANA time zone"]
    for hours in calendar.weekly:
        if not 0 <= hours.weekday <= 6:
            problems.append(f"weekly: weekday {hours.weekday} is not 0 (Monday) to 6 (Sunday)")
        problems += _interval_problems("weekly", hours.start, hours.end)
    for opened in calendar.open_dates:
        problems += _interval_problems("open_dates", opened.start, opened.end)
    for name, days in (("closed_dates", calendar.closed_dates), ("open_dates", [o.day for o in calendar.open_dates])):
        problems += [f"{name}: {day!r} is not a date like 2026-12-24" for day in days if _date(day) is None]
    if calendar.subdivision and not calendar.country:
        problems.append("subdivision: needs a country")
    if calendar.country and not _has_holidays(calendar.country, calendar.subdivision):
        problems.append(f"country: no holidays known for {calendar.country!r} {calendar.subdivision!r}".rstrip(" '"))
    return problems


def _interval_problems(name: str, start: int, end: int) -> list[str]:
    if 0 <= start < end <= DAY_MINUTES:
        return []
    return [f"{name}: {start} to {end} is not an interval within a day (0 to {DAY_MINUTES}); part it at midnight"]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder of the database, a path
        return False
    return True


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _has_holidays(country: str, subdivision: str) -> bool:
    try:
        _holidays(country, subdivision, 2024)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of one year, days in lieu among them."""
    import holidays  # half a second, and only for calendars with a country

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def local_minutes(calendar: Calendar, day: date) -> list[tuple[int, int]]:
    """The intervals of one local date, in minutes since its midnight. Open dates beat closed ones beat holidays."""
    iso = day.isoformat()
    opened = [(opening.start, opening.end) for opening in calendar.open_dates if opening.day == iso]
    if opened:
        return opened
    if iso in calendar.closed_dates:
        return []
    if calendar.country and day in _holidays(calendar.country, calendar.subdivision, day.year):
        return []
    weekday = day.weekday()
    return [(hours.start, hours.end) for hours in calendar.weekly if hours.weekday == weekday]


def open_spans(calendar: Calendar, start: Moment, end: Moment) -> list[Span]:
    """Every open span within [start, end), merged, in order."""
    zone = ZoneInfo(calendar.zone)
    first = _EPOCH + timedelta(days=(start - _LARGEST_SHIFT) // DAY)
    last = _EPOCH + timedelta(days=(end + _LARGEST_SHIFT) // DAY)
    spans: list[Span] = []
    for day in (first + timedelta(days=i) for i in range((last - first).days + 1)):
        minutes = local_minutes(calendar, day)
        if minutes:
            spans += _day_spans(zone, day, minutes)
    return _merged((max(a, start), min(b, end)) for a, b in spans)


def _day_spans(zone: ZoneInfo, day: date, minutes: Sequence[tuple[int, int]]) -> list[Span]:
    midnight = (day - _EPOCH).days * DAY  # of the wall clock, as if it showed UTC
    stretches = _stretches(zone, midnight - _LARGEST_SHIFT, midnight + DAY + _LARGEST_SHIFT)
    return [
        (max(a, midnight + start * MINUTE - shift), min(b, midnight + end * MINUTE - shift))
        for a, b, shift in stretches
        for start, end in minutes
    ]


def _stretches(zone: ZoneInfo, start: Moment, end: Moment) -> list[tuple[Moment, Moment, int]]:
    """[start, end) parted where the zone's distance from UTC changes: (from, to, distance)."""
    at, shift = start, _shift(zone, start)
    found = []
    for probe in range(start + 6 * HOUR, end + 6 * HOUR, 6 * HOUR):
        probe = min(probe, end)
        if _shift(zone, probe) != shift:
            change = _first_change(zone, probe - 6 * HOUR, probe, shift)
            found.append((at, change, shift))
            at, shift = change, _shift(zone, change)
    found.append((at, end, shift))
    return found


def _first_change(zone: ZoneInfo, before: Moment, after: Moment, shift: int) -> Moment:
    while after - before > 1:
        middle = (before + after) // 2
        if _shift(zone, middle) == shift:
            before = middle
        else:
            after = middle
    return after


def _shift(zone: ZoneInfo, at: Moment) -> int:
    distance = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone).utcoffset()
    return int((distance or timedelta()).total_seconds() * 1000)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
