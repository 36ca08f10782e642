"""Checks for SQLite files: whole, and everything acknowledged is in it."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tools.powercut.replay import Check


def sqlite_check(name: str, ids_query: str) -> Check:
    """A check for the database `name` under the home: integrity, and every acknowledged id among the first column of
    `ids_query`, as text."""
    return partial(_check, name, ids_query)


def _check(name: str, ids_query: str, home: Path, acked: Sequence[str]) -> list[str]:
    if not (home / name).exists():
        return [f"{name} is gone"] if acked else []
    try:
        connection = sqlite3.connect(home / name)
        try:
            return _problems(connection, ids_query, acked)
        finally:
            connection.close()
    except sqlite3.Error as error:
        return [f"{type(error).__name__}: {error}"] if acked or "no such table" not in str(error) else []


def _problems(connection: sqlite3.Connection, ids_query: str, acked: Sequence[str]) -> list[str]:
    problems = [f"integrity: {word}" for (word,) in connection.execute("PRAGMA integrity_check(3)") if word != "ok"]
    stored = [str(row[0]) for row in connection.execute(ids_query)]
    problems += [f"lost: {one}" for one in acked if one not in set(stored)]
    if len(stored) != len(set(stored)):
        problems.append(f"{len(stored) - len(set(stored))} stored twice")
    return problems


INTAKE: Check = sqlite_check("intake.db", "SELECT CAST(body AS TEXT) FROM intake")
