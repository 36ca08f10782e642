"""Times as files write them: compiled once for a mapping, read in about a microsecond each."""

import functools
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import DAY, HOUR, MINUTE, SECOND, Moment, parse_moment

ReadTime: TypeAlias = Callable[[str], Moment | None]

ISO = "iso"
MAIL = "mail"
EPOCH_S = "epoch_s"
EPOCH_MS = "epoch_ms"

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MONTHS = """
    jan januar january janvier enero ene gennaio gen janeiro janv
    feb februar february fevrier febrero febbraio fevereiro fev fevr
    mar marz march mars marzo marco mrz maerz
    apr april avril abril aprile avr abr
    may mai mayo maggio maio mag
    jun juni june juin junio giugno junho giu
    jul juli july juillet julio luglio julho lug juil
    aug august aout agosto ago
    sep sept september septembre septiembre settembre setembro set
    oct oktober october octobre octubre ottobre outubro okt ott out
    nov november novembre noviembre novembro
    dec dezember december decembre diciembre dicembre dezembro dez dic
"""
MONTHS = {word: number for number, words in enumerate(_MONTHS.strip().splitlines(), 1) for word in words.split()}
_ACCENTS = str.maketrans("äáàâãéèêëíìîïóòôõöúùûüç", "aaaaaeeeeiiiiooooouuuuc")
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "CET": 60, "CEST": 120, "BST": 60, "WET": 0, "WEST": 60, "EET": 120, "EEST": 180,
    "IST": 330, "JST": 540,
}  # fmt: skip
"""Zone names in minutes; three letters can mean several zones, and we read the one most files mean."""
_ZONE_NAMES = "|".join(sorted(_ZONES, key=len, reverse=True))
_ZONE = rf"(?:{_ZONE_NAMES}|[+-]\d\d:?\d\d|[+-]\d\d)"
_NAME = r"[^\W\d_]{2,12}\.?"

_SIGNS = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "b": rf"(?P<b>{_NAME})", "B": rf"(?P<b>{_NAME})", "a": _NAME, "A": _NAME,
    "H": r"(?P<H>\d{1,2})", "I": r"(?P<H>\d{1,2})", "M": r"(?P<M>\d{2})", "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,9})", "p": r"(?P<p>[AaPp])\.?[Mm]?\.?", "z": rf"(?P<z>{_ZONE})", "Z": rf"(?P<z>{_ZONE})",
    "%": "%",
}  # fmt: skip
_FIELDS = ("Y", "y", "m", "b", "d", "H", "M", "S", "f", "p", "z")
_ISO_PATTERN = (
    r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"
    r"(?:[Tt ]+(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,12}))?)?)?"
    rf"\s*(?P<z>{_ZONE}|z)?"
)


def compile_time(form: str, zone: str = "UTC") -> ReadTime:
    """A reader for one format. It answers None where a cell cannot be read and never raises.

    `%y`: 00-68 are 2000-2068, 69-99 are 1969-1999, as POSIX has it. Month names are read in English, German, French,
    Spanish, Italian and Portuguese. Raises ConfigError for a format or zone we do not know.
    """
    if form == EPOCH_S:
        return functools.partial(_epoch, factor=1000)
    if form == EPOCH_MS:
        return functools.partial(_epoch, factor=1)
    if form == MAIL:
        return _mail
    if form == ISO:
        return _reader(_ISO_PATTERN, zone)
    return _reader(_pattern_of(form), zone)


def _epoch(text: str, factor: int) -> Moment | None:
    try:
        return round(float(text) * factor)
    except (ValueError, OverflowError):
        return None


def _mail(text: str) -> Moment | None:
    return parse_moment(text) if text.isascii() and len(text) < 80 else None


def _pattern_of(form: str) -> str:
    parts = re.split(r"%(.)", form)
    if len(parts) < 3:
        raise ConfigError(
            f"time format {form!r} is not known", hint="Use iso, mail, epoch_s, epoch_ms, or signs such as %d.%m.%Y."
        )
    out = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            out.append(r"\s+".join(re.escape(word) for word in re.split(r"\s+", part)))
        elif part in _SIGNS:
            out.append(_SIGNS[part])
        else:
            raise ConfigError(
                f"time format {form!r}: %{part} is not known", hint="Known: " + " ".join("%" + sign for sign in _SIGNS)
            )
    try:
        return re.compile("".join(out)).pattern
    except re.error as error:
        raise ConfigError(f"time format {form!r} says the same thing twice", hint="Use each sign once.") from error


def _reader(pattern: str, zone: str) -> ReadTime:
    absent = "".join(f"(?P<{name}>(?!))?" for name in _FIELDS if f"(?P<{name}>" not in pattern)
    match = re.compile(rf"\s*{pattern}\s*{absent}").fullmatch
    local_ms = _zone_offset(zone)

    def read(text: str) -> Moment | None:
        found = match(text)
        if found is None:
            return None
        year, short, month, name, day, hour, minute, second, fraction, half, offset = found.group(*_FIELDS)
        start = _day_ms(year, short, month, name, day)
        if start is None:
            return None
        clock = _clock_ms(hour, minute, second, half)
        if clock is None:
            return None
        moment = start + clock
        if fraction:
            moment += int((fraction + "00")[:3])
        return moment - (local_ms(moment // (15 * MINUTE)) if offset is None else _offset_ms(offset))

    return read


@functools.lru_cache(maxsize=8192)
def _day_ms(year: str | None, short: str | None, month: str | None, name: str | None, day: str | None) -> Moment | None:
    try:
        number = int(year) if year else 2000 + int(short or "0") if int(short or "0") < 69 else 1900 + int(short or "0")
        which = MONTHS.get(name.casefold().translate(_ACCENTS).rstrip("."), 0) if name else int(month or "1")
        return (date(number, which, int(day or "1")).toordinal() - _EPOCH_ORDINAL) * DAY
    except ValueError:
        return None


@functools.lru_cache(maxsize=8192)
def _clock_ms(hour: str | None, minute: str | None, second: str | None, half: str | None) -> Moment | None:
    if hour is None:
        return 0
    hours, minutes, seconds = int(hour), int(minute or "0"), int(second or "0")
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "pP" else 0)
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    return hours * HOUR + minutes * MINUTE + min(seconds, 59) * SECOND


@functools.lru_cache(maxsize=512)
def _offset_ms(offset: str) -> Moment:
    named = _ZONES.get(offset.upper())
    if named is not None:
        return named * MINUTE
    digits = offset[1:].replace(":", "").ljust(4, "0")
    size = int(digits[:2]) * HOUR + int(digits[2:]) * MINUTE
    return -size if offset[0] == "-" else size


def _zone_offset(zone: str) -> Callable[[int], Moment]:
    """Local quarter hour to offset in ms. Zones turn on quarter hours, so one look-up serves a whole quarter."""
    try:
        info = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"time zone {zone!r} is not known", hint="Use an IANA name such as Europe/Berlin.") from error

    @functools.lru_cache(maxsize=4096)
    def offset(quarter: int) -> Moment:
        try:
            local = datetime(1970, 1, 1, tzinfo=info) + timedelta(minutes=15 * quarter)  # wall-clock arithmetic
            return int((local.utcoffset() or timedelta()).total_seconds()) * SECOND
        except (OverflowError, ValueError):
            return 0

    return offset


def shape_of(text: str) -> str:
    """A value's shape without its content, for messages: `24-02-2015 11.35` to `99-99-9999 99.99`."""
    return "".join("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in text[:40])
