"""Rules: what is refused and in which words, what holds in any script, and that compiling changes no meaning."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Department, Intent, Kind, RelationKind, Sentiment, Urgency
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.decide import compile_rules
from fullcircle.routing.facts import FIELDS, OPERATORS, Facts, Shape
from fullcircle.routing.rule_code import TEXT_LIMIT
from fullcircle.routing.rules import Condition, Effect, Group, Priority, Rule, parse_rule


def rule(when, then=None, **more):
    return parse_rule({"name": "Test", "when": when, "then": then or {"label": "x"}, **more})


def holds(when, **facts):
    return compile_rules([rule(when)])([Facts(**facts)]) == [[0]]


def test_it_reads_a_rule_whole():
    read = parse_rule(
        {
            "name": "Danger first",
            "when": {"all": [{"field": "urgency", "at_least": "danger"}, {"any": [{"field": "is_open", "is": False}]}]},
            "then": {"team": 3, "priority": "urgent", "targets": {"first_response": 15}, "department": "service"},
            "stop": True,
        },
        rule_id=9,
    )
    assert read.then == Effect(3, 0, Priority.URGENT, Targets(first_response=15), "service", "")
    assert read.when.parts[0] == Condition("urgency", "at_least", (3,))
    assert (read.rule_id, read.is_last, read.is_enabled, read.person_fields) == (9, True, True, ())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "rule: needs a name"),
        ({"name": " "}, "rule: needs a name"),
        ({"name": "A", "if": {}}, "'if' is not known; allowed: name, when, then, stop, is_enabled"),
        ({"name": "A"}, "when: must be a condition"),
        ({"name": "A", "when": {"any": []}}, "when.any: must be a list of conditions, not empty"),
        ({"name": "A", "when": {"any": [{}], "all": []}}, "one group at a time, found any, all"),
        (
            {"name": "A", "when": {"all": [{"field": "platfrom", "is": "x"}]}},
            "when.all[0]: field 'platfrom' is not known",
        ),
        ({"name": "A", "when": {"field": "urgency", "at_least": "hot"}}, "allowed: routine, soon, urgent, danger"),
        ({"name": "A", "when": {"field": "platform", "at_least": "b"}}, "asked 'at_least'; allowed, one of: is, in"),
        ({"name": "A", "when": {"field": "platform"}}, "asked nothing; allowed, one of: is, in"),
        ({"name": "A", "when": {"field": "is_public", "is": "yes"}}, "'yes' is neither true nor false"),
        ({"name": "A", "when": {"field": "rating", "at_most": "2"}}, "'2' is not a whole number"),
        ({"name": "A", "when": {"field": "text", "contains": []}}, "at least one entry"),
        ({"name": "A", "when": {"field": "text", "contains": "word"}}, "must be a list"),
        ({"name": "A", "when": {"field": "text", "matches": "(a"}}, "pattern not understood: missing"),
        ({"name": "A", "when": {"field": "text", "matches": "(?=a)"}}, "look-around"),
        ({"name": "A", "when": {"field": "text", "matches": "a" * 501}}, "longer than 500"),
        ({"name": "A", "when": {"field": "text", "matches": "((a{100}){100}){100}"}}, "pattern not understood"),
        ({"name": "A", "when": {"all": []}, "then": {}}, "then: decides nothing"),
        ({"name": "A", "when": {"all": []}, "then": {"priority": "asap"}}, "allowed: low, normal, high, urgent"),
        (
            {"name": "A", "when": {"all": []}, "then": {"targets": {"reply": 1}}},
            "then.targets: 'reply' is not a target",
        ),
        ({"name": "A", "when": {"all": []}, "then": {"team": -1}}, "then.team: -1 is not an id"),
        ({"name": "A", "when": {"all": [{"field": "host", "in": ["x"]}] * 101}}, "more than 100 conditions"),
    ],
)
def test_it_says_where_a_rule_is_wrong_and_what_is_allowed(data, words):
    with pytest.raises(DeskError) as refused:
        parse_rule(data)
    assert words in str(refused.value)


def test_it_refuses_rules_nested_without_end():
    when = {"field": "is_open", "is": True}
    for _ in range(50):
        when = {"all": [when]}
    with pytest.raises(DeskError, match="nested deeper"):
        parse_rule({"name": "A", "when": when, "then": {"team": 1}})


PERSON_CONDITIONS = [
    {"field": "relation", "has": "journalist"},
    {"field": "followers", "at_least": 10_000},
    {"field": "handle", "is": "somebody"},
    {"field": "is_new_person", "is": True},
]


@pytest.mark.parametrize("condition", PERSON_CONDITIONS)
@pytest.mark.parametrize("then", [{"targets": {"first_response": 5}}, {"priority": "urgent", "team": 1}])
@pytest.mark.parametrize("group", ["all", "any", "none"])
def test_it_refuses_a_due_time_that_depends_on_who_asks(condition, then, group):
    with pytest.raises(DeskError, match="may not depend on who asks") as refused:
        rule({"all": [{"field": "is_public", "is": True}, {group: [condition]}]}, then)
    assert condition["field"] in str(refused.value)


@pytest.mark.parametrize("condition", PERSON_CONDITIONS)
def test_it_lets_who_asks_choose_who_answers(condition):
    assert rule(condition, {"team": 4, "responder": 2, "label": "press"}).person_fields == (condition["field"],)


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (["refund"], "Please REFUND me", True),
        (["refund"], "refunded", False),
        (["money back"], "I want my money\n  back!", True),
        (["STRASSE"], "in der Straße", True),
        (["का"], "काम", False),
        (["काम"], "काम बंद", True),
        (["क"], "का", False),
        (["パン"], "このパンは固い", True),
        (["ขนมปัง"], "ซื้อขนมปังแล้ว", True),
        (["خبز"], "أين خبز اليوم", True),
        (["ｆｕｌｌ"], "full", True),
        (["a", "b"], "b", True),
        (["#rye"], "love #rye", True),
    ],
)
def test_it_finds_whole_words_in_any_script(words, text, expected):
    assert holds({"field": "text", "contains": words}, text=text) is expected


def test_it_matches_patterns_without_regard_to_case_unless_told():
    assert holds({"field": "text", "matches": r"order\s+#?\d{3,}"}, text="My ORDER  #1234")
    assert not holds({"field": "text", "matches": r"(?-i)order"}, text="ORDER")
    assert holds({"field": "text", "matches": "brötchen"}, text="BRÖTCHEN")


def test_it_takes_what_is_not_said_for_no_answer_to_a_bound():
    assert holds({"field": "rating", "at_most": 2}, rating=1)
    assert not holds({"field": "rating", "at_most": 2}, rating=0)
    assert not holds({"field": "hour", "at_most": 8}, hour=-1)
    assert holds({"field": "department", "is": "not_sure"}, department=0)


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"field": "kind", "is": "review"}, {"kind": Kind.REVIEW}),
        ({"field": "intents", "has": ["asks", "complains"]}, {"intents": Intent.COMPLAINS | Intent.PRAISES}),
        ({"field": "sentiment", "is": "negative"}, {"sentiment": Sentiment.NEGATIVE}),
        ({"field": "terms", "has": "allergen"}, {"labels": ("brand", "allergen")}),
        ({"field": "relation", "has": ["donor"]}, {"relations": (RelationKind.DONOR,)}),
        ({"field": "need", "in": [4, 5]}, {"need_id": 5}),
        ({"field": "department", "is": "hr"}, {"department": 5}),
        ({"field": "wants_reply", "is": True}, {"wants_reply": True}),
        ({"field": "source", "is": 3}, {"source_id": 3}),
    ],
)
def test_it_asks_each_kind_of_field(when, facts):
    assert holds(when, **facts)
    assert not holds(when)
    assert holds({"none": [when]})


def test_it_looks_no_further_behind_a_stop():
    everything = {"all": []}
    rules = [rule(everything, stop=True), rule(everything)]
    assert compile_rules(rules)([Facts()]) == [[0]]
    disabled = [rule(everything, stop=True, is_enabled=False), rule(everything)]
    assert compile_rules(disabled)([Facts()]) == [[1]]
    about_person = [rule({"field": "is_new_person", "is": False}, stop=True), rule(everything)]
    assert compile_rules(about_person)([Facts()]) == [[0, 1]]


def test_it_cannot_be_talked_into_running_what_a_rule_says():
    evil = "x'] or __import__('os').abort() or ['"
    assert not holds({"field": "platform", "is": evil}, platform="y")
    assert holds({"field": "text", "contains": [evil]}, text=f"say {evil} now")


HOSTILE = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a|a?)+$",
    r"(.*a){12}",
    r"(\w+\s?)*$",
    r"([a-z]+)*\d",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_it_answers_hostile_patterns_within_100_ms(pattern):
    book = compile_rules([rule({"field": "text", "matches": pattern})])
    texts = ["a" * TEXT_LIMIT + "!", "a" * 100_000, "ab " * 30_000 + "é!"]
    book([Facts(text="warm")])
    for text in texts:
        started = time.process_time()
        book([Facts(text=text)])
        assert time.process_time() - started < 0.1


# A slow, plain reading of the same rules, to hold the compiled one against.


def plainly(node, facts):
    if isinstance(node, Group):
        answers = [plainly(part, facts) for part in node.parts]
        return {"all": all(answers), "any": any(answers), "none": not any(answers)}[node.quantifier]
    field = FIELDS[node.field]
    value = getattr(facts, field.attribute)
    if node.operator in ("is", "in"):
        return value in node.values
    if node.operator == "has":
        return any(value & bit if field.shape is Shape.BITS else bit in value for bit in node.values)
    if node.operator == "contains":
        return any(word in value.split() for word in node.values)
    if node.operator == "matches":
        return node.values[0] in value
    if value == field.not_known:
        return False
    return value >= node.values[0] if node.operator == "at_least" else value <= node.values[0]


WORDS = ["oven", "bread", "ramp", "late"]
NAMES = ["bluesky", "phone", "en", "de"]


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(sorted(FIELDS)))
    field = FIELDS[name]
    operator = draw(st.sampled_from(OPERATORS[field.shape]))
    if field.codes:
        value = st.sampled_from(sorted(field.codes))
    elif field.shape is Shape.FLAG:
        value = st.booleans()
    elif field.shape is Shape.NUMBER:
        value = st.integers(-1, 6)
    else:
        value = st.sampled_from(WORDS if field.shape is Shape.TEXT else NAMES)
    if operator in ("in", "contains", "has"):
        value = st.lists(value, min_size=1, max_size=3)
    return {"field": name, operator: draw(value)}


NODES = st.recursive(
    conditions(),
    lambda node: st.builds(
        lambda group, parts: {group: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(node, min_size=1, max_size=3),
    ),
    max_leaves=8,
)
FACTS = st.builds(
    Facts,
    platform=st.sampled_from(NAMES),
    host=st.sampled_from(NAMES),
    account=st.sampled_from(NAMES),
    handle=st.sampled_from(NAMES),
    language=st.sampled_from(NAMES),
    kind=st.sampled_from(list(Kind)),
    is_public=st.booleans(),
    is_open=st.booleans(),
    is_new_person=st.booleans(),
    wants_reply=st.booleans(),
    source_id=st.integers(0, 6),
    sentiment=st.sampled_from(list(Sentiment)),
    urgency=st.sampled_from(list(Urgency)),
    intents=st.integers(0, 1023),
    department=st.integers(0, len(Department)),
    labels=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    relations=st.lists(st.sampled_from([kind.value for kind in RelationKind]), max_size=2).map(tuple),
    rating=st.integers(0, 5),
    need_id=st.integers(0, 6),
    hour=st.integers(-1, 23),
    weekday=st.integers(-1, 6),
    followers=st.integers(-1, 6),
    text=st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
)


@given(st.lists(NODES, min_size=1, max_size=6), st.lists(FACTS, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_it_means_compiled_what_it_means_read_plainly(nodes, batch):
    rules = [rule(node) for node in nodes]
    expected = [[i for i, one in enumerate(rules) if plainly(one.when, facts)] for facts in batch]
    assert compile_rules(rules)(batch) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "when", "then", "all", "any", "field", "is", "text", "matches"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON, st.dictionaries(st.sampled_from(["when", "then", "stop", "is_enabled"]), JSON))
@settings(max_examples=300, deadline=None)
def test_it_reads_or_refuses_anything(data, parts):
    for candidate in (data, {"name": "A", **parts}):
        try:
            read = parse_rule(candidate)
        except DeskError:
            continue
        assert isinstance(read, Rule)
        compile_rules([read])([Facts(text="some text")])
