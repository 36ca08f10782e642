"""Cases: given to somebody, put aside, closed, opened again. Their life is the pure machine of routing/case_state."""

from typing import Any

from django.db import connection, transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.moments import Moment, now
from fullcircle.desk.access import actor_of, missing, require_write
from fullcircle.pipeline.settled import OpenCase
from fullcircle.routing.case_events import Assign, CaseEvent, Reopen, Resolve, Snooze, Wake
from fullcircle.routing.case_state import advance
from fullcircle.store import models
from fullcircle.store.bulk.cases import CASE_COLUMNS, open_case, write_cases
from fullcircle.store.bulk.tables import quoted, read
from fullcircle.store.house import house_of
from fullcircle.store.queries.cases import access_case
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer


def assign_case(
    viewer: Viewer, case_id: int, *, team_id: int | None = None, responder_id: int | None = None, why: str = ""
) -> models.Case:
    """To a team, a responder, or both; what is not named stays, but a new team takes the case out of a responder's
    hands. Raises DeskError: not_allowed, not_found, nobody_named, nothing_changed."""
    require_write(viewer)
    if team_id is None and responder_id is None:
        raise DeskError("nobody_named", "Say which team or which member it goes to.")
    _require_here(viewer, team_id, responder_id)
    with transaction.atomic():
        case = _locked(viewer, case_id)
        new_team = case.team_id if team_id is None else team_id
        moved_away = new_team != case.team_id and responder_id is None
        new_responder = responder_id if responder_id is not None else None if moved_away else case.responder_id
        if (new_team, new_responder) == (case.team_id, case.responder_id):
            raise DeskError("nothing_changed", "It is theirs already.")
        at = now()
        models.Case.everywhere.filter(id=case_id).update(team_id=new_team, responder_id=new_responder)
        models.Assignment.everywhere.create(
            workspace_id=viewer.workspace_id,
            case_id=case_id,
            team_id=new_team,
            responder_id=new_responder,
            decided_by=actor_of(viewer),
            why=(why or "given by hand")[:300],
            assigned_at=at,
        )
        _live(viewer, case, Assign(at))
    return models.Case.everywhere.get(id=case_id)


def resolve_case(viewer: Viewer, case_id: int, reason: str = "") -> models.Case:
    """Closed, with its reason. Raises DeskError: not_allowed, not_found, nothing_changed."""
    return _step(viewer, case_id, Resolve(now(), reason), resolved_reason=reason[:64])


def reopen_case(viewer: Viewer, case_id: int) -> models.Case:
    """Open again, its promises made anew. Raises DeskError: not_allowed, not_found, nothing_changed."""
    return _step(viewer, case_id, Reopen(now()), resolved_reason="")


def snooze_case(viewer: Viewer, case_id: int, until: Moment) -> models.Case:
    """Put aside; no clock stops. Raises DeskError: not_allowed, not_found, case_resolved, snooze_in_the_past."""
    return _step(viewer, case_id, Snooze(now(), until))


def wake_case(viewer: Viewer, case_id: int) -> models.Case:
    """Back before its time. Raises DeskError: not_allowed, not_found, nothing_changed."""
    return _step(viewer, case_id, Wake(now(), is_by_hand=True))


def _step(viewer: Viewer, case_id: int, event: CaseEvent, **columns: Any) -> models.Case:
    require_write(viewer)
    with transaction.atomic():
        _live(viewer, _locked(viewer, case_id), event)
        if columns:
            models.Case.everywhere.filter(id=case_id).update(**columns)
    return models.Case.everywhere.get(id=case_id)


def _locked(viewer: Viewer, case_id: int) -> OpenCase:
    if access_case(viewer, case_id) is None:
        raise missing("case", case_id)
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    columns = quoted(CASE_COLUMNS)
    statement = f'SELECT {columns} FROM "case" WHERE id = %s AND workspace_id = %s{lock}'  # noqa: S608
    return open_case(read(statement, [case_id, viewer.workspace_id])[0], {})


def _live(viewer: Viewer, case: OpenCase, event: CaseEvent) -> None:
    calendar = house_of(viewer.workspace_id).calendar(case.calendar_id)
    state, happened = advance(case.state, event, case.targets, calendar)
    if state == case.state:
        raise DeskError("nothing_changed", f"Nothing to do: the case is {case.state.status.value}.")
    case.state = state
    write_cases(viewer.workspace_id, [], [case], now())
    for fact in happened:
        detail = {"target": fact.target.value} if fact.target else {}
        record_event(viewer.workspace_id, fact.name, case.case_id, actor=actor_of(viewer), **detail)


def _require_here(viewer: Viewer, team_id: int | None, responder_id: int | None) -> None:
    mine = {"workspace_id": viewer.workspace_id}
    if team_id is not None and not models.Team.everywhere.filter(**mine, id=team_id).exists():
        raise missing("team", team_id)
    if responder_id is None:
        return
    if not models.Member.everywhere.filter(**mine, id=responder_id, is_active=True).exists():
        raise missing("member", responder_id)
