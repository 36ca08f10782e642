"""`export`, `understand`, `reanalyse`: taken out whole, understood without storing, read again."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from tests.cast import House
from tests.counted import recounted, rollups
from tests.ops.said import Terminal

from fullcircle.analysis.understand import Understander
from fullcircle.config.options import options
from fullcircle.core.kinds import Change, Direction
from fullcircle.core.moments import DAY, MINUTE, now, to_iso
from fullcircle.ops import reanalysing
from fullcircle.store import models
from fullcircle.store.queries import export
from fullcircle.testing.builders import make_author, make_touchpoint, make_touchpoints

FORMULA = '=HYPERLINK("http://x.example")'


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_touchpoints_go_out_whole_and_defused(
    alice: House, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "SIZE", 2)
    alice.store(*make_touchpoints(5))
    alice.store(make_touchpoint(external_id="evil", text=FORMULA, author=make_author(name="+cmd", external_id="e")))
    path = tmp_path / "all.csv"
    found = terminal.json("export", "touchpoints", "--out", str(path))
    assert found["row_count"] == 6
    rows = rows_of(path.read_text("utf-8"))
    assert [row["id"] for row in rows] == [str(row.id) for row in alice.touchpoints()]
    evil = next(row for row in rows if row["external_id"] == "evil")
    assert evil["text"].startswith("'=")
    assert evil["name"] == "'+cmd"
    assert (evil["intents"], evil["urgency"], evil["department"]) == ("asks", "routine", "service")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_json_lines_keep_what_was_said(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    alice.store(make_touchpoint(text=FORMULA))
    path = tmp_path / "all.jsonl"
    terminal.json("export", "touchpoints", "--out", str(path))
    row = json.loads(path.read_text("utf-8"))
    assert row["text"] == FORMULA
    assert tuple(row) == export.TOUCHPOINT_COLUMNS


def test_a_deleted_touchpoint_goes_out_without_its_words(alice: House, terminal: Terminal) -> None:
    alice.store(make_touchpoint(text="take this back"))
    alice.store(make_touchpoint(change=Change.DELETE))
    row = rows_of(terminal("export", "touchpoints").out)[0]
    assert (row["text"], bool(row["deleted_at"])) == ("", True)


def test_a_case_goes_out_with_every_measure(alice: House, terminal: Terminal) -> None:
    at = now() - 30 * MINUTE
    alice.store(make_touchpoint(external_id="q", occurred_at=at, captured_at=at))
    answer = {"parent_id": "q", "root_id": "q", "direction": Direction.OUTBOUND}
    later = at + 12 * MINUTE
    alice.store(
        make_touchpoint(
            external_id="a",
            text="yes",
            occurred_at=later,
            captured_at=later,
            author=make_author(external_id="we"),
            **answer,
        )
    )
    said = terminal("export", "cases", "--format", "jsonl")
    row = json.loads(said.out)
    assert tuple(row) == export.CASE_COLUMNS
    assert (row["status"], row["first_response_s"], row["first_response_outcome"]) == ("pending", 720, "met")
    assert (row["inbound_count"], row["outbound_count"], row["assignment_count"]) == (1, 1, 1)
    assert (row["team"], row["resolution_s"], row["need"]) == ("Service", None, "")
    assert "1 cases written" in said.err


def test_people_go_out_an_identity_a_row(alice: House, terminal: Terminal) -> None:
    alice.store(*make_touchpoints(2))
    alice.store(make_touchpoint(external_id="again", author=make_author(external_id=f"did:plc:{0:024d}")))
    rows = rows_of(terminal("export", "people").out)
    assert [row["touchpoint_count"] for row in rows] == ["2", "1"]
    assert tuple(rows[0]) == export.PERSON_COLUMNS


def test_since_leaves_out_what_is_older(alice: House, terminal: Terminal) -> None:
    for days in (10, 1):
        at = now() - days * DAY
        alice.store(make_touchpoint(external_id=f"d{days}", text=f"d{days}", occurred_at=at, captured_at=at))
    out = terminal("export", "touchpoints", "--since", to_iso(now() - 5 * DAY)).out
    assert [row["text"] for row in rows_of(out)] == ["d1"]


def test_nothing_half_written_is_left(
    alice: House, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = terminal("export", "cases", "--out", str(tmp_path / "no" / "x.csv"))
    assert (said.code, "cannot be written" in said.err) == (2, True)

    def failing(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fullcircle.ops.commands.exporting.write_rows", failing)
    assert "No space left" in terminal("export", "cases", "--out", str(tmp_path / "x.csv")).err
    assert list(tmp_path.iterdir()) == []
    assert terminal("export", "cases", "--json").code == 2
    assert terminal("export", "letters").code == 2


def test_charlies_rows_stay_with_charlie(alice: House, charlie: House, terminal: Terminal) -> None:
    charlie.store(make_touchpoint(text="a secret", author=make_author(external_id="s", name="Secret")))
    for noun in ("touchpoints", "cases", "people"):
        said = terminal("export", noun, "-w", "harbour")
        assert said.code == 0
        assert "ecret" not in said.out


def test_it_understands_lines_without_a_database(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes("\ufeffWhere is my bread?\n\n".encode() + b"caf\xe9 \xff\n" + b"more\n")
    found = terminal.json("understand", str(path), "--term", "bread", "--limit", "2")
    assert found["is_more"] is True
    assert [row["text"] for row in found["texts"]] == ["Where is my bread?", "caf\ufffd \ufffd"]
    assert found["texts"][0]["terms"] == ["bread"]
    assert "there are more" in terminal("understand", str(path), "--limit", "1").out


def test_it_says_when_there_is_nothing_to_understand(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("\n \n", "utf-8")
    assert (terminal("understand", str(path)).code, terminal("understand", str(tmp_path / "none")).code) == (2, 2)


def test_it_reads_everything_again_and_goes_on_where_it_was_stopped(
    alice: House, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.store(*make_touchpoints(4))
    monkeypatch.setattr("fullcircle.store.reanalysis.BATCH", 2)
    note = options().home / f"reanalysis-{alice.workspace.pk}.json"

    def stopped(read: int, total: int) -> None:
        assert total == 4
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reanalysing.reanalyse_all(alice.workspace.pk, 0, stopped)
    assert note.exists()
    found = terminal.json("reanalyse")
    assert (found["read_count"], bool(found["resumed_after"])) == (2, True)
    assert not note.exists()
    assert rollups(alice.workspace.pk) == recounted(alice.workspace.pk)
    again = terminal.json("reanalyse")
    assert (again["read_count"], again["changed_count"], again["resumed_after"]) == (4, 0, 0)
    assert models.Annotation.everywhere.filter(model_version=Understander.load().version).count() == 4


def test_a_stopped_run_of_another_model_begins_anew(alice: House, terminal: Terminal) -> None:
    alice.store(*make_touchpoints(2))
    note = options().home / f"reanalysis-{alice.workspace.pk}.json"
    for text in ('{"model_version": 0, "terms_version": 0, "since": 0, "last_id": 99999999999999999}', "damaged"):
        note.write_text(text, "utf-8")
        assert terminal.json("reanalyse")["read_count"] == 2
    assert "is no time" in terminal("reanalyse", "--since", "long ago").err


def test_new_terms_are_found_in_what_is_stored(alice: House, terminal: Terminal) -> None:
    alice.store(make_touchpoint())
    models.Term.everywhere.create(workspace=alice.workspace, word="rye", label="grain")
    models.Workspace.objects.filter(pk=alice.workspace.pk).update(version=5)
    assert terminal.json("reanalyse")["changed_count"] == 1
    assert models.Annotation.everywhere.get().terms is not None
    assert re.search(r"1 touchpoints read", terminal("reanalyse").out)
