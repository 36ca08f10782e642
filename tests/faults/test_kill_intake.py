"""F01, F02, F21: from the door's file to the repository, killed at each seam. What was acknowledged is there once; what
waits is counted as waiting; the door's own count of bodies has a place for each."""

import json
import random
from typing import Any

import pytest

from tests.faults.homes import Home, balanced

WEBHOOK = {"Guestbook": {"connector": "webhook", "settings": {}}}
ITEMS = 3
SEAMS = ("before_commit", "before_cursor", "after_commit")
FSYNCS = ("intake_before_fsync", "intake_after_fsync")


def body(number: int) -> str:
    """Three notes in the guestbook."""
    return json.dumps(
        {
            "touchpoints": [
                {
                    "id": f"note-{number:05d}-{item}",
                    "occurred_at": "2026-05-01T09:30:00Z",
                    "text": f"Is the dark rye back, asks {number}?",
                    "author": {"id": f"visitor-{number % 30}"},
                }
                for item in range(ITEMS)
            ]
        }
    )


def ids(numbers: range | list[int]) -> list[str]:
    return sorted(f"note-{number:05d}-{item}" for number in numbers for item in range(ITEMS))


@pytest.fixture
def guestbook(home: Home) -> Home:
    home.run("found", sources=WEBHOOK)
    return home


def line_of(seen: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = seen["lines"]["Guestbook"]
    return found


@pytest.mark.parametrize("seam", SEAMS)
def test_it_has_each_item_once_after_a_kill_between_the_file_and_the_repository(guestbook: Home, seam: str) -> None:
    assert guestbook.run("push", source_id=1, bodies=[body(number) for number in range(40)]) == [True] * 40
    ended = guestbook.try_run("drain", crashpoint=f"{seam}:1")
    assert ended.is_killed
    seen = balanced(guestbook)
    is_stored = seam == "after_commit"
    assert seen["ids"] == (ids(range(40)) if is_stored else [])
    assert guestbook.run("drain") == 40
    seen = balanced(guestbook)
    assert seen["ids"] == ids(range(40))
    assert line_of(seen)["received"] == 40 * ITEMS  # known by its number: not even read again
    assert line_of(seen)["waiting"] == 0


def test_it_counts_what_waits(guestbook: Home) -> None:
    guestbook.run("push", source_id=1, bodies=[body(0)])
    guestbook.run("drain")
    guestbook.run("push", source_id=1, bodies=[body(number) for number in range(1, 8)])
    seen = balanced(guestbook)
    assert (line_of(seen)["received"], line_of(seen)["waiting"]) == (ITEMS, 7)


@pytest.mark.parametrize("seam", FSYNCS)
def test_it_keeps_what_the_door_keeps_and_nothing_it_does_not(guestbook: Home, seam: str) -> None:
    bodies = [body(number) for number in range(5)]
    assert guestbook.try_run("push", crashpoint=f"{seam}:1", source_id=1, bodies=bodies).is_killed
    # The sender saw no 2xx and sends again.
    is_kept = seam == "intake_after_fsync"
    assert guestbook.run("push", source_id=1, bodies=bodies) == [not is_kept] * 5
    guestbook.run("drain")
    assert balanced(guestbook)["ids"] == ids(range(5))


def test_it_stores_once_what_is_sent_five_times_at_once_and_later(guestbook: Home) -> None:
    bodies = [body(number) for number in range(60)]
    pushes = [{"errand": "push", "arguments": {"source_id": 1, "bodies": bodies}} for _ in range(5)]
    ended = guestbook.run_all(*pushes)
    assert [one.code for one in ended] == [0] * 5
    assert sum(sum(one.value) for one in ended) == 60
    guestbook.run("drain")
    assert guestbook.run("push", source_id=1, bodies=bodies) == [False] * 60  # its row is gone, its key is not
    guestbook.run("drain")
    assert balanced(guestbook)["ids"] == ids(range(60))


def storm_of_kills(home: Home, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    acknowledged: set[int] = set()
    sent = 0
    while kills > 0:
        numbers = list(range(sent, sent + dice.randint(1, 60)))
        sent = numbers[-1] + 1
        bodies = [body(number) for number in numbers]
        point = dice.choice(("", *FSYNCS))
        ended = home.try_run("push", crashpoint=point and f"{point}:1", source_id=1, bodies=bodies)
        kills -= ended.is_killed
        if not ended.is_killed:
            acknowledged |= set(numbers)
        killed = home.try_run("drain", crashpoint=f"{dice.choice(SEAMS)}:{dice.randint(1, 2)}").is_killed
        kills -= killed
        seen = balanced(home)
        held = {int(key.split("-")[1]) for key in seen["ids"]}
        assert len(acknowledged - held) <= line_of(seen)["waiting"]
    home.run("drain")
    held = {int(key.split("-")[1]) for key in balanced(home)["ids"]}
    assert acknowledged <= held <= set(range(sent))


def test_it_loses_nothing_acknowledged_over_many_kills(guestbook: Home) -> None:
    storm_of_kills(guestbook, kills=8, seed=2)


@pytest.mark.storm
@pytest.mark.parametrize("seed", range(5))
def test_it_loses_nothing_acknowledged_over_a_storm_of_kills(guestbook: Home, seed: int) -> None:
    storm_of_kills(guestbook, kills=40, seed=seed)
