"""Times below the Django line are plain integers: UTC milliseconds since 1970-01-01 ("moments").

Integers compare, hash and travel cheaply, and a platform's clock is a claim: it is clamped, never trusted.
"""

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

Moment: TypeAlias = int

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EARLIEST: Moment = 0
LATEST: Moment = 4_102_444_800_000  # 2100-01-01; later claims are clamped to the time of capture

_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d\d:?\d\d)?\s*"
)


def now() -> Moment:
    """The wall clock, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def from_datetime(value: datetime) -> Moment:
    """A naive datetime is taken as UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return int(value.timestamp() * 1000)


def to_datetime(moment: Moment) -> datetime:
    """Aware, UTC; out-of-range moments are clamped to what datetime can hold."""
    return datetime.fromtimestamp(min(max(moment, EARLIEST), LATEST) / 1000, UTC)


def to_iso(moment: Moment) -> str:
    """`2026-05-01T09:30:00.000Z`"""
    return to_datetime(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> Moment | None:
    """Read ISO 8601 or RFC 2822; None where no time can be read. Never raises."""
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
