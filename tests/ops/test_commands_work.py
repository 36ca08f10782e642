"""`today`, `cases`, `case`, `needs`, `search`, `people`, `merge`: the day's work from a terminal."""

from typing import Any

import pytest
from tests.cast import House
from tests.ops.said import Terminal

from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.moments import DAY, HOUR, MINUTE, now, to_iso
from fullcircle.store import models
from fullcircle.testing.builders import make_annotation, make_author, make_touchpoint


def hear(house: House, *texts: str, minutes_ago: int = 10, **changes: Any) -> None:
    """Each text from somebody else, just now: commands look at the wall clock."""
    at = now() - minutes_ago * MINUTE
    known = models.Touchpoint.everywhere.filter(workspace=house.workspace).count()
    house.store(
        *[
            make_touchpoint(
                external_id=f"t{known + place}",
                text=text,
                occurred_at=at,
                captured_at=at,
                **{
                    "author": make_author(external_id=f"p{known + place}", handle=f"n{known + place}.example"),
                    **changes,
                },
            )
            for place, text in enumerate(texts)
        ]
    )


def test_today_says_what_waits_and_what_to_do_where_nothing_does(alice: House, terminal: Terminal) -> None:
    said = terminal("today")
    assert said.code == 0
    assert "0 cases wait" in said.out
    assert "Connect a source" in said.out
    assert "needs propose" in said.out


def test_today_counts_late_soon_and_nobodys(alice: House, terminal: Terminal) -> None:
    alice.reader.said["fire"] = make_annotation(urgency=3)
    hear(alice, "old question", minutes_ago=90)  # promised within 60 minutes
    hear(alice, "new question", "fire")
    found = terminal.json("today", "--limit", "1")
    assert (found["waiting_count"], found["late_count"], found["soon_count"]) == (3, 1, 2)
    assert (found["urgent_unassigned_count"], len(found["soon"])) == (1, 1)
    assert found["came_in"] == [{"platform": "bluesky", "today": 3, "usual": None}]
    said = terminal("today", "--limit", "1").out
    assert "showing 1 of 2" in said
    assert "min late" in said


def test_today_knows_what_is_usual(alice: House, terminal: Terminal) -> None:
    for days in (1, 2, 3, 5):
        hear(alice, *["x"] * days, minutes_ago=days * 24 * 60)
    assert terminal.json("today")["came_in"][0]["usual"] == pytest.approx(2.0)


def test_cases_come_most_pressing_first_and_say_how_many_there_are(alice: House, terminal: Terminal) -> None:
    hear(alice, "second")
    hear(alice, "first", minutes_ago=30)
    rows = terminal.json("cases")["cases"]
    assert [row["title"] for row in rows] == ["first", "second"]
    said = terminal("cases", "--limit", "1")
    assert "Showing 1 of 2" in said.out
    assert "second" not in said.out


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--late"], 1), (["--urgent"], 1), (["--unassigned"], 3), (["--team", "service"], 3), (["--team", "Press"], 0),
        (["--platform", "bluesky"], 3), (["--platform", "mastodon"], 0), (["--status", "resolved"], 0),
        (["--status", "all"], 3), (["--need", "77"], 0), (["--late", "--urgent"], 0),
    ],
)  # fmt: skip
def test_cases_can_be_asked_for(alice: House, terminal: Terminal, options: list[str], count: int) -> None:
    alice.reader.said["fire"] = make_annotation(urgency=3)
    hear(alice, "late", minutes_ago=90)
    hear(alice, "fire", "calm")
    assert terminal.json("cases", *options)["total"] == count


def test_one_case_shows_its_thread_clocks_and_history(alice: House, terminal: Terminal) -> None:
    hear(alice, "Is the \x1b[31mrye back?")
    case_id = str(alice.cases()[0].id)
    view = terminal.json("case", case_id)
    assert [row["kind"] for row in view["targets"]] == ["first_response"]
    assert view["assignments"][0]["team"] == "Service"
    assert [row["name"] for row in view["events"]] == ["case.assigned", "case.opened"]
    said = terminal("case", case_id).out
    assert "\x1b" not in said
    assert "rye back?" in said


def test_a_case_is_worked_from_the_terminal(alice: House, terminal: Terminal) -> None:
    hear(alice, "Is the rye back?")
    case_id = str(alice.cases()[0].id)
    assert terminal.json("case", case_id, "--assign", "Press", "--why", "a reporter")["case"]["team"] == "Press"
    assert terminal.json("case", case_id, "--to", "Alice")["case"]["responder"] == "Alice"
    until = to_iso(now() + DAY)
    assert terminal.json("case", case_id, "--snooze", until)["case"]["status"] == "snoozed"
    assert terminal.json("case", case_id, "--wake")["case"]["status"] == "open"
    assert terminal.json("case", case_id, "--resolve", "rang them")["case"]["status"] == "resolved"
    assert terminal.json("case", case_id, "--reopen")["case"]["status"] == "open"
    assert len(terminal.json("case", case_id)["assignments"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["case", "999"], "There is no case 999."),
        (["case", "x"], "not a valid integer"),
        (["case", "1", "--wake", "--reopen"], "One thing at a time."),
        (["case", "1", "--snooze", "soon"], "is no time"),
        (["case", "1", "--assign", "Nobody"], "There is: Press, Service."),
        (["case", "1", "--to", "Nobody"], "There is: Alice."),
        (["cases", "--team", "Nobody"], "no team"),
        (["cases", "--status", "nearly"], "Invalid value"),
        (["needs", "show", "9"], "There is no need 9."),
        (["needs", "match", "9", "9"], "There is no issue 9."),
        (["needs", "accept", "9"], "There is no need 9."),
        (["needs", "part", "9"], "no merged need 9"),
        (["needs", "name", " "], "A need has a name"),
        (["people", "show", "9"], "There is no person 9."),
        (["people", "accept", "9"], "There is no match 9."),
        (["merge", "1", "1000"], "There is no person 1000."),
        (["unmerge", "9"], "There is no merge 9."),
        (["search", "is:angry"], "There is: public"),
        (["search", "size:9"], "There is: from:"),
        (["search", "before:then"], "is no date"),
        (["search", "from:"], "needs something after it"),
        (["today", "-w", "nowhere"], "no workspace 'nowhere'"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    alice: House, terminal: Terminal, arguments: list[str], words: str
) -> None:
    hear(alice, "x")
    said = terminal(*arguments)
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_charlies_cases_are_not_shown_in_alices_workspace(alice: House, charlie: House, terminal: Terminal) -> None:
    hear(charlie, "a secret")
    case_id = str(charlie.cases()[0].id)
    assert terminal("case", case_id, "-w", "harbour").code == 2
    for command in (["cases"], ["search", "secret"], ["people"], ["needs"], ["today"], ["needs", "propose"]):
        assert "secret" not in terminal(*command, "-w", "harbour").out
    assert "several workspaces" in terminal("cases").err


def test_needs_are_named_matched_and_counted_in_people(alice: House, terminal: Terminal) -> None:
    assert "needs propose" in terminal("needs").out
    hear(alice, "the step keeps my wheelchair out", "no ramp for my wheelchair?", "is there rye?")
    need_id = str(terminal.json("needs", "name", "a step-free way in", "--word", "ramp", "--word", "wheelchair")["id"])
    issues = [str(row.id) for row in models.Issue.everywhere.order_by("id")]
    terminal.json("needs", "match", issues[0], need_id)
    terminal.json("needs", "match", issues[1], need_id)
    row = terminal.json("needs")["needs"][0]
    assert (row["person_count"], row["answered_count"]) == (2, 0)
    view = terminal.json("needs", "show", need_id)
    assert (view["person_count"], view["channels"][0]["channel"]) == (2, "public_posts")
    assert {person["is_answered"] for person in view["people"]} == {False}
    assert "n0.example" in terminal("needs", "show", need_id).out or "Nora" in terminal("needs", "show", need_id).out
    terminal.json("needs", "match", issues[1], "0")
    assert terminal.json("needs")["needs"][0]["person_count"] == 1


def test_proposals_are_taken_by_their_score(alice: House, terminal: Terminal) -> None:
    need_id = str(terminal.json("needs", "name", "a step-free way in", "--word", "wheelchair")["id"])
    hear(alice, "no way in with my wheelchair", "and my wheelchair?", "rye")
    assert terminal.json("needs")["needs"][0]["proposed_count"] == 2
    assert terminal.json("needs", "show", need_id)["proposed_count"] == 2
    assert terminal.json("needs", "accept", need_id, "--at-least", "1.0")["accepted_count"] == 0
    assert terminal.json("needs", "accept", need_id)["accepted_count"] == 2
    assert terminal.json("needs")["needs"][0]["person_count"] == 2


def test_needs_are_merged_and_parted(alice: House, terminal: Terminal) -> None:
    one, two = (str(terminal.json("needs", "name", name)["id"]) for name in ("ramp", "lift"))
    hear(alice, "a", "b")
    for issue, need in zip(models.Issue.everywhere.order_by("id"), (one, two), strict=True):
        terminal.json("needs", "match", str(issue.id), need)
    terminal.json("needs", "merge", one, two)
    assert [(row["name"], row["person_count"]) for row in terminal.json("needs")["needs"]] == [("ramp", 2)]
    assert terminal.json("needs", "show", two)["name"] == "ramp"
    terminal.json("needs", "part", two)
    assert [row["person_count"] for row in terminal.json("needs")["needs"]] == [1, 1]


def test_it_proposes_what_many_people_ask_for_and_never_our_own_name(alice: House, terminal: Terminal) -> None:
    hear(alice, *[f"@harbourbakery.example the wheelchair ramp {place}" for place in ("here", "there", "again")])
    found = terminal.json("needs", "propose")
    assert found["proposed"][0]["words"] == "wheelchair ramp"
    assert found["proposed"][0]["person_count"] == 3
    assert "harbourbakery" not in str(found["proposed"][0]["words"]) + str(found["proposed"][0]["also"])
    assert "Showing 1 of 3" in terminal("needs", "propose", "--newest", "1").out


def test_search_finds_by_words_phrases_and_operators(alice: House, terminal: Terminal) -> None:
    alice.reader.said["The bread was stale"] = make_annotation(intents=2, sentiment=1, wants_reply=True)
    hear(alice, "The dark rye was fresh", "Fresh, but is the rye dark?", "The bread was stale")
    hear(alice, "private rye", is_public=False, channel=Channel.DIRECT_MESSAGES, kind=Kind.DIRECT_MESSAGE)
    hear(alice, "rye of last week", minutes_ago=7 * 24 * 60)

    def texts(*query: str) -> set[str]:
        return {row["text"] for row in terminal.json("search", *query)["touchpoints"]}

    assert len(texts("rye")) == 4
    assert texts('"dark rye"') == {"The dark rye was fresh"}
    assert texts("dark rye", "is:public") == {"The dark rye was fresh"}
    assert len(texts("dark rye")) == 2
    assert texts("rye is:private") == texts("rye", "channel:direct_messages") == {"private rye"}
    assert texts("is:complaint") == texts("is:negative", "bread") == {"The bread was stale"}
    assert texts(f"rye before:{to_iso(now() - DAY)}") == {"rye of last week"}
    assert "rye of last week" not in texts("rye", f"after:{to_iso(now() - DAY)}")
    assert texts("from:@N1.example") == {"Fresh, but is the rye dark?"}
    assert texts("platform:bluesky language:en st*") == {"The bread was stale"}
    assert texts("language:de") == set()


def test_search_never_ends_without_saying_so(alice: House, terminal: Terminal) -> None:
    hear(alice, *[f"rye {place}" for place in range(6)])
    for query in ("rye", "is:public", 'rye is:public "rye"'):
        found = terminal.json("search", query, "--limit", "4")
        assert (len(found["touchpoints"]), found["is_more"]) == (4, True)
        assert not terminal.json("search", query, "--limit", "6")["is_more"]
    assert "there are more" in terminal("search", "rye", "--limit", "4").out
    assert "Nothing found" in terminal("search", "croissant").out


def test_people_are_found_shown_merged_and_parted(alice: House, terminal: Terminal) -> None:
    hear(alice, "one", author=make_author(external_id="a", handle="nora.example", name="Nora Feld"))
    hear(alice, "two", author=make_author(external_id="b", handle="nora2.example", name="Nora F. Müller"))
    rows = terminal.json("people", "find", "NORA")["people"]
    assert len(rows) == 2
    assert terminal.json("people", "find", "müller")["total"] == 1
    keep, other = (str(row["id"]) for row in rows)
    merged = terminal.json("merge", keep, other, "--why", "the same number")
    view = terminal.json("people", "show", other)
    assert view["person"]["id"] == int(keep)
    assert {row["text"] for row in view["timeline"]} == {"one", "two"}
    assert f"fullcircle unmerge {merged['merge_id']}" in terminal("people", "show", keep).out
    terminal.json("unmerge", str(merged["merge_id"]))
    assert len(terminal.json("people", "show", other)["timeline"]) == 1
    assert "Showing 1 of 2" in terminal("people", "--limit", "1").out


def test_matches_are_looked_for_and_decided(alice: House, terminal: Terminal) -> None:
    for place, platform in enumerate(("bluesky", "mastodon")):
        author = make_author(external_id=f"o{place}", handle="ottilie.brandt", name="Ottilie Brandt")
        hear(alice, "hello", author=author, platform=platform)
    assert "--look" in terminal("people", "matches").out
    found = terminal.json("people", "matches", "--look")
    assert (found["looked"]["proposed_count"], found["total"]) == (1, 1)
    assert "merge_id" in terminal.json("people", "accept", str(found["matches"][0]["id"]))
    said = terminal("people", "refuse", str(found["matches"][0]["id"]))
    assert (said.code, "accepted already" in said.err) == (2, True)


def test_a_call_is_written_down_and_a_missed_one_waits(alice: House, terminal: Terminal) -> None:
    found = terminal.json("call", "+49 30 1234567", "--missed", "--note", "asks for the ramp")
    assert terminal.json("case", found["case_id"])["person"] == "+49301234567"
    at = to_iso(now() - 26 * HOUR)
    assert terminal("call", "+49 30 1234567", "--at", at, "--minutes", "3", "--note", "rang again").code == 0
    assert models.Source.everywhere.filter(connector="phone").count() == 1
    assert terminal("books").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hello", "--note", "x"], "is no telephone number"),
        (["+49301234567", "--at", "2999-01-01"], "has not been yet"),
        (["+49301234567", "--at", "yesterday"], "is no time"),
        (["+49301234567", "--at", "1950-01-01"], "cannot be written down"),
    ],
)
def test_a_call_that_cannot_be_stores_nothing(
    alice: House, terminal: Terminal, arguments: list[str], words: str
) -> None:
    said = terminal("call", *arguments)
    assert (said.code, words in said.err) == (2, True), said.err
    assert alice.touchpoints() == []
