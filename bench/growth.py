"""What a million stored touchpoints do to the cost of a post and to the queries people wait for.

Two workers, one in the home with many and one in a copy of the home with few, take turns: what a noisy second costs the
one it costs the other.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.home import fresh_folder
from bench.sample import Figures, Talk
from bench.sizes import Sizes


@contextmanager
def both(homes: Path) -> Iterator[tuple[Talk, Talk]]:
    """(many, few). The large home goes on where the last sample left it; the small one is fresh each time."""
    with fresh_folder("few") as folder:
        shutil.copytree(homes / "few", folder / "home")
        with Talk("bench.worker", homes / "many") as many, Talk("bench.worker", folder / "home") as few:
            yield many, few


def post_growth(homes: Path, sizes: Sizes, size: int, *, is_scattered: bool) -> Figures:
    """One sample: seconds a post on top of many over seconds a post on top of few. Each side begins and ends with an
    empty log, so that the cost of writing pages home is whole."""
    spent: dict[Talk, float] = {}
    posts = sizes.turns * sizes.turn_posts
    with both(homes) as sides:
        for side in sides:
            side.ask(do="store", count=sizes.warm_posts, size=size, scattered=is_scattered)
            side.ask(do="fold")
            spent[side] = 0.0
        for turn in range(sizes.turns):
            for side in sides if turn % 2 else sides[::-1]:
                asked = {"do": "store", "count": sizes.turn_posts, "size": size, "scattered": is_scattered}
                spent[side] += side.ask(**asked)["seconds"]
        for side in sides:
            spent[side] += side.ask(do="fold")["seconds"]
        many, few = (1e6 * spent[side] / posts for side in sides)
    return {"ratio": many / few, "us_many": many, "us_few": few}


def query_growth(homes: Path, sizes: Sizes) -> Figures:
    """One sample of all kinds: p95 on top of many while posts come in, over p95 on top of few at rest."""
    kinds = ("search", "timeline", "inbox")
    came, seconds = 0, 0.0
    with both(homes) as (many, few), Talk("bench.worker", homes / "many") as writer:
        taken: dict[tuple[str, Talk], list[float]] = {(kind, side): [] for kind in kinds for side in (many, few)}
        asked = [{"do": "ask", "kind": kind, "count": sizes.query_count} for kind in kinds]
        for side in (many, few):
            for request in asked:
                side.ask(**request)  # as pages find it that have been asked before
        for _ in range(sizes.turns):
            writer.ask(do="live", posts_s=sizes.live_posts_s)
            started = time.perf_counter()
            for kind, request in zip(kinds, asked, strict=True):
                taken[kind, many] += many.ask(**request)["ms"]
            came += writer.ask(do="rest")["posts"]
            seconds += time.perf_counter() - started
            for kind, request in zip(kinds, asked, strict=True):
                taken[kind, few] += few.ask(**request)["ms"]
    figures: Figures = {"came_in_s": came / seconds}
    for kind in kinds:
        at_size, at_rest = p95(taken[kind, many]), p95(taken[kind, few])
        figures |= {kind: at_size / at_rest, f"{kind}_ms_many": at_size, f"{kind}_ms_few": at_rest}
    return figures


def p95(values: list[float]) -> float:
    """The value that nineteen in twenty do not exceed; the next larger one where there are too few."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
