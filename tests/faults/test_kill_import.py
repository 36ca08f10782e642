"""F02, F34: an import is killed, without farewell, at each named line and at random moments. Started again until it is
done, the repository holds each row of the file once, and the books balance after every single kill."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.homes import Home, balanced

ROWS, BATCH = 300, 25
BATCHES = ROWS // BATCH
POINTS = ("before_commit", "before_cursor", "after_commit")


def write_rows(path: Path, count: int, *, with_ids: bool = True) -> Path:
    """A file of made-up messages; without an id column, some of the rows are equal."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,time,author,text\n" if with_ids else "time,author,text\n")
        for number in range(count):
            said = number if with_ids else number // 3 * 3
            row = f"2026-05-01T09:{said // 60 % 60:02d}:{said % 60:02d}Z,n{said % 40},Is there rye bread {said} today?"
            file.write(f"m-{number:06d},{row}\n" if with_ids else f"{row}\n")
    return path


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.csv", ROWS)


def bring(path: Path, **more: Any) -> dict[str, Any]:
    return {"arguments": ["import", str(path), "--json"], "batch_size": BATCH, **more}


def ids(count: int) -> list[str]:
    return [f"m-{number:06d}" for number in range(count)]


def kill_and_finish(home: Home, path: Path, point: str, n: int) -> None:
    """One kill on a fresh database: what was committed is there and nothing else; then all of it, once."""
    ended = home.try_run("command", crashpoint=f"{point}:{n}", **bring(path))
    assert ended.is_killed, f"{point}:{n} was never passed: {ended}"
    committed = {"after_fetch": 0, "after_commit": n}.get(point, n - 1) * BATCH
    seen = balanced(home)
    assert seen["ids"] == ids(committed)
    assert seen["received"] == committed
    assert home.run("command", **bring(path)) == 0
    seen = balanced(home)
    assert seen["ids"] == ids(ROWS)
    again = committed if committed < ROWS else 0  # read and known again, unless the cursor stood at the end already
    assert seen["received"] == ROWS + again
    assert seen["lines"][path.name]["duplicate"] == again


GATE = [("after_fetch", 1)] + [(point, n) for point in POINTS for n in (1, BATCHES // 2, BATCHES)]


@pytest.mark.parametrize(("point", "n"), GATE)
def test_it_has_each_row_once_after_a_kill_at_a_named_line(home: Home, rows: Path, point: str, n: int) -> None:
    kill_and_finish(home, rows, point, n)


@pytest.mark.storm
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("n", range(1, BATCHES + 1))
def test_it_has_each_row_once_after_a_kill_at_any_pass(nursery: Home, rows: Path, point: str, n: int) -> None:
    for _ in range(3):
        nursery.reset()
        kill_and_finish(nursery, rows, point, n)


def chain(home: Home, path: Path, kills: int, seed: int) -> None:
    """Kill after kill on the same database, none of them repaired by hand."""
    dice = random.Random(seed)
    most = 0
    for _ in range(kills):
        point, n = dice.choice(POINTS), dice.randint(1, BATCHES - 1)
        ended = home.try_run("command", crashpoint=f"{point}:{n}", **bring(path))
        assert ended.is_killed
        most = max(most, n if point == "after_commit" else n - 1)
        assert balanced(home)["ids"] == ids(most * BATCH)
    assert home.run("command", **bring(path)) == 0
    assert balanced(home)["ids"] == ids(ROWS)


def test_it_survives_kill_upon_kill(home: Home, rows: Path) -> None:
    chain(home, rows, kills=12, seed=4)


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(10))
def test_it_survives_many_kills_upon_kills(home: Home, rows: Path, seed: int) -> None:
    chain(home, rows, kills=15, seed=seed)


def random_kills(home: Home, path: Path, count: int, want: int, seed: int) -> None:
    """Killed by the clock, wherever it is just then, until it gets through; cursors make that sooner each time."""
    dice = random.Random(seed)
    kills = 0
    while kills < want:
        ended = home.try_run("command", kill_after_s=dice.uniform(0.05, 0.6), **bring(path))
        kills += ended.is_killed
        assert ended.is_killed or (ended.code, ended.value) == (0, 0), ended.said
        seen = balanced(home)
        assert len(seen["ids"]) <= count
    assert home.run("command", **bring(path)) == 0
    assert len(balanced(home)["ids"]) == count


def test_it_survives_kills_at_random_moments(home: Home, tmp_path: Path) -> None:
    random_kills(home, write_rows(tmp_path / "rows.csv", 1_500), 1_500, want=6, seed=1)


@pytest.mark.storm
@pytest.mark.parametrize("with_ids", [True, False])
def test_it_survives_many_kills_at_random_moments(home: Home, tmp_path: Path, with_ids: bool) -> None:
    path = write_rows(tmp_path / "rows.csv", 12_000, with_ids=with_ids)
    random_kills(home, path, 12_000, want=25, seed=2)


def test_it_goes_on_at_the_cursor_and_not_at_the_beginning(home: Home, tmp_path: Path) -> None:
    """Two pages of 5,000 rows and a rest: killed in the second, the first is not read again."""
    path = write_rows(tmp_path / "rows.csv", 10_400, with_ids=False)
    wanted = bring(path, batch_size=1_000)
    ended = home.try_run("command", crashpoint="before_commit:8", **wanted)
    assert ended.is_killed
    seen = balanced(home)
    assert (len(seen["ids"]), seen["received"]) == (7_000, 7_000)
    assert home.run("command", **wanted) == 0
    seen = balanced(home)
    assert len(seen["ids"]) == 10_400
    assert seen["received"] == 10_400 + 2_000  # the page under way alone
    assert seen["cursors"] == 0


@pytest.mark.parametrize("with_ids", [True, False])
def test_it_changes_nothing_when_the_same_file_comes_twice(home: Home, tmp_path: Path, with_ids: bool) -> None:
    path = write_rows(tmp_path / "rows.csv", ROWS, with_ids=with_ids)
    first = json.loads(home.try_run("command", **bring(path)).said)["tally"]
    before = balanced(home)["ids"]
    second = json.loads(home.try_run("command", **bring(path)).said)["tally"]
    assert (first, second) == ({"stored": ROWS}, {"duplicate": ROWS})
    assert balanced(home)["ids"] == before
