"""Matches are proposed once, decided by who leads, and never across workspaces."""

import pytest
from tests.cast import House

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.desk.matches import accept_match, propose_matches, refuse_match
from fullcircle.store import models
from fullcircle.store.queries.people import access_person, find_people, matches
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import make_author, make_touchpoint


def meet(house: House) -> None:
    """One woman on two platforms, somebody else, and our own account speaking."""
    house.store(
        make_touchpoint(
            external_id="1", author=make_author(external_id="a", handle="ottilie.brandt", name="Ottilie Brandt")
        ),
        make_touchpoint(
            external_id="2",
            platform="mastodon",
            author=make_author(external_id="b", handle="ottiliebrandt@hafen.example", name="Ottilie Brandt"),
        ),
        make_touchpoint(external_id="3", author=make_author(external_id="c", handle="someone.else", name="Jo")),
        make_touchpoint(
            external_id="4", author=make_author(external_id="d", handle="harbourbakery.example", name="Ottilie Brandt")
        ),
    )


def test_it_proposes_a_pair_once_with_its_reasons(alice: House) -> None:
    meet(alice)
    viewer = viewer_of(alice.owner)
    found = propose_matches(viewer)
    assert (found.proposed_count, found.joined_count) == (1, 0)
    row = matches(viewer)[0]
    assert {row.one.split(" (")[0], row.other.split(" (")[0]} == {"Ottilie Brandt"}
    assert row.reasons
    assert propose_matches(viewer).proposed_count == 0
    assert alice.events().count("match.proposed") == 1


def test_an_accepted_match_is_one_person(alice: House) -> None:
    meet(alice)
    viewer = viewer_of(alice.owner)
    propose_matches(viewer)
    merge = accept_match(viewer, matches(viewer)[0].id)
    person = access_person(viewer, merge.other_id)
    assert person is not None
    assert (person.id, len(person.identities), person.merges[0].id) == (merge.keep_id, 2, merge.pk)
    assert [row.identity_count for row in find_people(viewer, "ottilie")] == [2]
    with pytest.raises(DeskError) as told:
        refuse_match(viewer, models.Match.everywhere.get().pk)
    assert told.value.code == "already_decided"
    assert propose_matches(viewer).proposed_count == 0


def test_a_refused_match_is_not_proposed_again(alice: House) -> None:
    meet(alice)
    viewer = viewer_of(alice.owner)
    propose_matches(viewer)
    assert refuse_match(viewer, matches(viewer)[0].id).state == "refused"
    assert propose_matches(viewer).proposed_count == 0
    assert matches(viewer) == []
    assert alice.events()[-1] == "match.decided"


def test_it_never_matches_or_decides_across_workspaces(alice: House, charlie: House) -> None:
    meet(alice)
    meet(charlie)
    propose_matches(viewer_of(alice.owner))
    match_id = matches(viewer_of(alice.owner))[0].id
    for verb in (accept_match, refuse_match):
        with pytest.raises(DeskError) as told:
            verb(viewer_of(charlie.owner), match_id)
        assert told.value.code == "not_found"
        with pytest.raises(DeskError) as told:
            verb(viewer_of(alice.member(f"bob{verb.__name__}", Role.RESPONDER)), match_id)
        assert told.value.code == "not_allowed"
    assert matches(viewer_of(charlie.owner)) == []
    person_id = find_people(viewer_of(alice.owner))[0].id
    assert access_person(viewer_of(charlie.owner), person_id) is None


def test_bob_sees_no_proposal_and_only_people_he_may_see(alice: House) -> None:
    meet(alice)
    alice.store(
        make_touchpoint(
            external_id="5",
            is_public=False,
            author=make_author(external_id="e", handle="secret", name="Private Person"),
        )
    )
    models.Touchpoint.everywhere.filter(external_id="5").update(team_id=alice.press.pk)
    propose_matches(viewer_of(alice.owner))
    bob = viewer_of(alice.member("bob", Role.RESPONDER))
    assert matches(bob) == []
    assert find_people(bob, "private") == []
    assert [row.name for row in find_people(viewer_of(alice.owner), "PRIVATE")] == ["Private Person"]
