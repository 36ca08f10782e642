"""Bodies, unpacked under a cap: a few bytes on the wire can be gigabytes unpacked."""

import zlib
from collections.abc import Iterable, Iterator

from fullcircle.connectors.guard_wire import LimitError

PIECE_BYTES = 65_536
_GZIP_START = b"\x1f\x8b"


class DamagedBodyError(Exception):
    """The body does not match what its headers say."""


def read_body(parts: Iterable[bytes], coding: str, limit_bytes: int) -> bytes:
    """The body as it was before it was packed. `coding` is the Content-Encoding: "", identity, gzip or deflate; we
    ask for no other. Raises LimitError over `limit_bytes`, DamagedBodyError for what cannot be unpacked."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        pieces: Iterator[bytes] = iter(parts)
    elif coding in ("gzip", "x-gzip", "deflate"):
        pieces = _unpacked(parts, coding)
    else:
        raise DamagedBodyError("packed in a way we did not ask for")
    body = bytearray()
    for piece in pieces:
        if len(body) + len(piece) > limit_bytes:
            raise LimitError(f"more than {limit_bytes} bytes unpacked")
        body += piece
    return bytes(body)


def _unpacked(parts: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """gzip may be several members in a row; anything else after an end is padding."""
    unpacker, rest, has_ended = None, b"", False
    for part in parts:
        rest += part
        while rest:
            if unpacker is None:
                if has_ended and not _GZIP_START.startswith(rest[:2]):
                    return
                if has_ended and len(rest) == 1:
                    break
                unpacker = zlib.decompressobj(_window(rest, coding))
            yield from _drained(unpacker, rest)
            rest = unpacker.unused_data
            if unpacker.eof:
                unpacker, has_ended = None, True
    if unpacker is not None:
        raise DamagedBodyError("the packed body ends early")


def _drained(unpacker: "zlib._Decompress", part: bytes) -> Iterator[bytes]:
    while True:
        try:
            piece = unpacker.decompress(part, PIECE_BYTES)
        except zlib.error as error:
            raise DamagedBodyError("the packed body is damaged") from error
        yield piece
        part = unpacker.unconsumed_tail
        if not part and len(piece) < PIECE_BYTES:  # a full piece may have left more inside
            return


def _window(start: bytes, coding: str) -> int:
    """zlib's window code. Half of the servers send 'deflate' without its zlib header, which the first bytes betray."""
    if coding != "deflate":
        return 16 + zlib.MAX_WBITS
    has_header = start[0] & 0x0F == 8 and (len(start) == 1 or (start[0] << 8 | start[1]) % 31 == 0)
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
