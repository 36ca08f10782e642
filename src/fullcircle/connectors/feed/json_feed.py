"""JSON Feed 1.0 and 1.1 (jsonfeed.org) into entries."""

from collections.abc import Sequence

from fullcircle.connectors.feed.entry import HTML, PLAIN, Attachment, Entry, Voice
from fullcircle.connectors.feed.refusal import RefusedDocumentError
from fullcircle.core.drops import QuarantineReason
from fullcircle.core.gate import JsonRefused, load_json
from fullcircle.core.moments import parse_moment
from fullcircle.core.records import Json

_MEDIA_COUNT = 20


def read_json(text: str, address: str) -> tuple[str, Sequence[Entry | object]]:
    """The feed's title and its items; an item that is no object stays as it is and is refused by itself.
    Raises RefusedDocumentError."""
    try:
        feed = load_json(text.encode("utf-8"))
    except JsonRefused as refused:
        raise RefusedDocumentError(QuarantineReason.BAD_JSON, str(refused)) from refused
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in _text(feed.get("version")):
        raise RefusedDocumentError(QuarantineReason.BAD_SHAPE, "JSON, but not a JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        raise RefusedDocumentError(QuarantineReason.BAD_SHAPE, "a JSON Feed without items")
    voice, language = _author(feed), _text(feed.get("language"))
    return _text(feed.get("title")), [
        _entry(item, voice, language, address) if isinstance(item, dict) else item for item in items
    ]


def _entry(item: dict[str, Json], voice: Voice | None, language: str, address: str) -> Entry:
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    return Entry(
        id=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        text=html or plain or _text(item.get("summary")),
        text_type=HTML if html else PLAIN,
        base=_text(item.get("url")) or address,
        author=_author(item) or voice,
        published_at=parse_moment(_text(item.get("date_published"))[:100]),
        updated_at=parse_moment(_text(item.get("date_modified"))[:100]),
        language=_text(item.get("language")) or language,
        media=_media(item),
    )


def _author(holder: dict[str, Json]) -> Voice | None:
    """Version 1.1 has a list, version 1.0 one object."""
    authors = holder.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else holder.get("author")
    if not isinstance(first, dict) or not (first.get("name") or first.get("url")):
        return None
    return Voice(name=_text(first.get("name")), url=_text(first.get("url")))


def _media(item: dict[str, Json]) -> tuple[Attachment, ...]:
    attachments = item.get("attachments")
    listed = attachments if isinstance(attachments, list) else []
    media = [Attachment(_text(one.get("url")), _text(one.get("mime_type"))) for one in listed if isinstance(one, dict)]
    image = _text(item.get("image")) or _text(item.get("banner_image"))
    return tuple([*media, *([Attachment(image, "image")] if image else [])][:_MEDIA_COUNT])


def _text(value: Json) -> str:
    """Numbers as ids are common in the wild; anything else that is no text counts as absent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
