"""Coming in and going out: the front page, the one-time address, signing out."""

from django.contrib.auth import login as sign_in
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from fullcircle.store.models import Login, Member
from fullcircle.web.opening import login_of, use_token
from fullcircle.web.policy import kept_private, open_to_anybody

GONE = 410


@open_to_anybody(why="It says how to come in, or leads a signed-in member to Today.")
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """`/`"""
    first = _first_place(request.user.pk) if request.user.is_authenticated else None
    if first is not None:
        return redirect("today", workspace=first.workspace.slug)
    return render(request, "web/front.html", {"is_signed_in": request.user.is_authenticated})


def _first_place(login_id: int) -> Member | None:
    mine = Member.everywhere.filter(login_id=login_id, is_active=True)
    return mine.select_related("workspace").order_by("workspace_id").first()


@open_to_anybody(why="The address itself is the proof, works once and for a day.")
def open_once(request: HttpRequest, token: str) -> HttpResponse:
    """A look shows a button, so that whatever previews links does not use it up; pressing it signs in."""
    if request.method != "POST":
        found = login_of(token)
        place = _first_place(found.pk) if found else None
        if place is None:
            return render(request, "web/gone.html", status=GONE)
        return render(request, "web/open.html", {"token": token, "workspace": place.workspace})
    login = _signed_in(request, token)
    if login is None:
        return render(request, "web/gone.html", status=GONE)
    return _see_other(reverse("front"))


@transaction.atomic
def _signed_in(request: HttpRequest, token: str) -> Login | None:
    login = use_token(token)
    if login is not None:
        sign_in(request, login)  # sets last_login, which ends the token, in this transaction
    return login


@open_to_anybody(why="It ends the caller's own session and shows nothing.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Back to the front page."""
    logout(request)
    return _see_other(reverse("front"))


def _see_other(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One answer for what does not exist and what is not theirs: the address asked for does not appear in it."""
    return kept_private(render(request, "web/not_found.html", status=404))
