"""Fills a Lookup with one bulk read a batch: known keys, identities, open cases, what edits and deletes need."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from fullcircle.core.batches import Batch
from fullcircle.core.kinds import Change, Direction
from fullcircle.core.moments import Moment
from fullcircle.pipeline.keys import thread_of
from fullcircle.pipeline.settled import (
    KnownIdentity,
    KnownTouchpoint,
    Lookup,
    Numbers,
    OpenCase,
    StoredRow,
)
from fullcircle.store.bulk.cases import CASE_COLUMNS, open_case
from fullcircle.store.bulk.rollups import rollup_key
from fullcircle.store.bulk.tables import quoted, read, read_in


def read_lookup(batch: Batch, reopen_within_ms: int, now: Moment) -> Lookup:
    """Inside the writer's transaction, so that nothing moves between reading and writing."""
    numbers = _numbers()
    known = _touchpoints(batch.digests)
    changed = [
        found.touchpoint_id
        for touchpoint, key in zip(batch.touchpoints, batch.digests, strict=True)
        if (found := known.get(key)) and found.touchpoint_id and _changes(touchpoint, found)
    ]
    identities = _identities(batch.authors)
    threads = _answered_threads(batch)
    by_person, by_thread = _cases(
        batch.workspace_id, {identity.person_id for identity in identities.values()}, threads, now - reopen_within_ms
    )
    return Lookup(
        touchpoints=known,
        rows=_rows(changed),
        revisions=_revisions(changed),
        parent_threads=_parent_threads(batch.parents),
        fostered=_fostered(batch),
        identities=identities,
        cases_by_person=by_person,
        cases_by_thread=by_thread,
        numbers=numbers,
        relations_of=_relations_of,
    )


def _changes(touchpoint: Any, found: KnownTouchpoint) -> bool:
    return touchpoint.change is Change.DELETE or touchpoint.version != found.version


def _relations_of(person_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """What persons are to us now, those merged into them included."""
    rows = read_in(
        "SELECT p.root_id, r.kind FROM relation r JOIN person p ON p.id = r.person_id "
        "WHERE r.until IS NULL AND p.root_id IN ({marks}) ORDER BY r.id",
        [],
        person_ids,
    )
    found: dict[int, tuple[str, ...]] = {}
    for person_id, kind in rows:
        found[person_id] = (*found.get(person_id, ()), kind)
    return found


def _numbers() -> Numbers:
    """Where each series stands. On PostgreSQL this is where writers take turns: read first, so that what is looked up
    afterwards is what the writer before has committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE id_block IN SHARE ROW EXCLUSIVE MODE")
    return Numbers(dict(read("SELECT name, next FROM id_block", [])))


def _touchpoints(digests: Iterable[bytes]) -> dict[bytes, KnownTouchpoint]:
    rows = read_in(
        "SELECT digest, touchpoint_id, version, is_deleted FROM touchpoint_key WHERE digest IN ({marks})",
        [],
        list(set(digests)),
    )
    return {bytes(key): KnownTouchpoint(identifier, version, bool(gone)) for key, identifier, version, gone in rows}


def _identities(digests: Iterable[bytes]) -> dict[bytes, KnownIdentity]:
    rows = read_in(
        "SELECT i.digest, i.id, p.root_id, i.is_blocked, i.handle, i.name FROM identity i "
        "JOIN person p ON p.id = i.person_id WHERE i.digest IN ({marks})",
        [],
        [key for key in set(digests) if key],
    )
    return {bytes(row[0]): KnownIdentity(row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows}


def _rows(identifiers: list[int]) -> dict[int, StoredRow]:
    rows = read_in(
        "SELECT t.id, t.title, t.text, t.account_id, t.platform, t.direction, t.team_id, "
        "a.department, a.language, a.sentiment, a.urgency, a.wants_reply, "
        "CASE WHEN c.first_touchpoint_id = t.id THEN 1 ELSE 0 END "
        "FROM touchpoint t JOIN annotation a ON a.touchpoint_id = t.id "
        'LEFT JOIN "case" c ON c.id = t.case_id WHERE t.id IN ({marks})',
        [],
        identifiers,
    )
    return {
        row[0]: StoredRow(
            row[1],
            row[2],
            rollup_key(row[0], row[3], row[4], row[5], row[7], row[8], row[6]),
            (row[9], row[10], bool(row[11])),
            row[12],
        )
        for row in rows
    }


def _revisions(identifiers: list[int]) -> set[tuple[int, Moment]]:
    rows = read_in("SELECT touchpoint_id, version FROM revision WHERE touchpoint_id IN ({marks})", [], identifiers)
    return {(row[0], row[1]) for row in rows}


def _parent_threads(digests: Iterable[bytes]) -> dict[bytes, int]:
    rows = read_in(
        "SELECT k.digest, t.thread FROM touchpoint_key k JOIN touchpoint t ON t.id = k.touchpoint_id "
        "WHERE k.digest IN ({marks})",
        [],
        [key for key in set(digests) if key],
    )
    return {bytes(key): thread if thread is not None else thread_of(bytes(key)) for key, thread in rows}


def _fostered(batch: Batch) -> set[int]:
    """Replies that came before the reply they answer presumed it to be the root."""
    presumed = [thread_of(own) for own, parent in zip(batch.digests, batch.parents, strict=True) if parent]
    rows = read_in("SELECT DISTINCT thread FROM touchpoint WHERE thread IN ({marks})", [], presumed)
    return {row[0] for row in rows}


def _answered_threads(batch: Batch) -> list[int]:
    """Threads whose cases matter beyond their person: where we ourselves spoke."""
    return [
        thread_of(batch.roots[i] or batch.parents[i])
        for i, touchpoint in enumerate(batch.touchpoints)
        if touchpoint.direction is Direction.OUTBOUND and (batch.roots[i] or batch.parents[i])
    ]


def _cases(
    workspace_id: int, persons: set[int], threads: list[int], since: Moment
) -> tuple[dict[int, list[OpenCase]], dict[int, list[OpenCase]]]:
    """Open cases, and those resolved since; of the persons (all that were merged into them too) and of the threads."""
    survivors = {row[0]: row[1] for row in _merged_into(list(persons))}
    owners = [*persons, *survivors]
    recent = "(status <> 'resolved' OR resolved_at >= %s)"
    # The plus keeps SQLite from walking every case of the workspace where a few keys are asked for (149 ms, then 8).
    mine = "+workspace_id = %s" if connection.vendor == "sqlite" else "workspace_id = %s"
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    columns = quoted(CASE_COLUMNS)
    found: dict[int, OpenCase] = {}
    for column, values in (("person_id", owners), ("thread", threads)):
        statement = f'SELECT {columns} FROM "case" WHERE {mine} AND {recent} AND "{column}" IN ({{marks}}){lock}'
        for row in read_in(statement, [workspace_id, since], values):
            case = open_case(row, survivors)
            found.setdefault(case.case_id, case)
    by_person: dict[int, list[OpenCase]] = {}
    by_thread: dict[int, list[OpenCase]] = {}
    for case in found.values():
        by_person.setdefault(case.person_id, []).append(case)
        by_thread.setdefault(case.thread, []).append(case)
    return by_person, by_thread


def _merged_into(persons: list[int]) -> list[tuple[Any, ...]]:
    return read_in("SELECT id, root_id FROM person WHERE merged_into IS NOT NULL AND root_id IN ({marks})", [], persons)
