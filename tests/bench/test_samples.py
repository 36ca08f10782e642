"""Samples taken for real, as small as they go."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from bench.footprint import core_names
from bench.growth import p95, post_growth, query_growth
from bench.homes import FACTS, scattered
from bench.pages import logged_pages
from bench.run import prepare, take
from bench.sample import Talk
from bench.sizes import QUICK, Sizes

from fullcircle.core.moments import DAY

TINY: Sizes = QUICK._replace(
    stored_many=300, stored_few=100, to_come=900, warm_posts=50, turn_posts=100, query_count=6, live_posts_s=1_000
)
POST = (
    b'{"did":"did:plc:a","commit":{"record":{"createdAt":"2026-05-01T00:00:00.000Z","text":"a \\"createdAt\\" day"}}}'
)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("homes")
    for name in ("few", "many"):
        prepare(folder, name, TINY)
    return folder


def facts(homes: Path, name: str) -> dict[str, int]:
    read: dict[str, int] = json.loads((homes / name / FACTS).read_text("utf-8"))
    return read


def test_it_prepares_homes_with_as_much_in_them_as_asked(homes: Path) -> None:
    many = facts(homes, "many")
    assert abs(many["touchpoints"] - TINY.stored_many) <= 15
    assert many["cases"] == TINY.stored_many * TINY.case_share
    assert 0 < many["unresolved"] < many["cases"]


def test_it_stores_on_top_of_both_homes_and_leaves_the_small_one_as_it_was(homes: Path) -> None:
    before = facts(homes, "many")["position"], facts(homes, "few")
    figures = post_growth(homes, TINY, 50, is_scattered=True)
    assert figures["ratio"] == pytest.approx(figures["us_many"] / figures["us_few"])
    assert facts(homes, "many")["position"] > before[0]
    assert facts(homes, "few") == before[1]
    with sqlite3.connect(homes / "many" / "fullcircle.sqlite3") as database:
        stored = database.execute("SELECT COUNT(*) FROM touchpoint").fetchone()[0]
    assert stored > facts(homes, "many")["touchpoints"]


def test_it_asks_all_kinds_of_queries_while_posts_come_in(homes: Path) -> None:
    figures = query_growth(homes, TINY)
    assert figures["came_in_s"] > 0
    assert all(figures[kind] > 0 for kind in ("search", "timeline", "inbox"))


def test_it_says_so_when_a_worker_is_gone(homes: Path) -> None:
    with Talk("bench.worker", homes / "few") as worker, pytest.raises(RuntimeError, match="ended"):
        worker.ask(do="store", count=10_000, size=500)  # more than are there to come


def test_it_goes_on_when_one_sample_fails(tmp_path: Path) -> None:
    said: list[str] = []
    taken = take(["growth_live", "install"], tmp_path, rounds=1, is_quick=True, say=said.append)
    assert list(taken.failures) == ["growth_live"]
    assert taken.figures["install"][0]["install_mb"] > 20
    assert len(said) == 2


def test_it_counts_only_what_this_machine_installs() -> None:
    names = core_names()
    assert {"django", "msgspec"} <= set(names)
    assert "httpx2-jsfetch" not in names  # for browsers alone


def test_it_moves_a_post_in_time_and_changes_nothing_else() -> None:
    start = 1_700_000_000_000
    moved = scattered(POST, start, DAY)
    assert moved == scattered(POST, start, DAY)
    assert json.loads(moved)["commit"]["record"]["createdAt"].startswith(("2023-11-14T", "2023-11-15T"))
    assert json.loads(moved)["commit"]["record"]["text"] == 'a "createdAt" day'
    assert moved[: moved.index(b"2023")] == POST[: POST.index(b"2026")]


def test_it_finds_the_value_that_nineteen_in_twenty_do_not_exceed() -> None:
    assert p95([float(n) for n in range(1, 101)]) == 96.0
    assert p95([3.0, 1.0]) == 3.0


def test_it_reads_which_pages_a_log_holds(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE note (text)")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("INSERT INTO note VALUES ('one')")
    root = database.execute("SELECT rootpage FROM sqlite_master").fetchone()[0]
    assert logged_pages((tmp_path / "a.sqlite3-wal").read_bytes()) == [root]
    database.close()


def test_it_does_not_see_a_founders_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.sample import own_environment

    monkeypatch.setenv("FULLCIRCLE_DATABASE_URL", "postgresql://elsewhere/db")
    seen = own_environment(FULLCIRCLE_HOME="here")
    assert {name for name in seen if name.startswith("FULLCIRCLE_")} == {"FULLCIRCLE_HOME"}
    assert os.environ["FULLCIRCLE_DATABASE_URL"]
