"""F21: the same records, fed at the same time by several processes: each is stored once, every process gets through, and
the books balance, on one SQLite file and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.homes import Home, balanced
from tests.faults.test_kill_import import ids, write_rows

ROWS, WRITERS = 600, 5


def feed(home: Home, path: Path, writers: int, count: int, database: str = "") -> None:
    """The same file as so many sources at once."""
    errands = [
        {
            "errand": "command",
            "arguments": {"arguments": ["import", str(path), "--json", "--name", f"copy {number}"], "batch_size": 50},
            "database": database,
        }
        for number in range(writers)
    ]
    for ended in home.run_all(*errands):
        assert (ended.signal, ended.code, ended.value) == (0, 0, 0), ended.said
    seen = balanced(home, database=database)
    assert seen["ids"] == ids(count)
    assert seen["received"] == writers * count
    assert sum(line["duplicate"] for line in seen["lines"].values()) == (writers - 1) * count


def test_it_stores_each_record_once_from_five_processes(home: Home, tmp_path: Path) -> None:
    feed(home, write_rows(tmp_path / "rows.csv", ROWS), WRITERS, ROWS)


@pytest.fixture
def served(postgres_url: str, tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path, FULLCIRCLE_DATABASE_URL=postgres_url) as home:
        home.run("found", sources={})
        yield home


@pytest.mark.postgres
def test_it_stores_each_record_once_from_two_processes_on_postgres(served: Home, tmp_path: Path) -> None:
    feed(served, write_rows(tmp_path / "rows.csv", ROWS), 2, ROWS)


@pytest.mark.storm
def test_it_stores_each_record_once_from_many_processes(home: Home, tmp_path: Path) -> None:
    feed(home, write_rows(tmp_path / "rows.csv", 10_000), 8, 10_000)


@pytest.mark.storm
@pytest.mark.postgres
def test_it_stores_each_record_once_from_many_processes_on_postgres(served: Home, tmp_path: Path) -> None:
    feed(served, write_rows(tmp_path / "rows.csv", 10_000), 6, 10_000)


def test_it_stores_once_what_others_write_while_one_is_killed(home: Home, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.csv", ROWS)
    errands = [
        {
            "errand": "command",
            "arguments": {"arguments": ["import", str(path), "--json", "--name", f"copy {number}"], "batch_size": 50},
            "crashpoint": crashpoint,
        }
        for number, crashpoint in enumerate(["", "before_commit:4", "after_commit:3", ""])
    ]
    ended = home.run_all(*errands)
    assert [one.is_killed for one in ended] == [False, True, True, False]
    seen = balanced(home)
    assert seen["ids"] == ids(ROWS)
