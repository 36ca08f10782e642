"""A process in a prepared home that does what it is asked, a line of JSON each way: stores posts, asks queries, writes.

store {count, size, scattered}   {seconds, posts}         fold {}            {seconds}: the log into the main file
live {posts_s}                   {}                       rest {}            {posts}: what came in meanwhile
ask {kind, count}                {ms: [...]}              write {count, every_ms}  {ms: [...]}
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from bench.chain import LIVE, Chain
from bench.homes import FACTS, SPAN_MS, TO_COME, scattered
from bench.reads import Reader
from bench.sample import own_output
from fullcircle.core.events import EventName


class Worker:
    """One home, opened. The place in the file of posts to come is kept in the home, so that the next worker goes on."""

    def __init__(self, home: Path) -> None:
        from fullcircle.ops.ready import ready

        ready()
        from fullcircle.store import models

        self.home = home
        _read_once(home / "fullcircle.sqlite3")
        self.facts = json.loads((home / FACTS).read_text("utf-8"))
        source = models.Source.everywhere.get(pk=self.facts["source_id"])
        self.chain = Chain(source.workspace, source, self.facts["at"])
        self.reader: Reader | None = None
        self._live: threading.Thread | None = None
        self._resting = threading.Event()
        self._came = 0

    def store(self, count: int, size: int, scattered: bool = False) -> dict[str, float]:
        """The next `count` posts. Raises RuntimeError when too few are left."""
        posts = self._next(count, is_scattered=scattered)
        return {"seconds": self.chain.store(posts, size), "posts": len(posts)}

    def _next(self, count: int, *, is_scattered: bool) -> list[bytes]:
        with open(self.home / TO_COME, "rb") as file:
            file.seek(self.facts["position"])
            posts = [line.rstrip(b"\n") for line in islice(file, count)]
        if len(posts) < count:
            raise RuntimeError("no posts are left to come: prepare more")
        self.facts["position"] += sum(map(len, posts)) + count
        (self.home / FACTS).write_text(json.dumps(self.facts, indent=1), "utf-8")
        if is_scattered:
            posts = [scattered(post, self.facts["oldest"], SPAN_MS) for post in posts]
        return posts

    def fold(self) -> dict[str, float]:
        from fullcircle.store.bulk.tables import read

        started = time.perf_counter()
        read("PRAGMA wal_checkpoint(TRUNCATE)", [])
        return {"seconds": time.perf_counter() - started}

    def live(self, posts_s: int) -> dict[str, float]:
        """Batches of 500 at that pace, until `rest`."""
        self._came = 0
        self._resting.clear()
        self._live = threading.Thread(target=self._come_in, args=(LIVE / posts_s,))
        self._live.start()
        return {}

    def _come_in(self, every_s: float) -> None:
        due = time.perf_counter()
        while not self._resting.is_set():
            self._came += int(self.store(LIVE, LIVE)["posts"])
            due = max(due + every_s, time.perf_counter())
            self._resting.wait(due - time.perf_counter())

    def rest(self) -> dict[str, float]:
        self._resting.set()
        assert self._live is not None
        self._live.join()
        return {"posts": self._came}

    def ask(self, kind: str, count: int) -> dict[str, list[float]]:
        """Milliseconds of each query."""
        if self.reader is None:
            self.reader = Reader(self.facts["workspace_id"], self.facts["at"])
        return {"ms": self.reader.ask(kind, count)}

    def write(self, count: int, every_ms: float) -> dict[str, list[float]]:
        """One row each time, as a verb of the desk writes one: milliseconds from asking to committed."""
        from django.db import transaction

        from fullcircle.store.records import record_event

        taken = []
        for _ in range(count):
            started = time.perf_counter()
            with transaction.atomic():
                record_event(self.facts["workspace_id"], EventName.CASE_OPENED, 0)
            taken.append(1000 * (time.perf_counter() - started))
            time.sleep(every_ms / 1000)
        return {"ms": taken}


def _read_once(file: Path) -> None:
    """So that the file lies in the machine's memory, as it does while a house runs."""
    with open(file, "rb", buffering=0) as opened:
        while opened.read(1 << 24):
            pass


def main() -> None:
    answers = own_output()
    worker = Worker(Path(os.environ["FULLCIRCLE_HOME"]))
    verbs: dict[str, Callable[..., Any]] = {
        name: getattr(worker, name) for name in ("store", "fold", "live", "rest", "ask", "write")
    }
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(verbs[asked.pop("do")](**asked)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
