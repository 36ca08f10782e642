"""Today: what waits, what came in, what is needed, and whether every record has its place."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fullcircle.store.queries.books import BooksRow, books
from fullcircle.store.queries.circle import Circle, circle, heard_by_day
from fullcircle.store.queries.needs import needs
from fullcircle.store.queries.waiting import SHOWN, SOON_MS, Waiting, pressing, waiting
from fullcircle.web.chart import bar_chart
from fullcircle.web.policy import EVERYBODY_INSIDE, Inside, open_to_members

NEEDS_SHOWN = 5


class Count(msgspec.Struct, frozen=True):
    """A number in words and the rows behind it. `signal`: "", waiting or danger."""

    show: str
    count: int
    words: str
    signal: str
    is_shown: bool


class Step(msgspec.Struct, frozen=True):
    """One segment of the strip. `count` None: nothing is counted here yet, and `words` say why."""

    name: str
    count: int | None
    words: str
    leads_to: str = ""


class Balance(msgspec.Struct, frozen=True):
    """The books in one line."""

    source_count: int
    received: int
    refused: int
    missing: int


@open_to_members(*EVERYBODY_INSIDE)
@require_safe
def today(request: HttpRequest, inside: Inside) -> HttpResponse:
    """`/w/<slug>/`, and `?show=late` and so on for the rows behind a number."""
    viewer = inside.viewer
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    now_waiting = waiting(viewer, inside.now)
    around = circle(viewer, inside.now)
    named = needs(viewer)
    page = {
        "inside": inside,
        "room": "today",
        "soon_at": inside.now + SOON_MS,
        "day_format": _("j M"),
        "show": show,
        "waiting": now_waiting,
        "counts": _counts(now_waiting, show),
        "rows": pressing(viewer, show, inside.now),
        "strip": _strip(around),
        "chart": bar_chart(heard_by_day(viewer, inside.now)),
        "needs": [need for need in named if need.person_count or need.proposed_count][:NEEDS_SHOWN],
        "need_count": len(named),
        "balance": _balance(books(viewer.workspace_id)) if viewer.sees_all else None,
    }
    return render(request, "web/today.html", page)


def _counts(found: Waiting, show: str) -> list[Count]:
    return [
        Count("late", found.late, ngettext("is late", "are late", found.late), "danger", show == "late"),
        Count("soon", found.soon, ngettext("is due soon", "are due soon", found.soon), "waiting", show == "soon"),
        Count("urgent", found.urgent, ngettext("is urgent", "are urgent", found.urgent), "danger", show == "urgent"),
        Count("nobody", found.nobody, ngettext("is nobody’s", "are nobody’s", found.nobody), "", show == "nobody"),
    ]


def _strip(around: Circle) -> list[Step]:
    """heard - understood - answered - acted - came back - given - measured; what has no data yet says so."""
    return [
        _step(_("heard"), around.heard, _("touchpoints in 14 days"), _("nothing has come in yet"), "#heard"),
        _step(_("understood"), around.understood, _("in a language we read"), _("nothing to understand yet"), "#heard"),
        _step(_("answered"), around.answered, _("people, in 14 days"), _("nobody has been answered yet"), "#waits"),
        Step(_("acted"), None, _("no deeds are recorded yet")),
        Step(_("came back"), None, _("visits and purchases are not connected yet")),
        Step(_("given"), None, _("gifts are not counted yet")),
        Step(_("measured"), None, _("no question has been asked yet")),
    ]


def _step(name: str, count: int, words: str, empty: str, leads_to: str) -> Step:
    return Step(name, count, words, leads_to) if count else Step(name, None, empty)


def _balance(rows: list[BooksRow]) -> Balance:
    return Balance(
        source_count=len(rows),
        received=sum(row.received for row in rows),
        refused=sum(sum(row.dropped.values()) + sum(row.quarantined.values()) for row in rows),
        missing=sum(row.missing for row in rows),
    )
