"""A correction holds, is counted, and is nobody's but those who may see the touchpoint."""

import pytest
from tests.cast import House
from tests.counted import recounted, rollups

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.desk.corrections import correct_touchpoint
from fullcircle.store import models
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import make_touchpoint


@pytest.mark.parametrize(
    ("name", "value", "column", "stored"),
    [
        ("sentiment", "negative", "sentiment", 1),
        ("urgency", "danger", "urgency", 3),
        ("language", "de", "language", "de"),
        ("department", "pr", "department", 2),
        ("intents", "complains, asks", "intents", 3),
        ("wants_reply", "no", "wants_reply", False),
        ("purpose", "gift", "purpose", 2),
    ],
)
def test_it_says_what_the_person_says_and_the_rollups_follow(
    alice: House, name: str, value: str, column: str, stored: object
) -> None:
    alice.store(make_touchpoint())
    touchpoint = alice.touchpoints()[0]
    row = correct_touchpoint(viewer_of(alice.owner), touchpoint.id, name, value)
    note = models.Annotation.everywhere.get(touchpoint_id=touchpoint.id)
    assert getattr(note, column) == stored
    assert (row.name, row.value, row.member_id) == (name, value, alice.owner.pk)
    assert rollups(alice.workspace.pk) == recounted(alice.workspace.pk)
    assert alice.events()[-1] == "touchpoint.corrected"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sentiment", "grumpy", "correction_invalid"),
        ("colour", "red", "correction_invalid"),
        ("intents", "dances", "correction_invalid"),
        ("language", "klingon!", "correction_invalid"),
        ("urgency", "routine", "nothing_changed"),
    ],
)
def test_it_refuses_what_is_not_on_the_list(alice: House, name: str, value: str, code: str) -> None:
    alice.store(make_touchpoint())
    touchpoint = alice.touchpoints()[0]
    models.Annotation.everywhere.update(urgency_score=255)
    with pytest.raises(DeskError) as told:
        correct_touchpoint(viewer_of(alice.owner), touchpoint.id, name, value)
    assert told.value.code == code
    assert not models.Correction.everywhere.exists()


def test_bob_corrects_what_he_sees_an_auditor_nothing_and_charlie_finds_nothing(alice: House, charlie: House) -> None:
    alice.store(make_touchpoint())
    alice.store(make_touchpoint(external_id="private", is_public=False))
    public, private = (row.id for row in alice.touchpoints())
    bob = viewer_of(alice.member("bob", Role.RESPONDER))  # in no team: what is public, and what no team has yet
    models.Touchpoint.everywhere.filter(id=private).update(team_id=alice.press.pk)
    assert correct_touchpoint(bob, public, "sentiment", "positive").member_id == bob.member_id
    refused = [
        (bob, private, "not_found"),
        (viewer_of(charlie.owner), public, "not_found"),
        (viewer_of(alice.member("ada", Role.AUDITOR)), public, "not_allowed"),
    ]
    for viewer, touchpoint_id, code in refused:
        with pytest.raises(DeskError) as told:
            correct_touchpoint(viewer, touchpoint_id, "sentiment", "negative")
        assert told.value.code == code
