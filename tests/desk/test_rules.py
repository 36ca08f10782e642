"""Rules are saved all or none, hold from the next batch, and name only whom the workspace has."""

from typing import Any

import pytest
from tests.cast import House

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.desk.rules import save_rules, switch_rule
from fullcircle.store import models
from fullcircle.store.visibility import viewer_of
from fullcircle.testing.builders import make_touchpoint


def rule(name: str, team_id: int = 0, **changes: Any) -> dict[str, Any]:
    when = {"all": [{"field": "text", "contains": ["rye"]}]}
    return {"name": name, "when": when, "then": {"team": team_id} if team_id else {"label": name}, **changes}


def names(house: House) -> list[str]:
    return list(
        models.Rule.everywhere.filter(workspace=house.workspace).order_by("position").values_list("name", flat=True)
    )


def test_a_saved_rule_decides_the_next_case(alice: House) -> None:
    save_rules(viewer_of(alice.owner), [rule("Rye", alice.press.pk)])
    alice.store(make_touchpoint())
    assert alice.cases()[0].team_id == alice.press.pk
    assert alice.events()[0] == "rule.changed"


def test_a_rule_that_is_switched_off_decides_nothing(alice: House) -> None:
    viewer = viewer_of(alice.owner)
    save_rules(viewer, [rule("Rye", alice.press.pk)])
    assert not switch_rule(viewer, "Rye", is_on=False).is_on
    alice.store(make_touchpoint())
    assert alice.cases()[0].team_id == alice.team.pk
    with pytest.raises(DeskError) as told:
        switch_rule(viewer, "Rye", is_on=False)
    assert told.value.code == "nothing_changed"


def test_it_keeps_the_order_and_the_place_of_what_is_replaced(alice: House) -> None:
    viewer = viewer_of(alice.owner)
    save_rules(viewer, [rule("one"), rule("two")])
    save_rules(viewer, [rule("zero")], is_first=True)
    save_rules(viewer, [rule("one", is_enabled=False), rule("three")])
    assert names(alice) == ["zero", "one", "two", "three"]
    assert not models.Rule.everywhere.get(name="one").is_on
    assert "is_enabled" not in models.Rule.everywhere.get(name="one").body


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ([{"name": "A", "when": {"all": [{"field": "colour", "is": "red"}]}, "then": {"label": "x"}}], "'colour'"),
        ([{"when": {}}], "needs a name"),
        (["text"], "needs a name"),
        ([rule("A", 999_999)], "no team 999999"),
        ([rule("A"), rule("A")], "same name"),
        ([rule("A"), rule("B", then={"responder": 999_999})], "no member 999999"),
    ],
)
def test_it_refuses_all_of_them_and_says_where(alice: House, bodies: list[Any], words: str) -> None:
    with pytest.raises(DeskError) as told:
        save_rules(viewer_of(alice.owner), bodies)
    assert told.value.code == "rule_invalid"
    assert words in str(told.value)
    assert names(alice) == []


def test_it_refuses_a_file_without_a_rule(alice: House) -> None:
    with pytest.raises(DeskError) as told:
        save_rules(viewer_of(alice.owner), [])
    assert told.value.code == "rules_missing"


def test_bob_may_not_and_charlies_rules_are_his_own(alice: House, charlie: House) -> None:
    with pytest.raises(DeskError) as told:
        save_rules(viewer_of(alice.member("bob", Role.RESPONDER)), [rule("A")])
    assert told.value.code == "not_allowed"
    save_rules(viewer_of(alice.owner), [rule("A")])
    with pytest.raises(DeskError) as told:
        switch_rule(viewer_of(charlie.owner), "A", is_on=False)
    assert told.value.code == "not_found"
    with pytest.raises(DeskError):
        save_rules(viewer_of(charlie.owner), [rule("B", alice.team.pk)])
