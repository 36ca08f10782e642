"""Cases are given, put aside, closed and opened again by those who may, and each time it stands in the record."""

import pytest
from tests.cast import House

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.core.moments import HOUR, now
from fullcircle.desk.cases import assign_case, reopen_case, resolve_case, snooze_case, wake_case
from fullcircle.store import models
from fullcircle.store.visibility import Viewer, operator, viewer_of
from fullcircle.testing.builders import make_touchpoint


@pytest.fixture
def case(alice: House) -> models.Case:
    alice.store(make_touchpoint())
    return alice.cases()[0]


def bob(house: House, *teams: models.Team) -> Viewer:
    member = house.member("bob", Role.RESPONDER)
    for team in teams:
        models.TeamMember.everywhere.create(workspace=house.workspace, team=team, member=member)
    return viewer_of(member)


def test_it_gives_a_case_to_a_team_and_says_who_decided_and_why(alice: House, case: models.Case) -> None:
    viewer = viewer_of(alice.owner)
    given = assign_case(viewer, case.id, team_id=alice.press.pk, why="a reporter asks")
    assert (given.team_id, given.version) == (alice.press.pk, case.version + 1)
    row = models.Assignment.everywhere.filter(case_id=case.id).latest("id")
    assert (row.decided_by, row.why) == (f"member:{alice.owner.pk}", "a reporter asks")
    assert alice.events()[-1] == "case.assigned"


def test_it_takes_a_case_out_of_a_responders_hands_when_another_team_gets_it(alice: House, case: models.Case) -> None:
    viewer = operator(alice.workspace.pk)
    assert assign_case(viewer, case.id, responder_id=alice.owner.pk).responder_id == alice.owner.pk
    assert assign_case(viewer, case.id, team_id=alice.press.pk).responder_id is None


def test_it_resolves_with_a_reason_and_opens_again(alice: House, case: models.Case) -> None:
    viewer = operator(alice.workspace.pk)
    closed = resolve_case(viewer, case.id, "rang them")
    assert (closed.status, closed.resolved_reason, closed.next_due_at) == ("resolved", "rang them", 0)
    opened = reopen_case(viewer, case.id)
    assert (opened.status, opened.resolved_reason, opened.reopen_count) == ("open", "", 1)
    assert [name for name in alice.events() if name.startswith("case.re")] == ["case.resolved", "case.reopened"]


def test_it_stops_no_clock_by_putting_a_case_aside(alice: House, case: models.Case) -> None:
    viewer = operator(alice.workspace.pk)
    aside = snooze_case(viewer, case.id, now() + HOUR)
    assert (aside.status, aside.next_due_at) == ("snoozed", case.next_due_at)
    assert wake_case(viewer, case.id).status == "open"


@pytest.mark.parametrize("verb", [resolve_case, wake_case, reopen_case])
def test_it_says_when_nothing_would_change(alice: House, case: models.Case, verb: object) -> None:
    viewer = operator(alice.workspace.pk)
    if verb is resolve_case:
        resolve_case(viewer, case.id)
    before = alice.events()
    with pytest.raises(DeskError) as told:
        verb(viewer, case.id)  # type: ignore[operator]
    assert told.value.code == "nothing_changed"
    assert alice.events() == before


def test_it_refuses_what_cannot_be(alice: House, case: models.Case) -> None:
    viewer = operator(alice.workspace.pk)
    with pytest.raises(DeskError, match="later moment") as told:
        snooze_case(viewer, case.id, now() - HOUR)
    assert told.value.code == "snooze_in_the_past"
    with pytest.raises(DeskError, match="which team or which member"):
        assign_case(viewer, case.id)
    with pytest.raises(DeskError, match="no team 999"):
        assign_case(viewer, case.id, team_id=999)


def test_bob_works_on_his_teams_cases_and_knows_of_no_others(alice: House, case: models.Case) -> None:
    inside, outside = bob(alice, alice.team), viewer_of(alice.member("ben", Role.RESPONDER))
    assert resolve_case(inside, case.id).status == "resolved"
    with pytest.raises(DeskError) as told:
        reopen_case(outside, case.id)
    assert told.value.code == "not_found"


def test_an_auditor_changes_nothing(alice: House, case: models.Case) -> None:
    with pytest.raises(DeskError) as told:
        resolve_case(viewer_of(alice.member("ada", Role.AUDITOR)), case.id)
    assert told.value.code == "not_allowed"


def test_charlie_cannot_tell_a_case_of_alices_from_none(alice: House, charlie: House, case: models.Case) -> None:
    viewer = viewer_of(charlie.owner)
    said = []
    for case_id in (case.id, 987_654):
        with pytest.raises(DeskError) as told:
            assign_case(viewer, case_id, team_id=charlie.team.pk)
        said.append((told.value.code, str(told.value).replace(str(case_id), "N")))
    assert said[0] == said[1] == ("not_found", "There is no case N.")
    with pytest.raises(DeskError):  # nor can Alice give hers to Charlie's team
        assign_case(viewer_of(alice.owner), case.id, team_id=charlie.team.pk)
