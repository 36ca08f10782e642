"""Who waits for a word of ours: counted, and listed with the most pressing first. Both ask the same predicate."""

from typing import Any

import msgspec
from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Left

from fullcircle.core.kinds import CaseStatus, Urgency
from fullcircle.core.moments import HOUR, Moment
from fullcircle.routing.rules import Priority
from fullcircle.store import models
from fullcircle.store.visibility import Viewer, visible_cases

SOON_MS = 2 * HOUR
SHOWN = ("late", "soon", "urgent", "nobody")


class Waiting(msgspec.Struct, frozen=True):
    """Cases somebody waits in, counted. They overlap: a late one may be urgent and nobody's."""

    late: int
    soon: int
    urgent: int
    nobody: int
    everybody: int


class PressingRow(msgspec.Struct, frozen=True):
    """One case somebody waits in. `due_at` 0: nothing promised. `title`, `text`, `is_public`, `intents`: of its newest
    touchpoint; `urgency` too, or urgent where a rule or an earlier word made the case so."""

    id: int
    title: str
    text: str
    priority: int
    platform: str
    name: str
    person_id: int
    intents: int
    urgency: int
    is_public: bool
    waiting_since: Moment
    due_at: Moment
    team: str
    responder: str


def waiting(viewer: Viewer, now: Moment) -> Waiting:
    """How many wait, in one query."""
    asked = {name: Count("id", filter=question) for name, question in _questions(now).items()}
    return Waiting(**_waiting_cases(viewer).aggregate(everybody=Count("id"), **asked))


def pressing(viewer: Viewer, show: str, now: Moment, limit: int = 25) -> list[PressingRow]:
    """Urgent ones first, then whose promise ran out or runs out first, then who has waited longest. `show`: one of
    SHOWN, else everybody."""
    rows = _waiting_cases(viewer)
    question = _questions(now).get(show)
    if question is not None:
        rows = rows.filter(question)
    is_calm = Choice(When(priority__gte=Priority.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField())
    is_unpromised = Choice(When(due_at__gt=0, then=Value(0)), default=Value(1), output_field=IntegerField())
    return _rows(list(rows.order_by(is_calm, is_unpromised, "due_at", "waiting_since", "id")[:limit]))


def _questions(now: Moment) -> dict[str, Q]:
    return {
        "late": Q(due_at__gt=0, due_at__lt=now),
        "soon": Q(due_at__gte=now, due_at__lt=now + SOON_MS),
        "urgent": Q(priority__gte=Priority.URGENT),
        "nobody": Q(responder_id__isnull=True),
    }


def _waiting_cases(viewer: Viewer) -> "QuerySet[Any]":
    rows = models.Case.everywhere.filter(visible_cases(viewer), waiting_since__gt=0)
    return rows.exclude(status__in=(CaseStatus.RESOLVED.value, CaseStatus.SNOOZED.value))


def _rows(cases: list[Any]) -> list[PressingRow]:
    teams = dict(models.Team.everywhere.filter(id__in={case.team_id for case in cases}).values_list("id", "name"))
    members = models.Member.everywhere.filter(id__in={case.responder_id for case in cases}).select_related("login")
    names = {member.id: str(member.login) for member in members}
    people = {one.id: one for one in models.Person.everywhere.filter(id__in={case.person_id for case in cases})}
    said = _last_words(cases)
    for case in cases:
        spoken = said.setdefault(case.last_touchpoint_id, dict(_NOTHING))
        if case.priority >= Priority.URGENT:
            spoken["urgency"] = max(spoken["urgency"], Urgency.URGENT)
    return [
        PressingRow(
            id=case.id,
            priority=case.priority,
            platform=case.platform,
            name=people[case.person_id].name if case.person_id in people else "",
            person_id=people[case.person_id].root_id if case.person_id in people else 0,
            waiting_since=case.waiting_since,
            due_at=case.due_at,
            team=teams.get(case.team_id or 0, ""),
            responder=names.get(case.responder_id or 0, ""),
            **said[case.last_touchpoint_id],
        )
        for case in cases
    ]


TEXT_SHOWN = 300
_NOTHING = {"title": "", "text": "", "is_public": False, "intents": 0, "urgency": 0}


def _last_words(cases: list[Any]) -> dict[int, dict[str, Any]]:
    """The newest touchpoint of each case, by its id."""
    ids = [case.last_touchpoint_id for case in cases]
    shown = models.Touchpoint.everywhere.filter(id__in=ids)
    found = {
        touchpoint_id: {**_NOTHING, "title": title, "text": text, "is_public": is_public}
        for touchpoint_id, title, text, is_public in shown.values_list(
            "id", "title", Left("text", TEXT_SHOWN), "is_public"
        )
    }
    notes = models.Annotation.everywhere.filter(touchpoint_id__in=ids)
    for touchpoint_id, intents, urgency in notes.values_list("touchpoint_id", "intents", "urgency"):
        found[touchpoint_id].update(intents=intents, urgency=urgency)
    return found
