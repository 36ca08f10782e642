"""Touchpoints: found by words, in a thread, of a person. Newest first, paged by id, never by count."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from fullcircle.analysis.tokens import query_terms
from fullcircle.core.moments import Moment
from fullcircle.store.bulk.tables import read
from fullcircle.store.bulk.words import MARK
from fullcircle.store.visibility import Viewer, visible_touchpoints

NEWEST = (1 << 63) - 1
TOKEN_LIMIT = 32

_COLUMNS = (
    "t.id, t.platform, t.channel, t.kind, t.direction, t.is_public, t.occurred_at, t.title, t.text, t.url, "
    "t.case_id, t.identity_id, t.deleted_at, t.is_late, i.name, i.handle, "
    "a.language, a.sentiment, a.intents, a.urgency"
)
_JOINED = "touchpoint t LEFT JOIN identity i ON i.id = t.identity_id LEFT JOIN annotation a ON a.touchpoint_id = t.id"


class FoundTouchpoint(msgspec.Struct, frozen=True):
    """One row as lists show it."""

    id: int
    platform: str
    channel: str
    kind: str
    direction: str
    is_public: bool
    occurred_at: Moment
    title: str
    text: str
    url: str
    case_id: int | None
    identity_id: int | None
    deleted_at: Moment | None
    is_late: bool
    name: str
    handle: str
    language: str
    sentiment: int
    intents: int
    urgency: int


_FIELDS = FoundTouchpoint.__struct_fields__


def _found(rows: Sequence[Sequence[Any]]) -> list[FoundTouchpoint]:
    return [FoundTouchpoint(**dict(zip(_FIELDS, _known(row), strict=True))) for row in rows]


def _known(row: Sequence[Any]) -> list[Any]:
    """Booleans as such on both databases; a touchpoint without an author or annotation has empty ones."""
    texts = [value or "" for value in row[14:16]]
    return [*row[:5], bool(row[5]), *row[6:13], bool(row[13]), *texts, row[16] or "und", *[v or 0 for v in row[17:20]]]


def search(
    viewer: Viewer, query: str, *, before_id: int = NEWEST, after_id: int = 0, limit: int = 50
) -> list[FoundTouchpoint]:
    """All words of the query, each possibly a beginning (`bak*`), newest first. No words: nothing."""
    words = search_words(query)
    if not words:
        return []
    where, values = visible_touchpoints(viewer)
    matched, match_values = _matched(
        viewer.workspace_id, words, before_id, after_id, limit if viewer.sees_all else 20 * limit
    )
    joined = _JOINED.replace("touchpoint t", "touchpoint t ON t.id = f.id", 1)
    statement = (
        f"WITH found AS {matched} SELECT {_COLUMNS} FROM found f JOIN {joined} "
        f"WHERE {where} AND t.deleted_at IS NULL ORDER BY t.id DESC LIMIT %s"
    )
    return _found(read(statement, [*match_values, *values, limit]))


def search_words(query: str) -> list[str]:
    """Our own tokens of what was typed; a trailing star asks for a beginning."""
    return [term.token + "*" if term.is_prefix else term.token for term in query_terms(query)][:TOKEN_LIMIT]


def _matched(
    workspace_id: int, words: Sequence[str], before_id: int, after_id: int, limit: int
) -> tuple[str, list[Any]]:
    """Ids of the newest matches, bounded. The match comes first on PostgreSQL too: its planner would otherwise walk the
    key backwards through every row."""
    marked = [f"{workspace_id}{MARK}{word}" for word in words]
    if connection.vendor == "sqlite":
        expression = " AND ".join(f'"{word.rstrip("*")}"*' if word.endswith("*") else f'"{word}"' for word in marked)
        return (
            "(SELECT rowid AS id FROM touchpoint_words WHERE touchpoint_words MATCH %s AND rowid < %s AND rowid > %s "
            "ORDER BY rowid DESC LIMIT %s)",
            [expression, before_id, after_id, limit],
        )
    expression = " & ".join(_lexeme(word) for word in marked)
    return (
        "MATERIALIZED (SELECT touchpoint_id AS id FROM touchpoint_words WHERE words @@ %s::tsquery "
        "AND touchpoint_id < %s AND touchpoint_id > %s ORDER BY touchpoint_id DESC LIMIT %s)",
        [expression, before_id, after_id, limit],
    )


def _lexeme(word: str) -> str:
    clean = re.sub(r"['\\]", "", word.rstrip("*"))
    return f"'{clean}':*" if word.endswith("*") else f"'{clean}'"


def timeline(viewer: Viewer, person_id: int, *, before_id: int = NEWEST, limit: int = 50) -> list[FoundTouchpoint]:
    """Everything of a person and of all who were merged into them, newest first."""
    where, values = visible_touchpoints(viewer)
    identities = [
        row[0]
        for row in read(
            "SELECT i.id FROM identity i JOIN person p ON p.id = i.person_id "
            "WHERE i.workspace_id = %s AND (p.id = %s OR (p.merged_into IS NOT NULL AND p.root_id = %s)) ORDER BY i.id",
            [viewer.workspace_id, person_id, person_id],
        )
    ]
    if not identities:
        return []
    # One bounded walk down the index for each identity, then the newest of all: a plain IN would read them all.
    one = (
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE t.identity_id = %s AND t.id < %s AND {where} "
        "ORDER BY t.id DESC LIMIT %s"
    )
    rows: list[Sequence[Any]] = []
    for identity_id in identities:
        rows += read(one, [identity_id, before_id, *values, limit])
    return _found(sorted(rows, key=lambda row: -row[0])[:limit])


def of_case(viewer: Viewer, case_id: int, limit: int = 200) -> list[FoundTouchpoint]:
    """What a case is about, in its order."""
    where, values = visible_touchpoints(viewer)
    statement = f"SELECT {_COLUMNS} FROM {_JOINED} WHERE t.case_id = %s AND {where} ORDER BY t.id LIMIT %s"
    return _found(read(statement, [case_id, *values, limit]))


def of_thread(viewer: Viewer, thread: int, limit: int = 200) -> list[FoundTouchpoint]:
    """A thread as the platform shows it, its root first."""
    where, values = visible_touchpoints(viewer)
    prefix = thread.to_bytes(8, "big", signed=True)
    root = read(
        "SELECT touchpoint_id FROM touchpoint_key WHERE digest >= %s AND digest <= %s AND workspace_id = %s",
        [prefix + bytes(8), prefix + b"\xff" * 8, viewer.workspace_id],
    )
    statement = (
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE (t.thread = %s OR t.id = %s) AND {where} ORDER BY t.id LIMIT %s"
    )
    return _found(read(statement, [thread, root[0][0] if root else 0, *values, limit]))


def find_words(
    viewer: Viewer,
    words: Sequence[str],
    conditions: Sequence[str],
    values: Sequence[Any],
    *,
    before_id: int,
    after_id: int,
    limit: int,
) -> tuple[list[FoundTouchpoint], int]:
    """Of the newest `limit` matches of our own tokens those that meet the conditions (SQL over t, i, a), and the id to
    look on below; 0 where there are no more."""
    matched, match_values = _matched(viewer.workspace_id, words, before_id, after_id, limit)
    found = read(f"SELECT id FROM {matched.removeprefix('MATERIALIZED ')} f ORDER BY id DESC", match_values)
    if not found:
        return [], 0
    marks = ", ".join(["%s"] * len(found))
    rows = _asked(viewer, [f"t.id IN ({marks})", *conditions], [*[row[0] for row in found], *values], limit)
    return rows, found[-1][0] if len(found) == limit else 0


def newest(
    viewer: Viewer, conditions: Sequence[str], values: Sequence[Any], *, before_id: int, after_id: int, limit: int
) -> tuple[list[FoundTouchpoint], int]:
    """The newest that meet the conditions, without words; and the id to look on below, as `find_words`."""
    rows = _asked(viewer, ["t.id < %s", "t.id > %s", *conditions], [before_id, after_id, *values], limit)
    return rows, rows[-1].id if len(rows) == limit else 0


def _asked(viewer: Viewer, conditions: Sequence[str], values: Sequence[Any], limit: int) -> list[FoundTouchpoint]:
    where, seen = visible_touchpoints(viewer)
    statement = (
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {' AND '.join([*conditions, where])} AND t.deleted_at IS NULL "
        "ORDER BY t.id DESC LIMIT %s"
    )
    return _found(read(statement, [*values, *seen, limit]))
