"""One case: the thread as it was spoken, who decided what and why, and what was promised."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fullcircle.core.kinds import CaseStatus, Target
from fullcircle.core.moments import Moment
from fullcircle.routing.case_clocks import TargetOutcome
from fullcircle.store.queries.case_story import Promised, story_of
from fullcircle.store.queries.cases import access_case
from fullcircle.store.queries.touchpoints import of_case
from fullcircle.web.policy import EVERYBODY_INSIDE, Inside, open_to_members
from fullcircle.web.words import span

LARGEST_ID = (1 << 63) - 1


@open_to_members(*EVERYBODY_INSIDE)
@require_safe
def case_page(request: HttpRequest, inside: Inside, case_id: int) -> HttpResponse:
    """`/w/<slug>/cases/<id>/`. A case of another team reads as one that does not exist."""
    case = access_case(inside.viewer, case_id) if case_id <= LARGEST_ID else None
    if case is None:
        raise Http404
    story = story_of(inside.viewer, case)
    page = {
        "inside": inside,
        "case": case,
        "story": story,
        "status": _status_words(CaseStatus(case.status)),
        "touchpoints": of_case(inside.viewer, case.id),
        "promises": [(_target_words(one.kind), _outcome_words(one, inside.now), one) for one in story.promises],
    }
    return render(request, "web/case.html", page)


def _status_words(status: CaseStatus) -> str:
    return {
        CaseStatus.OPEN: _("open: somebody waits for us"),
        CaseStatus.PENDING: _("pending: we answered and wait for them"),
        CaseStatus.SNOOZED: _("put aside until later"),
        CaseStatus.RESOLVED: _("resolved"),
    }[status]


def _target_words(target: Target) -> str:
    return {
        Target.FIRST_RESPONSE: _("first answer"),
        Target.NEXT_RESPONSE: _("next answer"),
        Target.RESOLUTION: _("resolution"),
    }[target]


def _outcome_words(promise: Promised, at: Moment) -> str:
    outcome = TargetOutcome(promise.outcome)
    if outcome is TargetOutcome.MET:
        return _("kept")
    if outcome is TargetOutcome.MISSED:
        return _("missed")
    if outcome is TargetOutcome.WITHDRAWN:
        return _("withdrawn: resolved with nothing said")
    left = {"span": span(promise.due_at - at)}
    return _("%(span)s left") % left if promise.due_at >= at else _("%(span)s late") % left
