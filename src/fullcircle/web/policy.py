"""Who may open a page. Every view says so by a decorator; the program does not start while one does not.

A member is inside exactly one workspace, the one in the address. Whatever is not theirs (another workspace, one that
does not exist, a page their role may not see) is answered by the same 404, so that nothing can be found out by asking.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.core.checks import CheckMessage, Error, register
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone, translation

from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Role
from fullcircle.core.moments import Moment, now
from fullcircle.store.models import Member, Workspace
from fullcircle.store.scope import workspace_scope
from fullcircle.store.visibility import Viewer, viewer_of

NO_POLICY = "fullcircle.E001"
HINT = "Put @open_to_members(...) or @open_to_anybody(why=...) of fullcircle.web.policy above the view."
PRIVATE = "private, no-store"
EVERYBODY_INSIDE = tuple(Role)

View = Callable[..., HttpResponse]


class Policy(msgspec.Struct, frozen=True):
    """No roles: open to anybody, and `why`."""

    roles: tuple[Role, ...]
    why: str = ""


class Inside(msgspec.Struct, frozen=True):
    """Who is where: what a page for members is given beside the request."""

    workspace: Workspace
    member: Member
    viewer: Viewer
    now: Moment


def open_to_anybody(*, why: str) -> Callable[[View], View]:
    """A page without a workspace. `why` says what makes it harmless; an empty one is refused."""
    if not why.strip():
        raise ValueError("say why the page is open to anybody")

    def decorate(view: View) -> View:
        @wraps(view)
        def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return kept_private(view(request, *args, **kwargs))

        return _marked(open_view, Policy((), why))

    return decorate


def open_to_members(*roles: Role) -> Callable[[View], View]:
    """A page inside `/w/<slug:workspace>/`. The view is given the request, an `Inside`, and the rest of the address."""
    if not roles:
        raise ValueError("name the roles, or EVERYBODY_INSIDE")

    def decorate(view: View) -> View:
        @wraps(view)
        def members_view(request: HttpRequest, workspace: str, **kwargs: Any) -> HttpResponse:
            if request.user.pk is None:
                return kept_private(redirect("front"))
            inside = _access_workspace(request.user.pk, workspace, roles)
            language = inside.member.login.language or translation.get_language() or inside.workspace.language
            with (
                workspace_scope(inside.workspace.id),
                timezone.override(ZoneInfo(inside.workspace.time_zone)),
                translation.override(language),
            ):
                return kept_private(view(request, inside, **kwargs))

        return _marked(members_view, Policy(roles))

    return decorate


def _access_workspace(login_id: int, slug: str, roles: Sequence[Role]) -> Inside:
    mine = Member.everywhere.filter(login_id=login_id, workspace__slug=slug, is_active=True)
    member = mine.select_related("workspace", "login").first()
    if member is None or Role(member.role) not in roles:
        raise Http404
    with workspace_scope(member.workspace_id):  # a member's teams are rows of the workspace too
        return Inside(member.workspace, member, viewer_of(member), now())


def kept_private(response: HttpResponse) -> HttpResponse:
    """What a page says is for whoever asked, and for no store on the way."""
    response["Cache-Control"] = PRIVATE
    return response


def _marked(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def policy_of(view: object) -> Policy | None:
    """What a view declared; None: nothing."""
    found = getattr(view, "policy", None)
    return found if isinstance(found, Policy) else None


def routes(
    patterns: Sequence[URLPattern | URLResolver] | None = None, before: str = "/"
) -> Iterator[tuple[str, object]]:
    """Every address as it is declared, with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def unguarded(patterns: Sequence[URLPattern | URLResolver] | None = None) -> list[str]:
    """Addresses whose view declares nothing, or is for members and lies outside every workspace."""
    found = []
    for route, view in routes(patterns):
        policy = policy_of(view)
        if policy is None or (policy.roles and not route.startswith("/w/<slug:workspace>/")):
            found.append(route)
    return found


@register
def check_policies(**_: Any) -> list[CheckMessage]:
    """The system check: one error an address."""
    return [Error(f"{route} does not say who may open it.", hint=HINT, id=NO_POLICY) for route in unguarded()]


def require_policies() -> None:
    """Raises ConfigError where a page does not say who may open it: the server does not start then."""
    found = unguarded()
    if found:
        raise ConfigError(f"{NO_POLICY}: {', '.join(found)}: nothing says who may open it.", hint=HINT)
