"""What the hostile connector makes of its records: raised errors, wrong things, and touchpoints that lie."""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import msgspec

from fullcircle.core.kinds import Change, Channel, Kind
from fullcircle.core.moments import DAY, LATEST
from fullcircle.core.records import Author, Outcome, Touchpoint

TEN_MEGABYTES = 10_000_000
RAISED: tuple[type[BaseException], ...] = (KeyError, RecursionError, MemoryError, UnicodeError, StopIteration, OSError)

Changes: TypeAlias = dict[str, Any]
Parse: TypeAlias = Callable[[Touchpoint, int, int], Outcome]


def _raises(honest: Touchpoint, number: int, turn: int) -> Outcome:
    raise RAISED[number % len(RAISED)](honest.external_id)


def _wrong_outcome(honest: Touchpoint, number: int, turn: int) -> Outcome:
    wrong: tuple[Any, ...] = (None, "a touchpoint", 5, {"text": "x"}, [honest, honest], (honest,), Touchpoint, b"")
    return cast(Outcome, wrong[number])


_WAYS: dict[Parse, int] = {}


def _changed(*changes: Changes) -> Parse:
    """The honest touchpoint, changed in one of the given ways by the record's number."""

    def change(honest: Touchpoint, number: int, turn: int) -> Outcome:
        return msgspec.structs.replace(honest, **changes[number])

    _WAYS[change] = len(changes)
    return change


def _minds(honest: Touchpoint, number: int, turn: int) -> Outcome:
    return msgspec.structs.replace(honest, text=f"turn {turn}", external_id=f"{honest.external_id}-{turn}")


def _keyed(key: str, *changes: Changes) -> list[Changes]:
    """All of them about one id."""
    return [{"external_id": key, **change} for change in changes]


PARSES: dict[str, Parse] = {
    "raises_in_parse": _raises,
    "wrong_outcomes": _wrong_outcome,
    "changes_its_mind": _minds,
    "wrong_fields": _changed(
        {"occurred_at": "yesterday"},
        {"occurred_at": 1.5},
        {"is_public": None},
        {"kind": "shout"},
        {"text": None},
        {"text": b"bytes"},
        {"author": "Nora"},
        {"media": None},
        {"external_id": 5},
        {"rating": "five"},
        {"version": None},
        {"counters": {"likes": 1}},
    ),
    "other_workspace": _changed(
        {"workspace_id": 999_999}, {"source_id": 999_999}, {"platform": "mastodon"}, {"workspace_id": -1}
    ),
    "dirty_strings": _changed(
        {"text": "NUL \0 here"},
        {"text": "half \ud83d a face"},
        {"title": "\0"},
        {"author": Author("dirty-author", name="\0\udfff", handle="a\0b")},
        {"author": Author("dirty\0author")},
        {"external_id": "dirty\0id"},
        {"external_id": "dirty\ud800id"},
        {"url": "https://x.example/\0", "language_claim": "\0", "parent_id": "\0", "account": "\0"},
    ),
    "ten_megabytes": _changed(
        {"text": "bread " * (TEN_MEGABYTES // 6)},
        {"title": "t" * TEN_MEGABYTES},
        {"author": Author("long-name", name="n" * TEN_MEGABYTES)},
    ),
    "long_ids": _changed(
        {"external_id": "x" * 10_000},
        {"external_id": ""},
        {"external_id": "   "},
        {"author": Author("y" * 10_000)},
        {"author": Author("")},
        {"parent_id": "z" * 10_000},
    ),
    "wild_times": _changed(
        {"occurred_at": 0},
        {"occurred_at": -(10**15)},
        {"occurred_at": LATEST - DAY},
        {"occurred_at": 10**16},
        {"occurred_at": 10**30},
        {"captured_at": 0},
        {"version": 10**30, "change": Change.EDIT},
    ),
    "same_id": _changed(*_keyed("same-id", {"text": "first"}, {"text": "second"}, {"text": "third"})),
    "stale_edits": _changed(
        *_keyed(
            "stale-edits",
            {"change": Change.EDIT, "version": 20, "text": "the last word"},
            {"change": Change.CREATE, "version": 0, "text": "the first word"},
            {"change": Change.EDIT, "version": 10, "text": "a word between"},
        )
    ),
    "early_deletes": _changed(
        *_keyed("early-delete", {"change": Change.DELETE, "text": ""}, {"text": "too late"}),
        {"change": Change.DELETE, "external_id": "never-was", "text": ""},
    ),
    "lies_public": _changed(
        {"kind": Kind.DIRECT_MESSAGE, "channel": Channel.DIRECT_MESSAGES},
        {"kind": Kind.EMAIL, "channel": Channel.MAIL},
        {"kind": Kind.CALL, "channel": Channel.CALLS},
    ),
    "loops": _changed(
        {"external_id": "ouroboros", "parent_id": "ouroboros", "root_id": "ouroboros"},
        {"external_id": "tweedledum", "parent_id": "tweedledee", "root_id": "tweedledee"},
        {"external_id": "tweedledee", "parent_id": "tweedledum", "root_id": "tweedledum"},
    ),
}

COUNTS: dict[str, int] = {
    **{name: _WAYS.get(parse, 0) for name, parse in PARSES.items()},
    "raises_in_parse": len(RAISED),
    "wrong_outcomes": 8,
    "changes_its_mind": 4,
}
"""How many records each trick has."""
