"""A connector that tries to break us. Each trick is a stream of its own, named after it; `TRICKS` says what the product
must do about each. Among the tricks stand honest records, the bystanders: every one of them must be stored, once, with
its text as it is, whatever the tricks beside it did.

    for stream in connector.streams(source): capture it page by page, parse what comes, settle, store
    stored >= bystander_keys(), nothing is stored in another workspace, the loop lives, the books balance
"""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec

from fullcircle.core.errors import PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.ports import ConnectorSpec, Setting, SourceContext
from fullcircle.core.records import Author, Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint
from fullcircle.testing.hostile_outcomes import COUNTS, PARSES, RAISED, TEN_MEGABYTES

PLATFORM = "hostile"
HUGE_PAGE = 20_000
BYSTANDERS = 3


class Trick(msgspec.Struct, frozen=True):
    """What the connector does, and what the product must do about it."""

    name: str
    does: str
    must: str


TRICKS: tuple[Trick, ...] = (
    Trick("bystanders_alone", "nothing; honest records only", "store each once"),
    Trick(
        "raises_in_parse", "parse raises anything an interpreter can raise", "quarantine connector_failed; keep bytes"
    ),
    Trick("wrong_outcomes", "parse returns None, text, numbers, a list of touchpoints", "quarantine connector_failed"),
    Trick("wrong_fields", "touchpoints whose fields have other types than they say", "quarantine connector_failed"),
    Trick("other_workspace", "touchpoints of another workspace, source and platform", "never write there; quarantine"),
    Trick("dirty_strings", "NUL and lone surrogates in text, names and ids", "clean or quarantine; lose no batch"),
    Trick("ten_megabytes", "a text and a name of ten megabytes", "cut, say is_truncated; memory stays flat"),
    Trick("long_ids", "ids of 10,000 characters, empty ids, ids of blanks", "quarantine missing_id or bad_shape"),
    Trick(
        "wild_times",
        "times before 1970, in 2099, in the year 300,000",
        "clamp ordered_at; no clock starts early or late",
    ),
    Trick("same_id", "one id with other texts, within a page and over pages", "one touchpoint, the first text"),
    Trick("stale_edits", "edits that come before creates and after later edits", "the highest version's text"),
    Trick("early_deletes", "a delete before its create, and one of what never was", "a tombstone without text"),
    Trick(
        "lies_public", "direct messages, mails and calls that say is_public", "treat as private, never answer in public"
    ),
    Trick("loops", "a post that answers itself, two that answer each other", "no endless thread; both stored"),
    Trick("changes_its_mind", "another outcome each time a record is parsed", "parse once; books balance"),
    Trick(
        "endless_pages", "never says is_last; the cursor moves on", "stop after a bounded number a turn; go on later"
    ),
    Trick("still_cursor", "never says is_last; the cursor stands", "stop when nothing moves; nothing twice"),
    Trick("huge_page", f"{HUGE_PAGE} records at once", "part into batches; memory stays flat"),
    Trick(
        "wrong_pages", "None, a list, records of None, cursors of numbers", "count a failure; keep the cursor; live on"
    ),
    Trick("odd_waits", "waits of minus one, not-a-number and a thousand years", "wait within the product's own bounds"),
    Trick("raises_in_capture", "capture raises errors that name no recovery", "count a failure; back off; live on"),
    Trick("ends_the_process", "capture raises SystemExit", "the same; no other source stops"),
    Trick(
        "tells_secrets", "errors, health and drops that hold the secret", "no secret in log, page, quarantine or event"
    ),
)

_BY_NAME = {trick.name: trick for trick in TRICKS}


def bystander_keys() -> set[str]:
    """External ids that must be in the repository at the end."""
    return {
        f"bystander-{trick.name}-{number}"
        for trick in TRICKS
        if trick.name in _WITH_PAGES
        for number in range(BYSTANDERS)
    }


def bystander_text(key: str) -> str:
    """What the bystander of that key says."""
    return f"I only came for bread, says {key}."


class HostileConnector:
    """Breaks every promise of `core.ports.Connector` but one: bystanders are honest."""

    spec = ConnectorSpec(
        name=PLATFORM,
        label="Hostile",
        settings=(Setting("token", "Token", "Any word; it will be told to everybody.", is_secret=True),),
        is_replayable=True,
        can_reply=True,
        text_limit=0,
        proof="shape",
        key_rule="Whatever it likes to call it.",
    )

    def __init__(self) -> None:
        self._parsed = itertools.count()

    def streams(self, source: SourceContext) -> Sequence[str]:
        return [trick.name for trick in TRICKS]

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        return _CAPTURES.get(stream, _two_pages)(source, stream, cursor)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        return self.capture(source, stream, cursor)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        raise TransientSourceError(f"later, says {_secret(source)}", retry_after_s=float("nan"))

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        said = json.loads(raw.payload)
        honest = _touchpoint(source, raw, said["id"], bystander_text(said["id"]))
        if said["trick"] == "bystander":
            return honest
        return PARSES[said["trick"]](honest, said["number"], next(self._parsed))

    def key(self, touchpoint: Touchpoint) -> str:
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        """By the last figure of the response's id: not known, no id, None, a number, an error that tells the secret."""
        way = response.response_id % 5
        if way == 0:
            raise UnknownOutcomeError(f"perhaps, says {_secret(source)}")
        if way == 4:
            raise RuntimeError(_secret(source))
        return cast(Sent, (Sent("", "", -1), None, 5)[way - 1])

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        raise ZeroDivisionError(_secret(source))

    def health(self, source: SourceContext) -> Health:
        return Health(
            True, f"All well, says {_secret(source)}", hint="\0\ud800" * 1_000, quota_left=-99, token_expires_at=-1
        )


def _secret(source: SourceContext) -> str:
    return next(iter(source.secrets.values()), "no-secret")


def _touchpoint(source: SourceContext, raw: RawRecord, key: str, text: str) -> Touchpoint:
    return Touchpoint(
        workspace_id=source.workspace_id,
        source_id=source.source_id,
        platform=PLATFORM,
        host="",
        external_id=key,
        kind=Kind.POST,
        channel=Channel.PUBLIC_POSTS,
        is_public=True,
        occurred_at=raw.captured_at,
        captured_at=raw.captured_at,
        author=Author(f"author-of-{key}"),
        text=text,
    )


# ---- pages


def _record(source: SourceContext, trick: str, number: int, key: str) -> RawRecord:
    payload = json.dumps({"trick": trick, "number": number, "id": key}).encode()
    return RawRecord(payload, "hostile", source.now)


def _bystanders(source: SourceContext, stream: str) -> list[RawRecord]:
    return [_record(source, "bystander", number, f"bystander-{stream}-{number}") for number in range(BYSTANDERS)]


def _hostiles(source: SourceContext, stream: str) -> Iterator[RawRecord]:
    for number in range(COUNTS.get(stream, 0)):
        yield _record(source, stream, number, f"{stream}-{number}")


def _mixed(source: SourceContext, stream: str) -> tuple[RawRecord, ...]:
    """A bystander first, one last, one in the middle of the tricks."""
    first, middle, last = _bystanders(source, stream)
    hostile = list(_hostiles(source, stream))
    half = len(hostile) // 2
    return (first, *hostile[:half], middle, *hostile[half:], last)


def _two_pages(source: SourceContext, stream: str, cursor: str) -> Page:
    """The same page twice, as an inclusive cursor may give it, then the end."""
    return Page(_mixed(source, stream), "2" if cursor else "1", bool(cursor))


def _endless(source: SourceContext, stream: str, cursor: str) -> Page:
    number = int(cursor or 0) + 1
    return Page(tuple(_bystanders(source, stream)), str(number), False)


def _still(source: SourceContext, stream: str, cursor: str) -> Page:
    return Page(tuple(_bystanders(source, stream)), "stands", False)


def _huge(source: SourceContext, stream: str, cursor: str) -> Page:
    crowd = (_record(source, "bystander", number, f"{stream}-{number}") for number in range(HUGE_PAGE))
    return Page((*crowd, *_bystanders(source, stream)), "1", True)


def _wrong(source: SourceContext, stream: str, cursor: str) -> Page:
    """Another wrong page each time; which, the cursor's length says, as nobody keeps a cursor that came with them."""
    good = Page(tuple(_bystanders(source, stream)), "1", True)
    wrong: tuple[Any, ...] = (
        None,
        [],
        {"records": []},
        Page(cast(Any, (None, "x")), "1", True),
        Page((), cast(Any, 5), True),
        Page((), "c" * TEN_MEGABYTES, True),
        Page((), "1", cast(Any, "no")),
        good,
    )
    return cast(Page, wrong[source.now % len(wrong)])


def _odd_wait(source: SourceContext, stream: str, cursor: str) -> Page:
    wait_s = (-1.0, float("nan"), float("inf"), 3e10)[len(cursor) % 4]
    return Page(tuple(_bystanders(source, stream)), cursor + "w", len(cursor) >= 3, wait_s=wait_s, quota_left=-7)


def _raising(source: SourceContext, stream: str, cursor: str) -> Page:
    raise RAISED[source.now % len(RAISED)]("nobody knows what to do about this")


def _ending(source: SourceContext, stream: str, cursor: str) -> Page:
    raise SystemExit(3)


def _telling(source: SourceContext, stream: str, cursor: str) -> Page:
    secret = _secret(source)
    raise PermanentSourceError(f"https://x.example/?token={secret}", hint=f"use {secret}") from ValueError(secret)


_CAPTURES: dict[str, Callable[[SourceContext, str, str], Page]] = {
    "endless_pages": _endless,
    "still_cursor": _still,
    "huge_page": _huge,
    "wrong_pages": _wrong,
    "odd_waits": _odd_wait,
    "raises_in_capture": _raising,
    "ends_the_process": _ending,
    "tells_secrets": _telling,
}

_WITH_PAGES = frozenset(_BY_NAME) - {"wrong_pages", "raises_in_capture", "ends_the_process", "tells_secrets"}


CONNECTOR = HostileConnector()
