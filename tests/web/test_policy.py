"""Every page says who may open it, and what is not somebody's cannot be told from what does not exist."""

import types

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from tests.cast import House
from tests.web.conftest import Asks, SignIn

from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Role
from fullcircle.store import models
from fullcircle.web import policy


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("anybody may read this by accident")


@policy.open_to_members(Role.OWNER)
def for_owners(request: HttpRequest, inside: policy.Inside) -> HttpResponse:
    return HttpResponse("for owners")


def test_it_holds_for_every_page_there_is() -> None:
    assert policy.unguarded() == []
    assert policy.check_policies() == []
    policy.require_policies()


def test_it_finds_a_page_that_does_not_say_who_may_open_it() -> None:
    assert policy.unguarded([path("w/<slug:workspace>/bare/", bare)]) == ["/w/<slug:workspace>/bare/"]


def test_it_finds_a_page_for_members_outside_every_workspace() -> None:
    assert policy.unguarded([path("w/<slug:workspace>/x/", for_owners)]) == []
    assert policy.unguarded([path("x/", for_owners)]) == ["/x/"]


def test_it_does_not_start_with_such_a_page(monkeypatch: pytest.MonkeyPatch, settings: types.SimpleNamespace) -> None:
    urls = types.ModuleType("planted_urls")
    urls.urlpatterns = [path("bare/", bare)]  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "planted_urls", urls)
    settings.ROOT_URLCONF = "planted_urls"
    (error,) = policy.check_policies()
    assert error.id == "fullcircle.E001"
    assert error.hint == policy.HINT
    with pytest.raises(ConfigError, match=r"fullcircle\.E001: /bare/"):
        policy.require_policies()


def test_it_refuses_a_policy_without_a_reason_or_a_role() -> None:
    with pytest.raises(ValueError, match="say why"):
        policy.open_to_anybody(why=" ")
    with pytest.raises(ValueError, match="name the roles"):
        policy.open_to_members()


MEMBERS_PAGES = ("", "needs/", "cases/{case}/")


def test_it_has_a_row_in_this_matrix_for_every_page() -> None:
    inside = [route for route, view in policy.routes() if (found := policy.policy_of(view)) and found.roles]
    assert len(inside) == len(MEMBERS_PAGES)


@pytest.mark.parametrize("page", MEMBERS_PAGES)
def test_it_lets_in_who_belongs_there_and_nobody_else(
    page: str, alice: House, charlie: House, bob: models.Member, dora: models.Member, signed_in: SignIn, asks: Asks
) -> None:
    address = f"/w/harbour/{page.format(case=asks(alice).id)}"
    for member in (alice.owner, bob):
        answer = signed_in(member).get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
    nobody = signed_in(None).get(address)
    assert (nobody.status_code, nobody["Location"]) == (302, "/")
    for member in (charlie.owner, dora):
        answer = signed_in(member).get(address)
        missing = signed_in(member).get(address.replace("harbour", "nowhere"))
        assert (answer.status_code, missing.status_code) == (404, 404)
        assert answer.content == missing.content
        assert answer["Cache-Control"] == "private, no-store"
        assert b"harbour" not in answer.content.lower()


@pytest.mark.parametrize("page", MEMBERS_PAGES)
def test_it_throws_out_a_login_that_was_deactivated(page: str, alice: House, signed_in: SignIn, asks: Asks) -> None:
    case = asks(alice)
    client = signed_in(alice.owner)
    models.Login.objects.filter(pk=alice.owner.login_id).update(is_active=False)
    assert client.get(f"/w/harbour/{page.format(case=case.id)}").status_code == 302


def test_it_does_not_find_a_case_of_another_workspace_in_ones_own(
    alice: House, charlie: House, signed_in: SignIn, asks: Asks
) -> None:
    theirs = asks(charlie)
    client = signed_in(alice.owner)
    answer, missing = client.get(f"/w/harbour/cases/{theirs.id}/"), client.get("/w/harbour/cases/999/")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.content == missing.content
    assert client.get(f"/w/harbour/cases/{10**30}/").status_code == 404


def test_it_does_not_show_a_case_of_another_team(
    alice: House, bob: models.Member, signed_in: SignIn, asks: Asks
) -> None:
    case = asks(alice)
    models.Case.everywhere.filter(pk=case.pk).update(team_id=alice.press.id)
    assert signed_in(bob).get(f"/w/harbour/cases/{case.id}/").status_code == 404
    assert signed_in(alice.owner).get(f"/w/harbour/cases/{case.id}/").status_code == 200


def test_it_does_not_show_a_page_to_a_role_it_is_not_for(alice: House, bob: models.Member, signed_in: SignIn) -> None:
    request = HttpRequest()
    request.user = bob.login  # type: ignore[assignment]
    with pytest.raises(policy.Http404):
        for_owners(request, workspace="harbour")
    request.user = alice.owner.login  # type: ignore[assignment]
    assert for_owners(request, workspace="harbour").content == b"for owners"


def test_it_answers_only_looks_on_pages_that_show(alice: House, signed_in: SignIn) -> None:
    assert signed_in(alice.owner).post("/w/harbour/").status_code == 405


def test_it_sends_a_policy_of_content_without_inline_anything(client: Client, db: None) -> None:
    said = client.get("/")["Content-Security-Policy"]
    assert "style-src 'self'" in said
    assert "unsafe" not in said
