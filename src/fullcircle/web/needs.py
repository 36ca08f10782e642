"""Needs, counted in people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fullcircle.store.queries.needs import needs
from fullcircle.web.policy import EVERYBODY_INSIDE, Inside, open_to_members


@open_to_members(*EVERYBODY_INSIDE)
@require_safe
def needs_page(request: HttpRequest, inside: Inside) -> HttpResponse:
    """`/w/<slug>/needs/`"""
    return render(request, "web/needs.html", {"inside": inside, "room": "needs", "needs": needs(inside.viewer)})
