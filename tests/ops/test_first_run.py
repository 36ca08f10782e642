"""The first start: all of it or nothing, the same however often, and one address that lets the owner in."""

import pytest
from django.test import Client

from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Role
from fullcircle.ops import first_run
from fullcircle.store import models


def path_of(address: str) -> str:
    """Behind http://host:port."""
    return "/" + address.split("/", 3)[3]


@pytest.mark.django_db
def test_it_makes_a_workspace_and_its_owner_once() -> None:
    for _ in range(2):
        first_run.prepare_first_workspace(with_sample=False)
    (workspace,) = models.Workspace.objects.all()
    assert (workspace.slug, workspace.is_demo) == ("home", False)
    (member,) = models.Member.everywhere.all()
    assert (member.role, member.workspace_id) == (Role.OWNER.value, workspace.id)
    (login,) = models.Login.objects.all()
    assert login.email == "owner@localhost.invalid"
    assert not login.has_usable_password()


@pytest.mark.django_db
def test_it_leaves_a_workspace_alone_that_is_there(alice: object) -> None:
    first_run.prepare_first_workspace(with_sample=True)
    assert models.Workspace.objects.count() == 1
    assert not models.Workspace.objects.get().is_demo


@pytest.mark.django_db(transaction=True)
def test_it_leaves_nothing_behind_when_it_is_stopped_halfway(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(workspace: models.Workspace) -> None:
        models.Team.everywhere.create(workspace=workspace, name="Half")
        raise KeyboardInterrupt

    monkeypatch.setattr("fullcircle.ops.sample.load_sample", stopped)
    with pytest.raises(KeyboardInterrupt):
        first_run.prepare_first_workspace(with_sample=True)
    for model in (models.Workspace, models.Login, models.Member, models.Team):
        assert not model._base_manager.exists()
    first_run.prepare_first_workspace(with_sample=False)
    assert models.Workspace.objects.count() == 1


@pytest.mark.django_db
def test_it_prints_an_address_that_works_once() -> None:
    first_run.prepare_first_workspace(with_sample=False)
    address = first_run.first_address()
    assert address.startswith("http://127.0.0.1:8000/open/")
    assert len(address) < 100  # one line of a terminal, nearly always
    client = Client()
    assert "My workspace" in client.get(path_of(address)).content.decode()
    assert client.post(path_of(address)).status_code == 303
    assert client.get("/w/home/").status_code == 200
    assert Client().post(path_of(address)).status_code == 410
    assert Client().post(path_of(first_run.first_address())).status_code == 303


@pytest.mark.django_db
def test_it_prints_the_front_page_where_there_is_no_owner() -> None:
    assert first_run.first_address() == "http://127.0.0.1:8000/"


@pytest.mark.django_db
def test_it_does_not_let_a_deactivated_owner_in() -> None:
    first_run.prepare_first_workspace(with_sample=False)
    models.Member.everywhere.update(is_active=False)
    assert first_run.first_address() == "http://127.0.0.1:8000/"


@pytest.mark.django_db
def test_it_does_not_start_with_a_page_that_says_not_who_may_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fullcircle.web.policy.unguarded", lambda: ["/bare/"])
    with pytest.raises(ConfigError, match=r"fullcircle\.E001"):
        first_run.prepare_first_workspace(with_sample=False)
    assert not models.Workspace.objects.exists()
