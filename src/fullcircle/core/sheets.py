"""The one writer of CSV. No cell that leaves us is ever worked out as a formula by the spreadsheet that opens it.

A spreadsheet runs what follows `=`, `+`, `-`, `@` (and their full-width and small forms) at the start of a cell. Opened
with another separator than ours, a cell also starts after `;`, TAB, `|`, a comma or a line break inside our text, so
those starts are defused too. The sign of defusing is an apostrophe before the character: the text stays readable.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

from fullcircle.core.gate import clean_text

Cell: TypeAlias = str | int | float | bool | None

MARK = "'"
CELL_LIMIT = 32_767
"""Characters a spreadsheet shows in one cell; more is cut by it silently, so we cut and say so."""

CUT_NOTE = " [cut]"

_STARTERS = "=+\\-@＝＋－＠﹦﹢﹣﹫−⁼⁺⁻₌₊₋"
_BLANKS = "\\s\u200b\u200c\u200d\u2060\ufeff\x00-\x1f"
_AT_START = re.compile(f"(?:[\t\r\n]|[{_BLANKS}]*[{_STARTERS}])")
_AFTER_BREAK = re.compile(f'([;,|\t\r\n"\u2028\u2029\x0b\x0c][{_BLANKS}]*)(?=[{_STARTERS}])')
_PLAIN_NUMBER = re.compile(r"-\d{1,15}(?:[.,]\d+)?")


class TextOut(Protocol):
    """What can be written to."""

    def write(self, text: str, /) -> object: ...


def defuse(cell: str) -> str:
    """The cell as it may be written: unchanged where no spreadsheet would run it.

    Applying it twice changes nothing more. A negative number stays a number; `+49 30 1234` becomes `'+49 30 1234`,
    which shows every digit.
    """
    if not cell or _PLAIN_NUMBER.fullmatch(cell):
        return cell
    inner = _AFTER_BREAK.sub(r"\1" + MARK, cell)
    return MARK + inner if _AT_START.match(inner) else inner


def write_rows(file: TextOut, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write header and rows as CSV (comma, every cell quoted, CRLF) and return how many rows were written.

    Open the file with `newline=""` and, for spreadsheets, `encoding="utf-8-sig"`.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
    return count


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        text, is_cut = clean_text(value, CELL_LIMIT - len(CUT_NOTE) - 2)
        return defuse(text) + CUT_NOTE if is_cut else defuse(text)
    return "" if value is None else str(value)
