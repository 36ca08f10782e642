"""F17: migrating from nothing to the head is killed before its k-th statement. The next start finishes it, and what stands
then is what an uninterrupted migration leaves, on both databases."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.faults.homes import DATABASE, Home

RECORD = 'INSERT INTO "django_migrations"'
KINDS = 'INSERT INTO "django_content_type"'
RIGHTS = 'INSERT INTO "auth_permission"'


class Server:
    """Fresh databases on the tests' PostgreSQL server, one a trial."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.count = 0

    def fresh(self, home: Home) -> str:
        import psycopg

        self.count += 1
        name = f"trial_{self.count}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS trial_{self.count - 1}")
            connection.execute(f"CREATE DATABASE {name}")
        return name


class Files:
    """Fresh files in the home."""

    def __init__(self) -> None:
        self.count = 0

    def fresh(self, home: Home) -> str:
        for path in home.files():
            path.unlink()
        self.count += 1
        return str(home.path / f"{DATABASE}-{self.count}")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Files]]:
    with Home(tmp_path_factory.mktemp("embedded")) as home:
        yield home, Files()


@pytest.fixture(scope="module")
def server(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Server]]:
    with Home(tmp_path_factory.mktemp("server"), FULLCIRCLE_DATABASE_URL=postgres_url) as home:
        yield home, Server(postgres_url)


def whole(home: Home, databases: Any) -> tuple[list[str], dict[str, Any]]:
    """The statements it takes, and what it leaves."""
    database = databases.fresh(home)
    heads: list[str] = home.run("migrate", database=database)
    assert len(heads) > 50
    assert len(home.run("migrate", database=database)) < len(heads) / 4  # nothing left to do
    return heads, home.run("schema", database=database)


def kill_at(home: Home, databases: Any, k: int, wanted: dict[str, Any]) -> None:
    database = databases.fresh(home)
    ended = home.try_run("migrate", database=database, kill_at_statement=k)
    assert ended.is_killed, ended
    again = home.try_run("migrate", database=database)
    assert again.code == 0, f"killed at statement {k}, and the next start says: {again.said[-600:]}"
    found = home.run("schema", database=database)
    for part, value in wanted.items():
        assert found[part] == value, f"killed at statement {k}: {part}"


def seams(heads: list[str]) -> list[int]:
    """The statements before which a kill hurts most: the one that writes down a migration, first and last, what comes
    after the last migration, and the middle of the largest."""
    records = [k for k, head in enumerate(heads, 1) if head.startswith(RECORD)]
    kinds = [k for k, head in enumerate(heads, 1) if head.startswith(KINDS)]
    rights = [k for k, head in enumerate(heads, 1) if head.startswith(RIGHTS)]
    sizes = [(after - before, before) for before, after in pairwise(records)]
    length, start = max(sizes)
    return [records[0], start + length // 2, records[-2], records[-1], kinds[-1], rights[-1]]


def test_it_finishes_a_migration_killed_at_its_seams(embedded: tuple[Home, Files]) -> None:
    heads, wanted = whole(*embedded)
    for k in seams(heads):
        kill_at(*embedded, k, wanted)


@pytest.mark.postgres
def test_it_finishes_a_migration_killed_at_its_seams_on_postgres(server: tuple[Home, Server]) -> None:
    heads, wanted = whole(*server)
    for k in seams(heads):
        kill_at(*server, k, wanted)


@pytest.mark.storm
def test_it_finishes_a_migration_killed_at_every_statement(embedded: tuple[Home, Files]) -> None:
    heads, wanted = whole(*embedded)
    for k in range(1, len(heads) + 1):
        kill_at(*embedded, k, wanted)


@pytest.mark.storm
@pytest.mark.postgres
def test_it_finishes_a_migration_killed_at_every_statement_on_postgres(server: tuple[Home, Server]) -> None:
    heads, wanted = whole(*server)
    for k in range(1, len(heads) + 1):
        kill_at(*server, k, wanted)
