"""The dry run and the file of refused rows."""

import csv
import io

from fullcircle.connectors.file.conftest import CAPTURED_AT
from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.layout import look_at
from fullcircle.connectors.file.mapping import Mapping
from fullcircle.connectors.file.report import Problem, dry_run, outcomes, problem_of, write_problems

MAPPING = Mapping(text=("text",), time="when", id="id")


def test_it_tells_what_would_be_stored_and_what_not(fixtures):
    path = str(fixtures / "messages.csv")
    report = dry_run(path, guess_file(path), captured_at=CAPTURED_AT)
    assert report.counts == {"stored": 4, "empty": 1, "missing_time": 1}
    assert report.received == sum(report.counts.values()) == 6
    assert report.is_whole
    assert [row.external_id for row in report.first] == ["9001", "9002", "9003", "9004"]
    assert [(problem.row, problem.reason) for problem in report.problems] == [(6, "empty"), (7, "missing_time")]
    assert report.problems[1].cells[0] == "9006"


def test_it_stops_at_its_limit_and_says_so(write):
    path = write("id,when,text\n" + "".join(f"{n},2026-03-02,a\n" for n in range(50)))
    for limit, is_whole in ((10, False), (50, True), (60, True)):
        report = dry_run(path, MAPPING, limit, captured_at=CAPTURED_AT)
        assert (report.received, report.is_whole) == (min(limit, 50), is_whole)
    assert len(report.first) == 10


def test_it_counts_ids_that_come_twice(write):
    path = write("id,when,text\n1,2026-03-02,a\n1,2026-03-02,b\n2,2026-03-02,c\n")
    assert dry_run(path, MAPPING, captured_at=CAPTURED_AT).same_id_count == 1


def test_it_writes_the_refused_rows_with_their_cells_and_no_formula(write):
    path = write('id,when,text\n1,,=1+1\n2,2026-03-02,fine\n"+49 30 12",soon,"a, b"\n4,x\n')
    problems = [
        problem_of(raw, why) for raw, why in outcomes(path, MAPPING, captured_at=CAPTURED_AT) if hasattr(why, "reason")
    ]
    file = io.StringIO(newline="")
    assert write_problems(file, look_at(path).header, problems) == 3
    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert rows[0] == ["row", "reason", "detail", "id", "when", "text"]
    assert [row[:2] for row in rows[1:]] == [["2", "missing_time"], ["4", "missing_time"], ["5", "bad_row"]]
    assert rows[1][3:] == ["1", "", "'=1+1"]
    assert rows[2][3:] == ["'+49 30 12", "soon", "a, b"]
    assert rows[3][3:] == ["4,x"]


def test_it_shows_the_cells_of_json_rows(write):
    path = write('{"id": 1, "when": null, "by": {"name": "x"}}\n{"id": 2\n', "rows.jsonl")
    problems = [problem_of(raw, why) for raw, why in outcomes(path, MAPPING, captured_at=CAPTURED_AT)]
    assert problems[0] == Problem(1, "missing_time", "column 'when' is empty", ("1", "", "x"))
    assert problems[1].cells == ('{"id": 2',)
