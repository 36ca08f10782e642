"""What a file is: its form, encoding, delimiter, columns and where its rows begin."""

import csv
import io
import os
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec

from fullcircle.connectors.file.encoding import UTF_8, check_encoding, find_encoding, mark_length
from fullcircle.connectors.file.lines import ROW_BYTES, Lines, RunawayRowError
from fullcircle.connectors.file.mapping import Mapping
from fullcircle.core.errors import ConfigError

COLUMN_LIMIT = 16_384
"""As many columns as a spreadsheet has."""
DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 60
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

csv.field_size_limit(max(csv.field_size_limit(), ROW_BYTES))


class FileForm(StrEnum):
    """How a file is read."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    XLSX = "xlsx"


class Layout(msgspec.Struct, frozen=True):
    """`start` is the byte (CSV, JSONL) after the header or the mark; `header` is empty for JSON rows."""

    form: FileForm
    encoding: str = UTF_8
    delimiter: str = ","
    header: tuple[str, ...] = ()
    start: int = 0
    first_row: int = 1  # number of the first data row, as a spreadsheet counts

    @property
    def fingerprint(self) -> str:
        """Changes when the file is another one under the same name: then a cursor into it means nothing."""
        said = "\x1f".join((self.form, self.encoding, self.delimiter, *self.header))
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def open_binary(path: str) -> BinaryIO:
    """The file for reading. Raises ConfigError in words for what an operator can mend."""
    try:
        if not os.path.isfile(path):
            raise ConfigError(f"there is no file {path}", hint="Check the path; a folder cannot be imported.")
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be opened: {error}", hint="Check that this login may read it.") from error


def look_at(path: str, mapping: Mapping | None = None) -> Layout:
    """Find out what a file is; what the mapping says of encoding and delimiter goes first. Raises ConfigError."""
    said = mapping or Mapping()
    with open_binary(path) as file:
        form = _form_of(path, file)
        if form is FileForm.XLSX:
            return Layout(form)
        encoding = check_encoding(said.encoding) if said.encoding else find_encoding(file)
        file.seek(0)
        start = mark_length(file.read(4), encoding)
        if form is not FileForm.CSV:
            return Layout(form, encoding, start=start)
        return _csv_layout(file, encoding, start, said)


def _form_of(path: str, file: BinaryIO) -> FileForm:
    head = file.read(4096)
    suffix = Path(path).suffix.casefold()
    if head.startswith(_ZIP):
        return FileForm.XLSX
    if head.startswith(_OLD_EXCEL):
        raise ConfigError(f"{path} is an old Excel file", hint="Open it in a spreadsheet and save it as XLSX or CSV.")
    if suffix in (".jsonl", ".ndjson"):
        return FileForm.JSONL
    first = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    if suffix in (".csv", ".tsv", ".txt", ".tab") or first not in (b"{", b"["):
        return FileForm.CSV
    return FileForm.JSONL if first == b"{" and not _is_one_object(file) else FileForm.JSON


def _is_one_object(file: BinaryIO) -> bool:
    """An object over several lines or alone in the file, where JSONL has one on each."""
    file.seek(0)
    line = file.readline(ROW_BYTES).strip().removeprefix(b"\xef\xbb\xbf")
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return True
    return not file.read(ROW_BYTES).strip()


def _csv_layout(file: BinaryIO, encoding: str, start: int, said: Mapping) -> Layout:
    delimiter = said.delimiter or _find_delimiter(file, encoding, start)
    lines = Lines(file, encoding, start)
    try:
        row_number, cells = 0, []
        for cells in csv.reader(lines.texts(), delimiter=delimiter):
            row_number += 1
            if any(cell.strip() for cell in cells):
                break
        else:
            return Layout(FileForm.CSV, encoding, delimiter, (), lines.position)
    except (RunawayRowError, csv.Error) as error:
        raise ConfigError(
            "the first row is no header: it never ends", hint="Check the quotes in the first line."
        ) from error
    if len(cells) > COLUMN_LIMIT:
        raise ConfigError(
            f"the file has {len(cells)} columns, more than {COLUMN_LIMIT}", hint="Keep the columns you need."
        )
    if not said.has_header:
        header = tuple(f"column {number}" for number in range(1, len(cells) + 1))
        return Layout(FileForm.CSV, encoding, delimiter, header, start, 1)
    return Layout(FileForm.CSV, encoding, delimiter, unique_names(cells), lines.position, row_number + 1)


def unique_names(cells: list[str]) -> tuple[str, ...]:
    """Header cells as column names: trimmed, an empty one `column 3`, a second `text` is `text (2)`."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        base = (
            "".join(sign for sign in cell.strip() if sign != "\0" and not "\ud800" <= sign <= "\udfff")
            or f"column {number}"
        )
        name, nth = base, 1
        while name in names:
            nth += 1
            name = f"{base} ({nth})"
        names[name] = None
    return tuple(names)


def _find_delimiter(file: BinaryIO, encoding: str, start: int) -> str:
    """The one that cuts the first rows into the most equal columns; a comma where none does."""
    sample = _sample_text(file, encoding, start)
    scores = [(_evenness(sample, delimiter), -DELIMITERS.index(delimiter), delimiter) for delimiter in DELIMITERS]
    best = max(scores)
    return best[2] if best[0] > 0 else ","


def _sample_text(file: BinaryIO, encoding: str, start: int) -> str:
    lines, parts, size = Lines(file, encoding, start), [], 0
    try:
        for line in lines.texts():
            parts.append(line)
            size += len(line)
            if len(parts) >= 4 * _SAMPLE_ROWS or size > 1_000_000:
                break
    except RunawayRowError:
        pass
    return "".join(parts)


def _evenness(sample: str, delimiter: str) -> float:
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0
    if not widths or widths[0] < 2:
        return 0.0
    even = sum(width == widths[0] for width in widths) / len(widths)
    return even * even * min(widths[0], 6)
