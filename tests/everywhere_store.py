"""Fixtures of the tests that need the store: Alice's house, and Charlie's next door."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cast import House


@pytest.fixture
def alice(db: None) -> "House":
    from tests.cast import House

    return House("harbour", "alice")


@pytest.fixture
def charlie(db: None) -> "House":
    from tests.cast import House

    return House("elsewhere", "charlie")


@pytest.fixture(scope="session", autouse=True)
def _flushing_an_append_only_table() -> None:
    """Tests that commit are emptied afterwards; the record's triggers refuse that, so they step aside for it."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def sql_flush(self: Any, *arguments: Any, **options: Any) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        dropped = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        return [*dropped, *flush(self, *arguments, **options), *[sql for _, sql in triggers]]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
