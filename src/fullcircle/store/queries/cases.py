"""Cases: the inbox, one case whole, what waits."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from fullcircle.core.kinds import CaseStatus
from fullcircle.core.moments import Moment
from fullcircle.store import models
from fullcircle.store.visibility import Viewer, visible_cases

OPEN = ~Q(status=CaseStatus.RESOLVED.value)


class CaseFilter(msgspec.Struct, frozen=True):
    """What a list shows. Empty fields ask nothing."""

    status: str = ""  # a status, "unresolved" or "all"
    team_id: int = 0
    responder_id: int = 0
    is_unassigned: bool = False
    is_late: bool = False
    is_urgent: bool = False
    due_before: Moment = 0  # due from now on, and before this moment
    need_id: int = 0
    platform: str = ""


class CaseRow(msgspec.Struct, frozen=True):
    """One row of a list of cases."""

    id: int
    title: str
    status: str
    priority: int
    platform: str
    channel: str
    language: str
    department: str | None
    team: str
    responder: str
    person: str
    person_id: int
    opened_at: Moment
    waiting_since: Moment
    due_at: Moment
    updated_at: Moment


def inbox(
    viewer: Viewer,
    wanted: CaseFilter,
    now: Moment,
    *,
    before: tuple[Moment, int] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """Newest change first; `before` is (updated_at, id) of the last row seen."""
    rows = _wanted(viewer, wanted, now)
    if before is not None:
        rows = rows.filter(Q(updated_at__lt=before[0]) | Q(updated_at=before[0], id__lt=before[1]))
    return case_rows(rows.order_by("-updated_at", "-id")[:limit])


def most_pressing(viewer: Viewer, wanted: CaseFilter, now: Moment, *, limit: int = 50) -> list[CaseRow]:
    """Those whose promise runs out first; those without one after them, the most urgent and longest waiting first."""
    rows = _wanted(viewer, wanted, now)
    due = list(case_rows(rows.filter(due_at__gt=0).order_by("due_at", "id")[:limit]))
    if len(due) < limit:
        due += case_rows(rows.filter(due_at=0).order_by("-priority", "waiting_since", "id")[: limit - len(due)])
    return due


def count_cases(viewer: Viewer, wanted: CaseFilter, now: Moment) -> int:
    """How many the list would show."""
    return _wanted(viewer, wanted, now).count()


def _wanted(viewer: Viewer, wanted: CaseFilter, now: Moment) -> "QuerySet[models.Case]":
    rows = models.Case.everywhere.filter(visible_cases(viewer))
    if wanted.status in ("", "unresolved"):
        rows = rows.filter(OPEN)
    elif wanted.status != "all":
        rows = rows.filter(status=wanted.status)
    asked: dict[str, Any] = {
        "team_id": wanted.team_id,
        "responder_id": wanted.responder_id,
        "platform": wanted.platform,
    }
    rows = rows.filter(**{name: value for name, value in asked.items() if value})
    if wanted.is_unassigned:
        rows = rows.filter(responder_id__isnull=True)
    if wanted.is_late:
        rows = rows.filter(due_at__gt=0, due_at__lt=now)
    if wanted.due_before:
        rows = rows.filter(due_at__gte=now, due_at__lt=wanted.due_before)
    if wanted.is_urgent:
        rows = rows.filter(priority__gte=3)
    if wanted.need_id:
        rows = rows.filter(
            issue_id__in=models.Issue.everywhere.filter(
                workspace_id=viewer.workspace_id, need_id=wanted.need_id
            ).values("id")
        )
    return rows


def case_rows(cases: Iterable[models.Case]) -> list[CaseRow]:
    """With the names of who has them, in a handful of queries however many there are."""
    found = list(cases)
    teams = dict(models.Team.everywhere.filter(id__in={case.team_id for case in found}).values_list("id", "name"))
    members = models.Member.everywhere.filter(id__in={case.responder_id for case in found}).select_related("login")
    names = {member.id: str(member.login) for member in members}
    persons = models.Person.everywhere.filter(id__in={case.person_id for case in found})
    people = {person.id: person for person in persons}
    return [
        CaseRow(
            id=case.id,
            title=case.title,
            status=case.status,
            priority=case.priority,
            platform=case.platform,
            channel=case.channel,
            language=case.language,
            department=case.department,
            team=teams.get(case.team_id or 0, ""),
            responder=names.get(case.responder_id or 0, ""),
            person=people[case.person_id].name if case.person_id in people else "",
            person_id=people[case.person_id].root_id if case.person_id in people else 0,
            opened_at=case.opened_at,
            waiting_since=case.waiting_since,
            due_at=case.due_at,
            updated_at=case.updated_at,
        )
        for case in found
    ]


def access_case(viewer: Viewer, case_id: int) -> models.Case | None:
    """The case, or None where it does not exist or is not theirs to see: the two cannot be told apart."""
    return models.Case.everywhere.filter(visible_cases(viewer), id=case_id).first()
