"""Decisions: who, how soon, and why; and that who asks never moves how soon."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.kinds import RelationKind, Urgency
from fullcircle.routing.capacity import Load, Responder, choose_responder, load_of
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.decide import Defaults, compile_rules, decide
from fullcircle.routing.facts import Facts
from fullcircle.routing.preview import compare, preview
from fullcircle.routing.rules import Priority, parse_rule

SERVICE, PRESS = 1, 2
MIA = Responder(11, "Mia", (SERVICE,), frozenset({"en", "de"}), open_case_count=2)
NOOR = Responder(12, "Noor", (SERVICE, PRESS), frozenset({"ar", "en"}), open_case_count=1)
OLE = Responder(13, "Ole", (SERVICE,), open_case_count=9)
HOUSE = load_of([OLE, NOOR, MIA])
DEFAULTS = Defaults(team_id=SERVICE, department_teams={"pr": PRESS}, targets=Targets(first_response=240))
ANYTHING = {"all": []}


def rule(name, when, then, **more):
    return parse_rule({"name": name, "when": when, "then": then, **more}, rule_id=len(name))


def one(rules, load=HOUSE, defaults=DEFAULTS, **facts):
    return decide([Facts(**facts)], compile_rules(rules, defaults), load)[0]


def test_it_gives_a_touchpoint_no_rule_holds_for_to_the_default_team():
    decision = one([])
    assert (decision.team_id, decision.targets, decision.decided_by) == (
        SERVICE,
        Targets(first_response=240),
        "fullcircle",
    )
    assert decision.why.startswith("no rule holds; Noor: fewest open cases (1)")


def test_it_follows_the_department_that_was_read():
    decision = one([], department=2)
    assert (decision.team_id, decision.department, decision.responder_id) == (PRESS, "pr", 12)
    assert "read as pr" in decision.why


def test_it_lets_the_first_rule_that_says_something_decide_it():
    rules = [
        rule("Night", ANYTHING, {"priority": "low", "label": "a"}),
        rule(
            "Danger", ANYTHING, {"team": PRESS, "priority": "urgent", "targets": {"first_response": 15}, "label": "b"}
        ),
        rule("Late", ANYTHING, {"team": SERVICE, "targets": {"first_response": 5, "resolution": 60}}),
        rule("Idle", ANYTHING, {"priority": "high"}),
    ]
    decision = one(rules)
    assert (decision.team_id, decision.priority) == (PRESS, Priority.LOW)
    assert decision.targets == Targets(first_response=15, resolution=60)
    assert decision.labels == ("a", "b")
    assert decision.rules == (0, 1, 2)
    assert decision.decided_by == "rule:6"
    assert decision.why.startswith("rule 'Danger'")


def test_it_finds_the_team_of_a_needed_department_or_a_named_responder():
    assert one([rule("Press", ANYTHING, {"department": "pr"})]).team_id == PRESS
    decision = one([rule("Ole", ANYTHING, {"responder": 13})])
    assert (decision.team_id, decision.responder_id) == (SERVICE, 13)
    assert decision.why == "rule 'Ole'; Ole: named by the rule"


def test_it_never_chooses_somebody_absent():
    away = load_of([msgspec.structs.replace(member, is_present=False) for member in HOUSE.responders])
    decision = one([rule("Ole", ANYTHING, {"responder": 13})], load=away)
    assert (decision.team_id, decision.responder_id, decision.asked_responder_id) == (SERVICE, 0, 13)
    assert "nobody of the team is present" in decision.why
    assert one([], load=away, previous_responder_id=11).responder_id == 0


def test_it_shares_a_batch_out_fairly():
    decisions = decide([Facts(language="en")] * 9, compile_rules([], DEFAULTS), HOUSE)
    given = [decision.responder_id for decision in decisions]
    assert given[0] == 12
    assert {given.count(11), given.count(12)} == {4, 5}
    assert decisions == decide([Facts(language="en")] * 9, compile_rules([], DEFAULTS), HOUSE)


def test_it_takes_turns_among_equals():
    equal = load_of([Responder(number, team_ids=(1,), assigned_at=10 - number) for number in (1, 2, 3)])
    assert [d.responder_id for d in decide([Facts()] * 4, compile_rules([], DEFAULTS), equal)] == [3, 2, 1, 3]


def test_it_asks_for_the_language_and_takes_no_statement_for_all_of_them():
    assert choose_responder(HOUSE, SERVICE, "de").responder_id == 11
    assert choose_responder(HOUSE, SERVICE, "hi").responder_id == 13
    choice = choose_responder(load_of([MIA, NOOR]), SERVICE, "hi")
    assert (choice.responder_id, choice.why) == (0, "nobody present speaks hi")
    assert choose_responder(HOUSE, SERVICE, "und").responder_id == 12


def test_it_returns_to_who_answered_before_only_while_they_are_there_and_free():
    assert choose_responder(HOUSE, SERVICE, "en", previous_id=13).responder_id == 13
    full = load_of([msgspec.structs.replace(OLE, case_limit=9), NOOR])
    assert choose_responder(full, SERVICE, "en", previous_id=13).responder_id == 12
    assert choose_responder(HOUSE, PRESS, "en", previous_id=13).responder_id == 12


def test_it_leaves_everything_in_the_queue_where_nobody_is_shared_out():
    queue = msgspec.structs.replace(DEFAULTS, assigns_responders=False)
    assert one([], defaults=queue).responder_id == 0


def test_it_lets_the_persons_stop_end_who_answers_but_not_how_soon():
    rules = [
        rule("Press", {"field": "relation", "has": "journalist"}, {"team": PRESS}, stop=True),
        rule(
            "Danger", {"field": "urgency", "at_least": "urgent"}, {"team": SERVICE, "targets": {"first_response": 15}}
        ),
    ]
    friend = one(rules, urgency=Urgency.URGENT, relations=("journalist",))
    stranger = one(rules, urgency=Urgency.URGENT)
    assert (friend.team_id, stranger.team_id) == (PRESS, SERVICE)
    assert friend.targets == stranger.targets == Targets(first_response=15)


WHO = {
    "relations": st.lists(st.sampled_from([kind.value for kind in RelationKind]), max_size=3).map(tuple),
    "followers": st.integers(-1, 10**7),
    "handle": st.sampled_from(["", "anna", "ben"]),
    "is_new_person": st.booleans(),
    "person_id": st.integers(0, 9),
    "previous_responder_id": st.sampled_from([0, 11, 12, 13]),
}
WHO_RULES = [
    rule("P1", {"field": "relation", "has": ["journalist", "donor"]}, {"team": PRESS}, stop=True),
    rule("P2", {"none": [{"field": "followers", "at_least": 1000}]}, {"responder": 11}, stop=True),
    rule("P3", {"any": [{"field": "handle", "is": "anna"}, {"field": "is_open", "is": True}]}, {"department": "pr"}),
    rule("P4", {"field": "is_new_person", "is": True}, {"label": "new"}, stop=True),
]
WHAT_RULES = [
    rule("W1", {"field": "urgency", "at_least": "urgent"}, {"targets": {"first_response": 15}}, stop=True),
    rule("W2", {"field": "is_public", "is": True}, {"priority": "high", "team": PRESS}),
    rule("W3", {"field": "is_open", "is": False}, {"targets": {"resolution": 99}, "label": "night"}),
    rule("W4", ANYTHING, {"priority": "low", "targets": {"next_response": 30}}),
]


@given(
    st.permutations(WHO_RULES + WHAT_RULES),
    st.sampled_from(list(Urgency)),
    st.booleans(),
    st.booleans(),
    st.fixed_dictionaries(WHO),
    st.fixed_dictionaries(WHO),
)
@settings(max_examples=200, deadline=None)
def test_it_gives_equal_questions_equal_due_times_whoever_asks(rules, urgency, is_public, is_open, anna, ben):
    asked = {"urgency": urgency, "is_public": is_public, "is_open": is_open}
    one_way, other = one(rules, **asked, **anna), one(rules, **asked, **ben)
    assert (one_way.targets, one_way.priority) == (other.targets, other.priority)


PRESENCE = st.builds(
    Responder,
    member_id=st.integers(1, 9),
    team_ids=st.lists(st.integers(1, 3), max_size=3, unique=True).map(tuple),
    languages=st.frozensets(st.sampled_from(["en", "de"])),
    open_case_count=st.integers(0, 5),
    case_limit=st.integers(0, 4),
    is_present=st.booleans(),
)


@given(st.lists(PRESENCE, max_size=6, unique_by=lambda r: r.member_id), st.integers(1, 3), st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_it_chooses_only_the_present_below_their_limit_and_no_one_has_less(responders, team_id, previous):
    choice = choose_responder(Load(tuple(responders)), team_id, "en", previous_id=previous)
    free = {
        r.member_id: r.open_case_count
        for r in responders
        if r.is_present
        and team_id in r.team_ids
        and (not r.case_limit or r.open_case_count < r.case_limit)
        and (not r.languages or "en" in r.languages)
    }
    assert (choice.responder_id in free) if free else choice.responder_id == 0
    if choice.responder_id and choice.responder_id != previous:
        assert free[choice.responder_id] == min(free.values())
    assert choice == choose_responder(Load(tuple(reversed(responders))), team_id, "en", previous_id=previous)


def test_it_previews_counts_in_touchpoints_and_people_with_examples():
    book = compile_rules(
        [
            rule("Loud", {"field": "urgency", "at_least": "soon"}, {"team": PRESS}),
            rule("All", ANYTHING, {"team": SERVICE}),
            rule("None", {"field": "platform", "is": "x"}, {"team": SERVICE}),
        ]
    )
    history = [Facts(touchpoint_id=n, person_id=n % 3 + 1, urgency=Urgency.SOON if n < 4 else 0) for n in range(2_500)]
    seen = preview(book, history)
    assert (seen.touchpoint_count, seen.unmatched_count) == (2_500, 0)
    loud, everything, none = seen.rules
    assert (loud.matched_count, loud.decided_count, loud.person_count, loud.examples) == (4, 4, 3, (0, 1, 2))
    assert (everything.matched_count, everything.decided_count) == (2_500, 2_496)
    assert (none.matched_count, none.examples) == (0, ())


def test_it_shows_what_a_change_would_change():
    before = compile_rules([], DEFAULTS)
    after = compile_rules(
        [rule("Loud", {"field": "urgency", "is": "soon"}, {"team": PRESS, "responder": 12})], DEFAULTS
    )
    history = [Facts(touchpoint_id=n, urgency=Urgency.SOON if n == 5 else 0) for n in range(10)]
    changes = compare(before, after, history)
    assert (changes.touchpoint_count, changes.changed_count) == (10, 1)
    assert changes.counts == {"team_id": 1, "asked_responder_id": 1}
    assert changes.examples[0].touchpoint_id == 5
    assert (changes.examples[0].before.team_id, changes.examples[0].after.team_id) == (SERVICE, PRESS)
    assert compare(before, before, history).changed_count == 0
