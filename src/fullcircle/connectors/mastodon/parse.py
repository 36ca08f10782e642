"""One raw record of Mastodon becomes one touchpoint, one drop or one quarantined record. Pure, total for any bytes."""

from collections.abc import Callable
from functools import lru_cache

import msgspec
from msgspec import Struct

from fullcircle.connectors.mastodon.names import alias, external_id, full_acct, host_of, line, parent_of, web_only
from fullcircle.connectors.mastodon.shapes import (
    Account,
    Attachment,
    Conversation,
    Mentioned,
    Noted,
    Notification,
    Poll,
    Quote,
    Quoted,
    Status,
    read_each,
    read_loosely,
)
from fullcircle.connectors.mastodon.stream import read_event
from fullcircle.connectors.mastodon.text import plain_text
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.gate import JSON_BYTES, clean_text
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import EARLIEST, LATEST, Moment, clamp, parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, Counters, Media, Outcome, RawRecord, Touchpoint

PLATFORM = "mastodon"
_WANTED_NOTICES = frozenset({"mention", "status", "update", "quote", "quoted_update"})
_ABOUT_US = frozenset({"mention", "quote"})
_OPEN = frozenset({"public", "unlisted"})
_MEDIA = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


class Sight(Struct):
    """A raw record on its way: with the source it came by and what capture noted."""

    source: SourceContext
    raw: RawRecord
    noted: Noted
    server: str
    handle: str  # ours, `name@server`
    is_about_us: bool = False


def parse(source: SourceContext, raw: RawRecord) -> Outcome:
    """One raw record, one outcome; forms "status", "notification", "conversation" and "event"."""
    reader = _READERS.get(raw.form)
    if reader is None:
        return Unreadable(QuarantineReason.BAD_SHAPE, line(f"no form {raw.form[:40]!r} on Mastodon", 200))
    if len(raw.payload) > JSON_BYTES:
        return Unreadable(QuarantineReason.TOO_LARGE, f"{len(raw.payload)} bytes")
    try:
        return reader(_sight(source, raw), raw.payload.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        return Unreadable(QuarantineReason.BAD_SHAPE, line(str(error), 200))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(QuarantineReason.BAD_JSON, line(str(error), 200))


def _sight(source: SourceContext, raw: RawRecord) -> Sight:
    noted = _noted(raw.context)
    server = noted.server or host_of(source.settings.get("server", ""))
    handle = source.settings.get("handle", "").strip().lstrip("@").lower()
    if handle and "@" not in handle:
        handle = f"{handle}@{server}"
    return Sight(source, raw, noted, server, handle)


@lru_cache(maxsize=256)
def _noted(context: str) -> Noted:
    return read_loosely(context.encode("utf-8", "replace"), Noted) or Noted()


def _from_status(sight: Sight, payload: bytes) -> Outcome:
    return _status(sight, msgspec.json.decode(payload, type=Status))


def _from_notification(sight: Sight, payload: bytes) -> Outcome:
    told = msgspec.json.decode(payload, type=Notification)
    if not told.type:
        return Unreadable(QuarantineReason.BAD_SHAPE, "a notification without a type")
    if told.type not in _WANTED_NOTICES:
        return Drop(DropReason.OUT_OF_SCOPE, line(f"a {told.type[:80]} notification", 200))
    if told.status is None:
        return Drop(DropReason.EMPTY, f"a {told.type} notification whose status is gone")
    sight.is_about_us = told.type in _ABOUT_US
    return _status(sight, told.status)


def _from_conversation(sight: Sight, payload: bytes) -> Outcome:
    talk = msgspec.json.decode(payload, type=Conversation)
    if not talk.id:
        return Unreadable(QuarantineReason.MISSING_ID, "not a conversation")
    if talk.last_status is None:
        return Drop(DropReason.EMPTY, "a conversation whose last status is gone")
    return _status(sight, talk.last_status)


def _from_event(sight: Sight, payload: bytes) -> Outcome:
    event = read_event(payload)
    if event is None:
        return Unreadable(QuarantineReason.BAD_SHAPE, "not an event of the stream")
    reader = _EVENTS.get(event.name)
    if reader is None:
        return Drop(DropReason.OUT_OF_SCOPE, line(f"a {event.name[:80]} event", 200))
    return reader(sight, event.data)


def _from_delete(sight: Sight, payload: bytes) -> Outcome:
    """A delete names the status by the server's own number; capture may know its uri."""
    number = payload.strip().strip(b'"').decode("utf-8", "replace")
    if not number or len(number) > 64 or not number.isalnum():
        return Unreadable(QuarantineReason.MISSING_ID, "a delete without an id")
    name = line(sight.noted.uri, 1000) or alias(sight.server, number)
    return Touchpoint(
        workspace_id=sight.source.workspace_id,
        source_id=sight.source.source_id,
        platform=PLATFORM,
        host="",
        external_id=name,
        change=Change.DELETE,
        version=sight.raw.captured_at,
        kind=Kind.POST,
        channel=Channel.PUBLIC_POSTS,
        is_public=True,
        occurred_at=_minted(number) or sight.raw.captured_at,
        captured_at=sight.raw.captured_at,
    )


def _minted(number: str) -> Moment | None:
    """When Mastodon made a number: milliseconds in all but the last 16 bits. None for other servers' numbers."""
    if not (number.isascii() and number.isdigit() and 16 <= len(number) <= 19):
        return None
    return min(int(number) >> 16, LATEST)


def _status(sight: Sight, status: Status) -> Outcome:
    if status.reblog is not None:  # a boost is no touchpoint; it shows us the boosted status anew
        status = status.reblog
    name = external_id(status, sight.server)
    if not name.strip():
        return Unreadable(QuarantineReason.MISSING_ID, "no uri, no url, no id")
    if status.account is None or not _author_id(status.account, sight.server):
        return Unreadable(QuarantineReason.BAD_SHAPE, "a status without an account")
    occurred_at = _moment(status.created_at)
    if occurred_at is None:
        return Unreadable(QuarantineReason.MISSING_TIME, "no created_at")
    return _built(sight, status, status.account, name, occurred_at)


def _built(sight: Sight, status: Status, account: Account, name: str, occurred_at: Moment) -> Touchpoint:
    edited_at = _moment(status.edited_at) or 0
    quoted = _quoted(status)
    text, is_truncated = clean_text(_text(status, quoted))
    parent = parent_of(status, sight.noted, sight.server)
    is_ours = _is_ours(sight, account)
    is_about_us = sight.is_about_us or _concerns(sight, status, quoted)
    is_public = status.visibility in _OPEN
    return Touchpoint(
        workspace_id=sight.source.workspace_id,
        source_id=sight.source.source_id,
        platform=PLATFORM,
        host="",
        external_id=name,
        change=Change.EDIT if edited_at else Change.CREATE,
        version=edited_at,
        kind=_kind(status, parent, is_about_us and not is_ours),
        direction=Direction.OUTBOUND if is_ours else Direction.INBOUND,
        channel=Channel.PUBLIC_POSTS if is_public else Channel.DIRECT_MESSAGES,
        is_public=is_public,
        occurred_at=occurred_at,
        captured_at=sight.raw.captured_at,
        author=_author(account, sight.server),
        title=line(status.spoiler_text or "", 1000),
        text=text,
        language_claim=line(status.language or "", 35),
        parent_id=parent,
        root_id=line(sight.noted.root, 1000) if parent else "",
        account=(sight.handle or sight.noted.own_uri) if is_ours or is_about_us else "",
        url=web_only(status.url or status.uri, 1000),
        media=_media(status, quoted),
        counters=Counters(_count(status.replies_count), _count(status.favourites_count), _count(status.reblogs_count)),
        is_truncated=is_truncated,
        is_history=occurred_at < sight.source.connected_at,
    )


def _kind(status: Status, parent: str, is_mention: bool) -> Kind:
    if status.visibility == "direct":
        return Kind.DIRECT_MESSAGE
    return Kind.REPLY if parent else Kind.MENTION if is_mention else Kind.POST


def _text(status: Status, quoted: Quoted | None) -> str:
    poll = read_loosely(status.poll, Poll)
    options = "\n".join(f"- {option.title}" for option in poll.options) if poll else ""
    content = plain_text(status.content or "", without_quote=quoted is not None)
    return f"{content}\n\n{options}".strip() if options else content


def _quoted(status: Status) -> Quoted | None:
    quote = read_loosely(status.quote, Quote)
    return quote.quoted_status if quote else None


def _is_ours(sight: Sight, account: Account) -> bool:
    if sight.noted.own_id and str(account.id):
        return sight.noted.own_id == str(account.id)
    return bool(sight.handle) and sight.handle == full_acct(account, sight.server)


def _concerns(sight: Sight, status: Status, quoted: Quoted | None) -> bool:
    own = sight.noted.own_id
    if own and own == str(status.in_reply_to_account_id or ""):
        return True
    if quoted and quoted.account and _is_ours(sight, quoted.account):
        return True
    mentions = read_each(status.mentions, Mentioned)
    if own:
        return any(str(one.id) == own for one in mentions)
    return bool(sight.handle) and any(
        full_acct(Account(acct=one.acct), sight.server) == sight.handle for one in mentions
    )


def _author(account: Account, server: str) -> Author:
    acct = full_acct(account, server)
    return Author(
        external_id=_author_id(account, server),
        handle=line(acct, 300),
        name=line(account.display_name or account.username, 300),
        url=web_only(account.url or account.uri, 1000),
        avatar_url=web_only(account.avatar, 1000),
        is_bot=bool(account.bot),
        followers=_count(account.followers_count),
    )


def _author_id(account: Account, server: str) -> str:
    """The account's ActivityPub id; its address or name where an older server does not give it."""
    return line((account.uri or account.url or full_acct(account, server)).strip(), 1000)


def _media(status: Status, quoted: Quoted | None) -> tuple[Media, ...]:
    attachments = read_each(status.media_attachments, Attachment)
    attached = [(one, web_only(one.url or one.remote_url, 2000)) for one in attachments]
    shown = [
        Media(address, _MEDIA.get(one.type, "file"), line(one.description or "", 5000))
        for one, address in attached
        if address
    ]
    if quoted and (address := web_only(quoted.url or quoted.uri, 1000)):
        shown.append(Media(address, "file", "quoted post"))
    return tuple(shown)


def _moment(text: str | None) -> Moment | None:
    moment = parse_moment(text or "")
    return None if moment is None else clamp(moment, EARLIEST, LATEST)


def _count(value: int | None) -> int:
    return -1 if value is None or value < 0 else min(value, 2**53)


_READERS: dict[str, Callable[[Sight, bytes], Outcome]] = {
    "status": _from_status,
    "notification": _from_notification,
    "conversation": _from_conversation,
    "event": _from_event,
}

_EVENTS: dict[str, Callable[[Sight, bytes], Outcome]] = {
    "update": _from_status,
    "status.update": _from_status,
    "delete": _from_delete,
    "notification": _from_notification,
    "conversation": _from_conversation,
}
