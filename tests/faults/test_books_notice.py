"""The mutants: a pipeline that loses, doubles or falsifies one record, in one place after the other. Each turns
`fullcircle books` red, or `--against` the town's books, or both; the sound pipeline leaves both green."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fullcircle.core.kinds import Change
from fullcircle.core.records import Touchpoint
from fullcircle.ops.auditing import audit, differences_from
from fullcircle.store.bulk import rows as bulk_rows
from fullcircle.store.bulk import write as bulk_write
from fullcircle.store.bulk.tables import Table
from fullcircle.testing.books import BookWriter, text_hash
from fullcircle.testing.builders import CAPTURED_AT, make_author, make_touchpoint
from fullcircle.workers import pipeline as pipeline_module
from tests.cast import House

Patch = pytest.MonkeyPatch
Mutant = Callable[[Patch], None]


def post(number: int, **changes: Any) -> Touchpoint:
    author = make_author(external_id=f"did:plc:{number}", handle=f"n{number}.example")
    return make_touchpoint(
        **{"external_id": f"post-{number}", "text": f"Is there rye, asks {number}?", "author": author, **changes}
    )


def the_story() -> list[Touchpoint]:
    """Eight posts; one is edited, one is taken back."""
    return [
        *(post(number) for number in range(8)),
        post(3, text="Is there spelt?", version=1, change=Change.EDIT),
        post(5, text="", change=Change.DELETE),
    ]


def the_towns_books(path: Path) -> Path:
    """What the town says it delivered: the same story, told by somebody else."""
    books = BookWriter(path)
    for said in the_story():
        fact = "delivered_delete" if said.change is Change.DELETE else "delivered"
        books.write(
            fact,
            at=CAPTURED_AT,
            network=said.platform,
            external_id=said.external_id,
            text_hash=text_hash(said.text),
            version=said.version,
            via="mentions",
        )
    books.close()
    return path


def live_through(house: House, tmp_path: Path) -> tuple[list[str], list[str]]:
    """The story in batches through the whole pipeline; what the books say, and what the town's say."""
    story = the_story()
    for first in range(0, len(story), 4):
        house.store(*story[first : first + 4])
    report = audit(house.workspace.id)
    found = differences_from(house.workspace.id, str(the_towns_books(tmp_path / "books.jsonl")))
    return report.troubles, [f"{one.external_id} {one.sort}" for one in found]


def test_it_is_green_when_nothing_is_lost(alice: House, tmp_path: Path) -> None:
    assert live_through(alice, tmp_path) == ([], [])


def settling(change: Callable[[Any], None]) -> Mutant:
    """What settling intends is changed once, before it is written."""

    def plant(patch: Patch) -> None:
        sound, left = pipeline_module.settle, [1]

        def mutant(*args: Any) -> Any:
            settled = sound(*args)
            before = repr(settled)
            if left[0]:
                change(settled)
                left[0] -= repr(settled) != before
            return settled

        patch.setattr(pipeline_module, "settle", mutant)

    return plant


def reading(change: Callable[[Any], Any]) -> Mutant:
    """A batch loses something between the reader, who counted it, and the analysers."""

    def plant(patch: Patch) -> None:
        sound, left = pipeline_module.analyse, [1]

        def mutant(batch: Any, *args: Any) -> Any:
            if left[0]:
                left[0] = 0
                batch = change(batch)
            return sound(batch, *args)

        patch.setattr(pipeline_module, "analyse", mutant)

    return plant


def inserting(table: str, change: Callable[[list[Any]], list[Any]]) -> Mutant:
    """The writer's rows for one table are changed once, on their way to the database."""

    def plant(patch: Patch) -> None:
        sound, left = Table.insert, [1]

        def mutant(self: Table, rows: Any) -> None:
            if self.name == table and rows and left[0]:
                left[0] = 0
                rows = change(list(rows))
            sound(self, rows)

        patch.setattr(Table, "insert", mutant)

    return plant


def tallying(change: Callable[[list[Any]], list[Any]]) -> Mutant:
    def plant(patch: Patch) -> None:
        sound, left = bulk_write.write_tally, [1]

        def mutant(workspace_id: int, source_id: int, now: int, counts: Any) -> None:
            counted = list(counts)
            if left[0]:
                left[0] = 0
                counted = change(counted)
            sound(workspace_id, source_id, now, counted)

        patch.setattr(bulk_write, "write_tally", mutant)

    return plant


def doing_nothing(module: Any, name: str) -> Mutant:
    return lambda patch: patch.setattr(module, name, lambda *args, **more: None)


def _without_first(batch: Any) -> Any:
    return msgspec.structs.replace(batch, touchpoints=batch.touchpoints[1:], raws=batch.raws[1:])


def _uncounted(batch: Any) -> Any:
    return msgspec.structs.replace(_without_first(batch), received=batch.received - 1)


def _falsified(batch: Any) -> Any:
    first = msgspec.structs.replace(batch.touchpoints[0], text="Said something else")
    return msgspec.structs.replace(batch, touchpoints=(first, *batch.touchpoints[1:]))


def _renamed(batch: Any) -> Any:
    first = msgspec.structs.replace(batch.touchpoints[0], external_id="post-0-again")
    return msgspec.structs.replace(batch, touchpoints=(first, *batch.touchpoints[1:]))


def _pop(name: str) -> Callable[[Any], None]:
    return lambda settled: getattr(settled, name) and getattr(settled, name).pop(0)


def _more(name: str) -> Callable[[list[Any]], list[Any]]:
    return lambda counted: [(one, count + (one == name)) for one, count in counted]


BOTH, BOOKS, TOWN = (True, True), (True, False), (False, True)
MUTANTS: dict[str, tuple[Mutant, tuple[bool, bool]]] = {
    "a record is lost between the reader and the analysers": (reading(_without_first), BOTH),
    "a record is lost before anybody counted it": (reading(_uncounted), TOWN),
    "a record is stored with another text": (reading(_falsified), TOWN),
    "a record is stored under another id": (reading(_renamed), TOWN),
    "settling forgets a new touchpoint it counted": (settling(_pop("touchpoints")), BOTH),
    "settling forgets an edit": (settling(_pop("edited")), TOWN),
    "settling forgets a delete": (settling(_pop("deleted")), TOWN),
    "the writer loses a touchpoint's row": (inserting("touchpoint", lambda rows: rows[1:]), BOTH),
    "the writer loses a touchpoint's key": (inserting("touchpoint_key", lambda rows: rows[1:]), BOOKS),
    "rollups are not written": (doing_nothing(bulk_write, "write_rollups"), BOOKS),
    "a record is counted as stored twice": (tallying(_more("stored")), BOOKS),
    "a record is received twice and has one place": (tallying(_more("received")), BOOKS),
    "received is not counted": (tallying(lambda counted: counted[1:]), BOOKS),
    "nothing is counted": (tallying(lambda counted: []), BOOKS),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_it_turns_red_when_one_record_is_lost_or_doubled(
    alice: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plant, (books_are_red, town_is_red) = MUTANTS[name]
    plant(monkeypatch)
    troubles, differences = live_through(alice, tmp_path)
    assert (bool(troubles), bool(differences)) == (books_are_red, town_is_red), (troubles, differences)


def test_it_has_at_least_six_mutants_for_each_book() -> None:
    assert sum(books for _, (books, _) in MUTANTS.values()) >= 6
    assert sum(town for _, (_, town) in MUTANTS.values()) >= 6


def test_it_turns_red_when_quarantined_bytes_are_lost(alice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from fullcircle.core.drops import QuarantineReason, Unreadable

    alice.store(post(1), Unreadable(QuarantineReason.BAD_JSON))
    assert audit(alice.workspace.id).troubles == []
    monkeypatch.setattr(bulk_rows, "write_quarantine", lambda *args: None)
    alice.store(Unreadable(QuarantineReason.BAD_JSON))
    assert any("quarantine" in trouble for trouble in audit(alice.workspace.id).troubles)


def test_it_says_red_by_its_exit_code_and_in_words(
    alice: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fullcircle.ops.cli import main

    live_through(alice, tmp_path)
    against = ["books", "--against", str(tmp_path / "books.jsonl")]
    assert main(["books"]) == 0
    assert main(against) == 0
    assert "The books balance." in capsys.readouterr().out
    monkeypatch.setattr(Table, "insert", lambda self, rows: None)
    alice.store(post(9))
    assert main(["books"]) == 1
    assert main(against) == 1
    said = capsys.readouterr().out
    assert "The books do not balance." in said
    assert "Not well:" in said
