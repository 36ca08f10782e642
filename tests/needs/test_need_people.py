"""Needs nobody named, and how many people have a need."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.errors import CorruptStoreError
from fullcircle.needs.count import ChannelCount, IssueRow, count_people, resolve_person
from fullcircle.needs.propose import IssueFacts, propose


def issues(*said, first=1):
    """One issue each, of (person, text)."""
    return [IssueFacts(n, person, text, (n * 10,)) for n, (person, text) in enumerate(said, first)]


def test_it_gathers_what_several_people_say_in_people_not_posts():
    found = propose(
        issues(
            (1, "need a high chair for the baby"),
            (1, "still no high chair"),
            (1, "high chair please"),
            (2, "is there a high chair"),
            (3, "could not find a high chair"),
            (4, "the soup was cold"),
            (4, "cold soup again"),
            (4, "why is the soup cold"),
        )
    )
    assert [proposal.words for proposal in found] == ["high chair"]
    assert (found[0].person_count, found[0].issue_ids) == (3, (1, 2, 3, 4, 5))
    assert found[0].quotes == (10, 40, 50)


def test_it_names_what_else_they_share():
    found = propose(issues((1, "oat milk coffee"), (2, "coffee with oat milk"), (3, "oat milk in my coffee")))
    assert (found[0].words, found[0].also) == ("oat milk", ("coffee",))


def test_it_puts_an_issue_into_one_proposal_only_and_the_largest_first():
    said = [(n, "high chair") for n in range(1, 6)] + [(n, "oat milk") for n in range(6, 9)]
    said += [(9, "high chair and oat milk")]
    found = propose(issues(*said))
    assert [(proposal.words, proposal.person_count) for proposal in found] == [("high chair", 6), ("oat milk", 3)]


def test_it_leaves_out_what_everybody_says():
    said = [(n, f"bakery {word}") for n, word in enumerate(["queue", "oven", "light", "music"] * 12, 1)]
    assert "bakery" not in {proposal.words for proposal in propose(issues(*said))}


def test_it_proposes_nothing_of_too_few_people():
    assert propose(issues((1, "high chair"), (2, "high chair"))) == []
    assert propose([]) == []
    assert len(propose(issues((1, "high chair"), (2, "high chair")), least_people=2)) == 1


WORDS = ["ramp", "high", "chair", "oat", "milk", "soup", "cold", "the"]
SAID = st.lists(st.tuples(st.integers(1, 6), st.lists(st.sampled_from(WORDS), max_size=5)), max_size=30)


@given(SAID, st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_it_counts_the_people_behind_the_issues_it_names(said, least):
    known = issues(*[(person, " ".join(words)) for person, words in said])
    people = {issue.issue_id: issue.person_id for issue in known}
    found = propose(known, least_people=least)
    gathered = [issue_id for proposal in found for issue_id in proposal.issue_ids]
    assert len(gathered) == len(set(gathered))
    for proposal in found:
        assert proposal.person_count == len({people[issue_id] for issue_id in proposal.issue_ids}) >= least
        assert len(proposal.quotes) == min(3, proposal.person_count)


RAMP = 12


def test_it_counts_people_through_their_merges():
    rows = [
        IssueRow(RAMP, 1, 10, True, "phone"),
        IssueRow(RAMP, 2, 20, False, "bluesky"),
        IssueRow(RAMP, 3, 30, False, "bluesky"),
    ]
    apart, together = count_people(rows, {})[0], count_people(rows, {2: 4, 4: 1})[0]
    assert (apart.person_count, apart.answered, apart.unanswered) == (3, (1,), (2, 3))
    assert (together.person_count, together.answered, together.unanswered) == (2, (), (1, 3))
    assert together.channels == {"bluesky": ChannelCount(2, 0), "phone": ChannelCount(1, 1)}


def test_it_takes_a_person_for_answered_when_their_newest_issue_is():
    asked_again = [IssueRow(RAMP, 1, 10, True), IssueRow(RAMP, 1, 20, False)]
    assert count_people(asked_again, {})[0].unanswered == (1,)
    answered = [IssueRow(RAMP, 1, 10, False), IssueRow(RAMP, 1, 20, True)]
    assert count_people(answered, {})[0].answered == (1,)
    at_once = [IssueRow(RAMP, 1, 10, False), IssueRow(RAMP, 1, 10, True)]
    assert count_people(at_once, {}) == count_people(at_once[::-1], {})
    assert count_people(at_once, {})[0].unanswered == (1,)


def test_it_puts_the_need_of_most_people_first():
    rows = [IssueRow(1, 1, 1, True), IssueRow(1, 1, 2, True), IssueRow(2, 1, 1, True), IssueRow(2, 2, 1, True)]
    assert [count.need_id for count in count_people(rows, {})] == [2, 1]


def test_it_stops_loudly_at_a_merge_that_goes_round():
    with pytest.raises(CorruptStoreError):
        resolve_person(1, {1: 2, 2: 1})


ROWS = st.lists(
    st.builds(
        IssueRow,
        need_id=st.integers(1, 3),
        person_id=st.integers(1, 6),
        asked_at=st.integers(0, 5),
        is_answered=st.booleans(),
        channel=st.sampled_from(["phone", "bluesky"]),
    ),
    max_size=20,
)


@given(ROWS, st.randoms(use_true_random=False), st.dictionaries(st.integers(4, 6), st.integers(1, 3)))
@settings(max_examples=200, deadline=None)
def test_it_counts_each_person_once_in_any_order(rows, random, merged_into):
    counts = count_people(rows, merged_into)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert count_people(shuffled, merged_into) == counts
    for count in counts:
        people = {resolve_person(row.person_id, merged_into) for row in rows if row.need_id == count.need_id}
        assert sorted(count.answered + count.unanswered) == sorted(people)
        for channel in count.channels.values():
            assert 0 <= channel.answered_count <= channel.person_count <= len(people)
