"""What a bare insert costs: the measure the chain is held against.

One table, a random unique key of 32 characters, 1 KB of JSON inline, `executemany` in transactions of 1,000, with the
product's own pragmas (WAL, synchronous=FULL, the same cache).
"""

import secrets
import sqlite3
import time
from pathlib import Path

TRANSACTION = 1_000

_TABLE = (
    "CREATE TABLE post (id INTEGER PRIMARY KEY, key TEXT UNIQUE, a INT, b INT, c INT, d TEXT, e TEXT, f TEXT, raw TEXT)"
)
_INSERT = "INSERT INTO post (key, a, b, c, d, e, f, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def insert_floor(folder: Path, payloads: list[bytes]) -> float:
    """Seconds a row, in a fresh file that is removed afterwards."""
    from fullcircle.config.settings import SQLITE_PRAGMAS

    file = folder / "floor.sqlite3"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript(SQLITE_PRAGMAS)
    connection.execute(_TABLE)
    rows = [(secrets.token_hex(16), 1, 2, 3, "bluesky", "post", "en", payload.decode()) for payload in payloads]
    started = time.perf_counter()
    for first in range(0, len(rows), TRANSACTION):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, rows[first : first + TRANSACTION])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    return seconds / len(rows)
