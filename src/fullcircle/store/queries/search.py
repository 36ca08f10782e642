"""What a person types to find touchpoints: words, "phrases" and operators, made into one bounded query.

from:nora platform:bluesky channel:reviews language:de before:2026-05-01 after:2026-04-01 is:public is:urgent
is:complaint "no way in" bak*
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import msgspec

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Channel, Intent, Kind, Sentiment, Urgency
from fullcircle.core.moments import DAY, Moment, parse_moment
from fullcircle.store.ids import lowest_id
from fullcircle.store.queries.touchpoints import NEWEST, FoundTouchpoint, find_words, newest, search_words
from fullcircle.store.visibility import Viewer

PAGE = 500
_PART = re.compile(r'(?:(?P<name>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')

_INTENT_WORDS = {
    "question": Intent.ASKS, "complaint": Intent.COMPLAINS, "praise": Intent.PRAISES, "suggestion": Intent.SUGGESTS,
    "application": Intent.APPLIES, "buying": Intent.WANTS_TO_BUY, "danger": Intent.REPORTS_DANGER,
    "thanks": Intent.THANKS, "spam": Intent.SPAM,
}  # fmt: skip
_IS: dict[str, tuple[str, list[Any]]] = {
    "public": ("t.is_public = %s", [True]),
    "private": ("t.is_public = %s", [False]),
    "inbound": ("t.direction = %s", ["inbound"]),
    "ours": ("t.direction = %s", ["outbound"]),
    "urgent": ("a.urgency >= %s", [int(Urgency.URGENT)]),
    "negative": ("a.sentiment = %s", [int(Sentiment.NEGATIVE)]),
    "positive": ("a.sentiment = %s", [int(Sentiment.POSITIVE)]),
    "late": ("t.is_late = %s", [True]),
    "case": ("t.case_id IS NOT NULL", []),
    **{kind.value: ("t.kind = %s", [kind.value]) for kind in Kind if kind is not Kind.QUESTION},
    **{word: ("(a.intents & %s) > 0", [int(intent)]) for word, intent in _INTENT_WORDS.items()},
}
OPERATORS = ("from", "platform", "channel", "language", "before", "after", "is")


class Asked(msgspec.Struct, frozen=True):
    """A query that was understood. `conditions`: SQL over touchpoint t, identity i, annotation a, with its values."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    before: Moment = 0
    after: Moment = 0

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases or self.conditions or self.before or self.after)


class FoundPage(msgspec.Struct, frozen=True):
    """The newest that fit, and whether there are older ones."""

    rows: list[FoundTouchpoint]
    is_more: bool


def read_query(text: str) -> Asked:
    """Raises DeskError query_invalid: an operator that is not known, or a value it cannot have, with what there is."""
    reading = _Reading()
    for part in _PART.finditer(text):
        name, word = part["name"], part["word"] if part["phrase"] is None else part["phrase"]
        if name is None and word[:-1] in OPERATORS and word.endswith(":"):
            reading.ask(word[:-1], "")
        elif name is None:
            reading.say(word, is_phrase=part["phrase"] is not None)
        elif name in ("http", "https"):
            reading.say(f"{name}:{word}", is_phrase=False)
        else:
            reading.ask(name, word)
    return reading.asked()


class _Reading:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.phrases: list[str] = []
        self.conditions: list[str] = []
        self.values: list[Any] = []
        self.before = self.after = 0

    def say(self, word: str, *, is_phrase: bool) -> None:
        self.words.append(word)
        if is_phrase and word.strip():
            self.phrases.append(" ".join(word.casefold().split()))

    def ask(self, name: str, value: str) -> None:
        if name not in OPERATORS:
            refuse(f"“{name}:” is not something one can search by.", [f"{one}:" for one in OPERATORS])
        if not value.strip():
            refuse(f"“{name}:” needs something after it.", [])
        if name in ("before", "after"):
            self.bound(name, value)
        elif name == "is":
            condition, values = _IS.get(value.lower()) or refuse(f"“is:{value}” is not known.", list(_IS))
            self.put(condition, *values)
        elif name == "from":
            handle = value.lstrip("@").lower()
            self.put("(LOWER(i.handle) = %s OR LOWER(i.name) = %s OR i.external_id = %s)", handle, handle, value)
        elif name == "channel":
            if value.lower() not in list(Channel):
                refuse(f"“channel:{value}” is not known.", list(Channel))
            self.put("t.channel = %s", value.lower())
        else:
            self.put({"platform": "t.platform = %s", "language": "a.language = %s"}[name], value.lower())

    def put(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def bound(self, name: str, value: str) -> None:
        moment = parse_moment(value)
        if moment is None:
            refuse(f"“{name}:{value}” is no date.", ["a date such as 2026-05-01, or 2026-05-01T09:30Z"])
        if name == "before":
            self.before = moment
        else:  # after a day is from the next one on; after a moment, from that moment
            self.after = moment + DAY if len(value) == len("2026-05-01") else moment

    def asked(self) -> Asked:
        return Asked(
            " ".join(self.words), tuple(self.phrases), tuple(self.conditions), tuple(self.values), self.before,
            self.after,
        )  # fmt: skip


def refuse(message: str, allowed: Sequence[str]) -> NoReturn:
    """Raises DeskError query_invalid."""
    raise DeskError("query_invalid", message, hint=f"There is: {', '.join(allowed)}." if allowed else "")


def find(viewer: Viewer, asked: Asked, *, before_id: int = NEWEST, limit: int = 50) -> FoundPage:
    """The newest `limit`, deleted ones left out. A phrase is looked for in what its words found."""
    rows: list[FoundTouchpoint] = []
    for row in _candidates(viewer, asked, before_id, limit):
        if all(phrase in " ".join(f"{row.title} {row.text}".casefold().split()) for phrase in asked.phrases):
            if len(rows) == limit:
                return FoundPage(rows, True)
            rows.append(row)
    return FoundPage(rows, False)


def _candidates(viewer: Viewer, asked: Asked, before_id: int, limit: int) -> Iterator[FoundTouchpoint]:
    words = search_words(asked.words)
    if asked.words and not words:
        return
    upper = min(before_id, lowest_id(asked.before)) if asked.before else before_id
    lower = lowest_id(asked.after) - 1 if asked.after else 0
    size = limit + 1 if not (asked.conditions or asked.phrases) else max(PAGE, limit + 1)
    while True:
        if words:
            page, last_id = find_words(
                viewer, words, asked.conditions, asked.values, before_id=upper, after_id=lower, limit=size
            )
        else:
            page, last_id = newest(viewer, asked.conditions, asked.values, before_id=upper, after_id=lower, limit=size)
        yield from page
        if not last_id:
            return
        upper = last_id
