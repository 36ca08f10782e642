"""`fullcircle rules`: tried on what came in, beside today's, and only then saved."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cast import House
from tests.ops.said import Terminal

from fullcircle.core.moments import DAY, MINUTE, now
from fullcircle.store.house import house_of
from fullcircle.store.queries.rules import History
from fullcircle.testing.builders import make_annotation, make_author, make_touchpoint


def rule(name: str, word: str, **then: Any) -> dict[str, Any]:
    return {"name": name, "when": {"all": [{"field": "text", "contains": [word]}]}, "then": then}


def write(folder: Path, value: Any) -> str:
    path = folder / "rules.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return str(path)


def hear(house: House, *texts: str, days_ago: int = 0) -> None:
    at = now() - days_ago * DAY - MINUTE
    house.store(
        *[
            make_touchpoint(
                external_id=text, text=text, author=make_author(external_id=text), occurred_at=at, captured_at=at
            )
            for text in texts
        ]
    )


def test_it_says_what_a_rule_would_have_caught_and_what_that_changes(
    alice: House, terminal: Terminal, tmp_path: Path
) -> None:
    alice.reader.said["thanks for the rye"] = make_annotation(wants_reply=False)
    hear(alice, "is the rye back", "where is my bread", "thanks for the rye")
    before = alice.events()
    path = write(tmp_path, rule("Rye", "rye", team=alice.press.pk, priority="urgent"))
    found = terminal.json("rules", "preview", path)
    assert (found["inbound_count"], found["preview"]["touchpoint_count"]) == (3, 2)
    counted = found["preview"]["rules"][0]
    assert (counted["name"], counted["matched_count"], counted["person_count"]) == ("Rye", 1, 1)
    assert found["changes"]["changed_count"] == 1
    assert found["changes"]["counts"] == {"team_id": 1, "priority": 1}
    assert set(found["texts"].values()) == {"is the rye back"}
    said = terminal("rules", "preview", path).out
    assert "team: Service, then Press; priority: normal, then urgent" in said
    assert terminal.json("rules")["rules"] == []
    assert alice.events() == before


def test_it_looks_back_as_far_as_it_is_told(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    hear(alice, "rye now")
    hear(alice, "rye then", days_ago=40)
    path = write(tmp_path, [rule("Rye", "rye", label="rye")])
    assert terminal.json("rules", "preview", path, "--days", "30")["inbound_count"] == 1
    assert terminal.json("rules", "preview", path)["inbound_count"] == 2


def test_a_rule_that_is_off_is_tried_as_if_it_were_on(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    hear(alice, "is the rye back")
    terminal.json("rules", "save", write(tmp_path, rule("Rye", "rye", team=alice.press.pk)))
    assert terminal.json("rules", "preview", "--rule", "Rye")["changes"]["changed_count"] == 0
    assert "Nothing would change" in terminal("rules", "preview", "--rule", "Rye").out
    terminal.json("rules", "off", "Rye")
    assert terminal.json("rules", "preview", "--rule", "Rye")["changes"]["changed_count"] == 1


def test_a_file_may_stand_in_place_of_todays_rules_or_alone(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    hear(alice, "is the rye back", "is the bread back")
    both = [rule("Rye", "rye", team=alice.press.pk), rule("Bread", "bread", team=alice.press.pk)]
    terminal.json("rules", "save", write(tmp_path, both))
    path = write(tmp_path, rule("Rye", "rye", team=alice.team.pk))
    assert terminal.json("rules", "preview", path)["changes"]["changed_count"] == 1
    assert terminal.json("rules", "preview", path, "--alone")["changes"]["changed_count"] == 2


def test_it_saves_lists_and_switches(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    assert "rules preview FILE" in terminal("rules").out
    terminal.json("rules", "save", write(tmp_path, rule("Rye", "rye", team=alice.press.pk)))
    hear(alice, "is the rye back")
    assert alice.cases()[0].team_id == alice.press.pk
    assert terminal.json("rules", "off", "Rye")["is_on"] is False
    assert "off" in terminal("rules").out
    assert terminal("rules", "off", "Rye").code == 2
    assert terminal.json("rules", "on", "Rye")["is_on"] is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "no rule in it"),
        ('{"name": "A", "when": {"all": [{"field": "txt", "contains": ["x"]}]}, "then": {}}', "'txt' is not known"),
        ('{"name": "A", "when": {"all": []}, "then": {"team": 999999}}', "There is: "),
    ],
)
@pytest.mark.parametrize("command", ["preview", "save"])
def test_it_says_what_is_wrong_in_a_file(
    alice: House, terminal: Terminal, tmp_path: Path, command: str, text: str, words: str
) -> None:
    if command == "preview" and text == "[]":
        return  # today's rules alone: nothing is wrong with that
    said = terminal("rules", command, write(tmp_path, text))
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_it_wants_a_file_or_a_name(alice: House, terminal: Terminal, tmp_path: Path) -> None:
    for arguments in ([], [write(tmp_path, "{}"), "--rule", "Rye"]):
        assert "Which rule?" in terminal("rules", "preview", *arguments).err
    assert "`fullcircle rules` lists them." in terminal("rules", "preview", "--rule", "Nothing").err


def test_history_is_read_in_batches_newest_first(alice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fullcircle.store.queries.rules.BATCH", 2)
    hear(alice, "a", "b", "c", "d", "e")
    history = History(house_of(alice.workspace.pk), 0)
    ids = [facts.touchpoint_id for facts in history]
    assert ids == sorted((row.id for row in alice.touchpoints()), reverse=True)
    assert [facts.touchpoint_id for facts in history] == ids
    assert history.seen_count == 5


def test_history_sees_what_routing_saw(alice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts from rows equal the facts that decided when it came, in everything a rule can ask for."""
    from fullcircle.pipeline import settle_cases

    seen: list[Any] = []
    made = settle_cases.facts_of
    monkeypatch.setattr(settle_cases, "facts_of", lambda *given: seen.append(made(*given)) or seen[-1])
    hear(alice, "is the rye back", "a private word")
    history = sorted(History(house_of(alice.workspace.pk), 0), key=lambda facts: facts.touchpoint_id)
    assert history == sorted(seen, key=lambda facts: facts.touchpoint_id)
