"""Bodies into raw records, raw records into touchpoints. Pure, and total for any bytes."""

import re
from enum import StrEnum
from typing import TypeVar

import msgspec

from fullcircle.connectors.webhook.shape import Attached, Envelope, Posted, SaidBy, Text
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.gate import JSON_BYTES, JsonRefused, clean_text, load_json
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import EARLIEST, LATEST, Moment, parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, Media, Outcome, RawRecord, Touchpoint

FORM = "item"
ITEMS_LIMIT = 10_000
MEDIA_LIMIT = 50
LINE_LIMIT = 500
URL_LIMIT = 2_000

_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MEDIA_KINDS = frozenset({"image", "video", "audio", "file"})
_PRIVATE = frozenset({Channel.DIRECT_MESSAGES, Channel.MAIL, Channel.CALLS, Channel.FORMS})
_CHANNEL_OF = {
    Kind.REVIEW: Channel.REVIEWS,
    Kind.DIRECT_MESSAGE: Channel.DIRECT_MESSAGES,
    Kind.CHAT: Channel.DIRECT_MESSAGES,
    Kind.EMAIL: Channel.MAIL,
    Kind.CALL: Channel.CALLS,
}
E = TypeVar("E", bound=StrEnum)


class _UnreadableError(Exception):
    """Leaves the reading of one item with its reason."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.unreadable = Unreadable(reason, detail)


def split(body: bytes, captured_at: Moment) -> list[RawRecord]:
    """One raw record an item, each with the bytes it came in. A body that cannot be split is one raw record, which
    `parse` then calls unreadable; an empty list of touchpoints is none."""
    return [RawRecord(payload, FORM, captured_at) for payload in _items_of(body)]


def _items_of(body: bytes) -> list[bytes]:
    try:
        value = load_json(body)
        if not isinstance(value, dict) or not isinstance(value.get("touchpoints"), list):
            return [body]
        items = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=Envelope).touchpoints
    except (JsonRefused, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [body]
    return [body] if len(items) > ITEMS_LIMIT else [bytes(item) for item in items]


def parse(source: SourceContext, raw: RawRecord) -> Outcome:
    """One item, one outcome."""
    if len(raw.payload) > JSON_BYTES:
        return Unreadable(QuarantineReason.TOO_LARGE, f"{len(raw.payload)} bytes")
    try:
        return _read(source, raw, _item_of(raw.payload))
    except _UnreadableError as found:
        return found.unreadable


def _item_of(payload: bytes) -> Posted:
    try:
        value = load_json(payload)
    except JsonRefused as error:
        raise _UnreadableError(QuarantineReason.BAD_JSON, str(error)) from None
    if isinstance(value, dict) and "touchpoints" in value:
        if isinstance(value["touchpoints"], list):
            raise _UnreadableError(QuarantineReason.TOO_LARGE, f"more than {ITEMS_LIMIT} touchpoints in one body")
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, "`touchpoints` is not a list")
    try:
        return msgspec.convert(value, type=Posted)
    except msgspec.ValidationError as error:  # names the field and the types, never the value
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, str(error)[:200]) from None


def _read(source: SourceContext, raw: RawRecord, item: Posted) -> Touchpoint | Drop:
    external_id = _id(item.id)
    if not external_id:
        raise _UnreadableError(QuarantineReason.MISSING_ID, "`id` is absent or empty")
    change = _one_of(Change, item.change, "change", Change.CREATE)
    kind = _one_of(Kind, item.kind, "kind", Kind.REPLY if item.parent_id else Kind.POST)
    channel = _one_of(Channel, item.channel, "channel", _CHANNEL_OF.get(kind, Channel.PUBLIC_POSTS))
    is_delete = change is Change.DELETE
    occurred_at = _moment(item.occurred_at, "occurred_at")
    if occurred_at is None and not is_delete:
        raise _UnreadableError(QuarantineReason.MISSING_TIME, "`occurred_at` is absent")
    text, is_truncated = clean_text(item.text or "")
    title, media, rating = _line(item.title), _media_of(item.media or ()), _rating_of(item.rating)
    if not (is_delete or text.strip() or title or media or rating):
        return Drop(DropReason.EMPTY, "neither text, title, media nor rating")
    return Touchpoint(
        workspace_id=source.workspace_id,
        source_id=source.source_id,
        platform=_platform(item.platform),
        host=_line(item.host).lower(),
        external_id=external_id,
        change=change,
        version=_moment(item.version, "version") or 0,
        kind=kind,
        direction=_one_of(Direction, item.direction, "direction", Direction.INBOUND),
        channel=channel,
        is_public=channel not in _PRIVATE if item.is_public is None else item.is_public,
        occurred_at=raw.captured_at if occurred_at is None else occurred_at,
        captured_at=raw.captured_at,
        author=_author_of(item.author),
        title=title,
        text=text,
        language_claim=_line(item.language)[:35],
        parent_id=_id(item.parent_id),
        root_id=_id(item.root_id),
        account=_line(item.account),
        url=_url(item.url),
        rating=rating,
        media=media,
        is_truncated=is_truncated,
        is_history=occurred_at is not None and occurred_at < source.connected_at,
    )


def _one_of(words: type[E], said: Text, name: str, otherwise: E) -> E:
    if not said:
        return otherwise
    try:
        return words(said)
    except ValueError:
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, f"`{name}` is not one of {', '.join(words)}") from None


def _moment(said: str | int | None, name: str) -> Moment | None:
    """ISO 8601 or RFC 2822 text, or UTC milliseconds; None where absent."""
    if said is None or said == "":
        return None
    moment = parse_moment(said) if isinstance(said, str) else said
    if moment is None:
        raise _UnreadableError(QuarantineReason.MISSING_TIME, f"`{name}` is not a time we can read")
    if not EARLIEST <= moment <= LATEST:
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, f"`{name}` lies before 1970 or after 2100")
    return moment


def _id(said: str | int | None) -> str:
    text = _line("" if said is None else str(said), LINE_LIMIT + 1)
    if len(text) > LINE_LIMIT:  # cut ids would make two touchpoints one
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, f"an id of more than {LINE_LIMIT} characters")
    return text


def _line(said: Text, limit: int = LINE_LIMIT) -> str:
    return clean_text((said or "").strip(), limit)[0]


def _platform(said: Text) -> str:
    name = (said or "webhook").strip().lower()
    if not _PLATFORM.fullmatch(name):
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, "`platform` is not a short name of a-z, 0-9, - and _")
    return name


def _url(said: Text) -> str:
    """Only http and https leave this room, and only whole: a cut address leads elsewhere."""
    text = _line(said, URL_LIMIT + 1)
    return text if text.lower().startswith(("https://", "http://")) and len(text) <= URL_LIMIT else ""


def _rating_of(said: int | None) -> int:
    if said is None:
        return 0
    if not 0 <= said <= 5:
        raise _UnreadableError(QuarantineReason.BAD_SHAPE, "`rating` is not 1 to 5")
    return said


def _author_of(said: SaidBy | None) -> Author | None:
    if said is None:
        return None
    external_id = _id(said.id) or _id(said.handle)
    if not external_id:
        return None
    is_counted = said.followers is not None and 0 <= said.followers < 2**53
    return Author(
        external_id=external_id,
        handle=_line(said.handle),
        name=_line(said.name),
        url=_url(said.url),
        avatar_url=_url(said.avatar_url),
        is_bot=bool(said.is_bot),
        followers=said.followers if is_counted and said.followers is not None else -1,
    )


def _media_of(said: "list[Attached] | tuple[()]") -> tuple[Media, ...]:
    found = []
    for attached in said[:MEDIA_LIMIT]:
        url = _url(attached.url)
        if url:
            kind = attached.kind if attached.kind in _MEDIA_KINDS else "file"
            found.append(Media(url, kind, _line(attached.alt)))
    return tuple(found)
