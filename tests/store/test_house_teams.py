"""A worker has no workspace in context: whoever it gives cases to is in their teams all the same."""

from tests.cast import House

from fullcircle.core.kinds import Role
from fullcircle.store import models
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import make_touchpoint


def test_a_present_member_of_the_team_gets_the_case(alice: House) -> None:
    bob = alice.member("bob", Role.RESPONDER)
    models.Member.everywhere.filter(pk=bob.pk).update(is_present=True)
    models.TeamMember.everywhere.create(workspace=alice.workspace, team=alice.team, member=bob)
    assert viewer_of(bob).team_ids == (alice.team.pk,)
    alice.store(make_touchpoint())
    assert alice.cases()[0].responder_id == bob.pk
