"""People: found by name or handle, one of them whole, and matches that wait for a decision."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from fullcircle.core.moments import Moment
from fullcircle.store import models
from fullcircle.store.bulk.tables import read
from fullcircle.store.visibility import Viewer, visible_touchpoints


class PersonRow(msgspec.Struct, frozen=True):
    """One line of a list: a person and everybody who was merged into them."""

    id: int
    name: str
    identity_count: int
    handles: tuple[str, ...]
    platforms: tuple[str, ...]
    first_seen_at: Moment


class IdentityRow(msgspec.Struct, frozen=True):
    """One outside account. `via_id`: the person it points to, where that one was merged into the person shown."""

    id: int
    platform: str
    host: str
    external_id: str
    handle: str
    name: str
    url: str
    is_blocked: bool
    is_verified: bool
    via_id: int
    first_seen_at: Moment


class RelationRow(msgspec.Struct, frozen=True):
    """What the person is to us, since when, and how we know."""

    kind: str
    since: Moment
    until: Moment | None
    evidence: str


class MergeRow(msgspec.Struct, frozen=True):
    """One joining that stands: its id takes it back."""

    id: int
    keep_id: int
    other_id: int
    method: str
    reasons: tuple[str, ...]
    merged_by: str
    merged_at: Moment


class PersonView(msgspec.Struct, frozen=True):
    """A person whole; what they said is `touchpoints.timeline`."""

    id: int
    name: str
    identities: list[IdentityRow]
    relations: list[RelationRow]
    merges: list[MergeRow]


class MatchRow(msgspec.Struct, frozen=True):
    """A proposal: two identities that may be one person. `score` 0-1."""

    id: int
    one: str
    one_person_id: int
    other: str
    other_person_id: int
    method: str
    score: float
    reasons: tuple[str, ...]
    state: str


_GROUPED = """
SELECT p.root_id, MAX(CASE WHEN p.id = p.root_id THEN p.name ELSE '' END), COUNT(DISTINCT i.id), MIN(i.first_seen_at)
FROM identity i JOIN person p ON p.id = i.person_id
WHERE {where} GROUP BY p.root_id ORDER BY MAX(i.last_seen_at) DESC, p.root_id DESC LIMIT %s
"""
_COUNTED = "SELECT COUNT(DISTINCT p.root_id) FROM identity i JOIN person p ON p.id = i.person_id WHERE {where}"


_NOT_OURS = """NOT EXISTS (
    SELECT 1 FROM account ac WHERE ac.workspace_id = i.workspace_id AND ac.platform = i.platform
    AND (ac.handle = i.handle OR (ac.external_id <> '' AND ac.external_id = i.external_id)))"""
"""Our own accounts speak too; they are nobody's identity."""


def find_people(viewer: Viewer, words: str = "", *, limit: int = 50) -> list[PersonRow]:
    """Whose name or handle holds the words, those heard of last first; everybody where there are no words."""
    where, values = _where(viewer, words, _NOT_OURS)
    rows = read(_GROUPED.format(where=where), [*values, limit])
    identities = _identities(viewer, [row[0] for row in rows])
    return [_person_row(row, identities.get(row[0], [])) for row in rows]


def count_people(viewer: Viewer, words: str = "") -> int:
    """How many the list would show."""
    where, values = _where(viewer, words, _NOT_OURS)
    return int(read(_COUNTED.format(where=where), values)[0][0])


def _person_row(row: tuple[Any, ...], identities: list[IdentityRow]) -> PersonRow:
    return PersonRow(
        id=row[0],
        name=row[1],
        identity_count=row[2],
        handles=tuple(one.handle or one.external_id for one in identities),
        platforms=tuple(sorted({one.platform for one in identities})),
        first_seen_at=row[3],
    )


def _where(viewer: Viewer, words: str, also: str = "") -> tuple[str, list[Any]]:
    condition, values = "i.workspace_id = %s", [viewer.workspace_id]
    if also:
        condition += f" AND {also}"
    if not viewer.sees_all:
        seen, more = visible_touchpoints(viewer)
        condition += f" AND EXISTS (SELECT 1 FROM touchpoint t WHERE t.identity_id = i.id AND {seen})"
        values += more
    plain = " ".join(words.split()).lstrip("@")
    if plain:
        # SQLite folds the case of ASCII alone: other scripts are also asked for as typed and with a capital.
        forms: list[Any] = list(dict.fromkeys(f"%{_escaped(form)}%" for form in (plain, plain.lower(), plain.title())))
        columns = ("i.name", "i.handle", "p.name", "i.external_id")
        asked = [f"LOWER({column}) LIKE %s ESCAPE '!'" for column in columns]
        asked += [f"{column} LIKE %s ESCAPE '!'" for column in columns for _ in forms]
        condition += f" AND ({' OR '.join(asked)})"
        values += [f"%{_escaped(plain.lower())}%"] * len(columns) + [form for _ in columns for form in forms]
    return condition, values


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def access_person(viewer: Viewer, person_id: int) -> PersonView | None:
    """The person that stands for this one now; None where there is none or nothing of theirs may be seen."""
    mine = models.Person.everywhere.filter(workspace_id=viewer.workspace_id)
    root_id = mine.filter(id=person_id).values_list("root_id", flat=True).first()
    if root_id is None:
        return None
    identities = _identities(viewer, [root_id]).get(root_id, [])
    if not viewer.sees_all and not identities:
        return None
    group = list(mine.filter(Q(id=root_id) | Q(root_id=root_id, merged_into__isnull=False)).values_list("id", "name"))
    ids = [row[0] for row in group]
    relations = models.Relation.everywhere.filter(person_id__in=ids).order_by("since", "id")
    merges = models.Merge.everywhere.filter(workspace_id=viewer.workspace_id, other_id__in=ids, undone_at=0).order_by(
        "id"
    )
    return PersonView(
        id=root_id,
        name=dict(group)[root_id],
        identities=identities,
        relations=[RelationRow(row.kind, row.since, row.until, row.evidence) for row in relations],
        merges=[
            MergeRow(
                row.id, row.keep_id, row.other_id, row.method, tuple(row.reasons), row.merged_by, row.merged_at
            )
            for row in merges
        ],
    )  # fmt: skip


def _identities(viewer: Viewer, roots: list[int]) -> dict[int, list[IdentityRow]]:
    if not roots:
        return {}
    where, values = _where(viewer, "")
    marks = ", ".join(["%s"] * len(roots))
    statement = (
        "SELECT p.root_id, i.id, i.platform, i.host, i.external_id, i.handle, i.name, i.url, i.is_blocked, "
        "i.is_verified, i.person_id, i.first_seen_at FROM identity i JOIN person p ON p.id = i.person_id "
        f"WHERE {where} AND (p.id IN ({marks}) OR (p.merged_into IS NOT NULL AND p.root_id IN ({marks}))) ORDER BY i.id"
    )
    found: dict[int, list[IdentityRow]] = {}
    for root_id, *row in read(statement, [*values, *roots, *roots]):
        via_id = row[9] if row[9] != root_id else 0
        columns = (*row[:7], bool(row[7]), bool(row[8]), via_id, row[10])
        identity = IdentityRow(**dict(zip(IdentityRow.__struct_fields__, columns, strict=True)))
        found.setdefault(root_id, []).append(identity)
    return found


def matches(viewer: Viewer, state: str = "proposed", *, limit: int = 50) -> list[MatchRow]:
    """Proposals, the likeliest first. Only for whoever sees everything: a proposal names two people."""
    rows = _matches(viewer, state).select_related("one", "other").order_by("-score", "id")[:limit]
    found = list(rows)
    roots = dict(
        models.Person.everywhere.filter(
            id__in={identity.person_id for row in found for identity in (row.one, row.other)}
        ).values_list("id", "root_id")
    )
    return [
        MatchRow(
            row.id, _shown(row.one), roots[row.one.person_id], _shown(row.other), roots[row.other.person_id],
            row.method, row.score, tuple(row.reasons), row.state,
        )
        for row in found
    ]  # fmt: skip


def count_matches(viewer: Viewer, state: str = "proposed") -> int:
    """How many there are."""
    return _matches(viewer, state).count()


def _matches(viewer: Viewer, state: str) -> "QuerySet[models.Match]":
    rows = models.Match.everywhere.filter(workspace_id=viewer.workspace_id, state=state)
    return rows if viewer.sees_all else rows.none()


def _shown(identity: models.Identity) -> str:
    name = identity.name or identity.handle or identity.external_id
    return f"{name} ({identity.platform} {identity.handle or identity.external_id})"


def identity_batches(workspace_id: int, size: int = 2_000) -> Iterator[list[models.Identity]]:
    """Every identity once, by id, in flat memory. Bots speak for nobody and are left out, as our own accounts are."""
    after_id = 0
    accounts = models.Account.everywhere.filter(workspace_id=workspace_id)
    named = accounts.values_list("platform", "handle", "external_id")
    ours = {(platform, name.lower()) for platform, *names in named for name in names if name}
    rows = models.Identity.everywhere.filter(workspace_id=workspace_id, is_bot=False).order_by("id")
    while found := list(rows.filter(id__gt=after_id)[:size]):
        after_id = found[-1].id
        yield [
            row
            for row in found
            if ours.isdisjoint({(row.platform, row.handle.lower()), (row.platform, row.external_id.lower())})
        ]


def identities_by_id(workspace_id: int, ids: list[int]) -> list[models.Identity]:
    """These identities, in batches that fit a statement."""
    found: list[models.Identity] = []
    for start in range(0, len(ids), 5_000):
        part = ids[start : start + 5_000]
        found += models.Identity.everywhere.filter(workspace_id=workspace_id, id__in=part)
    return found
