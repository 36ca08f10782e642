"""What must hold of whatever a connector gives, each said as one assertion with a plain sentence.

Used by the conformance suite, and by anybody who wants to look at one outcome.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import EARLIEST, LATEST
from fullcircle.core.ports import Connector, SourceContext
from fullcircle.core.records import TEXT_LIMIT, Author, Outcome, Page, RawRecord, Touchpoint

ID_LIMIT = 1_024
"""Characters of an external id, as the store keeps it."""

NAME_LIMIT = 10_000
"""Characters of any other string but the text."""

DANGEROUS_SCHEMES = frozenset({"javascript", "vbscript", "data", "file", "blob"})
PRIVATE_KINDS = frozenset({Kind.DIRECT_MESSAGE, Kind.EMAIL, Kind.CALL})
PRIVATE_CHANNELS = frozenset({Channel.DIRECT_MESSAGES, Channel.MAIL, Channel.CALLS})
MEDIA_KINDS = frozenset({"image", "video", "audio", "file"})


def check_outcome(connector: Connector, source: SourceContext, raw: RawRecord, outcome: Outcome) -> None:
    """Raises AssertionError where the outcome is not one the pipeline can take."""
    if isinstance(outcome, Drop):
        assert isinstance(outcome.reason, DropReason), "a drop names a reason of the closed list"
    elif isinstance(outcome, Unreadable):
        assert isinstance(outcome.reason, QuarantineReason), "what is quarantined names a reason of the closed list"
    else:
        assert isinstance(outcome, Touchpoint), f"parse gives a Touchpoint, Drop or Unreadable, not {type(outcome)}"
        check_touchpoint(connector, source, raw, outcome)
        return
    assert len(outcome.detail) <= 1_000, "a detail is a sentence, not the payload"
    assert is_clean(outcome.detail), "a detail holds neither NUL nor lone surrogates"


def check_touchpoint(connector: Connector, source: SourceContext, raw: RawRecord, touchpoint: Touchpoint) -> None:
    """Raises AssertionError where the touchpoint breaks the contract of `core.records`."""
    assert (touchpoint.workspace_id, touchpoint.source_id) == (source.workspace_id, source.source_id)
    assert touchpoint.platform == connector.spec.name or not connector.spec.is_replayable
    assert touchpoint.captured_at == raw.captured_at, "captured_at is the raw record's"
    assert touchpoint.host == touchpoint.host.lower(), "a host is lower case"
    _check_lists(touchpoint)
    _check_ids(connector, touchpoint)
    _check_texts(touchpoint)
    _check_times(touchpoint)
    _check_privacy(touchpoint)


def _check_lists(touchpoint: Touchpoint) -> None:
    assert isinstance(touchpoint.kind, Kind)
    assert isinstance(touchpoint.direction, Direction)
    assert isinstance(touchpoint.channel, Channel)
    assert isinstance(touchpoint.change, Change)
    assert 0 <= touchpoint.rating <= 5, "a rating is 1 to 5, or 0 for none"
    assert all(media.kind in MEDIA_KINDS for media in touchpoint.media)
    for url in _urls(touchpoint):
        assert scheme_of(url) not in DANGEROUS_SCHEMES, f"no address begins with {scheme_of(url)!r}"


def _check_ids(connector: Connector, touchpoint: Touchpoint) -> None:
    assert touchpoint.external_id.strip(), "what has no id is quarantined, never stored"
    assert connector.key(touchpoint) == touchpoint.external_id, "the external id is the key"
    author = touchpoint.author or Author("none")
    for name in (touchpoint.external_id, touchpoint.parent_id, touchpoint.root_id, author.external_id):
        assert len(name) <= ID_LIMIT, f"an id has at most {ID_LIMIT} characters"
    assert author.external_id, "an author without an id is None"


def _check_texts(touchpoint: Touchpoint) -> None:
    for text in strings(touchpoint):
        assert is_clean(text), "no string holds NUL or a lone surrogate"
    assert len(touchpoint.text) <= TEXT_LIMIT, f"a text has at most {TEXT_LIMIT} characters"
    rest = msgspec.structs.replace(touchpoint, text="")
    assert all(len(text) <= NAME_LIMIT for text in strings(rest)), f"no name has more than {NAME_LIMIT} characters"


def _check_times(touchpoint: Touchpoint) -> None:
    for name in ("occurred_at", "captured_at", "version"):
        moment = getattr(touchpoint, name)
        assert type(moment) is int, f"{name} is a moment: whole milliseconds"
        assert EARLIEST <= moment <= LATEST, f"{name} is between 1970 and 2100"


def _check_privacy(touchpoint: Touchpoint) -> None:
    is_private = touchpoint.kind in PRIVATE_KINDS or touchpoint.channel in PRIVATE_CHANNELS
    assert not (is_private and touchpoint.is_public), f"a {touchpoint.kind} on {touchpoint.channel} is never public"


def check_page(connector: Connector, source: SourceContext, page: Page) -> None:
    """Raises AssertionError where a page is not one the capture loop can take."""
    assert isinstance(page, Page)
    assert isinstance(page.cursor, str)
    assert len(page.cursor) <= 100_000, "a cursor is short"
    assert isinstance(page.is_last, bool)
    assert 0 <= page.wait_s < float("inf"), "a wait is a number of seconds"
    for raw in page.records:
        assert isinstance(raw, RawRecord)
        assert isinstance(raw.payload, bytes)
        check_outcome(connector, source, raw, connector.parse(source, raw))


def strings(value: Any) -> Iterator[str]:
    """Every string within a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, dict):
        yield from strings(list(value.items()))


def is_clean(text: str) -> bool:
    """Whether both databases can hold it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def scheme_of(url: str) -> str:
    """Lower case; "" for an address without one; "?" where none can be read."""
    try:
        return urlsplit(url.strip()).scheme
    except ValueError:
        return "?"


def _urls(touchpoint: Touchpoint) -> list[str]:
    author = touchpoint.author or Author("")
    return [touchpoint.url, author.url, author.avatar_url, *(media.url for media in touchpoint.media)]
