"""Two prepared homes, one with many touchpoints and one with few, filled by the chain itself in time order.

    python -m bench.homes FOLDER STORED CASES TO_COME

Into each, at the same pace of a million posts in 90 days, the frozen corpus; then resolved cases, copied from those the
chain opened, up to the number wanted. The posts that come next lie beside it in a file.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from bench.chain import BULK, Chain
from bench.home import founded
from fullcircle.core.moments import DAY, HOUR, now, to_iso

SPAN_MS = 90 * DAY
PACE = 1_000_000  # posts in that time
SEED = 1
STORED_SHARE = 0.97  # the rest of the corpus are redeliveries
TO_COME = "to_come.jsonl"
FACTS = "bench.json"
_STAMP = b'"createdAt":"'


def feed_corpus(
    put: Callable[[Iterable[bytes], int], None],
    wait: Callable[[], None],
    counts: tuple[int, int],
    start: int,
    path: str,
) -> None:
    """The corpus as it is made: the first part is stored, the rest goes to the file of posts to come."""
    from fullcircle.testing.corpus import generate

    wait()
    stored, to_come = counts
    posts = generate(stored + to_come, SEED, start, SPAN_MS * (stored + to_come) // PACE)
    put(islice(posts, stored), BULK)
    with open(path, "wb") as file:
        file.writelines(post + b"\n" for post in posts)


def scattered(payload: bytes, start: int, spread_ms: int) -> bytes:
    """The same post, claimed to be from anywhere in the spread; a redelivery claims the same again."""
    place = payload.index(_STAMP) + len(_STAMP)
    moment = start + random.Random(payload).randrange(spread_ms)
    return payload[:place] + to_iso(moment).encode() + payload[payload.index(b'"', place) :]


def build(home: Path, stored: int, cases: int, to_come: int) -> dict[str, Any]:
    """Fill this process's home; returns what stands in it."""
    events = int(stored / STORED_SHARE)
    at = now()
    start = at - SPAN_MS * (events + to_come) // PACE - HOUR
    chain = Chain(*founded(min(start, at - SPAN_MS) - DAY), at)
    from fullcircle.store.bulk.tables import read

    seconds = chain.store_apart(feed_corpus, (events, to_come), start, str(home / TO_COME))
    opened = read('SELECT COUNT(*) FROM "case"', [])[0][0]
    _add_cases(chain.workspace.id, cases)
    facts = {
        "workspace_id": chain.workspace.id,
        "source_id": chain.source.id,
        "at": at,
        "oldest": at - SPAN_MS,
        "opened_by_chain": opened,
        "seconds": round(seconds, 1),
        "touchpoints": read("SELECT COUNT(*) FROM touchpoint", [])[0][0],
        "cases": read('SELECT COUNT(*) FROM "case"', [])[0][0],
        "unresolved": read("SELECT COUNT(*) FROM \"case\" WHERE status <> 'resolved'", [])[0][0],
        "position": 0,
    }
    read("PRAGMA wal_checkpoint(TRUNCATE)", [])
    facts["bytes"] = os.path.getsize(home / "fullcircle.sqlite3")
    (home / FACTS).write_text(json.dumps(facts, indent=1), "utf-8")
    return facts


def stored_figures(folder: Path) -> dict[str, float]:
    """What stands in the large home."""
    facts = json.loads((folder / "many" / FACTS).read_text("utf-8"))
    named = {name: float(facts[name]) for name in ("touchpoints", "cases", "unresolved")}
    return {**named, "bytes_post": facts["bytes"] / facts["touchpoints"]}


def _add_cases(workspace_id: int, wanted: int) -> None:
    """Resolved copies of the cases there are, each of another person; the last change of every case follows from when
    it was opened, so that open and resolved ones lie mixed in time."""
    from django.db import connection, transaction

    from fullcircle.store import models

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SELECT COUNT(*), MAX(id), (SELECT MAX(id) FROM person) FROM "case"')
        have, last, persons = cursor.fetchone()
        for turn in range(1, 1 + -(-(wanted - have) // have) if wanted > have else 1):
            room = min(have, wanted - turn * have)
            for model in (models.Issue, models.Case):
                cursor.execute(_copies(model, turn * last, persons, room))
        cursor.execute('UPDATE "case" SET updated_at = opened_at + id * 7919 %% %s', [3 * HOUR])
        for series in ("case", "issue"):
            cursor.execute(f'UPDATE id_block SET next = (SELECT MAX(id) FROM "{series}") + 1 WHERE name = %s', [series])


def _copies(model: Any, shift: int, persons: int, room: int) -> str:
    names = [field.column for field in model._meta.fields]
    changed = {
        "id": f"id + {shift}",
        "issue_id": f"issue_id + {shift}",
        "person_id": f"1 + (id * 7919 + {shift}) % {persons}",
        "status": "'resolved'",
        "resolved_at": f"opened_at + {HOUR}",
        "resolved_reason": "'answered'",
        "next_due_at": "0",
        "due_at": "0",
    }
    picked = ", ".join(changed.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {picked} FROM "{table}" WHERE id <= {shift} ORDER BY id LIMIT {room}'
    )


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), *(int(count) for count in sys.argv[2:5])))
