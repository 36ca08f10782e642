"""Times below the Django line are plain integers: UTC milliseconds since 1970-01-01 ("moments").

Integers compare, hash and travel cheaply, and a platform's clock is a claim: it is clamped, never trusted.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TypeAlias

Moment: TypeAlias = int

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EARLIEST: Moment = 0
LATEST: Moment = 4_102_444_800_000  # 2100-01-01; later claims are clamped to the time of capture

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII,
)


def now() -> Moment:
    """The wall clock, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def from_datetime(value: datetime) -> Moment:
    """A naive datetime is taken as UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MILLISECOND  # in whole numbers: a float of this size is a millisecond off now and then


def to_datetime(moment: Moment) -> datetime:
    """Aware, UTC; out-of-range moments are clamped to what datetime can hold."""
    return _EPOCH + min(max(moment, EARLIEST), LATEST) * _MILLISECOND


def to_iso(moment: Moment) -> str:
    """`2026-05-01T09:30:00.000Z`"""
    return to_datetime(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> Moment | None:
    """Read ISO 8601 or RFC 2822; None where no time can be read. Never raises."""
    if len(text) == 24 and text[23] == "Z" and text[10] == "T" and text[19] == ".":
        quick = _parse_stamp(text)
        if quick is not None:
            return quick
    found = _ISO.fullmatch(text)
    if found is None:
        return _parse_mail_date(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        value = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59), tzinfo=UTC
        )
    except ValueError:
        return None
    moment = int(value.timestamp()) * 1000 + int(((fraction or "") + "000")[:3])
    return moment - _zone_ms(zone)


def _parse_stamp(text: str) -> Moment | None:
    """`2026-05-01T09:30:00.000Z`, the form platforms send by the million; None where it is not quite that."""
    day = _day_start(text[:10])
    clock = text[11:13] + text[14:16] + text[17:19] + text[20:23]
    if day is None or not (clock.isdecimal() and clock.isascii() and text[13] == text[16] == ":"):
        return None
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:6])
    if hour > 23 or minute > 59 or second > 59:
        return None
    return day + hour * HOUR + minute * MINUTE + second * SECOND + int(clock[6:])


@lru_cache(maxsize=1024)
def _day_start(text: str) -> Moment | None:
    if not (text.isascii() and text[4] == text[7] == "-" and (text[:4] + text[5:7] + text[8:]).isdecimal()):
        return None
    try:
        return int(datetime(int(text[:4]), int(text[5:7]), int(text[8:]), tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def _zone_ms(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "")
    size = int(digits[:2]) * HOUR + int(digits[2:]) * MINUTE
    return -size if zone[0] == "-" else size


def _parse_mail_date(text: str) -> Moment | None:
    try:
        return from_datetime(parsedate_to_datetime(text))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def clamp(claimed: Moment, earliest: Moment, latest: Moment) -> Moment:
    """`ordered_at`: the claimed time, held within what we know to be possible."""
    return earliest if claimed < earliest else latest if claimed > latest else claimed
