"""Between Mastodon's HTML and plain text, and how long a text is as Mastodon counts.

Paragraphs become blank lines, breaks become lines, links show their whole address, mentions and hashtags stay as
they are written. nh3 makes the markup well-formed and takes scripts and styles with their content; what is left
is a handful of elements that one pass over the pieces can read.
"""

import html
import re

import nh3

from fullcircle.core.graphemes import count_graphemes

_BLOCKS = frozenset({"p", "blockquote", "pre", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6"})
_TAGS = {*_BLOCKS, "br", "a", "span", "li"}
_ATTRIBUTES = {"a": {"href", "class"}, "span": {"class"}, "p": {"class"}}
_PIECES = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
_NAME = re.compile(r"</?([a-z0-9]+)")
_HREF = re.compile(r'\shref="([^"]*)"')
_CLASS = re.compile(r'\sclass="([^"]*)"')
_SCHEME = re.compile(r"^https?://(www\.)?", re.IGNORECASE)
_CLEANER = nh3.Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
_HTML_LIMIT = 60_000
"""Signs of HTML that are parsed: deep nesting costs the square of its depth. Beyond it tags are only cut out."""

_URL = re.compile(r"https?://[^\s<>\"]+")
_REMOTE = re.compile(r"(?<![\w/@])@(\w[\w.-]*)@[\w.-]+\w")


def plain_text(content: str, without_quote: bool = False) -> str:
    """Plain text of a status. `without_quote` leaves out the line a server adds for clients that show no quotes."""
    if "<" not in content:
        return html.unescape(content).strip()
    if len(content) > _HTML_LIMIT:
        return html.unescape(re.sub(r"<[^<>]*>", " ", content)).strip()
    pieces = _PIECES.split(content)
    if without_quote or not _is_plain(pieces):
        pieces = _PIECES.split(_CLEANER.clean(content))
    reader = _Reader(without_quote)
    for piece in pieces:
        if piece:
            reader.take(piece)
    return reader.text()


def _is_plain(pieces: list[str]) -> bool:
    """Whether it is the markup Mastodon itself writes: known elements with attributes in double quotes. Cleaning
    that changes nothing and costs more than all the rest."""
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            if "<" in piece:
                return False
        elif (found := _NAME.match(piece)) is None or found.group(1) not in _TAGS or "'" in piece:
            return False
    return True


class _Reader:
    """One pass over well-formed pieces. `hidden` counts open elements whose content is left out."""

    def __init__(self, without_quote: bool) -> None:
        self._parts: list[str] = []
        self._open: list[bool] = []  # of every open span and p: whether it hides its content
        self._hidden = 0
        self._link: tuple[str, int] | None = None  # href, and where its words begin
        self._without_quote = without_quote

    def take(self, piece: str) -> None:
        found = _NAME.match(piece) if piece[0] == "<" and piece[-1] == ">" else None
        if found is None:
            if not self._hidden:
                self._parts.append(html.unescape(piece))
        elif piece[1] == "/":
            self._end(found.group(1))
        else:
            self._start(found.group(1), piece)

    def _start(self, name: str, piece: str) -> None:
        if name in ("span", "p"):
            hides = self._without_quote and "quote-inline" in _class_of(piece)
            self._open.append(hides)
            self._hidden += hides
        if self._hidden:
            return
        if name == "br":
            self._parts.append("\n")
        elif name == "li":
            self._parts.append("\n- ")
        elif name in _BLOCKS:
            self._parts.append("\n\n")
        elif name == "a" and self._link is None and "mention" not in _class_of(piece):
            found = _HREF.search(piece)
            href = html.unescape(found.group(1)) if found else ""
            self._link = (href if href.startswith(("http://", "https://")) else "", len(self._parts))

    def _end(self, name: str) -> None:
        if name == "a" and self._link is not None and not self._hidden:
            href, begin = self._link
            shown = "".join(self._parts[begin:])
            self._parts[begin:] = [_written_out(shown, href)]
            self._link = None
        if name in ("span", "p") and self._open:
            self._hidden -= self._open.pop()
        if name in _BLOCKS and not self._hidden:
            self._parts.append("\n\n")

    def text(self) -> str:
        lines = [line.rstrip() for line in "".join(self._parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _class_of(piece: str) -> list[str]:
    found = _CLASS.search(piece)
    return found.group(1).split() if found else []


def _written_out(shown: str, href: str) -> str:
    """The address in place of its shortened form; words of their own stay, the address in brackets."""
    stem = shown.strip().rstrip(".…")
    if not href or stem[:1] in ("#", "@"):
        return shown
    if _SCHEME.sub("", href).startswith(_SCHEME.sub("", stem)):
        return href
    return f"{shown} ({href})"


def length_of(text: str, url_length: int = 23) -> int:
    """Characters as Mastodon counts them: an address counts `url_length`, a mention its local part."""
    counted = _REMOTE.sub(r"@\1", _URL.sub("x" * url_length, text))
    return count_graphemes(counted)


def likeness(text: str) -> str:
    """What stays of a text when a server has shown it back to us: no spaces, no domains of mentions, no case."""
    return re.sub(r"\s+", "", _REMOTE.sub(r"@\1", text)).casefold()
