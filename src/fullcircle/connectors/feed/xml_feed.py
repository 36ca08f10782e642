"""RSS, RDF, Atom and CDF into entries. XML is scanned by defusedxml under limits before feedparser sees it, and
feedparser sees exactly what was scanned: without prolog, as UTF-8, uncleaned (`plain.py` cleans, once)."""

import calendar
import io
from collections.abc import Mapping, Sequence
from typing import Any

import feedparser

from fullcircle.connectors.feed.entry import HTML, PLAIN, Attachment, Entry, Voice
from fullcircle.connectors.feed.harmless import harmless_xml
from fullcircle.connectors.feed.refusal import RefusedDocumentError
from fullcircle.core.drops import QuarantineReason
from fullcircle.core.gate import clean_text
from fullcircle.core.moments import LATEST, Moment

_MEDIA_COUNT = 20
_FIELD_CHARS = 12_000_000  # of a text; the document's own cap holds first

Parsed = Mapping[str, Any]


def read_xml(text: str, address: str) -> tuple[str, Sequence[Entry]]:
    """The feed's title and its entries. Raises RefusedDocumentError, and whatever feedparser raises."""
    body = harmless_xml(text)
    parsed = feedparser.parse(
        io.BytesIO(body.encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": address},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.version:
        raise RefusedDocumentError(QuarantineReason.BAD_SHAPE, "XML, but not a feed")
    feed = parsed.feed
    voice, language = _voice(feed), _said(feed, "language")
    return _said(feed, "title"), [_entry(entry, voice, language) for entry in parsed.entries]


def _entry(entry: Parsed, voice: Voice | None, language: str) -> Entry:
    title, body = _detail(entry, "title_detail"), _body(entry)
    return Entry(
        id=_said(entry, "id"),
        link=_said(entry, "link"),
        title=_said(title, "value") or _said(entry, "title"),
        title_type=_type(title),
        text=_said(body, "value"),
        text_type=_type(body),
        base=_said(body, "base"),
        author=_voice(entry) or voice,
        published_at=_moment(entry, "published_parsed") or _moment(entry, "created_parsed"),
        updated_at=_moment(entry, "updated_parsed"),
        language=_said(body, "language") or _said(title, "language") or language,
        media=_media(entry),
    )


def _body(entry: Parsed) -> Parsed:
    """The whole content where there is one, marked up rather than plain, else the summary. Only what is text: feeds may
    carry other media inline."""
    contents = _listed(entry, "content")
    candidates = [*contents, _detail(entry, "summary_detail")]
    texts = [one for one in candidates if _said(one, "value").strip() and _is_text(_said(one, "type"))]
    return next((one for one in texts if _type(one) == HTML and one in contents), next(iter(texts), {}))


def _is_text(mime: str) -> bool:
    return not mime or mime.startswith("text/") or mime.endswith(("xml", "html"))


def _type(detail: Parsed) -> str:
    """What is not said to be plain is cleaned."""
    return PLAIN if _said(detail, "type") in ("", "text/plain") else HTML


def _voice(holder: Parsed) -> Voice | None:
    detail = _detail(holder, "author_detail")
    voice = Voice(
        name=_said(detail, "name") or _said(holder, "author"), email=_said(detail, "email"), url=_said(detail, "href")
    )
    return voice if voice != Voice() else None


def _media(entry: Parsed) -> tuple[Attachment, ...]:
    enclosed = [link for link in _listed(entry, "links") if _said(link, "rel") == "enclosure"]
    found = [Attachment(_said(link, "href"), _said(link, "type"), _said(link, "title")) for link in enclosed]
    described = _listed(entry, "media_content")
    found += [Attachment(_said(one, "url"), _said(one, "type") or _said(one, "medium")) for one in described]
    found += [Attachment(_said(one, "url"), "image") for one in _listed(entry, "media_thumbnail")]
    by_url = {one.url: one for one in reversed(found) if one.url}
    return tuple(list(reversed(by_url.values()))[:_MEDIA_COUNT])


def _moment(entry: Parsed, name: str) -> Moment | None:
    """feedparser's time in UTC. What lies before 1970 or after 2100 is no time anything happened."""
    value = _raw(entry, name)
    try:
        moment = calendar.timegm(value) * 1000
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if 0 <= moment <= LATEST else None


def _raw(holder: Parsed, name: str) -> Any:
    """Without feedparser's own look-up, which answers with another field and a warning where one is absent."""
    return dict.get(holder, name) if isinstance(holder, dict) else None


def _said(holder: Parsed, name: str) -> str:
    value = _raw(holder, name)
    return clean_text(value, _FIELD_CHARS)[0] if isinstance(value, str) else ""


def _detail(holder: Parsed, name: str) -> Parsed:
    value = _raw(holder, name)
    return value if isinstance(value, dict) else {}


def _listed(holder: Parsed, name: str) -> list[Parsed]:
    value = _raw(holder, name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
