"""F34: files as they are. Every row is read or told, no row twice, from any place on."""

import csv
import io
import itertools
import json

import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullcircle.connectors.file import lines, readers
from fullcircle.connectors.file.conftest import read_all
from fullcircle.connectors.file.layout import look_at
from fullcircle.connectors.file.mapping import Mapping
from fullcircle.connectors.file.pages import open_file, read_cursor, share_read
from fullcircle.core.drops import QuarantineReason
from fullcircle.core.errors import ConfigError

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32"]
CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)


def cells_of(record):
    return json.loads(record.payload)


def reason_of(record):
    return json.loads(record.context).get("reason", "")


def as_csv(header, rows, delimiter=",", end="\r\n"):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return file.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_every_encoding_and_line_end(write, encoding, end):
    rows = [["1", "Brötchen, süß"], ["2", f"zwei{end}Zeilen"], ["3", 'sagt "gut" é'], ["4", ""]]
    path = write(as_csv(["id", "text"], rows, end=end), encoding=encoding)
    assert [list(cells_of(record).values()) for record in read_all(path)] == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(write, delimiter):
    rows = [["1", "a, b; c"], ["2", "d|e"], ["3", "f"]]
    path = write(as_csv(["id", "text"], rows, delimiter))
    assert look_at(path).delimiter == delimiter
    assert [list(cells_of(record).values()) for record in read_all(path)] == rows


@given(
    st.lists(NAME, min_size=2, max_size=4, unique_by=str.strip).flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), max_size=6)
        )
    ),
    st.sampled_from(["utf-8", "utf-16-le", "utf-8-sig", "utf-32-be"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_reads_back_the_cells_that_were_written(write, table, encoding, delimiter, end):
    header, rows = table
    path = write(as_csv(header, rows, delimiter, end), encoding=encoding)
    mapping = Mapping(delimiter=delimiter, encoding=encoding.removesuffix("-sig"))
    assert [list(cells_of(record).values()) for record in read_all(path, mapping)] == rows


@given(st.binary(max_size=300), st.sampled_from(["rows.csv", "rows.jsonl", "rows.txt"]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_reads_any_bytes_or_says_why_not(write, data, name):
    path = write(data, name)
    try:
        records = read_all(path)
    except ConfigError:
        return
    for record in records:
        assert record.form in ("row", "object", "bytes")
        assert record.form != "bytes" or QuarantineReason(reason_of(record))


def test_it_keeps_the_bytes_of_rows_that_do_not_fit_the_header(write):
    path = write("id,text\n1,a\n2,b,c\n3\n4,d\n5,e,,\n")
    records = read_all(path)
    assert [record.form for record in records] == ["row", "bytes", "bytes", "row", "row"]
    assert [record.payload for record in records if record.form == "bytes"] == [b"2,b,c\n", b"3\n"]
    assert [json.loads(record.context)["row"] for record in records] == [2, 3, 4, 5, 6]
    assert reason_of(records[1]) == "bad_row"
    assert "3 cells" in records[1].context


def test_it_tells_the_rows_that_do_not_decode_and_reads_the_others(write):
    good = "ä\n".encode() * 30
    path = write(b"text\n" + good + b"caf\xe9\n" + good)
    records = read_all(path)
    assert [reason_of(record) for record in records].count("not_decodable") == 1
    assert records[30].payload == b"caf\xe9\n"
    assert len(records) == 61


def test_it_tells_a_broken_unit_of_utf_16(write):
    path = write("id,text\n1,a\n2,b\n".encode("utf-16-le") + b"3\0,\0\x00\xd8\n\0" + "4,d\n".encode("utf-16-le") + b"5")
    records = read_all(path, Mapping(encoding="utf-16-le"))
    assert [record.form for record in records] == ["row", "row", "bytes", "row", "bytes"]


def test_it_finds_an_encoding_that_shows_late_in_the_file(write):
    path = write(b"text\n" + b"plain\n" * 60_000 + "Größe\n".encode("cp1252"))
    assert look_at(path).encoding == "cp1252"
    assert cells_of(read_all(path)[-1]) == {"text": "Größe"}


def test_it_loses_one_line_to_an_unclosed_quote_and_no_more(write):
    rows = "".join(f"{number},text {number}\n" for number in range(3, 2_000))
    path = write(f'id,text\n1,a\n2,"never closed\n{rows}')
    records = read_all(path)
    assert [record.form for record in records].count("bytes") == 1
    assert records[1].payload == b'2,"never closed\n'
    assert cells_of(records[-1]) == {"id": "1999", "text": "text 1999"}


def test_it_loses_one_line_to_an_unclosed_quote_before_quoted_rows(write):
    path = write('id,text,more\n1,"a,b\n2,"c\nd",e\n3,f,g\n')
    assert [record.form for record in read_all(path)] == ["bytes", "row", "row"]


def test_it_reads_on_behind_a_row_that_is_too_large(write, monkeypatch):
    monkeypatch.setattr(lines, "ROW_BYTES", 10_000)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(readers, "ROW_BYTES", 10_000)
    for name, row in (("a.csv", "2," + "x" * 50_000), ("b.jsonl", '{"id":"' + "x" * 50_000 + '"}')):
        path = write("id,text\n1,a\n" + row + "\n3,c\n", name)
        records = read_all(path)
        assert [reason_of(record) for record in records].count("too_large") == 1
        assert b"3" in records[-1].payload


def test_it_reads_a_text_of_ten_megabytes(write):
    path = write("id,text\n1," + "é" * 5_000_000 + "\n2,b\n")
    records = read_all(path)
    assert len(cells_of(records[0])["text"]) == 5_000_000
    assert len(records) == 2


def test_it_reads_ten_thousand_columns_and_refuses_more_than_a_sheet_has(write):
    wide = ",".join(f"c{number}" for number in range(10_000))
    assert len(cells_of(read_all(write(f"{wide}\n{wide}\n"))[0])) == 10_000
    with pytest.raises(ConfigError, match="20000 columns"):
        read_all(write("a" + "," * 19_999 + "\n"))


def test_it_names_columns_that_have_no_name_or_the_same(write):
    path = write("id,,text,text\n1,a,b,c\n")
    assert cells_of(read_all(path)[0]) == {"id": "1", "column 2": "a", "text": "b", "text (2)": "c"}


def test_it_reads_a_file_without_a_header(write):
    path = write("1,a\n2,b\n")
    records = read_all(path, Mapping(has_header=False, text=("column 2",)))
    assert [cells_of(record)["column 2"] for record in records] == ["a", "b"]


@pytest.mark.parametrize("data", ["", "\ufeff", "id,text", "id,text\n", "\n\n", "\r\n"])
def test_it_ends_at_once_on_a_file_without_rows(write, data):
    pages = list(open_file(write(data), Mapping()))
    assert [page.records for page in pages] == [()]
    assert pages[-1].is_last


def test_it_passes_blank_lines_and_counts_them_as_a_spreadsheet_does(write):
    records = read_all(write("\nid,text\n\n1,a\n\n\n2,b\n"))
    assert [json.loads(record.context)["row"] for record in records] == [4, 7]


def test_it_keeps_bad_lines_of_jsonl_apart(fixtures):
    records = read_all(str(fixtures / "posts.jsonl"))
    assert [record.form for record in records] == ["object"] * 4
    assert records[2].payload == b'{"id": 73, "created_at": "2026-03-02T09:06:00.000Z", "text": "broken'


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1}, {"id": 2}]',
        '{"data": [{"id": 1}, {"id": 2}], "meta": 3}',
        '\n [ {"id": 1},\n{"id": 2} ] ',
        '{"id": 1}\n{"id": 2}',
    ],
)
def test_it_reads_json_files(write, text):
    records = read_all(write(text, "rows.json"))
    assert [json.loads(record.payload)["id"] for record in records] == [1, 2]


def test_it_refuses_a_json_file_in_words(write, monkeypatch):
    with pytest.raises(ConfigError, match="not JSON"):
        read_all(write("[{]", "rows.json"))
    monkeypatch.setattr(readers, "ARRAY_BYTES", 10)
    with pytest.raises(ConfigError, match="more than 10 bytes"):
        read_all(write("[1, 2, 3, 4, 5]", "rows.json"))


def a_workbook(path, rows):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("calls")
    for row in rows:
        sheet.append(row)
    book.save(path)


def test_it_reads_xlsx_values(tmp_path):
    import datetime as dt

    path = tmp_path / "rows.xlsx"
    when = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001
    a_workbook(
        path,
        [
            [],
            ["id", "when", "n", "is", "text"],
            [1, when, 2.0, True, "a"],
            [2, when.date(), 2.5, None, "=1+1"],
            [3, "", 1, 1, "x", "more"],
        ],
    )
    records = read_all(str(path))
    assert cells_of(records[0]) == {"id": "1", "when": "2026-03-02 09:30:00", "n": "2", "is": "true", "text": "a"}
    assert cells_of(records[1])["text"] in ("", "=1+1")
    assert reason_of(records[2]) == "bad_row"
    cursor = next(open_file(str(path), Mapping(), page_rows=1)).cursor
    assert read_all(str(path), start=cursor) == [msgspec.structs.replace(record) for record in records[1:]]


@pytest.mark.parametrize("data", [b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0old"])
def test_it_refuses_what_is_no_workbook_in_words(write, data):
    with pytest.raises(ConfigError):
        read_all(write(data, "rows.xlsx"))


def test_it_refuses_a_sheet_that_unpacks_to_too_much(tmp_path, monkeypatch):
    from fullcircle.connectors.file import workbook

    path = tmp_path / "rows.xlsx"
    a_workbook(path, [["text"], ["a"]])
    monkeypatch.setattr(workbook, "UNPACKED_BYTES", 10)
    with pytest.raises(ConfigError, match="unpacks"):
        read_all(str(path))


def test_it_says_which_column_is_missing(write):
    with pytest.raises(ConfigError, match="no column body") as caught:
        read_all(write("id,text\n1,a\n"), Mapping(text=("body",)))
    assert "id, text" in caught.value.hint


def test_it_says_that_a_file_is_not_there(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ConfigError, match="no file"):
            read_all(str(path))


HARD_ROWS = 'id,text\n1,a\n,b\n,b\n2,"c\nd"\n,b\n3,x,y\n4,"open\n,b\n5,caf\xc3\xa9\n,"b"\n\n,b\n6,z'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_it_goes_on_from_any_row_as_if_it_had_never_stopped(write, encoding, size):
    path = write(HARD_ROWS, encoding=encoding)
    mapping = Mapping(text=("text",), id="id")
    whole = read_all(path, mapping)
    pages = list(open_file(path, mapping, captured_at=whole[0].captured_at, page_rows=size))
    assert [record for page in pages for record in page.records] == whole
    for number, page in enumerate(pages, 1):
        before = [record for earlier in pages[:number] for record in earlier.records]
        assert before + read_all(path, mapping, page.cursor) == whole


def test_it_numbers_equal_rows_the_same_wherever_it_was_killed(write):
    path = write("text\n" + "".join(f"{number % 7}\n" for number in range(100)))
    mapping = Mapping(text=("text",))
    whole = read_all(path, mapping)
    assert len({(record.payload, record.context) for record in whole}) == 100
    cursors = [page.cursor for page in open_file(path, mapping, page_rows=1)]
    for row, cursor in itertools.islice(enumerate(cursors, 1), 0, 50):
        assert whole[:row] + read_all(path, mapping, cursor) == whole


def test_it_begins_anew_where_the_file_is_another_one(write):
    path = write("id,text\n1,a\n2,b\n3,c\n")
    cursor = next(open_file(path, Mapping(), page_rows=2)).cursor
    write("text,id\na,1\nb,2\n")
    assert len(read_all(path, start=cursor)) == 2
    write("id,text\n9,z\n")
    assert len(read_all(path, start=cursor)) == 1
    assert len(read_all(path, start="no cursor")) == 1


def test_it_reads_on_where_a_file_has_grown(write):
    path = write("id,text\n1,a\n")
    cursor = list(open_file(path, Mapping()))[-1].cursor
    assert read_all(path, start=cursor) == []
    with open(path, "a") as file:
        file.write("2,b\n")
    assert [cells_of(record)["id"] for record in read_all(path, start=cursor)] == ["2"]
    assert share_read(path, cursor) < 1 == share_read(path, list(open_file(path, Mapping()))[-1].cursor)


def test_it_closes_a_page_before_rows_of_megabytes_fill_the_memory(write):
    path = write("text\n" + ("x" * 4_000_000 + "\n") * 10)
    assert max(len(page.records) for page in open_file(path, Mapping())) <= 4


def test_it_keeps_its_cursor_small(write):
    path = write("text\n" + "".join(f"{number}\n" for number in range(20_000)))
    last = list(open_file(path, Mapping(text=("text",))))[-1].cursor
    assert len(last) < 120
    assert read_cursor(last).keyed == 20_000
