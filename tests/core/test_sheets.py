"""F35: nothing that leaves us as CSV is run by a spreadsheet."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.core.sheets import CELL_LIMIT, CUT_NOTE, defuse, write_rows

STARTERS = set("=+-@")
HOSTILE = st.text(
    st.one_of(st.sampled_from(list("=+-@＝＋－＠\t\r\n;,| '\"0019\ufeff\u200b")), st.characters()), max_size=30
)


def runs(cell: str) -> bool:
    """A spreadsheet's view, written apart from the writer's: strip what it may strip, fold, look at the first sign."""
    bare = cell.lstrip().lstrip("\ufeff\u200b\u200c\u200d\u2060 \t\r\n")
    if not bare or re.fullmatch(r"-\d{1,15}([.,]\d+)?", bare):
        return False
    return unicodedata.normalize("NFKC", bare[0])[:1] in STARTERS


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "\ufeff=1",
        "\n=1",
        "\xa0=1",
    ],
)
def test_it_puts_a_mark_before_a_formula(cell: str) -> None:
    assert defuse(cell).startswith("'")
    assert not runs(defuse(cell))


@pytest.mark.parametrize("cell", ["", "bread", "a=b", "it's", "-5", "-12.50", "12", "a - b", "1+1", "a@example.org"])
def test_it_leaves_plain_cells_alone(cell: str) -> None:
    assert defuse(cell) == cell


@pytest.mark.parametrize("number", ["+49 30 1234567", "+1 (212) 555-0100", "+33-1-23-45", "-49 30"])
def test_it_keeps_phone_numbers_readable(number: str) -> None:
    assert defuse(number) == "'" + number


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_it_defuses_a_start_behind_another_programs_separator(separator: str) -> None:
    file = io.StringIO(newline="")
    write_rows(file, ["text"], [[f"a{separator}=1+1{separator}b"], [f"a{separator} ＝1"]])
    for row in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=separator, quoting=csv.QUOTE_NONE):
        assert not any(runs(cell) for cell in row)


@given(st.lists(HOSTILE, max_size=5))
def test_it_never_writes_a_cell_that_runs(cells: list[str]) -> None:
    file = io.StringIO(newline="")
    assert write_rows(file, cells, [cells]) == 1
    for row in csv.reader(io.StringIO(file.getvalue(), newline="")):
        assert len(row) == len(cells)
        assert not any(runs(cell) for cell in row)


@given(HOSTILE)
def test_it_changes_nothing_more_when_applied_twice(cell: str) -> None:
    assert defuse(defuse(cell)) == defuse(cell)


@given(HOSTILE)
def test_it_only_adds_marks(cell: str) -> None:
    assert defuse(cell).replace("'", "") == cell.replace("'", "")


def test_it_writes_numbers_and_nothing_as_they_are() -> None:
    file = io.StringIO(newline="")
    write_rows(file, ["n", "m", "none", "is"], [[-5, 1.5, None, True]])
    assert file.getvalue().splitlines()[1] == '"-5","1.5","","True"'


def test_it_cuts_what_a_spreadsheet_would_cut_silently_and_says_so() -> None:
    file = io.StringIO(newline="")
    write_rows(file, ["text"], [["=" + "x" * 40_000]])
    cell = list(csv.reader(io.StringIO(file.getvalue(), newline="")))[1][0]
    assert len(cell) <= CELL_LIMIT
    assert cell.startswith("'=x")
    assert cell.endswith(CUT_NOTE)


def test_it_writes_what_no_file_could_hold_as_a_replacement() -> None:
    file = io.StringIO(newline="")
    write_rows(file, ["text"], [["a\0b\ud800c"]])
    assert file.getvalue().encode()
    assert "a\ufffdb\ufffdc" in file.getvalue()
