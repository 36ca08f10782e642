"""How SQLite answers the queries of the bench: `FULLCIRCLE_HOME=HOMES/many python -m bench.plans`.

Every distinct statement once, with the longest time it took, its plan, and a mark where rows are walked through one by
one or sorted.
"""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

MARKS = ("SCAN", "TEMP B-TREE")
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


def plans(connection: Any, ask: Any, kind: str, count: int) -> dict[str, tuple[float, int, str]]:
    """Statement without its values -> (longest ms, how often, one form of it with values)."""
    seen: dict[str, tuple[float, int, str]] = {}
    said: list[str] = []
    for _ in range(count):
        said.clear()
        connection.set_trace_callback(said.append)
        ask(kind, 1)
        connection.set_trace_callback(None)
        for statement in said:
            started = time.perf_counter()
            connection.execute(statement).fetchall()
            taken = 1000 * (time.perf_counter() - started)
            shape = re.sub(r"(\?, )+\?", "?..", _LITERAL.sub("?", statement))
            longest, times, kept = seen.get(shape, (0.0, 0, statement))
            seen[shape] = (max(longest, taken), times + 1, statement if taken > longest else kept)
    return seen


def main() -> None:
    from fullcircle.ops.ready import ready

    ready()
    from django.db import connection

    from bench.homes import FACTS
    from bench.reads import Reader

    facts = json.loads((Path(os.environ["FULLCIRCLE_HOME"]) / FACTS).read_text("utf-8"))
    reader = Reader(facts["workspace_id"], facts["at"])
    raw: Any = connection.connection
    for kind in ("search", "timeline", "inbox"):
        reader.ask(kind, 60)
        for shape, (longest, times, statement) in plans(raw, reader.ask, kind, 60).items():
            print(f"\n{kind}: {longest:.2f} ms at most, {times} times: {shape[-220:]}")
            if statement.startswith("--"):
                continue
            for step in raw.execute(f"EXPLAIN QUERY PLAN {statement}"):
                marked = "  <<<" if any(mark in step[3] for mark in MARKS) else ""
                print(f"    {step[3]}{marked}")


if __name__ == "__main__":
    main()
