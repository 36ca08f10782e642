"""A feed document into raw records, one an entry: bytes to text, made harmless, then read leniently."""

import re
from collections.abc import Sequence
from email.message import Message
from urllib.parse import urljoin

import msgspec

from fullcircle.connectors.feed.entry import Entry, Origin
from fullcircle.connectors.feed.json_feed import read_json
from fullcircle.connectors.feed.refusal import RefusedDocumentError
from fullcircle.connectors.feed.xml_feed import read_xml
from fullcircle.core.drops import QuarantineReason
from fullcircle.core.gate import decode_bytes
from fullcircle.core.moments import Moment
from fullcircle.core.records import RawRecord

DOCUMENT_BYTES = 12_000_000

_PAGE = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"type\s*=\s*[\"']?application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]{1,1000})", re.IGNORECASE)


def split_document(data: bytes, content_type: str, address: str, captured_at: Moment) -> list[RawRecord]:
    """One record an entry, in the document's order, form "entry"; none for a feed that is empty. A document that cannot
    be read is one record of form "document" with the bytes as they came. Never raises."""
    try:
        title, entries = _read(data, content_type, address)
    except RefusedDocumentError as refused:
        return [_whole(data, Origin(address, reason=refused.reason, detail=str(refused)), captured_at)]
    except (Exception, RecursionError) as error:
        # feedparser is asked to read what nobody has tested it with; its failure must not cost us the bytes
        detail = f"the reader failed: {type(error).__name__}"
        return [_whole(data, Origin(address, reason=QuarantineReason.CONNECTOR_FAILED, detail=detail), captured_at)]
    context = msgspec.json.encode(Origin(address, title)).decode("utf-8")
    return [RawRecord(payload, "entry", captured_at, context) for payload in map(_payload, entries)]


def _read(data: bytes, content_type: str, address: str) -> tuple[str, Sequence[Entry | object]]:
    if len(data) > DOCUMENT_BYTES:
        raise RefusedDocumentError(QuarantineReason.TOO_LARGE, f"larger than {DOCUMENT_BYTES} bytes")
    text, _ = decode_bytes(data, _charset(content_type))
    text = text.lstrip("\ufeff\ufffd \t\r\n")
    if text.startswith(("{", "[")):
        return read_json(text, address)
    if _PAGE.match(text[:100]):
        named = named_feeds(text, address)
        instead = f"; it names this feed: {named[0]}" if named else ""
        raise RefusedDocumentError(QuarantineReason.BAD_SHAPE, f"a web page, not a feed{instead}")
    if "<" not in text:
        raise RefusedDocumentError(QuarantineReason.BAD_SHAPE, "neither XML nor JSON")
    return read_xml(text, address)


def named_feeds(page: str, address: str) -> list[str]:
    """Feeds that a web page names in its head, as absolute addresses."""
    links = [link for link in _LINK.findall(page[:200_000]) if _FEED_TYPE.search(link)]
    found = [match.group(1) for link in links if (match := _HREF.search(link))]
    return [urljoin(address, href.replace("&amp;", "&")) for href in found if not href.startswith("//[")][:5]


def _charset(content_type: str) -> str:
    message = Message()
    message["content-type"] = " ".join(content_type[:200].split())
    return str(message.get_content_charset() or "")


def _payload(entry: Entry | object) -> bytes:
    return msgspec.json.encode(entry)


def _whole(data: bytes, origin: Origin, captured_at: Moment) -> RawRecord:
    return RawRecord(data, "document", captured_at, msgspec.json.encode(origin).decode("utf-8"))
