"""Physical lines of a file with exact byte positions, in flat memory. LF, CRLF and CR all end a line."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from fullcircle.connectors.file.encoding import WIDE

BLOCK_BYTES = 1 << 18
ROW_BYTES = 16_000_000
"""The longest row we read; of a longer one the start is kept and the rest passed over."""

_WIDE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class RunawayRowError(Exception):
    """A row has grown past ROW_BYTES: most likely a quote that is never closed."""


class Lines:
    """Lines from a byte position on. `position` is the byte after the last line given out, `row_start` is set by the
    caller where a row begins, `is_exhausted` says that a caller asked for more than there was."""

    def __init__(self, file: BinaryIO, encoding: str, start: int) -> None:
        self._file = file
        self._encoding = encoding
        self.position = start
        self.row_start = start
        self.is_exhausted = False

    def texts(self) -> Iterator[str]:
        """Decoded lines with their ends. Bytes that do not decode come as lone surrogates, so the row can be told."""
        if self._encoding in WIDE:
            yield from self._wide_texts()
        else:
            encoding = self._encoding
            for line in self.raws():
                yield line.decode(encoding, "surrogateescape")
        self.is_exhausted = True

    def raws(self) -> Iterator[bytes]:
        """Lines as bytes, ends included; not for wide encodings."""
        for line in self._split():
            self.position += len(line)
            if self.position - self.row_start > ROW_BYTES:
                raise RunawayRowError
            yield line

    def _split(self) -> Iterator[bytes]:
        self._file.seek(self.position)
        rest = b""
        while block := self._file.read(BLOCK_BYTES if len(rest) < BLOCK_BYTES else len(rest)):
            lines = (rest + block).splitlines(keepends=True)
            # a CR at the end of a block may be half of a CRLF
            rest = b"" if block.endswith(b"\n") else lines.pop()
            yield from lines
            if len(rest) > ROW_BYTES:
                raise RunawayRowError
        if rest:
            yield rest

    def _wide_texts(self) -> Iterator[str]:
        end = self._file.seek(0, 2)
        for line in self._wide_split():
            self.position = min(end, self.position + len(line.encode(self._encoding, "surrogatepass")))
            if self.position - self.row_start > ROW_BYTES:
                raise RunawayRowError
            yield line

    def _wide_split(self) -> Iterator[str]:
        self._file.seek(self.position)
        decoder = codecs.getincrementaldecoder(self._encoding)(_BROKEN)
        rest, is_last = "", False
        while not is_last:
            block = self._file.read(BLOCK_BYTES)
            is_last = not block
            text = rest + decoder.decode(block, is_last)
            lines = _WIDE_LINE.findall(text)
            rest = "" if is_last or text.endswith("\n") or not lines else lines.pop()
            yield from lines
            if len(rest) > ROW_BYTES:
                raise RunawayRowError


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    """One lone surrogate for every broken unit: the row can be told, and positions still add up."""
    assert isinstance(error, UnicodeDecodeError)
    unit = 4 if "32" in error.encoding else 2
    return "\ud800" * max(1, (error.end - error.start) // unit), error.end


_BROKEN = "fullcircle.broken_unit"
codecs.register_error(_BROKEN, _mark_broken)


def line_end(file: BinaryIO, start: int, encoding: str) -> int:
    """The byte after the physical line that begins at `start`, whatever quotes say; found without keeping the line."""
    unit = WIDE.get(encoding, 1)
    file.seek(start)
    at = start
    while block := file.read(BLOCK_BYTES):
        found = _first_break(block, unit, encoding)
        if found >= 0:
            end = at + found + unit
            is_cr = block[found : found + unit].strip(b"\0") == b"\r"
            file.seek(end)
            return end + unit if is_cr and file.read(unit).strip(b"\0") == b"\n" else end
        at += len(block)
    return at


def _first_break(block: bytes, unit: int, encoding: str) -> int:
    if unit == 1:
        places = [place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0]
        return min(places, default=-1)
    wanted = {"\n".encode(encoding), "\r".encode(encoding)}
    return next((at for at in range(0, len(block) - unit + 1, unit) if block[at : at + unit] in wanted), -1)
