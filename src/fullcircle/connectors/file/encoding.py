"""Which encoding a file is written in, found from its first telling bytes; no file is ever decoded whole."""

import codecs
import re
from typing import BinaryIO

from fullcircle.core.errors import ConfigError

SAMPLE_BYTES = 262_144

UTF_8 = "utf-8"
WIDE = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
"""Encodings in which a line break is not one byte, with the bytes of one unit."""

_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def mark_length(sample: bytes, encoding: str) -> int:
    """Bytes of the byte order mark at the start of the file, 0 without one."""
    return next((len(mark) for mark, name in _MARKS if name == encoding and sample.startswith(mark)), 0)


def find_encoding(file: BinaryIO) -> str:
    """The encoding of the file, from its mark or its first telling 256 KB: plain ASCII says nothing, so reading goes on
    to the first block that does. UTF-8 with a few broken bytes stays UTF-8 (those rows are unreadable, the others
    right); what is not UTF-8 is cp1252, or Latin-1 where cp1252 has no such sign. Leaves the file at its start."""
    file.seek(0)
    sample = file.read(SAMPLE_BYTES)
    telling, read_bytes = sample, len(sample)
    while telling.isascii() and b"\0" not in telling:
        telling = file.read(SAMPLE_BYTES)
        read_bytes += len(telling)
        if not telling:
            break
    file.seek(0)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    return _without_mark(sample if b"\0" in sample else telling)


def _without_mark(sample: bytes) -> str:
    if b"\0" in sample:
        wide = _wide_by_zeros(sample)
        if wide:
            return wide
    if sample.isascii():
        return UTF_8
    text = _whole_signs(sample).decode(UTF_8, "surrogateescape")
    broken = len(_ESCAPED.findall(text))
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken == 0 or sound > 4 * broken:
        return UTF_8
    return "latin-1" if _NOT_IN_CP1252.search(sample) else "cp1252"


def _whole_signs(sample: bytes) -> bytes:
    """Without continuation bytes at its start and a cut sign at its end: a block may begin and end anywhere."""
    start = 0
    while start < 3 and start < len(sample) and sample[start] & 0xC0 == 0x80:
        start += 1
    end = len(sample)
    for back in range(1, min(4, end) + 1):
        byte = sample[end - back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return sample[start : end - back] if needed > back and len(sample) >= SAMPLE_BYTES else sample[start:end]
        if byte < 0x80:
            break
    return sample[start:end]


def _wide_by_zeros(sample: bytes) -> str:
    """UTF-16 without a mark shows as a NUL in nearly every second byte of Western text; a stray NUL does not."""
    pairs = max(1, len(sample) // 2)
    if sample[1::2].count(0) > 0.4 * pairs and sample[0::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * pairs and sample[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return ""


def check_encoding(name: str) -> str:
    """The codec's own name for what a mapping says. Raises ConfigError for one we do not know."""
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise ConfigError(f"encoding {name!r} is not known", hint="Use utf-8, utf-16-le, cp1252 or latin-1.") from error
    if found in ("utf-16", "utf-32"):
        return f"{found}-le"
    if found == "utf-8-sig":
        return UTF_8
    if found not in WIDE and '\r\n,;\t"'.encode("ascii") != '\r\n,;\t"'.encode(found, "replace"):
        raise ConfigError(f"encoding {name!r} cannot be read line by line", hint="Save the file as UTF-8.")
    return found
