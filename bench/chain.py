"""The whole chain of the product, from bytes to committed rows, in one process or in two."""

import gc
import multiprocessing as mp
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.floor import insert_floor
from bench.home import founded, fresh_home
from bench.sample import Figures
from fullcircle.core.batches import Batch
from fullcircle.core.moments import DAY, now
from fullcircle.core.ports import SourceContext
from fullcircle.pipeline.batcher import calm_collector

BULK = 5_000
LIVE = 500
NETWORK: Any = None
"""Nothing is fetched here."""


def batches(context: SourceContext, at: int, payloads: Iterable[bytes], size: int) -> Iterator[Batch]:
    """Decoded batches, each with its move of the cursor, as a page of a source gives them."""
    from fullcircle.connectors.registry import connector_named
    from fullcircle.core.records import Page, RawRecord
    from fullcircle.pipeline.batcher import batches_of

    connector = connector_named("bluesky")
    records: list[RawRecord] = []
    for count, payload in enumerate(payloads, 1):
        records.append(RawRecord(payload, "event", at))
        if len(records) == size:
            yield from batches_of(connector, context, "search:bench", Page(tuple(records), str(count), False), size)
            records = []
    if records:
        yield from batches_of(connector, context, "search:bench", Page(tuple(records), "end", True), size)


class Chain:
    """A source of a home and a pipeline into it; `at` is when its records are captured."""

    def __init__(self, workspace: Any, source: Any, at: int) -> None:
        from fullcircle.store.house import source_facts
        from fullcircle.workers.pipeline import Pipeline
        from fullcircle.workers.sources import context_of

        self.workspace, self.source, self.at = workspace, source, at
        self.context = context_of(source, NETWORK, {})
        self.facts = source_facts(source)
        self.pipeline = Pipeline()
        calm_collector()  # as every process that does nothing but batches
        self.decode_s = 0.0

    def decoded(self, payloads: list[bytes], size: int) -> Iterator[Batch]:
        """As `batches`, and the time of it is kept."""
        waiting = batches(self.context, self.at, payloads, size)
        while True:
            started = time.perf_counter()
            batch = next(waiting, None)
            self.decode_s += time.perf_counter() - started
            if batch is None:
                return
            yield batch

    def store(self, payloads: list[bytes], size: int) -> float:
        """Seconds it took, in this one process."""
        gc.collect()
        started = time.perf_counter()
        for batch in self.decoded(payloads, size):
            self.pipeline.store(batch, self.facts)
        return time.perf_counter() - started

    def store_apart(self, feed: Callable[..., None], *arguments: Any) -> float:
        """Seconds it took, with a process that decodes and analyses and this one that writes. `feed(tools, batches of,
        put, wait, *arguments)` runs over there; the clock starts when it has called `wait`."""
        from fullcircle.bus.embedded import EmbeddedBus
        from fullcircle.store.house import house_of

        context = mp.get_context("spawn")
        bus, ready, go = EmbeddedBus(context=context), context.Event(), context.Event()
        plain = {name: getattr(self.context, name) for name in self.context.__struct_fields__}
        terms = house_of(self.workspace.id).terms
        process = context.Process(target=_apart, args=(bus, ready, go, plain, self.at, terms, feed, arguments))
        process.start()
        bus.leave()
        while not ready.wait(0.5):
            if not process.is_alive():
                raise RuntimeError(f"the analysing process ended with {process.exitcode}")
        gc.collect()
        go.set()
        started = time.perf_counter()
        while not bus.is_ended:
            batch = bus.take(1.0)
            if batch is not None:
                self.pipeline.commit(batch, self.facts)
        seconds = time.perf_counter() - started
        process.join()
        if process.exitcode:
            raise RuntimeError(f"the analysing process ended with {process.exitcode}")
        return seconds


def _apart(
    bus: Any, ready: Any, go: Any, plain: dict[str, Any], at: int, terms: Any, feed: Callable[..., None], given: Any
) -> None:
    from fullcircle.analysis.terms import TermMatcher
    from fullcircle.analysis.understand import Understander
    from fullcircle.pipeline.steps import Tools, analyse

    calm_collector()
    context = SourceContext(**plain)
    tools = Tools(Understander.load(), TermMatcher(terms))

    def put(payloads: Iterable[bytes], size: int) -> None:
        for batch in batches(context, at, payloads, size):
            bus.put(analyse(batch, tools))

    def wait() -> None:
        ready.set()
        go.wait()

    for batch in batches(context, at, corpus(50, at), 50):
        analyse(batch, tools)
    feed(put, wait, *given)
    bus.close()


def feed_list(
    put: Callable[[Iterable[bytes], int], None], wait: Callable[[], None], payloads: list[bytes], size: int
) -> None:
    """Everything is in memory before the clock starts."""
    wait()
    put(payloads, size)


def corpus(n: int, at: int, spread_ms: int = DAY // 2, seed: int = 1, *, is_scattered: bool = False) -> list[bytes]:
    """The frozen corpus, made before anything is timed; it ends at `at`."""
    from fullcircle.testing.corpus import generate

    return list(generate(n, seed, at - spread_ms, spread_ms, is_scattered=is_scattered))


def chain_to_insert(n: int, size: int, *, apart: bool) -> Figures:
    """One sample: posts a second of the chain over rows a second of the bare insert, in fresh files.

    The insert is timed before and after, and the faster of the two counts."""
    with fresh_home() as folder:
        at = now()
        chain = Chain(*founded(at - 2 * DAY), at)
        payloads = corpus(n, at)
        chain.store(corpus(1_000, at, seed=7), 1_000)
        chain.pipeline.timings.seconds.clear()
        chain.decode_s = 0.0
        floor = insert_floor(folder, payloads)
        seconds = chain.store_apart(feed_list, payloads, size) if apart else chain.store(payloads, size)
        cost = seconds / n
        floor = min(floor, insert_floor(folder, payloads))
        figures = {"ratio": floor / cost, "posts_s": 1 / cost, "floor_rows_s": 1 / floor}
        return figures if apart else {**figures, **_by_step(chain, seconds, n)}


def _by_step(chain: Chain, seconds: float, n: int) -> Figures:
    """Microseconds a post by step; what no step names is the commit and the loop around it."""
    steps = {"decode": chain.decode_s, **chain.pipeline.timings.seconds}
    steps["commit_and_rest"] = seconds - sum(steps.values())
    return {f"us.{name}": 1e6 * spent / n for name, spent in steps.items()}
