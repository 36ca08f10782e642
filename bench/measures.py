"""What is measured, in the order it is printed: names, units, what must hold and what we aim for."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.sample import Figures
from bench.sizes import Sizes

AT_LEAST, AT_MOST = "at least", "at most"


class Row(NamedTuple):
    """One line of the table. Without a goal it only informs. `source` is (sample, figure of that sample)."""

    name: str
    unit: str
    source: tuple[str, str]
    says: str
    goal: float | None = None
    aim: float | None = None
    sense: str = ""

    def holds(self, median: float) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return median >= self.goal if self.sense == AT_LEAST else median <= self.goal


class Sample(NamedTuple):
    """One process that measures. `homes`: whether it needs the prepared homes."""

    take: Callable[[Path, Sizes], Figures]
    needs_homes: bool = False


def _chain_one(_: Path, sizes: Sizes) -> Figures:
    from bench.chain import BULK, chain_to_insert

    return chain_to_insert(sizes.posts, BULK, apart=False)


def _chain_two(_: Path, sizes: Sizes) -> Figures:
    from bench.chain import BULK, chain_to_insert

    return chain_to_insert(sizes.posts, BULK, apart=True)


def _chain_one_live(_: Path, sizes: Sizes) -> Figures:
    from bench.chain import LIVE, chain_to_insert

    return chain_to_insert(sizes.posts, LIVE, apart=False)


def _chain_two_live(_: Path, sizes: Sizes) -> Figures:
    from bench.chain import LIVE, chain_to_insert

    return chain_to_insert(sizes.posts, LIVE, apart=True)


def _growth_live(homes: Path, sizes: Sizes) -> Figures:
    from bench.growth import post_growth

    return post_growth(homes, sizes, 500, is_scattered=False)


def _growth_live_bulk(homes: Path, sizes: Sizes) -> Figures:
    from bench.growth import post_growth

    return post_growth(homes, sizes, 5_000, is_scattered=False)


def _growth_backfill(homes: Path, sizes: Sizes) -> Figures:
    from bench.growth import post_growth

    return post_growth(homes, sizes, 5_000, is_scattered=True)


def _growth_backfill_live(homes: Path, sizes: Sizes) -> Figures:
    from bench.growth import post_growth

    return post_growth(homes, sizes, 500, is_scattered=True)


def _annotate(_: Path, sizes: Sizes) -> Figures:
    from bench.understanding import annotate_to_vader

    return {"ratio": annotate_to_vader(repeats=1)}


def _write_wait(_: Path, sizes: Sizes) -> Figures:
    from bench.waiting import write_wait

    return write_wait(sizes)


def _queries(homes: Path, sizes: Sizes) -> Figures:
    from bench.growth import query_growth

    return query_growth(homes, sizes)


def _idle(_: Path, sizes: Sizes) -> Figures:
    from bench.footprint import idle_rss

    return idle_rss(sizes)


def _install(_: Path, sizes: Sizes) -> Figures:
    from bench.footprint import core_install

    return core_install()


def _stored(homes: Path, _: Sizes) -> Figures:
    from bench.homes import stored_figures

    return stored_figures(homes)


# Ordered so that what needs the large home does not follow upon itself.
SAMPLES: dict[str, Sample] = {
    "stored": Sample(_stored, needs_homes=True),
    "chain_one": Sample(_chain_one),
    "growth_live": Sample(_growth_live, needs_homes=True),
    "chain_two": Sample(_chain_two),
    "growth_backfill": Sample(_growth_backfill, needs_homes=True),
    "annotate": Sample(_annotate),
    "queries": Sample(_queries, needs_homes=True),
    "write_wait": Sample(_write_wait),
    "growth_live_bulk": Sample(_growth_live_bulk, needs_homes=True),
    "chain_one_live": Sample(_chain_one_live),
    "growth_backfill_live": Sample(_growth_backfill_live, needs_homes=True),
    "chain_two_live": Sample(_chain_two_live),
    "idle": Sample(_idle),
    "install": Sample(_install),
}

RATIO, US, MS, MILLION = "ratio", "us a post", "ms", "MB"

ROWS: tuple[Row, ...] = (
    Row(
        "chain_to_insert_one_process",
        RATIO,
        ("chain_one", "ratio"),
        "posts a second of the whole chain in one process, batches of 5,000, over rows a second of the bare insert",
        0.20,
        0.28,
        AT_LEAST,
    ),
    Row(
        "chain_to_insert_two_processes",
        RATIO,
        ("chain_two", "ratio"),
        "the same with one process that decodes and analyses and one that writes",
        0.30,
        0.44,
        AT_LEAST,
    ),
    Row(
        "post_cost_growth_live",
        RATIO,
        ("growth_live", "ratio"),
        "cost of a post with a million stored over its cost with ten thousand; posts in time order, batches of 500",
        1.3,
        1.1,
        AT_MOST,
    ),
    Row(
        "post_cost_growth_backfill",
        RATIO,
        ("growth_backfill", "ratio"),
        "the same for posts from anywhere in the last 90 days, batches of 5,000",
        2.5,
        1.8,
        AT_MOST,
    ),
    Row(
        "annotate_to_vader",
        RATIO,
        ("annotate", "ratio"),
        "all annotations of a text, eight languages, over one call of vaderSentiment on the English half",
        0.4,
        0.25,
        AT_MOST,
    ),
    Row(
        "write_wait_under_import",
        RATIO,
        ("write_wait", "ratio"),
        "p95 of one-row writes by another process while an import runs, over the same when nothing runs",
        20.0,
        5.0,
        AT_MOST,
    ),
    Row(
        "search_growth",
        RATIO,
        ("queries", "search"),
        "p95 of searches on a million touchpoints and 200,000 cases while posts come in, over 10,000 and 2,000 at rest",
        3.0,
        1.5,
        AT_MOST,
    ),
    Row("timeline_growth", RATIO, ("queries", "timeline"), "the same for the timeline of a person", 3.0, 1.5, AT_MOST),
    Row("inbox_growth", RATIO, ("queries", "inbox"), "the same for lists of cases", 3.0, 1.5, AT_MOST),
    Row(
        "idle_rss_mb",
        MILLION,
        ("idle", "rss_mb"),
        "memory of all processes of `fullcircle up` at rest, shared pages counted in each",
        350.0,
        200.0,
        AT_MOST,
    ),
    Row(
        "core_install_mb",
        MILLION,
        ("install", "install_mb"),
        "the core and everything it depends on, on the disk",
        300.0,
        180.0,
        AT_MOST,
    ),
    Row("floor_rows_s", "rows/s", ("chain_one", "floor_rows_s"), "the bare insert"),
    Row("chain_one_process_posts_s", "posts/s", ("chain_one", "posts_s"), "the chain, one process, batches of 5,000"),
    Row("chain_two_processes_posts_s", "posts/s", ("chain_two", "posts_s"), "the chain, two processes, 5,000"),
    Row("chain_one_process_live", RATIO, ("chain_one_live", "ratio"), "one process, batches of 500, over the insert"),
    Row(
        "chain_two_processes_live", RATIO, ("chain_two_live", "ratio"), "two processes, batches of 500, over the insert"
    ),
    Row("post_cost_growth_live_bulk", RATIO, ("growth_live_bulk", "ratio"), "growth in time order, batches of 5,000"),
    Row("post_cost_growth_backfill_live", RATIO, ("growth_backfill_live", "ratio"), "growth scattered, batches of 500"),
    Row("post_us_few", US, ("growth_live", "us_few"), "a post in time order on ten thousand, batches of 500"),
    Row("post_us_many", US, ("growth_live", "us_many"), "the same on a million"),
    Row(
        "post_us_few_backfill", US, ("growth_backfill", "us_few"), "a scattered post on ten thousand, batches of 5,000"
    ),
    Row("post_us_many_backfill", US, ("growth_backfill", "us_many"), "the same on a million"),
    Row("write_wait_ms", MS, ("write_wait", "wait_ms"), "p95 of a one-row write while an import runs"),
    Row("write_wait_idle_ms", MS, ("write_wait", "idle_ms"), "p95 of a one-row write when nothing runs"),
    Row("write_wait_worst_ms", MS, ("write_wait", "worst_ms"), "the longest wait while an import runs"),
    *(
        Row(f"{kind}_ms_{side}", MS, ("queries", f"{kind}_ms_{side}"), f"p95 of {what} on {stored}")
        for kind, what in (("search", "searches"), ("timeline", "timelines"), ("inbox", "lists of cases"))
        for side, stored in (("few", "ten thousand at rest"), ("many", "a million while posts come in"))
    ),
    Row("came_in_posts_s", "posts/s", ("queries", "came_in_s"), "what came in while the queries were asked"),
    Row("idle_pss_mb", MILLION, ("idle", "pss_mb"), "memory at rest, shared pages divided among their processes"),
    Row("core_compiled_mb", MILLION, ("install", "with_compiled_mb"), "the core with the compiled files there are now"),
    Row(
        "stored_bytes_post",
        "bytes",
        ("stored", "bytes_post"),
        "main file on the disk for each touchpoint, a million stored",
    ),
    Row("stored_cases", "cases", ("stored", "cases"), "cases in the large home"),
    Row("stored_unresolved", "cases", ("stored", "unresolved"), "of them not resolved"),
)

STEP_PREFIX = "us."
