"""Checks of the database and the intake file."""

from pathlib import Path
from typing import Any

from fullcircle.core.errors import FullcircleError
from fullcircle.door.intake_reader import IntakeReader
from fullcircle.ops.doctor_finding import Finding, Patient, fail, ok, size_of, warn

LEAST_POSTGRES = 15
WAITING_WARN = 10_000


def database(patient: Patient) -> Finding:
    """It answers. A file that is not there is not made by looking."""
    from fullcircle.ops.ready import ready

    ready()
    from django.db import connection

    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        if not path.exists():
            return fail(f"There is no database at {path} yet.", "`fullcircle up` makes it.")
        _one("SELECT 1")
        return ok(f"SQLite {_one('SELECT sqlite_version()')}, {size_of(path.stat().st_size)} at {path}.")
    number = int(_one("SHOW server_version_num"))
    if number // 10_000 < LEAST_POSTGRES:
        return fail(f"PostgreSQL {number // 10_000} is too old.", f"Use version {LEAST_POSTGRES} or newer.")
    return ok(f"PostgreSQL {_one('SHOW server_version')} answers.")


def durability(patient: Patient) -> Finding:
    """What is committed survives a power cut."""
    from django.db import connection

    if connection.vendor == "sqlite":
        journal, synchronous = str(_one("PRAGMA journal_mode")), int(_one("PRAGMA synchronous"))
        if journal != "wal" or synchronous != 2:
            return fail(
                f"journal_mode is {journal}, synchronous is {synchronous}; wal and 2 (FULL) keep what is committed.",
                "Is the home on a network disk? Put it on a local one.",
            )
        return ok("WAL with synchronous=FULL: what was acknowledged survives a power cut.")
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if _one(f"SHOW {name}") != "on"]
    if off:
        return fail(f"PostgreSQL runs with {', '.join(off)} not on.", "Switch them on in postgresql.conf.")
    return ok("fsync, synchronous_commit and full_page_writes are on.")


def migrations(patient: Patient) -> Finding:
    """The tables are those this version works with."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    if unknown:
        names = ", ".join(sorted(name for _, name in unknown))
        return fail(f"The database was made by a newer version ({names}).", "Install that version again.")
    if waiting:
        return fail(f"{len(waiting)} migrations wait.", "`fullcircle up` runs them, and so does any other command.")
    return ok("All migrations are applied.")


def integrity(patient: Patient) -> Finding:
    """The file is whole."""
    from django.db import connection

    if connection.vendor == "sqlite":
        found = str(_one("PRAGMA quick_check(5)"))
        if found != "ok":
            return fail(f"The database is damaged: {found[:300]}", "Stop Fullcircle, keep a copy, restore a backup.")
        return ok("SQLite finds no damage.")
    if _one("SHOW data_checksums") != "on":
        return warn("PostgreSQL would not notice a damaged page.", "Switch data checksums on: pg_checksums --enable.")
    return ok("PostgreSQL checks every page it reads.")


def intake(patient: Patient) -> Finding:
    """The door's file can be read, and is being emptied."""
    path = patient.options.intake_file
    if not path.exists():
        return ok("No webhook has come in yet.")
    try:
        with IntakeReader(path) as reader:
            waiting = reader.waiting(0)
    except FullcircleError as error:
        return fail(f"The intake file cannot be read: {error}", "Keep a copy of it: it holds what was acknowledged.")
    if waiting >= WAITING_WARN:
        return warn(f"{waiting:,} webhooks wait to be read.", "Is the engine running? See FC203.")
    return ok(f"{waiting:,} webhooks wait to be read.")


def _one(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None
