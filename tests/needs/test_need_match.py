"""Which need an issue belongs to: proposed, explained, never decided."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.needs.match import NeedFacts, index_needs, match
from fullcircle.needs.words import is_telling, telling_share

BANKING = Path(__file__).resolve().parents[3] / "shared" / "data" / "banking77" / "train.csv"
RAMP = NeedFacts(
    12,
    "a step-free way in",
    "a step free way in",
    ("ramp", "step free", "रैंप"),
    ("came with the pram and could not get in", "the pram does not fit, is there another entrance"),
)
GLUTEN = NeedFacts(13, "bread without gluten", "bread without gluten", ("gluten free", "coeliac"), ())
HOURS = NeedFacts(14, "open on sundays", "open on sundays", ("sunday",), ("are you open on sunday morning",))
HOUSE = index_needs([RAMP, GLUTEN, HOURS])


def proposed(text, index=HOUSE, **more):
    found = match([text], index, **more)[0]
    return found and found.need_id


@pytest.mark.parametrize(
    ("text", "need_id"),
    [
        ("is there a ramp at the side", 12),
        ("with a pram no way to get in", 12),
        ("दरवाज़े पर रैंप चाहिए", 12),
        ("do you bake anything gluten free", 13),
        ("open this sunday", 14),
        ("lovely bread thank you", None),
        ("", None),
        ("the a is of to in", None),
    ],
)
def test_it_proposes_the_need_whose_words_are_said(text, need_id):
    assert proposed(text) == need_id


def test_it_says_which_words_tipped_it():
    found = match(["please build a step free ramp"], HOUSE)[0]
    assert found.reason.startswith("says “step free”, “ramp”")
    assert 0.5 <= found.score < 1


def test_it_holds_a_term_tied_to_the_need_above_words():
    labels = [("brand", "need:13"), ("need:12", "need:13"), ("need:99",), ("need:x",), ()]
    found = match(["ramp"] * 5, HOUSE, labels)
    assert [proposal and proposal.need_id for proposal in found] == [13, 12, 12, 12, 12]
    assert found[0].score > found[1].score


def test_it_doubts_where_two_needs_are_said_alike():
    alone = match(["a ramp"], HOUSE)[0]
    both = match(["a ramp and sunday opening"], HOUSE, propose_from=0.0)[0]
    assert both.score < alone.score


def test_it_weighs_a_word_less_the_more_needs_know_it():
    needs = [NeedFacts(n, f"n{n}", "", ("oven",) if n < 3 else (f"word{n}",)) for n in range(1, 9)]
    alone = match(["oven"], index_needs(needs[1:]), propose_from=0.0)[0]
    assert match(["oven"], index_needs(needs), propose_from=0.0)[0].score < alone.score


def test_it_weighs_a_word_less_the_commoner_it_is_in_the_stream():
    rare = index_needs([HOURS, GLUTEN], {"sunday": 1}, 1_000)
    common = index_needs([HOURS, GLUTEN], {"sunday": 900}, 1_000)
    scores = [match(["sunday"], index, propose_from=0.0)[0].score for index in (rare, common)]
    assert scores[0] > scores[1]


def test_it_trusts_examples_more_when_a_word_comes_up_again():
    once = index_needs([NeedFacts(1, "x", "", (), ("the trolley", "a kerb"))])
    again = index_needs([NeedFacts(1, "x", "", (), ("the trolley", "my trolley"))])
    scores = [match(["trolley"], index, propose_from=0.0)[0].score for index in (once, again)]
    assert scores[0] < scores[1]


def test_it_is_not_carried_away_by_long_texts():
    short, long = "a ramp", "a ramp " + "other words here " * 60
    found = match([short, long], HOUSE, propose_from=0.0)
    assert found[1].score < found[0].score


def test_it_works_without_any_need():
    assert match(["ramp"], index_needs([]), [("need:1",)]) == (None,)
    assert match([], HOUSE) == ()


def test_it_knows_little_words_and_how_telling_the_others_are():
    assert not any(map(is_telling, ["the", "und", "है", "من", "x", "42"]))
    assert all(map(is_telling, ["ramp", "パン", "ن", "42a"]))
    assert telling_share(1, 1) == telling_share(1, 50) == 1.0
    assert telling_share(50, 50) < telling_share(5, 50) < 1


SOME = ["ramp", "step", "free", "pram", "sunday", "gluten", "bread", "the", "a", "รา", "パン"]
WORDS = st.lists(st.sampled_from(SOME), max_size=12)
TEXTS = WORDS.map(" ".join)
NEEDS = st.lists(
    st.builds(
        NeedFacts,
        need_id=st.integers(1, 99),
        name=st.just("n"),
        name_tokens=TEXTS,
        words=st.lists(TEXTS, max_size=3).map(tuple),
        examples=st.lists(TEXTS, max_size=4).map(tuple),
    ),
    max_size=5,
    unique_by=lambda need: need.need_id,
)


@given(NEEDS, st.lists(TEXTS, max_size=6))
@settings(max_examples=200, deadline=None)
def test_it_proposes_the_same_alone_as_in_a_batch_and_only_needs_there_are(needs, texts):
    index = index_needs(needs)
    batch = match(texts, index, propose_from=0.1)
    assert batch == tuple(match([text], index, propose_from=0.1)[0] for text in texts)
    for proposal in filter(None, batch):
        assert proposal.need_id in {need.need_id for need in needs}
        assert 0.1 <= proposal.score <= 1
        assert proposal.reason.startswith("says “")


@pytest.mark.shared
@pytest.mark.skipif(not BANKING.exists(), reason="banking77 is not beside the project")
def test_it_is_mostly_right_where_it_proposes_one_of_fifty_needs():
    """Eight questions a need, and its name; the next thirty are asked. Every other answer would be right 2 % by chance."""
    questions = {}
    with BANKING.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            plain = "".join(sign if sign.isalnum() else " " for sign in row["text"].casefold())
            questions.setdefault(row["category"], []).append(" ".join(plain.split()))
    names = sorted(questions)[:50]
    needs = [
        NeedFacts(n, name, name.casefold().replace("_", " "), (), tuple(questions[name][:8]))
        for n, name in enumerate(names, 1)
    ]
    asked = [(text, n) for n, name in enumerate(names, 1) for text in questions[name][8:38]]
    said = match([text for text, _ in asked], index_needs(needs))
    right = [p.need_id == n for p, (_, n) in zip(said, asked, strict=True) if p]
    assert len(right) / len(asked) > 0.5
    assert sum(right) / len(right) > 0.7
