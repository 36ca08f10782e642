"""HTML to plain text: cleaned once by nh3, then written out with line breaks, links as text. None of it is markup."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3

HTML_LIMIT = 500_000
"""Characters of HTML looked at; five times what is kept as text."""

TAG_LIMIT = 10_000
"""Opening brackets looked at: a cleaner's cost grows with the square of the depth."""

_BLOCKS = frozenset("p div section article header footer blockquote pre ul ol table tr dl dt dd figure hr".split())  # noqa: SIM905
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_PARAGRAPHS = _HEADINGS | {"p", "blockquote", "pre", "ul", "ol", "table", "figure"}
_TAGS = set(_BLOCKS | _HEADINGS | {"a", "br", "li", "img", "td", "th"})
_DROPPED_WHOLE = {
    "script",
    "style",
    "template",
    "title",
    "noscript",
    "iframe",
    "object",
    "select",
    "textarea",
    "svg",
    "math",
}
_CLOSED_BREAK = re.compile(r"(?<=>)</br\s*>", re.IGNORECASE)  # XHTML written out; HTML would read a second one
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LINES = re.compile(r" *\n *")
_GAPS = re.compile(r"\n{3,}")


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes={"a": {"href"}, "img": {"alt"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def plain_text(html: str, base: str = "") -> tuple[str, bool]:
    """What a person would read, and whether the end was left out: line breaks where blocks end, `label (address)` for
    links to other places."""
    looked_at = html[:HTML_LIMIT]
    if looked_at.count("<") > TAG_LIMIT:
        looked_at = "<".join(looked_at.split("<", TAG_LIMIT)[:TAG_LIMIT])
    writer = _Writer(base)
    writer.feed(_CLEANER.clean(_CLOSED_BREAK.sub("", looked_at)))
    writer.close()
    return writer.text(), len(looked_at) < len(html)


def web_address(link: str, base: str = "") -> str:
    """The link as an absolute http or https address, or "" where it is none."""
    if not link.strip():
        return ""
    try:
        address = urljoin(base, link.strip()) if base else link.strip()
    except ValueError:
        return ""
    is_web = address[:8].lower().startswith(("http://", "https://")) and address.isprintable() and " " not in address
    return address if is_web and len(address) <= 2_000 else ""


class _Writer(HTMLParser):
    """Writes cleaned, well-formed HTML out as text. It is never given anything else."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._pieces: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append((next((value or "" for name, value in attrs if name == "href"), ""), len(self._pieces)))
        elif tag == "img":
            self._pieces.append(next((value or "" for name, value in attrs if name == "alt"), ""))
        elif tag == "pre":
            self._verbatim += 1
        if tag == "li":
            self._pieces.append("\n- ")
        else:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        self._pieces.append(data if self._verbatim else _SPACES.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._pieces.append("\n\n")
        elif tag in _BLOCKS or tag == "br":
            self._pieces.append("\n")
        elif tag in ("td", "th"):
            self._pieces.append(" ")

    def _close_link(self, href: str, began: int) -> None:
        label = "".join(self._pieces[began:]).strip()
        address = web_address(href, self._base)
        if address and label.rstrip("/") not in (address.rstrip("/"), address.split("//", 1)[1].rstrip("/")):
            self._pieces.append(f" ({address})" if label else address)

    def text(self) -> str:
        lines = _LINES.sub("\n", "".join(self._pieces))
        return _GAPS.sub("\n\n", re.sub(r" {2,}", " ", lines)).strip()
