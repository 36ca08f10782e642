"""What somebody owes an answer to, who gets it, and by when."""

import msgspec
from tests.cast import House

from fullcircle.core.kinds import Channel, Direction, Intent, Kind, Urgency
from fullcircle.core.moments import MINUTE
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.testing.builders import OCCURRED_AT, make_annotation, make_author, make_touchpoint


def test_it_opens_one_case_for_what_wants_an_answer(alice: House) -> None:
    alice.store(make_touchpoint())
    (case,) = alice.cases()
    assert (case.status, case.team_id, case.account_id) == ("open", alice.team.id, alice.account.id)
    assert case.first_inbound_at == OCCURRED_AT
    assert case.next_due_at == OCCURRED_AT + 60 * MINUTE
    assert [event for event in alice.events() if event.startswith("case.")] == ["case.assigned", "case.opened"]
    assert models.CaseTarget.everywhere.get(case_id=case.id).kind == "first_response"
    assert alice.touchpoints()[0].case_id == case.id


def test_it_opens_none_for_what_wants_none(alice: House) -> None:
    alice.reader.said["Lovely morning"] = make_annotation(wants_reply=False, intents=0)
    alice.reader.said["Buy followers"] = make_annotation(wants_reply=True, intents=int(Intent.SPAM))
    alice.store(
        make_touchpoint(external_id="a", text="Lovely morning"), make_touchpoint(external_id="b", text="Buy followers")
    )
    assert alice.cases() == []


def test_it_joins_the_case_of_the_same_person_in_the_same_thread(alice: House) -> None:
    alice.store(make_touchpoint(external_id="a"), make_touchpoint(external_id="b", parent_id="a"))
    alice.store(make_touchpoint(external_id="c", parent_id="b"))
    (case,) = alice.cases()
    assert {row.case_id for row in alice.touchpoints()} == {case.id}
    assert case.last_touchpoint_id == alice.touchpoints()[-1].id


def test_it_gives_another_person_in_the_thread_a_case_of_their_own(alice: House) -> None:
    other = make_author(external_id="did:plc:other", handle="other.example")
    alice.store(make_touchpoint(external_id="a"), make_touchpoint(external_id="b", parent_id="a", author=other))
    assert len(alice.cases()) == 2


def test_it_stops_the_clock_when_we_answered_by_another_app(alice: House) -> None:
    alice.store(make_touchpoint(external_id="a"))
    ours = make_author(external_id="did:plc:ours", handle="harbourbakery.example")
    alice.store(
        make_touchpoint(
            external_id="b",
            parent_id="a",
            author=ours,
            direction=Direction.OUTBOUND,
            occurred_at=OCCURRED_AT + MINUTE,
        )
    )
    (case,) = alice.cases()
    assert case.first_response_at == OCCURRED_AT + MINUTE
    assert (case.status, case.next_due_at) == ("pending", 0)
    assert models.CaseTarget.everywhere.get(case_id=case.id).outcome == "met"
    assert "case.answered_outside" in alice.events()


def test_it_opens_no_case_for_history_unless_asked(alice: House) -> None:
    old = make_touchpoint(external_id="old", is_history=True)
    alice.store(old)
    assert alice.cases() == []
    counted = alice.connect("Old mail", counts_history=True)
    alice.store(msgspec.structs.replace(old, external_id="older"), source=counted)
    assert len(alice.cases()) == 1


def test_it_opens_a_case_for_a_missed_call_that_says_nothing(alice: House) -> None:
    alice.reader.said["Missed call"] = make_annotation(wants_reply=False, intents=0)
    call = make_touchpoint(kind=Kind.CALL, channel=Channel.CALLS, title="Missed call", text="", is_public=False)
    alice.store(call)
    assert len(alice.cases()) == 1


def test_it_follows_a_rule_and_says_which(alice: House) -> None:
    models.Rule.everywhere.create(
        workspace=alice.workspace,
        name="Press first",
        position=1,
        changed_at=OCCURRED_AT,
        body={
            "when": {"field": "text", "contains": ["editor"]},
            "then": {"team": alice.press.id, "targets": {"first_response": 15}, "label": "press"},
        },
    )
    touch_house(alice.workspace.id)
    alice.store(make_touchpoint(text="I am the editor of the harbour paper, may I call?"))
    (case,) = alice.cases()
    assert (case.team_id, case.labels) == (alice.press.id, ["press"])
    assert case.next_due_at == OCCURRED_AT + 15 * MINUTE
    assignment = models.Assignment.everywhere.get(case_id=case.id)
    assert assignment.decided_by.startswith("rule:")
    assert "Press first" in assignment.why


def test_it_lets_urgency_raise_the_priority(alice: House) -> None:
    alice.reader.said["Fire in the shop"] = make_annotation(urgency=int(Urgency.DANGER))
    alice.store(make_touchpoint(text="Fire in the shop"))
    assert alice.cases()[0].priority == 3


def test_it_stores_nothing_from_a_blocked_identity(alice: House) -> None:
    alice.store(make_touchpoint(external_id="a"))
    models.Identity.everywhere.filter(workspace=alice.workspace).update(is_blocked=True)
    assert alice.store(make_touchpoint(external_id="b")) == {"dropped:blocked_author": 1}
    assert len(alice.touchpoints()) == 1


def test_it_keeps_workspaces_apart(alice: House, charlie: House) -> None:
    alice.store(make_touchpoint())
    charlie.store(make_touchpoint())
    assert len(alice.touchpoints()) == len(charlie.touchpoints()) == 1
    assert alice.touchpoints()[0].identity_id != charlie.touchpoints()[0].identity_id


def test_it_takes_two_missed_calls_of_one_number_as_one_case(alice: House) -> None:
    ring = {"kind": Kind.CALL, "channel": Channel.CALLS, "title": "Missed call", "text": "", "is_public": False}
    alice.store(make_touchpoint(external_id="c1", **ring))
    alice.store(make_touchpoint(external_id="c2", occurred_at=OCCURRED_AT + MINUTE, **ring))
    (case,) = alice.cases()
    assert {row.case_id for row in alice.touchpoints()} == {case.id}


def test_it_stops_the_clock_when_we_rang_back_and_reached_them(alice: House) -> None:
    call = {"kind": Kind.CALL, "channel": Channel.CALLS, "text": "", "is_public": False}
    alice.store(make_touchpoint(external_id="c1", title="Missed call", **call))
    ours = {"direction": Direction.OUTBOUND, **call}
    alice.store(make_touchpoint(external_id="c2", title="Not reached", occurred_at=OCCURRED_AT + MINUTE, **ours))
    assert alice.cases()[0].status == "open"
    alice.store(make_touchpoint(external_id="c3", title="Call, 2:10 min", occurred_at=OCCURRED_AT + 2 * MINUTE, **ours))
    (case,) = alice.cases()
    assert (case.status, case.first_response_at) == ("pending", OCCURRED_AT + 2 * MINUTE)


def test_it_lets_what_somebody_is_to_us_choose_who_answers(alice: House) -> None:
    models.Rule.everywhere.create(
        workspace=alice.workspace,
        name="Journalists to press",
        position=1,
        changed_at=OCCURRED_AT,
        body={"when": {"field": "relation", "has": ["journalist"]}, "then": {"team": alice.press.id}},
    )
    touch_house(alice.workspace.id)
    alice.store(make_touchpoint(external_id="a"))
    person_id = models.Identity.everywhere.get(workspace=alice.workspace).person_id
    models.Relation.everywhere.create(
        workspace=alice.workspace, person_id=person_id, kind="journalist", since=OCCURRED_AT
    )
    alice.store(make_touchpoint(external_id="b"))
    assert [case.team_id for case in alice.cases()] == [alice.team.id, alice.press.id]


def test_it_moves_what_a_case_counts_with_the_words_that_opened_it(alice: House) -> None:
    alice.reader.said["Wo ist der Fehler?"] = make_annotation(language="de")
    alice.store(make_touchpoint(external_id="a"))
    alice.store(make_touchpoint(external_id="a", text="Wo ist der Fehler?", version=1))
    rows = models.Rollup.everywhere.filter(workspace=alice.workspace).order_by("language")
    counts = [(row.language, row.touchpoint_count, row.case_count) for row in rows]
    assert counts == [("de", 1, 1), ("en", 0, 0)]
