"""The shape of one entry between the document it came in and the touchpoint it becomes: the payload of a raw record.

An entry of an XML document is no run of bytes that could be kept alone (its namespaces, base and language stand
outside), so what is kept is what the document said of it, as JSON with these fields in this order, before any cleaning.
"""

import msgspec

from fullcircle.core.moments import Moment

PLAIN, HTML = "text/plain", "text/html"


class Voice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who an entry or its feed names as author."""

    name: str = ""
    email: str = ""
    url: str = ""


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An enclosure or media element; `mime` is a media type or one of image, video, audio."""

    url: str
    mime: str = ""
    alt: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One entry as its document has it. Times are moments where the document's could be read."""

    id: str = ""
    link: str = ""
    title: str = ""
    title_type: str = PLAIN
    text: str = ""
    text_type: str = PLAIN
    base: str = ""  # what relative links in the text are relative to
    author: Voice | None = None
    published_at: Moment | None = None
    updated_at: Moment | None = None
    language: str = ""
    media: tuple[Attachment, ...] = ()


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """The context of a raw record: which feed it came in, and for a document why it could not be read."""

    address: str = ""
    title: str = ""
    reason: str = ""  # a QuarantineReason
    detail: str = ""
