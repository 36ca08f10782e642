"""A fresh town with its books."""

from collections.abc import Callable
from pathlib import Path

from fullcircle.core.moments import Moment, now
from fullcircle.testing.books import BookWriter
from fullcircle.testing.simulator.town import Town
from fullcircle.testing.simulator.world import TownClock, World


def make_town(seed: int, home: Path, start: Moment | None = None) -> Town:
    """Books begin in `home`/books.jsonl; those of an earlier town there are put aside as books.jsonl.1 and on.

    Without `start` the town keeps the real time. A town lives in memory, so earlier books are not its own.
    """
    path = home / "books.jsonl"
    if path.exists():
        number = next(number for number in range(1, 1_000_000) if not (home / f"books.jsonl.{number}").exists())
        path.rename(home / f"books.jsonl.{number}")
    clock: Callable[[], Moment] = now if start is None else TownClock(start)
    return Town(World(seed, BookWriter(path), clock))
