"""Pages of a file with cursors from which reading goes on exactly."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fullcircle.connectors.file.layout import FileForm, Layout, look_at
from fullcircle.connectors.file.mapping import Mapping, dump_mapping, require_columns
from fullcircle.connectors.file.occurrences import Occurrences
from fullcircle.connectors.file.readers import FoundRow, rows_of
from fullcircle.connectors.file.rows import BYTES, Columns, RowContext, columns_of, write_context
from fullcircle.connectors.file.workbook import workbook_header
from fullcircle.core.moments import Moment, now
from fullcircle.core.records import Page, RawRecord

PAGE_ROWS = 5_000
PAGE_BYTES = 16_000_000
"""A page closes at either, so rows of megabytes do not fill the memory."""
_HASHED_AT_ONCE = 5_000


class FileCursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where to go on. `keyed` counts rows without an id so far: with any, the count of equal rows is made anew by
    reading the file up to here, so the cursor stays small however many rows there are."""

    at: int
    row: int
    keyed: int = 0
    head: str = ""


def read_cursor(text: str) -> FileCursor | None:
    """None for the beginning, and for what is no cursor: rows read again are known by their ids."""
    try:
        return msgspec.json.decode(text.encode(), type=FileCursor) if text else None
    except (ValueError, RecursionError):
        return None


def open_file(
    path: str, mapping: Mapping, start: str = "", *, captured_at: Moment | None = None, page_rows: int = PAGE_ROWS
) -> Iterator[Page]:
    """Pages of at most `page_rows` rows from the cursor `start` ("" at first) to the file's end; the last one says
    `is_last` and may be empty. A file that was replaced or cut since is read from its beginning.

    Raises ConfigError: no such file, not its form, or a column the mapping names is missing.
    """
    layout = look_at(path, mapping)
    header = workbook_header(path, mapping.sheet) if layout.form is FileForm.XLSX else layout.header
    if layout.form in (FileForm.CSV, FileForm.XLSX) and header:
        require_columns(mapping, header)
    if layout.form is FileForm.XLSX:
        layout = msgspec.structs.replace(layout, header=header)
    return FilePages(path, mapping, layout, captured_at, page_rows).read(read_cursor(start))


class FilePages:
    """One reading of one file."""

    def __init__(self, path: str, mapping: Mapping, layout: Layout, captured_at: Moment | None, page_rows: int) -> None:
        self._path, self._mapping, self._layout = path, mapping, layout
        self._captured_at, self._page_rows = captured_at, page_rows
        self._columns: Columns = columns_of(dump_mapping(mapping))
        self._seen = Occurrences()
        self._keyed = 0
        info = os.stat(path)
        self._size = info.st_size
        self._name = Path(path).name.encode("utf-8", "replace").decode()
        self._dated = 0 if mapping.time else info.st_mtime_ns // 1_000_000
        plain = write_context(RowContext(0, self._name, 0, self._dated)).decode()
        self._tail = plain.removeprefix('{"row":0')  # the same for nearly every row, so it is written once

    def read(self, cursor: FileCursor | None) -> Iterator[Page]:
        """Pages after the cursor."""
        layout = self._layout
        start = FileCursor(layout.start, layout.first_row, 0, layout.fingerprint)
        by_bytes = layout.form in (FileForm.CSV, FileForm.JSONL)
        if (
            cursor is None
            or cursor.head != layout.fingerprint
            or (by_bytes and not layout.start <= cursor.at <= self._size)
        ):
            cursor = start
        if cursor.keyed:
            self._count_before(start, cursor)
        yield from self._pages(cursor)

    def _rows(self, cursor: FileCursor) -> Iterator[FoundRow]:
        return rows_of(self._path, self._layout, self._mapping.sheet, cursor.at, cursor.row)

    def _count_before(self, start: FileCursor, until: FileCursor) -> None:
        found: list[FoundRow] = []
        for row in self._rows(start):
            if row.end > until.at:
                break
            found.append(row)
            if len(found) == _HASHED_AT_ONCE:
                self._number(found)
                found.clear()
        self._number(found)

    def _pages(self, cursor: FileCursor) -> Iterator[Page]:
        found: list[FoundRow] = []
        size = 0
        for row in self._rows(cursor):
            found.append(row)
            size += len(row.payload)
            if len(found) >= self._page_rows or size >= PAGE_BYTES:
                cursor = self._after(row)
                yield self._page(found, cursor, is_last=False)
                found, size = [], 0
        yield self._page(found, self._after(found[-1]) if found else cursor, is_last=True)

    def _after(self, row: FoundRow) -> FileCursor:
        return FileCursor(row.end, row.number + 1, 0, self._layout.fingerprint)

    def _page(self, found: list[FoundRow], cursor: FileCursor, *, is_last: bool) -> Page:
        numbers = self._number(found)
        captured_at = now() if self._captured_at is None else self._captured_at
        records = tuple(
            RawRecord(row.payload, row.form, captured_at, self._context(row, nth))
            for row, nth in zip(found, numbers, strict=True)
        )
        said = msgspec.structs.replace(cursor, keyed=self._keyed)
        return Page(records, msgspec.json.encode(said).decode(), is_last)

    def _number(self, found: list[FoundRow]) -> list[int]:
        """How many equal rows came before each; 0 for rows with an id."""
        key = self._columns.key_without_id
        keys = [key(row.payload, row.form) if row.form != BYTES else "" for row in found]
        filled = [said for said in keys if said]
        if not filled:
            return [0] * len(found)
        self._keyed += len(filled)
        numbers = iter(self._seen.number(filled))
        return [next(numbers) if said else 0 for said in keys]

    def _context(self, row: FoundRow, nth: int) -> str:
        if not nth and not row.reason:
            return f'{{"row":{row.number}{self._tail}'
        note = RowContext(row.number, self._name, nth, self._dated, row.reason, row.detail)
        return write_context(note).decode()


def share_read(path: str, cursor: str) -> float:
    """How much of a CSV or JSONL file lies before the cursor, 0-1, for a progress bar."""
    where = read_cursor(cursor)
    size = os.path.getsize(path)
    return min(1.0, where.at / size) if where is not None and size else 0.0
