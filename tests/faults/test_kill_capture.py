"""F02, F44: the capture loop against the town is killed at named lines while the town lives on, and disturbed by faults
of the platform. At the end the books balance, and the town's own books find no difference."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fullcircle.testing.simulator.hosted import HostedTown
from tests.faults.homes import Home, balanced

POINTS = ("after_fetch", "before_commit", "before_cursor", "after_commit")
RATES = {"server_error": 0.05, "reset": 0.05, "duplicates": 0.3, "reorder": 0.2, "overlap": 0.3}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HostedTown]:
    with HostedTown(tmp_path / "town", seed=3) as town:
        town.post("/world/step?n=60")
        yield town


def sources_in(town: HostedTown) -> dict[str, Any]:
    """Both networks, followed by mention, hashtag and search."""
    doors = town.doors()
    tags = {"tags": "harbourbakery", "searches": "Harbour Bakery"}
    return {
        "Mastodon": {
            "connector": "mastodon",
            "settings": {"server": doors["mastodon"]["address"], **tags},
            "secrets": {"access_token": doors["mastodon"]["token"]},
        },
        "Bluesky": {
            "connector": "bluesky",
            "settings": {
                "service": doors["bluesky"]["address"],
                "handle": doors["bluesky"]["handle"],
                **tags,
            },
            "secrets": {"app_password": doors["bluesky"]["app_password"]},
        },
    }


@pytest.fixture
def follower(home: Home, town: HostedTown) -> Home:
    home.run("found", sources=sources_in(town))
    return home


def door_of(town: HostedTown) -> list[str]:
    return [town.address.removeprefix("http://")]


def catch_up(home: Home, town: HostedTown) -> dict[str, Any]:
    """Everything that waits, without faults; then both books."""
    town.post("/world/faults", {})
    for _ in range(2):
        home.run("unpause")
        home.run("poll", allow=door_of(town))
    seen = balanced(home, against=str(town.books))
    states = home.run("show_sources")
    assert all(state[:2] == ["on", ""] for state in states.values()), states
    assert len(seen["ids"]) > 20
    return {**seen, "fresh": what_a_newcomer_finds(home, town)}


def what_a_newcomer_finds(home: Home, town: HostedTown) -> list[str]:
    """What was never delivered is in nobody's books: so somebody else, with no past, reads what stands now."""
    home.reset()
    home.run("found", sources=sources_in(town))
    home.run("poll", allow=door_of(town), times=2)
    found: list[str] = home.run("look")["ids"]
    assert len(found) > 20
    return found


def misses_nothing(seen: dict[str, Any]) -> None:
    assert set(seen["fresh"]) - set(seen["ids"]) == set()


def kill_while_it_lives(home: Home, town: HostedTown, kills: int, seed: int, **faults: Any) -> None:
    """The town lives on once all it said was taken: what its author takes back while nobody can store it was heard by
    nobody, which is no loss of ours."""
    dice = random.Random(seed)
    while kills > 0:
        town.post(f"/world/step?n={dice.randint(2, 14)}")
        town.post("/world/faults", {"seed": dice.randint(1, 999), **faults})
        for point in dice.sample(POINTS, min(kills, dice.randint(1, len(POINTS)))):
            n = 1 if faults else dice.randint(1, 6)
            ended = home.try_run("poll", crashpoint=f"{point}:{n}", allow=door_of(town))
            assert ended.is_killed or faults, f"{point}:{n} was never passed: {ended}"
            assert home.run("look")["troubles"] == []
            kills -= ended.is_killed
        town.post("/world/faults", {})
        home.run("unpause")
        home.run("poll", allow=door_of(town))


def test_it_agrees_with_the_towns_books_after_kills(follower: Home, town: HostedTown) -> None:
    kill_while_it_lives(follower, town, kills=20, seed=5)
    misses_nothing(catch_up(follower, town))


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_the_towns_books_after_many_kills(follower: Home, town: HostedTown, seed: int) -> None:
    kill_while_it_lives(follower, town, kills=50, seed=seed)
    misses_nothing(catch_up(follower, town))


def disturb(home: Home, town: HostedTown, turns: int, seed: int) -> None:
    town.post("/world/faults", {"seed": seed, "rates": RATES})
    for _ in range(turns):
        town.post("/world/step?n=10")
        home.run("unpause")
        home.run("poll", allow=door_of(town))
        assert home.run("look")["troubles"] == []


def test_it_agrees_with_the_towns_books_through_faults_of_the_platform(follower: Home, town: HostedTown) -> None:
    disturb(follower, town, turns=6, seed=8)
    misses_nothing(catch_up(follower, town))


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_through_kills_and_faults_together(follower: Home, town: HostedTown, seed: int) -> None:
    kill_while_it_lives(follower, town, kills=25, seed=seed, rates=RATES)
    misses_nothing(catch_up(follower, town))


CURSORS = {
    "no place at all": "\u202e{{{not json",
    "empty": "",
    "far too old": '{"floor":1,"at":"1","high":1}',
    "in the future": '{"floor":4000000000000,"top":4000000000000,"high":4000000000000}',
    "a page that is gone": '{"page":"gone-long-ago","low":"99999999999999999999"}',
}


@pytest.mark.parametrize("sort", CURSORS)
def test_it_comes_back_from_a_cursor_that_is_wrong(follower: Home, town: HostedTown, sort: str) -> None:
    follower.run("poll", allow=door_of(town))
    before = balanced(follower)["ids"]
    follower.run("rewrite_cursors", value=CURSORS[sort])
    town.post("/world/step?n=30")
    seen = catch_up(follower, town)
    assert len(seen["ids"]) > len(before)
    misses_nothing(seen)


def test_it_reads_every_page_though_its_cursor_lies_in_the_future(follower: Home, town: HostedTown) -> None:
    """A clock that ran ahead left its mark; more has been said since than one page holds."""
    follower.run("poll", allow=door_of(town))
    follower.run("rewrite_cursors", value=CURSORS["in the future"])
    for number in range(130):
        for network, us in (("mastodon", "@harbourbakery"), ("bluesky", "@harbourbakery.example")):
            town.post("/world/post", {"network": network, "who": f"guest{number}", "text": f"{us} rye {number}?"})
    misses_nothing(catch_up(follower, town))
