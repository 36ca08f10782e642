"""A run of the main database for the power-cut replayer: `python -m tests.faults.workload_store prepare|run HOME COUNT`.

Batches of corpus posts go through the whole pipeline; after each commit every post of it is acknowledged on standard
output, with the cursor that covers it.
"""

import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

SIZE = 12
SPREAD_MS = 3_600_000


def prepare(home: Path) -> None:
    """Home, keys, migrations, Alice's house."""
    from fullcircle.ops.ready import migrate, ready

    ready()
    migrate()
    from tests.cast import House

    House("harbour", "alice")


def run(count: int) -> None:
    """Store `count` posts, a batch at a time."""
    from fullcircle.ops.ready import ready

    ready()
    from fullcircle.connectors.registry import connector_named
    from fullcircle.core.records import Page, RawRecord
    from fullcircle.pipeline.batcher import batches_of
    from fullcircle.store import models
    from fullcircle.store.house import source_facts
    from fullcircle.testing.builders import CAPTURED_AT
    from fullcircle.testing.corpus import generate
    from fullcircle.workers.pipeline import Pipeline
    from fullcircle.workers.sources import context_of
    from tests.cast import Reader

    source = models.Source.everywhere.get(name="Bluesky")
    pipeline = Pipeline(Reader())  # type: ignore[arg-type]
    events = list(generate(count, 5, CAPTURED_AT - SPREAD_MS, SPREAD_MS))
    for first in range(0, count, SIZE):
        records = tuple(RawRecord(event, "event", CAPTURED_AT) for event in events[first : first + SIZE])
        page = Page(records, str(first + len(records)), False)
        context = context_of(source, None, {})  # type: ignore[arg-type]
        for batch in batches_of(connector_named("bluesky"), context, "search:bread", page):
            pipeline.store(batch, source_facts(source))
            for touchpoint in batch.touchpoints:
                os.write(1, f"ACK {touchpoint.external_id}\n".encode())


def check(home: Path, acked: Sequence[str]) -> list[str]:
    """Whole; everything acknowledged is there once; books, keys, words and cursor say the same as the rows."""
    try:
        connection = sqlite3.connect(home / "fullcircle.sqlite3")
        try:
            return _problems(connection, acked)
        finally:
            connection.close()
    except sqlite3.Error as error:
        return [f"{type(error).__name__}: {error}"]


def _problems(connection: sqlite3.Connection, acked: Sequence[str]) -> list[str]:
    def one(statement: str) -> int:
        return int(connection.execute(statement).fetchone()[0] or 0)

    problems = [f"integrity: {word}" for (word,) in connection.execute("PRAGMA integrity_check(3)") if word != "ok"]
    stored = [row[0] for row in connection.execute("SELECT external_id FROM touchpoint")]
    problems += [f"lost: {external_id}" for external_id in set(acked) - set(stored)]
    tally = dict(connection.execute("SELECT outcome, SUM(count) FROM tally GROUP BY outcome"))
    agree = {
        "keys": one("SELECT COUNT(*) FROM touchpoint_key"),
        "annotations": one("SELECT COUNT(*) FROM annotation"),
        "rollup": one("SELECT SUM(touchpoint_count) FROM rollup"),
        "stored": tally.get("stored", 0),
        "once": len(set(stored)),
    }
    problems += [f"{name}: {count} for {len(stored)} rows" for name, count in agree.items() if count != len(stored)]
    received = tally.pop("received", 0)
    if received != sum(tally.values()):
        problems.append(f"received {received}, placed {sum(tally.values())}")
    cursor = connection.execute('SELECT value FROM "cursor"').fetchone()
    if int(cursor[0] if cursor else 0) != received:
        problems.append(f"the cursor stands at {cursor}, {received} were received")
    return problems


if __name__ == "__main__":
    os.environ["FULLCIRCLE_HOME"] = sys.argv[2]
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]))
    else:
        run(int(sys.argv[3]))
