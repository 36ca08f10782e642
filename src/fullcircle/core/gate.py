"""The one gate text passes on its way in, the one strict JSON loader, and the one reader of unknown encodings.

Peers answered 'ok' to a record with a NUL and then lost it: what passes here can be stored by both databases.
"""

import codecs
import re
import unicodedata
from itertools import accumulate

import msgspec

from fullcircle.core.records import TEXT_LIMIT, Json

JSON_DEPTH = 64
JSON_BYTES = 16_000_000
JSON_NODES = 1_000_000
INTEGER_DIGITS = 4_300  # what Python itself reads without quadratic cost

_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


def clean_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, bool]:
    """Text that every store can hold, and whether it was cut. NUL and lone surrogates become U+FFFD; nothing else
    changes: what people wrote is shown as they wrote it, isolated, not rewritten."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.translate(_SURROGATES)
    if len(text) <= limit:
        return text, False
    end = limit
    while end > max(0, limit - 32) and unicodedata.combining(text[end]):  # never between a letter and its marks
        end -= 1
    return text[:end], True


class JsonRefused(ValueError):  # noqa: N818 - a refusal, told to people
    """Why the strict loader refused; the message is for people."""


_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0000))|.)",
    re.DOTALL,
)
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_LONG_INTEGER = re.compile(rb"[0-9]{%d}" % (INTEGER_DIGITS + 1))
_BRACKETS = re.compile(rb"[\[{]|[\]}]")


def mend_json(data: bytes) -> bytes:
    """The same JSON with escaped NULs and escaped lone surrogates written as U+FFFD, so that a typed decoder reads it
    and every store can hold it. Costs one search where nothing is escaped."""
    if b"\\" not in data or not (b"\\u0000" in data or b"\\ud" in data or b"\\uD" in data):
        return data
    return _ESCAPES.sub(lambda found: b"\\ufffd" if found.group(1) else found.group(0), data)


def load_json(data: bytes, limit_bytes: int = JSON_BYTES) -> Json:
    """Read strict JSON in UTF-8 (a byte order mark is allowed). Escaped NULs and lone surrogates come out as U+FFFD.

    Raises JsonRefused only: too large, deeper than 64, more than a million values, NaN, Infinity, a number no store
    holds, an integer of more than 4,300 digits, a key twice in one object, bytes that are not UTF-8 or not JSON."""
    if len(data) > limit_bytes:
        raise JsonRefused(f"larger than {limit_bytes} bytes")
    data = mend_json(data.removeprefix(codecs.BOM_UTF8))
    commas, opened = data.count(b","), data.count(b"[") + data.count(b"{")
    if commas + opened >= JSON_NODES or opened > JSON_DEPTH:
        _refuse_bulk(data)
    value = _decode(data)
    if opened and _colon_count(data, members := _member_count(value)) != members:  # the decoder keeps the last of two
        raise JsonRefused("the same key twice in one object")
    return value


def _colon_count(data: bytes, expected: int) -> int:
    """Colons outside strings, one for every key written. Where none stands after white space they are all among the
    `":`, so seeing just the expected number of those settles it; else the strings are taken out and the rest counted.
    """
    if data.count(b'":') == expected and b" :" not in data and not any(space in data for space in b"\n\t\r"):
        return expected
    return _STRINGS.sub(b"", data).count(b":")


def _decode(data: bytes) -> Json:
    try:
        value: Json = msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise JsonRefused("not UTF-8") from error
    except RecursionError as error:
        raise JsonRefused(f"deeper than {JSON_DEPTH} levels") from error
    except ValueError as error:  # msgspec's DecodeError and ValidationError are ValueErrors
        raise JsonRefused(_plain_reason(data, str(error))) from error
    return value


def _plain_reason(data: bytes, reason: str) -> str:
    if "out of range" not in reason:
        return reason[:200]
    if _LONG_INTEGER.search(data):
        return f"a number of more than {INTEGER_DIGITS} digits"
    return "a number too large to hold"


def _refuse_bulk(data: bytes) -> None:
    """Depth and count of values, read off the brackets and commas before anything is built in memory."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)  # every string is closed from here on, so the pattern stays linear
    except RecursionError as error:
        raise JsonRefused(f"deeper than {JSON_DEPTH} levels") from error
    except (ValueError, UnicodeDecodeError):
        return  # the decoder proper says it better
    bare = _STRINGS.sub(b"", data)
    if bare.count(b",") + bare.count(b"[") + bare.count(b"{") >= JSON_NODES:
        raise JsonRefused(f"more than {JSON_NODES} values")
    steps = (1 if bracket in b"[{" else -1 for bracket in _BRACKETS.findall(bare))
    if max(accumulate(steps), default=0) > JSON_DEPTH:
        raise JsonRefused(f"deeper than {JSON_DEPTH} levels")


def _member_count(value: Json) -> int:
    count = 0
    waiting = [value]
    for node in waiting:  # grows while it is walked
        if type(node) is dict:
            count += len(node)
            waiting.extend(node.values())
        elif type(node) is list:
            waiting.extend(node)
    return count


_MARKS = (  # the longer first: UTF-32's little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_READABLE = re.compile(
    "utf-(8|16|32|16-[bl]e|32-[bl]e)|ascii|cp(037|437|85[02]|866|874|932|949|950|125[0-8])|iso8859-[0-9]{1,2}|koi8-[ru]|"
    "mac-(roman|cyrillic)|gb2312|gbk|gb18030|big5(hkscs)?|shift_jis|euc_(jp|kr)|iso2022_jp|tis-620"
)
# What is declared under a narrow name is mostly written in its superset.
_SUPERSETS = {"iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}


def decode_bytes(data: bytes, declared: str = "") -> tuple[str, str]:
    """Text of a file or feed of unknown encoding, and the name of the encoding. Never raises; NULs become U+FFFD.

    In order: a byte order mark; `declared` (an HTTP charset; a Western one only where it is not UTF-8); an XML
    declaration; the NULs of UTF-16 without a mark; UTF-8; UTF-8 with few wrong bytes; Windows-1252, or ISO 8859-1 where
    that has no such byte. Text that is valid UTF-8, without mark, NUL or declaration, comes back exactly."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _cleaned(data[len(mark) :].decode(name, "replace")), name
    found = _DECLARATION.match(data[:400])
    for name in (declared, found.group(1).decode("ascii") if found else "", _unmarked(data), "utf-8"):
        read = _try_decode(data, name)
        if read is not None:
            return _cleaned(read[0]), read[1]
    return _decode_damaged(data)


def _cleaned(text: str) -> str:
    return clean_text(text, len(text))[0]


def _try_decode(data: bytes, name: str) -> tuple[str, str] | None:
    try:
        codec = codecs.lookup(name).name if name else ""
        codec = _SUPERSETS.get(codec, codec)
        if not _READABLE.fullmatch(codec):
            return None
        if codec == "cp1252" and (read := _try_decode(data, "utf-8")):
            return read  # a server's default charset, above UTF-8 that Western text does not look like by chance
        return data.decode(codec), codec
    except (LookupError, ValueError):  # UnicodeDecodeError is a ValueError
        return None


def _unmarked(data: bytes) -> str:
    """UTF-16 without a mark betrays itself by a NUL beside nearly every ASCII character."""
    head = data[:2000]
    if b"\0" not in head or len(data) % 2:
        return ""
    even, odd, half = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def _decode_damaged(data: bytes) -> tuple[str, str]:
    """No encoding reads it strictly: few wrong bytes among many right UTF-8 sequences are damage, else Western."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if wrong * 4 < sum(char > "\x7f" for char in text) - wrong:
        return _cleaned(text), "utf-8"
    try:
        return _cleaned(data.decode("cp1252")), "cp1252"
    except UnicodeDecodeError:
        return _cleaned(data.decode("latin-1")), "iso8859-1"
