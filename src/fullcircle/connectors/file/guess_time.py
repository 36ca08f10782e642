"""Which format a column of times is written in, from all the values there are to look at."""

import functools
import re
from collections.abc import Sequence

import msgspec

from fullcircle.connectors.file.times import EPOCH_MS, EPOCH_S, ISO, MAIL, ReadTime, compile_time

_FIXED = (
    "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%d %b %Y",
    "%d. %b %Y", "%d. %b %Y %H:%M", "%b %d, %Y", "%b %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p",
    "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M", "%d-%b-%Y", "%d-%b-%y", "%d-%b-%Y %H:%M:%S", "%Y%m%d",
    "%Y%m%dT%H%M%S%z", "%Y%m%d%H%M%S",
)  # fmt: skip
_NUMERIC = re.compile(
    r"\s*(\d{1,4})([./\-])(\d{1,2})\2(\d{1,4})(?:(,?\s+|T|\s*-\s*)(\d{1,2})([:.h])(\d{2})(?:\7(\d{2})([.,]\d+)?)?(\s*[AaPp]\.?[Mm]\.?)?)?(\s*(?:Z|[A-Z]{2,4}|[+-]\d\d:?\d\d))?\s*"
)
_EPOCH = re.compile(r"\s*(\d{9,10}|\d{12,13})(?:\.\d+)?\s*")
_ZONED = re.compile(r"(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\s*$")


class TimeGuess(msgspec.Struct, frozen=True):
    """`share`: how many of the filled values `form` reads, 0-1. `is_ambiguous`: another order of day, month and year
    reads as many and means other days."""

    form: str
    share: float
    is_ambiguous: bool = False
    is_naive: bool = False  # the values do not say their zone


def guess_time(values: Sequence[str]) -> TimeGuess:
    """The format that reads the most values. Among equals: ISO, then day first unless the clock says AM and PM with
    slashes, which is written month first."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return TimeGuess(ISO, 0.0)
    forms = dict.fromkeys((*_plain_forms(filled), *_numeric_forms(filled)))
    shares = {form: _share(filled, form) for form in forms}
    best = max(shares, key=lambda form: shares[form])
    rivals = [form for form in shares if form != best and shares[form] == shares[best] > 0]
    is_ambiguous = any(_differ(filled, best, rival) for rival in rivals)
    is_naive = (
        best not in (EPOCH_S, EPOCH_MS, MAIL)
        and "%z" not in best
        and not any(_ZONED.search(value) for value in filled[:50])
    )
    return TimeGuess(best, shares[best], is_ambiguous, is_naive)


def _plain_forms(filled: Sequence[str]) -> list[str]:
    epochs = [len(found[1]) for value in filled[:200] if (found := _EPOCH.fullmatch(value))]
    forms = [ISO]
    if len(epochs) >= 0.8 * min(200, len(filled)):
        forms = [EPOCH_MS if max(epochs) > 10 else EPOCH_S]
    return [*forms, *_FIXED, MAIL]


def _numeric_forms(filled: Sequence[str]) -> list[str]:
    """Formats of numbers with separators, each taken from the shape of one of the values."""
    forms: list[str] = []
    for value in (filled[0], filled[len(filled) // 2], filled[-1]):
        found = _NUMERIC.fullmatch(value)
        if found is None:
            continue
        mark, clock = found[2], _clock_form(found)
        for order in _orders(found):
            form = mark.join("%" + sign for sign in order) + clock
            if form not in forms:
                forms.append(form)
    return forms


def _orders(found: re.Match[str]) -> list[str]:
    first, last, mark = found[1], found[4], found[2]
    if len(first) == 4:
        return ["Ymd"]
    year = "Y" if len(last) == 4 else "y"
    is_american = mark == "/" and bool(found[11])
    orders = [f"md{year}", f"dm{year}"] if is_american else [f"dm{year}", f"md{year}"]
    return [*orders, "ymd"] if year == "y" and mark == "-" else orders


def _clock_form(found: re.Match[str]) -> str:
    if not found[6]:
        return " %z" if found[12] else ""
    hour = "%I" if found[11] else "%H"
    seconds = f"{found[7]}%S" if found[9] else ""
    gap = found[5] if found[5].strip() else " "
    tail = (" %p" if found[11][:1].isspace() else "%p") if found[11] else ""
    zone = (" %z" if found[12][:1].isspace() else "%z") if found[12] else ""
    fraction = found[10][0] + "%f" if found[10] else ""
    return f"{gap}{hour}{found[7]}%M{seconds}{fraction}{tail}{zone}"


@functools.lru_cache(maxsize=256)
def _compiled(form: str) -> ReadTime:
    return compile_time(form)


def _share(filled: Sequence[str], form: str) -> float:
    read = _compiled(form)
    first = filled[:20]
    if not any(read(value) is not None for value in first) and len(filled) > 20:
        return sum(read(value) is not None for value in filled[::37]) / len(filled)
    return sum(read(value) is not None for value in filled) / len(filled)


def _differ(filled: Sequence[str], one: str, other: str) -> bool:
    read, read_other = _compiled(one), _compiled(other)
    return any(read(value) != read_other(value) for value in filled)
