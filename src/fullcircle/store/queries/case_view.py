"""One case whole: thread, person, promises, who had it and why, what happened."""

import msgspec

from fullcircle.core.events import EventName
from fullcircle.core.moments import Moment
from fullcircle.store import models
from fullcircle.store.queries.cases import CaseRow, access_case, case_rows
from fullcircle.store.queries.touchpoints import FoundTouchpoint, of_thread
from fullcircle.store.visibility import Viewer

THREAD_LIMIT = 200

_OF_CASES = [name.value for name in EventName if name.value.startswith(("case.", "target."))]
"""A subject's id is of the noun its event begins with: persons and cases are numbered apart."""


class TargetRow(msgspec.Struct, frozen=True):
    """One promise and how it ended."""

    kind: str
    started_at: Moment
    due_at: Moment
    outcome: str
    settled_at: Moment


class AssignmentRow(msgspec.Struct, frozen=True):
    """Who had it from then on."""

    at: Moment
    team: str
    responder: str
    decided_by: str
    why: str


class EventRow(msgspec.Struct, frozen=True):
    """One line of the record."""

    at: Moment
    name: str
    actor: str


class CaseView(msgspec.Struct, frozen=True):
    """`thread_is_cut`: there is more of it than is shown."""

    case: CaseRow
    person: str
    issue_id: int
    need_id: int
    need: str
    thread: list[FoundTouchpoint]
    thread_is_cut: bool
    targets: list[TargetRow]
    assignments: list[AssignmentRow]
    events: list[EventRow]


def case_view(viewer: Viewer, case_id: int) -> CaseView | None:
    """None where there is none, or it is not theirs to see."""
    case = access_case(viewer, case_id)
    if case is None:
        return None
    row = case_rows([case])[0]
    thread = of_thread(viewer, case.thread, THREAD_LIMIT + 1)
    issue = models.Issue.everywhere.filter(id=case.issue_id).first()
    need = _need(issue.need_id) if issue and issue.need_id else None
    targets = models.CaseTarget.everywhere.filter(case_id=case.id).order_by("started_at", "id")
    events = models.Event.everywhere.filter(workspace_id=viewer.workspace_id, subject_id=case.id, name__in=_OF_CASES)
    return CaseView(
        case=row,
        person=row.person,
        issue_id=case.issue_id,
        need_id=need.pk if need else 0,
        need=need.name if need else "",
        thread=thread[:THREAD_LIMIT],
        thread_is_cut=len(thread) > THREAD_LIMIT,
        targets=[TargetRow(one.kind, one.started_at, one.due_at, one.outcome, one.settled_at) for one in targets],
        assignments=_assignments(case.id),
        events=[EventRow(one.occurred_at, one.name, one.actor) for one in events.order_by("id")],
    )


def _need(need_id: int) -> models.Need | None:
    """The one it counts under now."""
    need = models.Need.everywhere.filter(id=need_id).select_related("merged_into").first()
    return (need.merged_into or need) if need else None


def _assignments(case_id: int) -> list[AssignmentRow]:
    rows = list(models.Assignment.everywhere.filter(case_id=case_id).order_by("id"))
    teams = dict(models.Team.everywhere.filter(id__in={row.team_id for row in rows}).values_list("id", "name"))
    members = models.Member.everywhere.filter(id__in={row.responder_id for row in rows}).select_related("login")
    names = {member.pk: str(member.login) for member in members}
    return [
        AssignmentRow(
            row.assigned_at, teams.get(row.team_id or 0, ""), names.get(row.responder_id or 0, ""), row.decided_by,
            row.why,
        )
        for row in rows
    ]  # fmt: skip
