"""`fullcircle import`: looked at first, brought in once, refused rows with their reasons, the books balanced."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cast import House

from fullcircle.ops.cli import main
from fullcircle.store import models

HEADER = ["id", "created_at", "author", "text", "source"]


def write(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


def sheet(folder: Path, count: int = 12) -> str:
    rows = [
        [f"r{n}", f"2026-05-{n % 28 + 1:02d}T10:00:00Z", f"person{n % 5}", f"Where is order number {n}, please?", "web"]
        for n in range(count)
    ]
    return write(folder / "calls.csv", rows)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_it_shows_what_it_would_do_and_does_nothing(alice: House, tmp_path: Path, capsys: Any) -> None:
    code, shown = run(capsys, "import", sheet(tmp_path), "--dry-run")
    assert code == 0
    assert shown["report"]["counts"] == {"stored": 12}
    assert shown["mapping"]["text"] == ["text"]
    assert models.Touchpoint.everywhere.count() == 0


def test_it_changes_nothing_the_second_time(alice: House, tmp_path: Path, capsys: Any) -> None:
    path = sheet(tmp_path)
    assert run(capsys, "import", path)[1]["tally"] == {"stored": 12}
    code, shown = run(capsys, "import", path)
    assert (code, shown["tally"]) == (0, {"duplicate": 12})
    assert models.Touchpoint.everywhere.count() == 12
    assert run(capsys, "books")[0] == 0


def test_it_keeps_refused_rows_with_their_reasons(alice: House, tmp_path: Path, capsys: Any) -> None:
    rows = [
        ["a", "2026-05-01T10:00:00Z", "p", "fine", "web"],
        ["b", "no time at all", "p", "=HYPERLINK(1)", "web"],
        ["c", "2026-05-01T10:00:00Z", "p"],
    ]
    path = write(
        tmp_path / "mixed.csv", [*rows, *[[f"x{n}", "2026-05-02T10:00:00Z", "q", "also fine", "web"] for n in range(9)]]
    )
    code, shown = run(capsys, "import", path)
    assert code == 1
    assert shown["tally"] == {"stored": 10, "quarantined:missing_time": 1, "quarantined:bad_row": 1}
    with open(shown["refused_file"], encoding="utf-8", newline="") as file:
        refused = list(csv.reader(file))
    assert [row[1] for row in refused[1:]] == ["missing_time", "bad_row"]
    assert not any(cell.startswith("=") for row in refused for cell in row)
    assert models.Quarantine.everywhere.count() == 2
    assert run(capsys, "books")[0] == 0


def test_it_counts_history_and_opens_no_cases_unless_asked(alice: House, tmp_path: Path, capsys: Any) -> None:
    path = sheet(tmp_path)
    run(capsys, "import", path)
    assert models.Case.everywhere.count() == 0
    other = sheet(tmp_path / ".", 12)
    Path(other).rename(tmp_path / "live.csv")
    run(capsys, "import", str(tmp_path / "live.csv"), "--name", "Live", "--as-live")
    assert models.Case.everywhere.count() == 0  # the same touchpoints: known already, still history


def test_it_opens_cases_for_history_when_asked(alice: House, tmp_path: Path, capsys: Any) -> None:
    run(capsys, "import", sheet(tmp_path), "--as-live")
    assert models.Case.everywhere.count() > 0


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (b"\x00\x01\x02", ""), (b"id,text\n", "")],
)
def test_it_says_what_is_wrong_with_a_file(
    alice: House, tmp_path: Path, capsys: Any, content: bytes, word: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    code = main(["import", str(path)])
    told = capsys.readouterr()
    assert code in (0, 1, 2)
    assert "Traceback" not in told.err + told.out
    assert word in (told.err + told.out).lower()


def test_it_refuses_a_mapping_that_does_not_fit(alice: House, tmp_path: Path, capsys: Any) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"text": ["no such column"]}')
    assert main(["import", sheet(tmp_path), "--mapping", str(mapping)]) == 2
    assert "no such column" in capsys.readouterr().err


def test_it_reads_a_large_file_with_an_analyser_of_its_own(transactional_db: None, tmp_path: Path, capsys: Any) -> None:
    from fullcircle.connectors.file.guess import guess_file
    from fullcircle.ops.importing import read_import, source_for

    house = House("harbour", "alice")
    path = sheet(tmp_path, 1_200)
    row = source_for(house.workspace.id, path, guess_file(path), "Large", counts_history=False)
    shares: list[float] = []
    done = read_import(row, on_share=lambda share, tally: shares.append(share), batch_size=500, own_process=True)
    assert done.tally == {"stored": 1_200}
    assert shares
    assert shares[-1] == 1.0
    assert models.Touchpoint.everywhere.filter(workspace=house.workspace).count() == 1_200
