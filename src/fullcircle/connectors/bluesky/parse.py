"""One raw record of Bluesky becomes one touchpoint, one drop or one quarantined record. Pure, and total for any bytes.

The key is the post's at:// address, which names its author by did and is the same whatever showed it to us. What a
post says is read from its record alone, so a notification, a search and the event stream give the same touchpoint.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from fullcircle.connectors.bluesky.embeds import media_of, quoted_in, web_address, web_only
from fullcircle.connectors.bluesky.shapes import (
    POST,
    WEB,
    Event,
    FeedItem,
    Notification,
    OddRecord,
    Own,
    PostRecord,
    PostView,
    Profile,
    StoredRecord,
    Typed,
    read_loosely,
)
from fullcircle.connectors.bluesky.stream import new_post
from fullcircle.connectors.bluesky.text import mentioned_dids, read_facets, whole_links
from fullcircle.connectors.bluesky.tid import moment_of
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.gate import JSON_BYTES, clean_text
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import EARLIEST, LATEST, MINUTE, Moment, clamp, parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, Counters, Outcome, RawRecord, Touchpoint

PLATFORM = "bluesky"
LATE: Moment = MINUTE
_NOTIFICATION, _VIEW = msgspec.json.Decoder(Notification), msgspec.json.Decoder(PostView)
_ITEM, _STORED = msgspec.json.Decoder(FeedItem), msgspec.json.Decoder(StoredRecord)
_EVENT, _POST = msgspec.json.Decoder(Event), msgspec.json.Decoder(PostRecord)
_WANTED_CHANGES = {"create": Change.CREATE, "update": Change.EDIT, "delete": Change.DELETE}
_UNWANTED_REASONS = frozenset(
    {"like", "repost", "follow", "starterpack-joined", "like-via-repost", "repost-via-repost", "verified", "unverified"}
)
_POST_REASONS = frozenset({"mention", "quote", "reply"})


class Sight(Struct):
    """A raw record on its way: with the source it came by and who we are there."""

    source: SourceContext
    raw: RawRecord
    own: Own
    is_about_us: bool = False  # the platform told us of it because it concerns us


class Found(Struct):
    """What the shapes have in common."""

    uri: str
    author: Profile
    record: PostRecord
    seen_at: Moment | None  # the network's own time, where it says
    change: Change = Change.CREATE
    version: Moment = 0
    counters: Counters | None = None


def parse(source: SourceContext, raw: RawRecord) -> Outcome:
    """One raw record, one outcome; forms "notification", "post", "feed_item", "record" and "event"."""
    reader = _READERS.get(raw.form)
    if reader is None:
        return Unreadable(QuarantineReason.BAD_SHAPE, _line(f"no form {raw.form[:40]!r} on Bluesky", 200))
    if len(raw.payload) > JSON_BYTES:
        return Unreadable(QuarantineReason.TOO_LARGE, f"{len(raw.payload)} bytes")
    payload, own = raw.payload.removeprefix(b"\xef\xbb\xbf"), own_of(source, raw.context)
    if reader is _from_event and (plain := new_post(source, raw, own, payload)) is not None:
        return plain
    try:
        return reader(Sight(source, raw, own), payload)
    except msgspec.ValidationError as error:
        return Unreadable(QuarantineReason.BAD_SHAPE, _line(str(error), 200))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(QuarantineReason.BAD_JSON, _line(str(error), 200))


def own_of(source: SourceContext, context: str) -> Own:
    """Who we are: from what was noted at capture, else from the settings."""
    settings = source.settings
    return _own(context, settings.get("handle", ""), settings.get("did", ""))


@lru_cache(maxsize=64)
def _own(context: str, handle: str, did: str) -> Own:
    noted = read_loosely(context.encode("utf-8", "replace"), Own) or Own()
    return Own(noted.did or did, (noted.handle or handle).strip().lstrip("@").lower(), noted.edited_at)


def _from_notification(sight: Sight, payload: bytes) -> Outcome:
    told = _NOTIFICATION.decode(payload)
    if told.reason in _UNWANTED_REASONS:
        return Drop(DropReason.OUT_OF_SCOPE, f"a {told.reason} notification")
    sight.is_about_us = told.reason in _POST_REASONS
    return _post(sight, told.uri, told.author, told.record, _moment(told.indexed_at))


def _from_post(sight: Sight, payload: bytes) -> Outcome:
    return _view(sight, _VIEW.decode(payload))


def _from_feed_item(sight: Sight, payload: bytes) -> Outcome:
    item = _ITEM.decode(payload)
    if item.reason is not None and item.reason.type.endswith("#reasonRepost"):
        return Drop(DropReason.OUT_OF_SCOPE, "a repost")
    return _view(sight, item.post)


def _from_record(sight: Sight, payload: bytes) -> Outcome:
    stored = _STORED.decode(payload)
    return _post(sight, stored.uri, None, stored.value, None)


def _view(sight: Sight, view: PostView) -> Outcome:
    counters = Counters(_count(view.reply_count), _count(view.like_count), _count(view.repost_count))
    return _post(sight, view.uri, view.author, view.record, _moment(view.indexed_at), counters)


def _post(
    sight: Sight,
    uri: str,
    author: Profile | None,
    record: Raw,
    seen_at: Moment | None,
    counters: Counters | None = None,
) -> Outcome:
    if not uri:
        return Unreadable(QuarantineReason.MISSING_ID, "no uri")
    did = _did_in(uri)
    if not did:
        return Unreadable(QuarantineReason.MISSING_ID, "the uri is not an at:// address of a record")
    post = _record(record)
    if not isinstance(post, PostRecord):
        return post
    found = Found(uri, author or Profile(did), post, seen_at, counters=counters)
    if sight.own.edited_at:
        found.change, found.version = Change.EDIT, sight.own.edited_at
    elif counters is not None:
        found.version = _late_version(uri, post, seen_at)
    return _touchpoint(sight, found)


def _late_version(uri: str, post: PostRecord, seen_at: Moment | None) -> Moment:
    """A view indexed long after the post was made shows a later form of it, or a late arrival: nobody says which, so
    it is ordered after the first form without being called an edit."""
    made_at = max(_moment(post.created_at) or 0, moment_of(uri.rpartition("/")[2]) or 0)
    return seen_at if seen_at and made_at and seen_at - made_at > LATE else 0


def _record(record: Raw) -> PostRecord | Drop | Unreadable:
    try:
        post = _POST.decode(record)
    except msgspec.ValidationError:
        return _odd_record(record)
    return post if post.type == POST else _other_record(post.type)


def _odd_record(record: Raw) -> PostRecord | Drop | Unreadable:
    """A record that is not one of a post, or a post of which a part is odd."""
    kind = read_loosely(record, Typed)
    if kind is None:
        return Unreadable(QuarantineReason.BAD_SHAPE, "it carries no record")
    if kind.type != POST:
        return _other_record(kind.type)
    return msgspec.json.decode(record, type=OddRecord).as_record()


def _other_record(name: str) -> Drop:
    return Drop(DropReason.OUT_OF_SCOPE, _line(f"a record of {name[:80] or 'no type'}", 200))


def _from_event(sight: Sight, payload: bytes) -> Outcome:
    event = _EVENT.decode(payload)
    event = event.payload or event
    commit = event.as_commit()
    if commit is None or commit.collection != POST:
        what = commit.collection if commit else (event.kind or event.type.rpartition("#")[2])
        if not what:
            return Unreadable(QuarantineReason.BAD_SHAPE, "not an event of Jetstream")
        return Drop(DropReason.OUT_OF_SCOPE, _line(f"a {what[:80]} event", 200))
    change = _WANTED_CHANGES.get(commit.operation)
    if change is None:
        return Unreadable(QuarantineReason.BAD_SHAPE, "an operation we do not know")
    uri = f"at://{event.did}/{POST}/{commit.rkey}"
    if not _did_in(uri):
        return Unreadable(QuarantineReason.MISSING_ID, "no did or no record key")
    seen_at = _moment(event.time) or (min(event.time_us // 1000, LATEST) if event.time_us > 0 else None)
    if change is Change.DELETE:
        return _tombstone(sight, uri, commit.rkey, moment_of(commit.rev) or seen_at)
    post = _record(commit.record)
    if not isinstance(post, PostRecord):
        return post
    version = (moment_of(commit.rev) or seen_at or 0) if change is Change.EDIT else 0
    return _touchpoint(sight, Found(uri, Profile(event.did), post, seen_at, change, version))


def _tombstone(sight: Sight, uri: str, rkey: str, gone_at: Moment | None) -> Outcome:
    """A delete, which may come before its create: the record key says when the post was made."""
    occurred_at = moment_of(rkey) or gone_at
    if gone_at is None or occurred_at is None:
        return Unreadable(QuarantineReason.MISSING_TIME, "no time and no revision")
    gone = PostRecord(type=POST)
    return _built(
        sight, Found(uri, Profile(_did_in(uri)), gone, None, Change.DELETE, gone_at), min(occurred_at, gone_at)
    )


def _touchpoint(sight: Sight, found: Found) -> Outcome:
    claimed = _moment(found.record.created_at)
    times = [moment for moment in (claimed, found.seen_at) if moment is not None]
    if not times:
        return Unreadable(QuarantineReason.MISSING_TIME, "no createdAt and no indexedAt")
    # A post dated ahead of the network's own clock is from when the network saw it.
    first_form = found.change is Change.CREATE
    return _built(sight, found, min(times) if first_form else times[0])


def _built(sight: Sight, found: Found, occurred_at: Moment) -> Touchpoint:
    record = found.record
    facets = read_facets(record)
    text, is_truncated = clean_text(whole_links(record.text, facets))
    refs = record.reply
    parent = refs.parent.uri if refs and refs.parent else ""
    is_ours = _is_ours(sight.own, found.author)
    is_about_us = sight.is_about_us or _concerns(sight.own, mentioned_dids(facets), quoted_in(record.embed))
    did = _did_in(found.uri)
    return Touchpoint(
        workspace_id=sight.source.workspace_id,
        source_id=sight.source.source_id,
        platform=PLATFORM,
        host="",
        external_id=_line(found.uri, 1000),
        change=found.change,
        version=found.version,
        kind=Kind.REPLY if parent else Kind.MENTION if is_about_us and not is_ours else Kind.POST,
        direction=Direction.OUTBOUND if is_ours else Direction.INBOUND,
        channel=Channel.PUBLIC_POSTS,
        is_public=True,
        occurred_at=occurred_at,
        captured_at=sight.raw.captured_at,
        author=_author(found.author, did),
        text=text,
        language_claim=_language(record),
        parent_id=_line(parent, 1000),
        root_id=_line(refs.root.uri if refs and refs.root else "", 1000),
        account=sight.own.handle or sight.own.did if is_ours or is_about_us or _is_to_us(sight.own, parent) else "",
        url=web_address(found.uri),
        media=media_of(record.embed, did),
        counters=found.counters,
        is_truncated=is_truncated,
        is_history=occurred_at < sight.source.connected_at,
    )


def _author(profile: Profile, did: str) -> Author:
    return Author(
        external_id=_line(profile.did.strip() or did, 300),
        handle=_line(profile.handle or "", 300),
        name=_line(profile.display_name or "", 300),
        url=_line(f"{WEB}/profile/{profile.did or did}", 400),
        avatar_url=web_only(profile.avatar or "", 1000),
        followers=_count(profile.followers_count),
    )


def _is_ours(own: Own, author: Profile) -> bool:
    if own.did and author.did:
        return own.did == author.did
    return bool(own.handle) and own.handle == (author.handle or "").lower()


def _concerns(own: Own, mentioned: set[str], quoted: str) -> bool:
    return bool(own.did) and (own.did in mentioned or _did_in(quoted) == own.did)


def _is_to_us(own: Own, parent: str) -> bool:
    return bool(own.did) and _did_in(parent) == own.did


def _did_in(uri: str) -> str:
    """The did of an at:// address that names a record, else ""."""
    parts = uri.split("/")
    is_record = len(parts) == 5 and parts[0] == "at:" and not parts[1] and all(parts[3:])
    return parts[2] if is_record and parts[2].startswith("did:") else ""


def _language(record: PostRecord) -> str:
    return _line(record.langs[0], 35) if record.langs else ""


def _moment(text: str | None) -> Moment | None:
    moment = parse_moment(text) if text else None
    return None if moment is None else clamp(moment, EARLIEST, LATEST)


def _count(value: int | None) -> int:
    return -1 if value is None or value < 0 else min(value, 2**53)


def _line(text: str, limit: int) -> str:
    if len(text) <= limit and text.isascii() and "\0" not in text:  # nearly all: ids, addresses, codes
        return text
    return clean_text(text, limit)[0]


_READERS: dict[str, Callable[[Sight, bytes], Outcome]] = {
    "notification": _from_notification,
    "post": _from_post,
    "feed_item": _from_feed_item,
    "record": _from_record,
    "event": _from_event,
}
