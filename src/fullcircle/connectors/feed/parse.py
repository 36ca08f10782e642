"""One raw record of a feed into one outcome: pure and total, whatever the bytes."""

import hashlib
import re
from urllib.parse import urlsplit

import msgspec

from fullcircle.connectors.feed.entry import HTML, Attachment, Entry, Origin, Voice
from fullcircle.connectors.feed.plain import plain_text, web_address
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.gate import clean_text, mend_json
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.moments import LATEST
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Author, Media, Outcome, RawRecord, Touchpoint

PLATFORM = "feed"
TITLE_CHARS = 500
NAME_CHARS = 200
ID_CHARS = 500

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_WORLDWIDE = re.compile(r"[a-z][a-z0-9+.-]{1,20}:\S+", re.IGNORECASE)
_KINDS = ("image", "video", "audio")

_ENTRIES = msgspec.json.Decoder(Entry)
_ORIGINS = msgspec.json.Decoder(Origin)
_NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)


def parse_record(source: SourceContext, raw: RawRecord) -> Outcome:
    """An entry becomes a touchpoint; a document that could not be split says why."""
    origin = _origin(raw.context)
    if raw.form == "document":
        return Unreadable(_reason(origin.reason), clean_text(origin.detail, 500)[0])
    if raw.form != "entry":
        return Unreadable(QuarantineReason.BAD_SHAPE, f"a feed has no records of form '{clean_text(raw.form, 40)[0]}'")
    try:
        entry = _ENTRIES.decode(mend_json(raw.payload))
    except msgspec.ValidationError:
        return Unreadable(QuarantineReason.BAD_SHAPE, "not the shape of an entry")
    except _NOT_JSON:
        return Unreadable(QuarantineReason.BAD_JSON, "not JSON")
    return _touchpoint(source, raw, origin, entry)


def _origin(context: str) -> Origin:
    try:
        return _ORIGINS.decode(mend_json(context.encode("utf-8", "replace")))
    except _NOT_JSON:
        return Origin()


def _reason(name: str) -> QuarantineReason:
    try:
        return QuarantineReason(name)
    except ValueError:
        return QuarantineReason.BAD_XML


def _touchpoint(source: SourceContext, raw: RawRecord, origin: Origin, entry: Entry) -> Outcome:
    address = web_address(origin.address)
    base = web_address(entry.base, address) or address
    link = web_address(entry.link, base)
    title = " ".join(_shown(entry.title, entry.title_type, base)[0].split())
    text, is_cut = _shown(entry.text, entry.text_type, base)
    media = tuple(one for one in (_medium(attachment, base) for attachment in entry.media) if one)
    if not title and not text and not media:
        return Drop(DropReason.EMPTY, "no title, no text, nothing attached")
    occurred_at = next((at for at in (entry.published_at, entry.updated_at) if _is_time(at)), None)
    return Touchpoint(
        workspace_id=source.workspace_id,
        source_id=source.source_id,
        platform=PLATFORM,
        host=_host(address),
        external_id=_external_id(entry, link, title, text, origin.address),
        version=entry.updated_at if entry.updated_at is not None and _is_time(entry.updated_at) else 0,
        kind=Kind.POST,
        channel=Channel.PUBLIC_POSTS,
        is_public=True,
        occurred_at=raw.captured_at if occurred_at is None else occurred_at,
        captured_at=raw.captured_at,
        author=_author(entry.author, base),
        title=clean_text(title, TITLE_CHARS)[0],
        text=text,
        language_claim=entry.language if _LANGUAGE.fullmatch(entry.language) else "",
        url=link,
        media=media,
        is_truncated=is_cut,
    )


def _is_time(moment: int | None) -> bool:
    return moment is not None and 0 <= moment <= LATEST


def _shown(value: str, mime: str, base: str) -> tuple[str, bool]:
    """Plain text within the limit every touchpoint has, and whether some of it is missing."""
    written, is_cut = plain_text(value, base) if mime == HTML else (value.strip(), False)
    text, is_too_long = clean_text(written)
    return text, is_cut or is_too_long


def _host(address: str) -> str:
    """Of the address asked, not of a link the document claims: nobody writes under another site's name."""
    try:
        return (urlsplit(address).hostname or "").lower()[:255]
    except ValueError:
        return ""


def _external_id(entry: Entry, link: str, title: str, text: str, address: str) -> str:
    """See doc.md, "What makes an entry the same one"."""
    own = clean_text(entry.id, 10_000)[0].strip()
    if own and not _WORLDWIDE.fullmatch(own):
        own = f"{_digest(address)[:12]}:{own}"  # "17" is another entry in every feed of a site
    key = own or link
    if not key:
        when = entry.published_at if entry.published_at is not None else ""
        key = f"sha256:{_digest(title, str(when), text)}"
    return key if len(key) <= ID_CHARS else f"sha256:{_digest(key)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _author(voice: Voice | None, base: str) -> Author | None:
    """Feeds have no ids for people: the home page, else the mail address, else the name stands for them."""
    if voice is None:
        return None
    url, email = web_address(voice.url, base), clean_text(voice.email, NAME_CHARS)[0].strip().lower()
    name = clean_text(" ".join(plain_text(voice.name)[0].split()), NAME_CHARS)[0]
    external_id = url or email or " ".join(name.casefold().split())
    return Author(external_id=external_id[:ID_CHARS], name=name, url=url) if external_id else None


def _medium(attachment: Attachment, base: str) -> Media | None:
    url = web_address(attachment.url, base)
    if not url:
        return None
    kind = next((kind for kind in _KINDS if attachment.mime.lower().startswith(kind)), "file")
    return Media(url=url, kind=kind, alt=clean_text(attachment.alt, TITLE_CHARS)[0])
