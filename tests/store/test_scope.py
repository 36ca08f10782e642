"""Every query belongs to a workspace; the record is appended to, never edited, and holds no words of people."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import House

from fullcircle.store import models
from fullcircle.store.scope import ScopeError, workspace_scope
from fullcircle.testing.builders import make_author, make_touchpoint


def test_it_gives_nothing_without_a_workspace(alice: House, charlie: House) -> None:
    assert models.Team.objects.count() == 0
    with workspace_scope(alice.workspace.id):
        assert {team.workspace_id for team in models.Team.objects.all()} == {alice.workspace.id}
        assert not models.Team.objects.filter(pk=charlie.team.pk).exists()
    assert models.Team.objects.count() == 0


def test_it_writes_nothing_into_another_workspace(alice: House, charlie: House) -> None:
    with workspace_scope(alice.workspace.id), pytest.raises(ScopeError):
        models.Team(workspace=charlie.workspace, name="Ours now").save()
    with pytest.raises(ScopeError):
        models.Team(name="Nobody's").save()


@pytest.mark.parametrize("statement", ["UPDATE event SET actor = 'somebody'", "DELETE FROM event"])
def test_it_refuses_to_edit_what_happened(alice: House, statement: str) -> None:
    alice.store(make_touchpoint())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert alice.events()


def test_it_keeps_words_of_people_out_of_the_record(alice: House) -> None:
    author = make_author(handle="nora-the-secret.example", name="Nora Verysecret")
    alice.store(make_touchpoint(text="a verysecret wish", author=author))
    rows = models.Event.everywhere.filter(workspace=alice.workspace)
    assert not any("secret" in f"{row.name}{row.actor}{row.detail}" for row in rows)
