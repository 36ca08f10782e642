"""The dry run and the file of refused rows: what would be stored, what not, and why, before anything is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import msgspec

from fullcircle.connectors.file.mapping import Mapping, dump_mapping
from fullcircle.connectors.file.pages import open_file
from fullcircle.connectors.file.parse import parse
from fullcircle.connectors.file.rows import BYTES, ROW, RowContext, flatten, read_context
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.moments import Moment
from fullcircle.core.ports import HttpClient, SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint
from fullcircle.core.sheets import Cell, TextOut, write_rows

SHOWN_ROWS = 10
SHOWN_PROBLEMS = 1_000
STORED = "stored"


class Problem(msgspec.Struct, frozen=True):
    """A row that would not be stored. `cells` are as they were; of bytes that made no row, their text."""

    row: int
    reason: str
    detail: str
    cells: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """`received` is the sum of `counts`: `stored`, or a drop's or quarantine's reason. `same_id_count` rows carry an id
    that came before them in what was read: they would be duplicates."""

    received: int
    counts: dict[str, int]
    first: tuple[Touchpoint, ...]
    problems: tuple[Problem, ...]
    same_id_count: int
    is_whole: bool  # the file was read to its end
    notes: tuple[str, ...] = ()


def dry_run(path: str, mapping: Mapping, limit: int = 1_000, *, captured_at: Moment | None = None) -> Report:
    """Read at most `limit` rows and store nothing. Raises ConfigError as `open_file` does."""
    counts: Counter[str] = Counter()
    first: list[Touchpoint] = []
    problems: list[Problem] = []
    ids: set[tuple[str, str]] = set()
    received = 0
    for raw, outcome in outcomes(path, mapping, captured_at=captured_at):
        if received == limit:
            break
        received += 1
        counts[STORED if isinstance(outcome, Touchpoint) else outcome.reason.value] += 1
        if not isinstance(outcome, Touchpoint):
            if len(problems) < SHOWN_PROBLEMS:
                problems.append(problem_of(raw, outcome))
            continue
        ids.add((outcome.platform, outcome.external_id))
        if len(first) < SHOWN_ROWS:
            first.append(outcome)
    else:
        return _report(received, counts, first, problems, ids, mapping, is_whole=True)
    return _report(received, counts, first, problems, ids, mapping, is_whole=False)


def _report(
    received: int, counts: Counter[str], first: list[Touchpoint], problems: list[Problem], ids: set[tuple[str, str]],
    mapping: Mapping, *, is_whole: bool,
) -> Report:  # fmt: skip
    return Report(
        received, dict(counts), tuple(first), tuple(problems), counts[STORED] - len(ids), is_whole, mapping.notes
    )


def outcomes(
    path: str, mapping: Mapping, start: str = "", *, captured_at: Moment | None = None
) -> Iterator[tuple[RawRecord, Outcome]]:
    """Every row of the file with its outcome, outside of any source."""
    settings = {"path": path, "mapping": dump_mapping(mapping)}
    source = SourceContext(0, 0, settings, {}, 0, cast(HttpClient, None), captured_at or 0)
    for page in open_file(path, mapping, start, captured_at=captured_at):
        for raw in page.records:
            yield raw, parse(source, raw)


def problem_of(raw: RawRecord, why: Drop | Unreadable) -> Problem:
    """A refused record in the words of the file: its row number, the reason and the cells it had."""
    try:
        row = read_context(raw.context).row
    except (ValueError, RecursionError):
        row = RowContext(row=0).row
    return Problem(row, why.reason.value, why.detail, _cells(raw))


def _cells(raw: RawRecord) -> tuple[str, ...]:
    if raw.form == BYTES:
        return (raw.payload.decode("utf-8", "replace").rstrip("\r\n"),)
    try:
        if raw.form == ROW:
            return tuple(msgspec.json.decode(raw.payload, type=dict[str, str]).values())
        return tuple(flatten(msgspec.json.decode(raw.payload)).values())
    except (ValueError, RecursionError):
        return (raw.payload.decode("utf-8", "replace"),)


def write_problems(file: TextOut, header: Iterable[str], problems: Iterable[Problem]) -> int:
    """The error file: row number, reason, detail, then the cells under the file's own header; returns the row count.
    No cell of it is run by a spreadsheet (`core.sheets`)."""
    rows: Iterator[Sequence[Cell]] = (
        (problem.row, problem.reason, problem.detail, *problem.cells) for problem in problems
    )
    return write_rows(file, ("row", "reason", "detail", *header), rows)
