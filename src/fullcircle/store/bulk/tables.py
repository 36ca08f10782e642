"""A table as the bulk writer sees it: `executemany` on SQLite, COPY on PostgreSQL, one order of columns for both.

The order is written once beside the function that builds the rows, and checked against the model when the module
loads: a column added to a model and forgotten here stops the start.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model

from fullcircle.core.errors import CorruptStoreError

COPY_FROM = 20
"""Rows from which COPY is cheaper than its own overhead."""


def quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class Table:
    """Inserts tuples whose order is `columns`. Raises CorruptStoreError when the model has other columns."""

    def __init__(self, model: type[Model], columns: Sequence[str]) -> None:
        self.name = model._meta.db_table
        self.columns = tuple(columns)
        wanted = {field.column for field in model._meta.concrete_fields if not isinstance(field, AutoField)}
        if wanted != set(columns):
            raise CorruptStoreError(
                f"Model and bulk writer differ on {self.name}: {sorted(map(str, wanted ^ set(columns)))}"
            )
        listed = quoted(columns)
        marks = ", ".join(["%s"] * len(columns))
        self._insert = f'INSERT INTO "{self.name}" ({listed}) VALUES ({marks})'
        self._copy = f'COPY "{self.name}" ({listed}) FROM STDIN'

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows that are known to be new; a conflict raises IntegrityError and the batch is settled anew."""
        if not rows:
            return
        if connection.vendor == "postgresql" and len(rows) >= COPY_FROM:
            copy_rows(self._copy, rows)
        else:
            many(self._insert, rows)

    def insert_missing(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows that may be there already; those stay as they are."""
        many(self._insert + " ON CONFLICT DO NOTHING", rows)


def many(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """One statement, many rows; `%s` marks on both databases."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Past Django's wrapper: it rewrites the statement and copies every row for its log.
            cursor.cursor.connection.executemany(statement.replace("%s", "?"), rows)
        else:
            cursor.executemany(statement, rows)


def copy_rows(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY through the connection Django holds."""
    # The error of a COPY comes when it ends, past Django's own wrapping of the cursor.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def read(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of one bound query."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return list(cursor.cursor.connection.execute(statement.replace("%s", "?"), tuple(values)))
        cursor.execute(statement, values)
        return list(cursor.fetchall())


LIST_LIMIT = 30_000
"""Bound values in one statement: SQLite's limit is 32,766."""


def read_in(statement: str, head: Sequence[Any], values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """A query with `IN (...)` over many values: `{marks}` in the statement is where they go. `head` is bound first."""
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(values), LIST_LIMIT):
        part = values[start : start + LIST_LIMIT]
        if connection.vendor == "postgresql":
            rows += read(statement.replace("IN ({marks})", "= ANY(%s)"), [*head, list(part)])
        else:
            rows += read(statement.replace("{marks}", ",".join("?" * len(part))), [*head, *part])
    return rows
