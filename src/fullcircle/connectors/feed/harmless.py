"""XML made harmless before a lenient reader sees it: no declarations, no entities but characters, no shape that costs
more than its bytes (billion laughs, quadratic blow-up, external entities, a hundred thousand attributes)."""

import html.entities
import re
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from fullcircle.connectors.feed.refusal import RefusedDocumentError
from fullcircle.core.drops import QuarantineReason

DEPTH = 200
ELEMENT_COUNT = 100_000
ATTRIBUTE_COUNT = 100
PIECE_COUNT = 500_000
LOOSE_CHARS = 2_000_000
LOOSE_TAG_COUNT = 20_000

_PROLOG = re.compile(
    r"\s*+(?:<\?[^>]*+(?:(?<!\?)>[^>]*+)*+>|<!--(?:[^-]|-(?!->))*+-->|<!DOCTYPE[^\[>]*+(?:\[(?:[^\]]|\](?!\s*>))*+\]\s*)?>)",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"<\w")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_NUMBERED = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def harmless_xml(text: str) -> str:
    """The document from its first element on, fit for feedparser. Raises RefusedDocumentError (bad_xml, too_large)."""
    start = _first_element(text)
    if "<!ENTITY" in text[:start].upper():
        raise RefusedDocumentError(QuarantineReason.BAD_XML, "it declares entities of its own")
    body = _NAMED.sub(_character, text[start:])
    if _is_well_formed(body):
        return body
    body = _NUMBERED.sub(_numbered, _BARE.sub("&amp;", _CONTROLS.sub("\ufffd", body)))
    if _is_well_formed(body):
        return body
    if "<!ENTITY" in body.upper():
        raise RefusedDocumentError(QuarantineReason.BAD_XML, "it is not well-formed and declares entities of its own")
    if len(body) > LOOSE_CHARS or body.count("<") > LOOSE_TAG_COUNT:
        raise RefusedDocumentError(QuarantineReason.BAD_XML, "it is not well-formed, and too large to be guessed at")
    return body


def _first_element(text: str) -> int:
    """Where the prolog and whatever stands behind it ends. feedparser would search it in quadratic time."""
    end = 0
    while found := _PROLOG.match(text, end):
        end = found.end()
    element = _ELEMENT.search(text, end)
    return element.start() if element else len(text)


def _character(found: re.Match[str]) -> str:
    """HTML's names for characters; XML knows five of them. A name nobody knows stays, and is written out if need be."""
    character = html.entities.html5.get(found.group(1) + ";", "")
    return _XML_NAMES.get(character, character) or found.group(0)


def _numbered(found: re.Match[str]) -> str:
    code = int(found.group(1)) if found.group(1) else int(found.group(2), 16)
    is_allowed = (
        code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    )
    return f"&#{code};" if is_allowed else "\ufffd"


class _Scan(ContentHandler):
    """Counts what costs, and stops at the limits."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = self._pieces = 0

    def startElementNS(self, name: Any, qname: str | None, attrs: Any) -> None:  # noqa: N802
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH or self._elements > ELEMENT_COUNT or len(attrs) > ATTRIBUTE_COUNT:
            raise RefusedDocumentError(
                QuarantineReason.TOO_LARGE, "too many elements or attributes, or nested too deep"
            )

    def endElementNS(self, name: Any, qname: str | None) -> None:  # noqa: N802
        self._depth -= 1

    def characters(self, content: str) -> None:
        self._pieces += 1
        if self._pieces > PIECE_COUNT:
            raise RefusedDocumentError(QuarantineReason.TOO_LARGE, "text in too many pieces")


def _is_well_formed(body: str) -> bool:
    parser = make_parser()
    parser.setFeature(feature_namespaces, 1)
    parser.setContentHandler(_Scan())
    try:
        parser.feed(body.encode("utf-8"))
        parser.close()
    except DefusedXmlException as refused:
        raise RefusedDocumentError(
            QuarantineReason.BAD_XML, "it declares entities or asks for outside ones"
        ) from refused
    except SAXException:
        return False
    return True
