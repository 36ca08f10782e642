"""Text on Bluesky: what people wrote with its links whole, and what we write with its links and mentions marked.

Facets count in bytes of UTF-8, the limit in graphemes.
"""

import re
from collections.abc import Callable

from fullcircle.connectors.bluesky.shapes import BOUND, Facet, Hashtag, Link, Mention, NewFacet, PostRecord, Slice
from fullcircle.core.errors import DeskError
from fullcircle.core.graphemes import count_graphemes

GRAPHEME_LIMIT = 300
BYTE_LIMIT = 3000

_LINK = re.compile(r"https?://[^\s<>\"]+")
_MENTION = re.compile(r"(?<![\w@/.])@((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.){1,8}[a-zA-Z]{2,24})(?![\w-])")
_HASHTAG = re.compile(r"(?<![\w#/&])#(\w{1,64})")
_SCHEME = re.compile(r"^https?://(www\.)?", re.IGNORECASE)


def read_facets(record: PostRecord) -> list[Facet]:
    """The facets in the order of the text, at most BOUND."""
    if not record.facets:
        return []
    return sorted(record.facets[:BOUND], key=lambda facet: facet.index.byte_start)


def whole_links(text: str, facets: list[Facet]) -> str:
    """The text with every shortened link written out; an anchor of other words keeps them, the address in brackets."""
    if not facets:
        return text
    data = text.encode()
    parts: list[str] = []
    done = 0
    for facet in facets:
        start, end = facet.index.byte_start, facet.index.byte_end
        uri = next((feature.uri for feature in facet.features if feature.uri), "")
        if not uri or not done <= start < end <= len(data):
            continue
        before, shown = _cut(data, done, start), _cut(data, start, end)
        if before is None or shown is None:
            continue
        parts += [before, _written_out(shown, uri)]
        done = end
    return "".join(parts) + data[done:].decode("utf-8", "replace")


def _cut(data: bytes, start: int, end: int) -> str | None:
    """None where a hostile offset falls within a character."""
    try:
        return data[start:end].decode()
    except UnicodeDecodeError:
        return None


def _written_out(shown: str, uri: str) -> str:
    stem = shown.rstrip(".…")
    if _SCHEME.sub("", uri).startswith(_SCHEME.sub("", stem)):
        return uri
    return f"{shown} ({uri})"


def mentioned_dids(facets: list[Facet]) -> set[str]:
    return {feature.did for facet in facets for feature in facet.features if feature.did}


def check_length(text: str) -> None:
    """Raises DeskError where Bluesky would refuse the text."""
    count = count_graphemes(text)
    if count > GRAPHEME_LIMIT or len(text.encode()) > BYTE_LIMIT:
        raise DeskError(
            "response.too_long",
            f"Bluesky takes {GRAPHEME_LIMIT} characters; this has {count}.",
            hint="Shorten it, or answer in two parts.",
        )
    if not text.strip():
        raise DeskError("response.empty", "There is nothing to send.")


def make_facets(text: str, resolve: Callable[[str], str]) -> list[NewFacet]:
    """Marks for links, mentions and hashtags. `resolve(handle)` gives the did, or "" where there is no such account."""
    links = [(match.start(), _trimmed(match.group())) for match in _LINK.finditer(text)]
    found = [_facet(text, at, len(uri), Link(uri)) for at, uri in links]
    taken = [(at, at + len(uri)) for at, uri in links]
    for match in (*_MENTION.finditer(text), *_HASHTAG.finditer(text)):
        if not _lies_in(match.start(), taken) and (feature := _feature(match.group(), resolve)):
            found += [_facet(text, match.start(), len(match.group()), feature)]
    return sorted(found, key=lambda facet: facet.index.byte_start)


def _feature(shown: str, resolve: Callable[[str], str]) -> Mention | Hashtag | None:
    if shown[0] == "#":
        return None if shown[1:].isdigit() else Hashtag(shown[1:])
    did = resolve(shown[1:].lower())
    return Mention(did) if did else None


def _lies_in(at: int, taken: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in taken)


def _trimmed(link: str) -> str:
    """Without the punctuation that ends the sentence; a closing bracket stays where the link opens one."""
    while link and (link[-1] in ".,;:!?'»”" or (link[-1] == ")" and link.count(")") > link.count("("))):
        link = link[:-1]
    return link


def _facet(text: str, at: int, length: int, feature: Link | Mention | Hashtag) -> NewFacet:
    start = len(text[:at].encode())
    return NewFacet(Slice(start, start + len(text[at : at + length].encode())), [feature])
