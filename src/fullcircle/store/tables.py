"""Operations of migrations that Django has no word for: partitions, tables without rowid, full text, append-only."""

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL


class _PerDatabase(Operation):
    """An operation that runs other SQL on each database, inside the migration's transaction."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def statements(self, vendor: str) -> list[str]:
        raise NotImplementedError

    def undo_statements(self, vendor: str) -> list[str]:
        return []

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in self.statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in self.undo_statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"{type(self).__name__} {self.table}"


class PartitionById(_PerDatabase):
    """PostgreSQL: range partitions over the first column of the key, with a default one. SQLite: nothing to do.

    Runs right after CreateModel and before Django creates the indexes, so that those land on the partitioned table.
    """

    def __init__(self, table: str, column: str) -> None:
        super().__init__(table)
        self.column = column

    def statements(self, vendor: str) -> list[str]:
        if vendor != "postgresql":
            return []
        table = self.table
        return [
            f'ALTER TABLE "{table}" RENAME TO "{table}_plain"',
            f'CREATE TABLE "{table}" (LIKE "{table}_plain" INCLUDING DEFAULTS INCLUDING INDEXES) '
            f'PARTITION BY RANGE ("{self.column}")',
            f'DROP TABLE "{table}_plain"',
            f'CREATE TABLE "{table}_rest" PARTITION OF "{table}" DEFAULT',
        ]


class WithoutRowid(_PerDatabase):
    """SQLite: one tree instead of two for a table that is only ever read by its key."""

    def statements(self, vendor: str) -> list[str]:
        return []

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [self.table])
            created = cursor.fetchone()[0]
        schema_editor.execute(f'DROP TABLE "{self.table}"')
        schema_editor.execute(created + " WITHOUT ROWID")


class FullText(_PerDatabase):
    """The index over our own tokens: FTS5 without content on SQLite, a tsvector table with GIN on PostgreSQL."""

    def statements(self, vendor: str) -> list[str]:
        if vendor == "postgresql":
            return [
                f'CREATE TABLE "{self.table}" ("touchpoint_id" bigint PRIMARY KEY, "words" tsvector NOT NULL) '
                f'PARTITION BY RANGE ("touchpoint_id")',
                f'CREATE TABLE "{self.table}_rest" PARTITION OF "{self.table}" DEFAULT',
                f'CREATE INDEX "{self.table}_gin" ON "{self.table}" USING GIN ("words") WITH (fastupdate = on)',
            ]
        return [
            f'CREATE VIRTUAL TABLE "{self.table}" '
            "USING fts5(words, content='', tokenize='ascii', detail=none, columnsize=0)",
            # Fewer and larger pieces: a batch is one piece, and is merged a fifth less often.
            f'INSERT INTO "{self.table}" ("{self.table}", rank) VALUES (\'pgsz\', 8000)',
            f'INSERT INTO "{self.table}" ("{self.table}", rank) VALUES (\'hashsize\', 16000000)',
        ]

    def undo_statements(self, vendor: str) -> list[str]:
        return [f'DROP TABLE "{self.table}"']


class AppendOnly(_PerDatabase):
    """A trigger refuses UPDATE and DELETE: the record of what happened is not edited."""

    def statements(self, vendor: str) -> list[str]:
        table = self.table
        if vendor == "postgresql":
            return [
                f'CREATE FUNCTION "{table}_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS '
                f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
                f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
                f'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_is_append_only"()',
            ]
        return [
            f'CREATE TRIGGER "{table}_no_{verb}" BEFORE {verb.upper()} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        ]


__all__ = ["AppendOnly", "FullText", "PartitionById", "RunSQL", "WithoutRowid"]
