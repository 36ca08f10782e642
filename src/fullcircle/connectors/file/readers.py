"""Rows of a file, one by one in flat memory, each with the position after it. Only here do the forms differ."""

import csv
import os
from collections.abc import Generator, Iterator
from typing import BinaryIO

import msgspec

from fullcircle.connectors.file.encoding import UTF_8, WIDE
from fullcircle.connectors.file.layout import FileForm, Layout, open_binary
from fullcircle.connectors.file.lines import ROW_BYTES, Lines, RunawayRowError, line_end
from fullcircle.connectors.file.rows import BYTES, OBJECT, ROW
from fullcircle.connectors.file.workbook import workbook_rows
from fullcircle.core.drops import QuarantineReason
from fullcircle.core.errors import ConfigError

KEPT_BYTES = 1_000_000
"""Of a row too large to read we keep this much; its place in the file is in the detail."""
ARRAY_BYTES = 64_000_000

_encode = msgspec.json.Encoder().encode


class FoundRow(msgspec.Struct, gc=False):
    """A row as found. `end` is where reading goes on after it: a byte for CSV and JSONL, a row number otherwise."""

    number: int
    end: int
    payload: bytes
    form: str = ROW
    reason: str = ""
    detail: str = ""


def rows_of(path: str, layout: Layout, sheet: str, at: int, number: int) -> Iterator[FoundRow]:
    """Rows from position `at` on, the first of them numbered `number`. Raises ConfigError where the file is not its
    form."""
    if layout.form is FileForm.XLSX:
        for row, payload, detail in workbook_rows(path, sheet, at):
            reason = QuarantineReason.BAD_ROW if detail else ""
            yield FoundRow(row, row + 1, payload, BYTES if detail else ROW, reason, detail)
        return
    with open_binary(path) as file:
        if layout.form is FileForm.CSV:
            yield from CsvRows(file, layout).read(at, number)
        elif layout.form is FileForm.JSONL:
            yield from _json_lines(file, layout, at, number)
        else:
            yield from _json_array(file, at)


class CsvRows:
    """CSV rows. A quote that is never closed costs its own line, not the rest of the file: where a row over several
    lines does not fit the header, only its first line is refused and reading goes on with the next."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._layout = layout

    def read(self, at: int, number: int) -> Iterator[FoundRow]:
        """Rows from byte `at` on."""
        where: tuple[int, int] | None = (at, number)
        while where is not None:
            where = yield from self._run(*where)

    def _run(self, at: int, number: int) -> Generator[FoundRow, None, tuple[int, int] | None]:
        """Rows until the end (None), or until one whose first line had to be refused (where to begin anew)."""
        header, width, read_lines = self._layout.header, len(self._layout.header), 0
        lines = Lines(self._file, self._layout.encoding, at)
        reader = csv.reader(lines.texts(), delimiter=self._layout.delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return None
            except (RunawayRowError, csv.Error):
                return (yield from self._refuse_line(at, number, is_large=True))
            end, line_count = lines.position, reader.line_num - read_lines
            is_even = len(cells) == width or _fits(cells, width)
            if lines.is_exhausted or (line_count > 1 and not is_even):
                return (yield from self._refuse_line(at, number, is_large=False))
            if is_even:
                yield self._row(cells, header, at, end, number)
            elif cells:
                yield self._bad_row(f"{len(cells)} cells where the header has {width}", at, end, number)
            number, read_lines = number + 1, reader.line_num
            at = lines.row_start = end

    def _row(self, cells: list[str], header: tuple[str, ...], at: int, end: int, number: int) -> FoundRow:
        try:
            return FoundRow(number, end, _encode(dict(zip(header, cells, strict=False))))
        except UnicodeEncodeError:
            detail = f"bytes that are not {self._layout.encoding}"
            return FoundRow(number, end, self._bytes(at, end), BYTES, QuarantineReason.NOT_DECODABLE, detail)

    def _refuse_line(self, at: int, number: int, *, is_large: bool) -> Generator[FoundRow, None, tuple[int, int]]:
        end = line_end(self._file, at, self._layout.encoding)
        if is_large and end - at > ROW_BYTES:
            yield _too_large(self._bytes(at, end), at, end, number)
        else:
            yield self._bad_row(_UNCLOSED, at, end, number)
        return end, number + 1

    def _bad_row(self, detail: str, at: int, end: int, number: int) -> FoundRow:
        return FoundRow(number, end, self._bytes(at, end), BYTES, QuarantineReason.BAD_ROW, detail)

    def _bytes(self, start: int, end: int) -> bytes:
        return os.pread(self._file.fileno(), min(end - start, KEPT_BYTES), start)


_UNCLOSED = "a quote that is never closed, or a row over several lines that does not fit the header"


def _fits(cells: list[str], width: int) -> bool:
    """More cells than columns are no loss while they are empty."""
    return len(cells) > width and not any(cells[width:])


def _too_large(kept: bytes, start: int, end: int, number: int) -> FoundRow:
    detail = f"bytes {start} to {end} of the file are one row of more than {ROW_BYTES}; its first {len(kept)} are kept"
    return FoundRow(number, end, kept, BYTES, QuarantineReason.TOO_LARGE, detail)


def _json_lines(file: BinaryIO, layout: Layout, at: int, number: int) -> Iterator[FoundRow]:
    is_plain = layout.encoding == UTF_8
    while True:
        lines = Lines(file, layout.encoding, at)
        source = (
            lines.raws()
            if layout.encoding not in WIDE
            else (text.encode("utf-8", "surrogatepass") for text in lines.texts())
        )
        try:
            for line in source:
                at = lines.row_start = lines.position
                payload = (
                    line if is_plain or layout.encoding in WIDE else line.decode(layout.encoding, "replace").encode()
                )
                if payload := payload.strip():
                    yield FoundRow(number, at, payload, OBJECT)
                number += 1
            return
        except RunawayRowError:
            end = line_end(file, at, layout.encoding)
            yield _too_large(os.pread(file.fileno(), min(end - at, KEPT_BYTES), at), at, end, number)
            at, number = end, number + 1


def _json_array(file: BinaryIO, at: int) -> Iterator[FoundRow]:
    """An array of objects, or one object around it. It must be read whole, so it may not be large."""
    data = file.read(ARRAY_BYTES + 1)
    if len(data) > ARRAY_BYTES:
        raise ConfigError(
            f"a JSON array of more than {ARRAY_BYTES} bytes", hint="Write one object a line (JSONL) and import that."
        )
    try:
        items = _items(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"not JSON: {str(error)[:200]}", hint="Check the file, or write one object a line."
        ) from error
    for index in range(max(0, at), len(items)):
        yield FoundRow(index + 1, index + 1, bytes(items[index]), OBJECT)


def _items(data: bytes) -> list[msgspec.Raw]:
    if data.lstrip()[:1] == b"[":
        return msgspec.json.decode(data, type=list[msgspec.Raw])
    for inner in msgspec.json.decode(data, type=dict[str, msgspec.Raw]).values():
        if bytes(inner)[:1] == b"[":
            return msgspec.json.decode(inner, type=list[msgspec.Raw])
    return [msgspec.Raw(data.strip())]
