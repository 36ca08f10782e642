"""The intake file: raw bytes somebody was told we have. SQLite, WAL, synchronous=FULL: a 2xx survives a power cut.

One writer (the door's flusher), one reader (the engine). Keys outlive their rows, so a delivery that comes again weeks
later still has no effect.
"""

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from fullcircle.core.crashpoints import crashpoint
from fullcircle.core.errors import CorruptStoreError, StoreBusyError
from fullcircle.core.moments import Moment

BUSY_TIMEOUT_S = 5.0
KEY_BYTES = 16

SLICE_COUNT = 256
_INTAKE_COLUMNS = "intake(workspace_id, source_id, received_at, dedupe_key, headers, body)"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS intake(
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    dedupe_key BLOB NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS intake_key(dedupe_key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally(
    workspace_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, source_id, name)) WITHOUT ROWID;
"""

T = TypeVar("T")

TallyKey = tuple[int, int, str]
"""(workspace_id, source_id, name); 0, 0 where no source is known."""


class IntakeRow(msgspec.Struct, frozen=True, gc=False):
    """One accepted request. `headers` holds allow-listed ones only, lower case."""

    seq: int
    workspace_id: int
    source_id: int
    received_at: Moment
    headers: Mapping[str, str]
    body: bytes


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A verified request, ready to be kept."""

    workspace_id: int
    source_id: int
    received_at: Moment
    dedupe_key: bytes
    headers: Mapping[str, str]
    body: bytes


class DiskFailedError(CorruptStoreError):
    """An fsync failed: what the kernel holds is no longer known, so the process must end rather than try it again."""


def dedupe_key(source_id: int, webhook_id: str, body: bytes) -> bytes:
    """16 bytes that make a request the same one: source, the sender's id and the bytes themselves. The id alone would
    lose, with a 2xx, a second body sent under an id used twice."""
    head = f"{source_id}\n{webhook_id}\n".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + hashlib.sha256(body).digest()).digest()[:KEY_BYTES]


def open_intake(path: Path, *, synchronous: str = "FULL", checkpoint_pages: int = 2_000) -> sqlite3.Connection:
    """A connection in autocommit mode with the schema in place; the file is readable by its owner alone.
    Raises StoreBusyError, CorruptStoreError. The keywords are for the tests that show why they are what they are."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreBusyError(
            f"the intake file cannot be opened: {error}", hint="look at its folder and disk"
        ) from error
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA secure_delete=ON")  # forgotten bodies are overwritten, not only unlinked
        connection.execute(f"PRAGMA wal_autocheckpoint={checkpoint_pages}")
        connection.execute("PRAGMA journal_size_limit=67108864")
        connection.executescript(_SCHEMA)
    except sqlite3.Error as error:
        connection.close()
        raise named_by_recovery(error) from error
    return connection


def keep(connection: sqlite3.Connection, arrivals: Sequence[Arrival], noted: Mapping[TallyKey, int]) -> list[bool]:
    """Write all arrivals and counts in one transaction and fsync it. True per arrival that is new, False per duplicate.
    Raises StoreBusyError (nothing was kept) or CorruptStoreError (stop)."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        is_new = _put_rows(connection, arrivals)
        _put_tally(connection, _counted(arrivals, is_new, noted))
        crashpoint("intake_before_fsync")
        connection.execute("COMMIT")
        crashpoint("intake_after_fsync")
    except sqlite3.Error as error:
        _undo(connection)
        raise named_by_recovery(error) from error
    return is_new


def named_by_recovery(error: sqlite3.Error) -> StoreBusyError | CorruptStoreError:
    """Full, locked, unreadable for now: wait. A failed fsync or a broken file: stop."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code in (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC):
        return DiskFailedError(f"fsync of the intake file failed: {error}", hint="look at the disk; then start again")
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorruptStoreError(f"the intake file is damaged: {error}", hint="run `fullcircle doctor`")
    return StoreBusyError(f"the intake file cannot be written now: {error}", hint="free some space on its disk")


def _put_rows(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[bool]:
    known = _known_keys(connection, arrivals)
    is_new = []
    for arrival in arrivals:
        is_new.append(arrival.dedupe_key not in known)
        known.add(arrival.dedupe_key)
    rows = [_columns_of(arrival) for arrival, new in zip(arrivals, is_new, strict=True) if new]
    for some in _slices(rows):
        connection.execute(_insert("intake_key(dedupe_key)", 1, len(some)), [row[3] for row in some])
        connection.execute(_insert(_INTAKE_COLUMNS, len(some[0]), len(some)), [value for row in some for value in row])
    return is_new


def _known_keys(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> set[bytes]:
    known: set[bytes] = set()
    for some in _slices([arrival.dedupe_key for arrival in arrivals]):
        marks = ",".join("?" * len(some))
        sql = f"SELECT dedupe_key FROM intake_key WHERE dedupe_key IN ({marks})"  # noqa: S608  # marks alone vary
        known.update(key for (key,) in connection.execute(sql, some))
    return known


def _columns_of(arrival: Arrival) -> tuple[int, int, int, bytes, str, bytes]:
    headers = msgspec.json.encode(arrival.headers).decode()
    return (
        arrival.workspace_id, arrival.source_id, arrival.received_at, arrival.dedupe_key, headers, arrival.body,
    )  # fmt: skip


def _slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """One statement takes a whole slice: sqlite3 lets go of the interpreter at every step, and with a statement a row
    the flusher and the event loop fought for it."""
    for start in range(0, len(items), SLICE_COUNT):
        yield items[start : start + SLICE_COUNT]


@cache
def _insert(into: str, width: int, count: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"INSERT INTO {into} VALUES {','.join([row] * count)}"  # noqa: S608  # names are constants of this file


def _counted(arrivals: Sequence[Arrival], is_new: Sequence[bool], noted: Mapping[TallyKey, int]) -> Counter[TallyKey]:
    counts = Counter(noted)
    for arrival, new in zip(arrivals, is_new, strict=True):
        counts[arrival.workspace_id, arrival.source_id, "received"] += 1
        if not new:
            counts[arrival.workspace_id, arrival.source_id, "duplicate"] += 1
    return counts


def _put_tally(connection: sqlite3.Connection, counts: Mapping[TallyKey, int]) -> None:
    connection.executemany(
        "INSERT INTO tally VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(*key, count) for key, count in counts.items()],
    )


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:  # the first error is the one to tell
            return
