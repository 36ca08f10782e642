"""Rows on their way out: streamed by key, never capped, the same predicate as everywhere else.

Each export names its columns; a moment is ISO 8601 in UTC, a closed list is written in words, a duration in whole
seconds of real time. What is not known stays empty.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from fullcircle.core.kinds import DEPARTMENTS, PURPOSES, Sentiment, Target, Urgency, intent_names
from fullcircle.core.moments import Moment, to_iso
from fullcircle.core.sheets import Cell
from fullcircle.routing.rules import Priority
from fullcircle.store import models
from fullcircle.store.bulk.tables import read, read_in
from fullcircle.store.ids import lowest_id
from fullcircle.store.queries.people import find_people
from fullcircle.store.visibility import Viewer, visible_cases, visible_touchpoints

SIZE = 1_000

Row: TypeAlias = tuple[Cell, ...]


class Export(msgspec.Struct, frozen=True):
    """One sort of export: its columns, and its rows since a moment (0: all)."""

    columns: tuple[str, ...]
    rows: Callable[[Viewer, Moment], Iterator[Row]]


TOUCHPOINT_COLUMNS = (
    "id", "platform", "host", "external_id", "kind", "direction", "channel", "is_public", "occurred_at", "ordered_at",
    "captured_at", "title", "text", "url", "rating", "parent_external_id", "handle", "name", "identity_id", "person_id",
    "case_id", "account_id", "team_id", "source_id", "language", "language_score", "sentiment", "sentiment_score",
    "intents", "urgency", "urgency_score", "department", "wants_reply", "purpose", "is_late", "is_history",
    "is_truncated", "deleted_at",
)  # fmt: skip
CASE_COLUMNS = (
    "id", "title", "status", "priority", "platform", "channel", "language", "department", "team", "responder",
    "person_id", "person", "issue_id", "need", "opened_at", "first_inbound_at", "last_inbound_at", "first_response_at",
    "last_outbound_at", "waiting_since", "snoozed_until", "resolved_at", "resolved_reason", "due_at",
    "first_response_s", "resolution_s", "first_response_due_at", "first_response_outcome", "next_response_due_at",
    "next_response_met_count", "next_response_missed_count", "resolution_due_at", "resolution_outcome", "reopen_count",
    "assignment_count", "inbound_count", "outbound_count", "labels",
)  # fmt: skip
PERSON_COLUMNS = (
    "person_id", "name", "identity_id", "platform", "host", "external_id", "handle", "identity_name", "url", "is_bot",
    "is_blocked", "is_verified", "first_seen_at", "touchpoint_count", "relations",
)  # fmt: skip

_TOUCHPOINTS = """
SELECT t.id, t.platform, t.host, t.external_id, t.kind, t.direction, t.channel, t.is_public, t.occurred_at,
    t.ordered_at, t.captured_at, t.title, t.text, t.url, t.rating, t.parent_external_id, i.handle, i.name,
    t.identity_id, p.root_id,
    t.case_id, t.account_id, t.team_id, t.source_id, a.language, a.language_score, a.sentiment, a.sentiment_score,
    a.intents, a.urgency, a.urgency_score, a.department, a.wants_reply, COALESCE(t.purpose, ''), a.purpose, t.is_late,
    t.is_history, t.is_truncated, t.deleted_at
FROM touchpoint t LEFT JOIN annotation a ON a.touchpoint_id = t.id LEFT JOIN identity i ON i.id = t.identity_id
    LEFT JOIN person p ON p.id = i.person_id
WHERE t.id > %s AND {where} ORDER BY t.id LIMIT %s
"""
_COUNTS = (
    "SELECT case_id, SUM(CASE WHEN direction = 'inbound' THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN direction = 'outbound' THEN 1 ELSE 0 END) FROM touchpoint "
    "WHERE case_id IN ({marks}) GROUP BY case_id"
)
_IDENTITIES = """
SELECT i.id, p.root_id, r.name, i.platform, i.host, i.external_id, i.handle, i.name, i.url, i.is_bot, i.is_blocked,
    i.is_verified, i.first_seen_at
FROM identity i JOIN person p ON p.id = i.person_id JOIN person r ON r.id = p.root_id
WHERE i.workspace_id = %s AND i.id > %s AND i.first_seen_at >= %s ORDER BY i.id LIMIT %s
"""


def touchpoints(viewer: Viewer, since: Moment) -> Iterator[Row]:
    """One row a touchpoint, oldest first; a deleted one without its text."""
    where, values = visible_touchpoints(viewer)
    last_id = lowest_id(since) - 1
    while found := read(_TOUCHPOINTS.format(where=where), [last_id, *values, SIZE]):
        for row in found:
            yield _touchpoint_row(row)
        last_id = found[-1][0]


def _touchpoint_row(row: Sequence[Any]) -> Row:
    (language, language_score, sentiment, sentiment_score, intents, urgency, urgency_score, department) = row[24:32]
    is_read = language is not None
    purpose = row[33] or (PURPOSES[row[34] - 1].value if row[34] else "")
    return (
        str(row[0]), *row[1:7], bool(row[7]), *[_iso(moment) for moment in row[8:11]], *row[11:16],
        row[16] or "", row[17] or "", *[_id(value) for value in row[18:24]], language or "", _share(language_score),
        Sentiment(sentiment).name.lower() if is_read and sentiment else "", _share(sentiment_score),
        " ".join(intent_names(intents)) if is_read else "", Urgency(urgency).name.lower() if is_read else "",
        _share(urgency_score), DEPARTMENTS[department - 1].value if department else "", bool(row[32]), purpose,
        bool(row[35]), bool(row[36]), bool(row[37]), _iso(row[38]),
    )  # fmt: skip


def cases(viewer: Viewer, since: Moment) -> Iterator[Row]:
    """One row a case with every measure there is of it, by id; `since`: those touched since then."""
    rows = models.Case.everywhere.filter(visible_cases(viewer), updated_at__gte=since).order_by("id")
    last_id = 0
    while found := list(rows.filter(id__gt=last_id)[:SIZE]):
        yield from _case_rows(found)
        last_id = found[-1].id


def _case_rows(found: list[models.Case]) -> Iterator[Row]:
    ids = [case.id for case in found]
    teams = dict(models.Team.everywhere.filter(id__in={case.team_id for case in found}).values_list("id", "name"))
    members = models.Member.everywhere.filter(id__in={case.responder_id for case in found}).select_related("login")
    names = {member.id: str(member.login) for member in members}
    people = {row.id: row for row in models.Person.everywhere.filter(id__in={case.person_id for case in found})}
    issues = models.Issue.everywhere.filter(id__in={case.issue_id for case in found}, need_id__isnull=False)
    need_of = {issue.id: issue.need_id or 0 for issue in issues}
    named = models.Need.everywhere.filter(id__in=set(need_of.values())).select_related("merged_into")
    needs = {need.pk: need for need in named}
    counts = {row[0]: (int(row[1]), int(row[2])) for row in read_in(_COUNTS, [], ids)}
    targets = _targets(ids)
    given = _assignment_counts(ids)
    for case in found:
        need = needs.get(need_of.get(case.issue_id, 0))
        person = people.get(case.person_id)
        yield (
            *_case_head(case, teams.get(case.team_id or 0, ""), names.get(case.responder_id or 0, "")),
            _id(person.root_id if person else None), person.name if person else "", _id(case.issue_id),
            (need.merged_into or need).name if need else "", *_case_times(case),
            *_case_targets(targets.get(case.id, [])),
            case.reopen_count, given.get(case.id, 0), *counts.get(case.id, (0, 0)), " ".join(case.labels),
        )  # fmt: skip


def _case_head(case: models.Case, team: str, responder: str) -> Row:
    return (
        _id(case.id), case.title, case.status, Priority(min(max(case.priority, 0), 3)).name.lower(),
        case.platform, case.channel, case.language, case.department or "", team, responder,
    )  # fmt: skip


def _case_times(case: models.Case) -> Row:
    answered_s = (case.first_response_at - case.first_inbound_at) // 1000 if case.first_response_at else None
    resolved_s = (case.resolved_at - case.opened_at) // 1000 if case.resolved_at else None
    moments = (
        case.opened_at, case.first_inbound_at, case.last_inbound_at, case.first_response_at, case.last_outbound_at,
        case.waiting_since, case.snoozed_until, case.resolved_at,
    )  # fmt: skip
    return (*[_iso(moment) for moment in moments], case.resolved_reason, _iso(case.due_at), answered_s, resolved_s)


def _case_targets(rows: list[models.CaseTarget]) -> Row:
    """Of each kind the newest promise; of the next responses, of which there are many, how many were kept."""
    newest: dict[str, models.CaseTarget] = {row.kind: row for row in rows}
    later = [row.outcome for row in rows if row.kind == Target.NEXT_RESPONSE]
    first, following, last = (newest.get(kind.value) for kind in Target)
    return (
        _iso(first.due_at) if first else "", first.outcome if first else "",
        _iso(following.due_at) if following else "", later.count("met"), later.count("missed"),
        _iso(last.due_at) if last else "", last.outcome if last else "",
    )  # fmt: skip


def _targets(case_ids: list[int]) -> dict[int, list[models.CaseTarget]]:
    found: dict[int, list[models.CaseTarget]] = {}
    for row in models.CaseTarget.everywhere.filter(case_id__in=case_ids).order_by("started_at", "id"):
        found.setdefault(row.case_id, []).append(row)
    return found


def _assignment_counts(case_ids: list[int]) -> dict[int, int]:
    statement = "SELECT case_id, COUNT(*) FROM assignment WHERE case_id IN ({marks}) GROUP BY case_id"
    return {row[0]: row[1] for row in read_in(statement, [], case_ids)}


def people(viewer: Viewer, since: Moment) -> Iterator[Row]:
    """One row an identity, with the person it stands for; `since`: first seen since then. For whoever sees everything,
    all of them; for others those they have something of."""
    allowed = None if viewer.sees_all else {row.id for row in find_people(viewer, limit=(1 << 31))}
    last_id = 0
    while found := read(_IDENTITIES, [viewer.workspace_id, last_id, since, SIZE]):
        last_id = found[-1][0]
        ids = [row[0] for row in found]
        counts = _said_counts(ids)
        relations = _relations([row[1] for row in found])
        for identifier, person_id, name, *rest in found:
            if allowed is None or person_id in allowed:
                yield (
                    _id(person_id), name, _id(identifier), *rest[:6], bool(rest[6]), bool(rest[7]), bool(rest[8]),
                    _iso(rest[9]), counts.get(identifier, 0), " ".join(relations.get(person_id, [])),
                )  # fmt: skip


def _said_counts(identity_ids: list[int]) -> dict[int, int]:
    statement = "SELECT identity_id, COUNT(*) FROM touchpoint WHERE identity_id IN ({marks}) GROUP BY identity_id"
    return {row[0]: row[1] for row in read_in(statement, [], identity_ids)}


def _relations(person_ids: list[int]) -> dict[int, list[str]]:
    statement = "SELECT person_id, kind FROM relation WHERE until IS NULL AND person_id IN ({marks}) ORDER BY since"
    found: dict[int, list[str]] = {}
    for person_id, kind in read_in(statement, [], sorted(set(person_ids))):
        found.setdefault(person_id, []).append(kind)
    return found


def _id(value: int | None) -> str:
    """As text: a spreadsheet keeps 15 digits of a number."""
    return str(value) if value else ""


def _iso(moment: Moment | None) -> str:
    return to_iso(moment) if moment else ""


def _share(score: int | None) -> float | None:
    return None if score is None else round(score / 255, 3)


EXPORTS: dict[str, Export] = {
    "touchpoints": Export(TOUCHPOINT_COLUMNS, touchpoints),
    "cases": Export(CASE_COLUMNS, cases),
    "people": Export(PERSON_COLUMNS, people),
}
