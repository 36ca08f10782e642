"""XLSX rows through openpyxl, streamed: values of formulas only, dates as ISO, one sheet."""

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import openpyxl

from fullcircle.connectors.file.layout import COLUMN_LIMIT, unique_names
from fullcircle.core.errors import ConfigError
from fullcircle.core.gate import clean_text

UNPACKED_BYTES = 4_000_000_000
STRINGS_BYTES = 200_000_000
"""The shared strings are held in memory whole; more than this and the file is refused in words."""

_encode = msgspec.json.Encoder().encode


def workbook_header(path: str, sheet: str = "") -> tuple[str, ...]:
    """The names in the first filled row; () for an empty sheet."""
    for _, cells in _filled_rows(path, sheet, 1):
        return _header(cells)
    return ()


def workbook_rows(path: str, sheet: str, at: int) -> Iterator[tuple[int, bytes, str]]:
    """Row number, payload, and what is wrong with it ("" where nothing), from row `at` on."""
    header: tuple[str, ...] | None = None
    for number, cells in _filled_rows(path, sheet, 1):
        if header is None:
            header = _header(cells)
        elif number >= at:
            extra = [cell for cell in cells[len(header) :] if cell]
            named = dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=False))
            row = _payload(cells if extra else named)
            yield number, row, f"{len(cells)} cells where the header has {len(header)}" if extra else ""


def _payload(row: dict[str, str] | list[str]) -> bytes:
    try:
        return _encode(row)
    except UnicodeEncodeError:  # an escaped lone surrogate in the sheet
        return msgspec.json.encode(json_safe(row))


def json_safe(row: dict[str, str] | list[str]) -> dict[str, str] | list[str]:
    """The same row with signs no store can hold replaced."""
    if isinstance(row, list):
        return [clean_text(cell, len(cell))[0] for cell in row]
    return {name: clean_text(cell, len(cell))[0] for name, cell in row.items()}


def _filled_rows(path: str, sheet: str, first: int) -> Iterator[tuple[int, list[str]]]:
    _check_archive(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styling it does not keep; we read values
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            raise _no_workbook(path, error) from error
    try:
        page = _sheet(book, sheet)
        page.reset_dimensions()  # writers lie about the size
        rows = page.iter_rows(min_row=first, values_only=True)
        number = first - 1
        while (values := _next_row(path, rows)) is not None:
            number += 1
            cells = [cell_text(value) for value in values]
            if any(cells):
                yield number, cells
    finally:
        book.close()


def _next_row(path: str, rows: Iterator[Sequence[Any]]) -> Sequence[Any] | None:
    try:
        return next(rows, None)
    except Exception as error:  # a damaged sheet shows only while it is read
        raise _no_workbook(path, error) from error


def _no_workbook(path: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"{path} cannot be read as XLSX: {type(error).__name__}",
        hint="Open it in a spreadsheet and save it anew, or as CSV.",
    )


def _sheet(book: Any, name: str) -> Any:
    if not name and book.worksheets:
        return book.worksheets[0]
    if name not in book.sheetnames:
        raise ConfigError(f"the file has no sheet {name!r}", hint=f"Its sheets are: {', '.join(book.sheetnames[:20])}.")
    return book[name]


def _check_archive(path: str) -> None:
    """A small archive can unpack to anything: look at what it says before it is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _no_workbook(path, error) from error
    if sum(sizes.values()) > UNPACKED_BYTES or sizes.get("xl/sharedStrings.xml", 0) > STRINGS_BYTES:
        raise ConfigError(f"{path} unpacks to more than we read", hint="Save it as CSV and import that.")


def _header(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > COLUMN_LIMIT:
        raise ConfigError(
            f"the file has {len(cells)} columns, more than {COLUMN_LIMIT}", hint="Keep the columns you need."
        )
    return unique_names(cells)


def cell_text(value: Any) -> str:
    """A cell's value as text: dates as ISO, whole numbers without `.0`, true and false in small letters."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
