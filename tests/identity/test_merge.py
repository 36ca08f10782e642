"""Merging persons: one pointer, always taken back, never across workspaces, the strictest consent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.errors import CorruptStoreError, DeskError
from fullcircle.identity.merge import (
    Consent,
    PersonFacts,
    PersonGraph,
    applied,
    consents_of,
    plan_merge,
    plan_move,
    plan_unmerge,
    strictest,
    withdrawals,
)

ANNA, BEN, CARA, DAN, EVE = 1, 2, 3, 4, 5
MAILS = "newsletter"


def house():
    persons = {
        ANNA: PersonFacts(ANNA, 1, consents={MAILS: Consent.GIVEN, "call": Consent.GIVEN}),
        BEN: PersonFacts(BEN, 1, consents={MAILS: Consent.WITHDRAWN}),
        CARA: PersonFacts(CARA, 1, consents={MAILS: Consent.GIVEN}),
        DAN: PersonFacts(DAN, 1),
        EVE: PersonFacts(EVE, 2, consents={MAILS: Consent.GIVEN}),
    }
    return PersonGraph(persons, {person * 10 + n: person for person in persons for n in range(2)})


def merged(graph, keep, other):
    plan = plan_merge(keep, other, graph)
    return applied(graph, plan.changes), plan


def test_it_sets_one_pointer_and_reads_both_as_the_kept_one():
    graph, plan = merged(house(), ANNA, BEN)
    assert len(plan.changes) == 1
    assert graph.root(BEN).person_id == ANNA
    assert plan.persons == (ANNA, BEN)
    assert plan.identities == (10, 11, 20, 21)
    assert graph.identities == house().identities


def test_it_keeps_whom_the_caller_says():
    graph, _ = merged(house(), BEN, ANNA)
    assert graph.root(ANNA).person_id == BEN


def test_it_points_to_who_stands_for_the_group_whoever_of_it_is_named():
    graph, _ = merged(house(), ANNA, BEN)
    plan = plan_merge(BEN, CARA, graph)
    assert (plan.keep_id, plan.other_id, plan.changes[0].new) == (ANNA, CARA, ANNA)
    assert plan_merge(CARA, BEN, graph).changes[0].subject_id == ANNA


def test_it_holds_the_strictest_consent_while_merged_and_each_ones_own_after():
    graph, plan = merged(house(), ANNA, BEN)
    assert plan.consents == consents_of(graph, ANNA) == {MAILS: Consent.WITHDRAWN, "call": Consent.NOT_GIVEN}
    back = applied(graph, plan_unmerge(plan, graph).changes)
    assert consents_of(back, ANNA) == house().persons[ANNA].consents


def test_it_takes_the_strictest_of_any_number():
    people = [PersonFacts(1, 1, consents={"x": Consent.GIVEN}), PersonFacts(2, 1, consents={"x": Consent.REFUSED})]
    assert strictest(people) == {"x": Consent.REFUSED}
    assert strictest([]) == {}


def test_it_writes_a_withdrawal_for_the_whole_group_so_that_it_outlives_parting():
    graph, _ = merged(house(), ANNA, BEN)
    graph, _ = merged(graph, ANNA, CARA)
    assert withdrawals(graph, CARA, MAILS) == (ANNA, CARA)
    assert withdrawals(graph, BEN, "call") == (ANNA, BEN, CARA)


def test_it_takes_an_early_merge_back_while_a_later_one_stands():
    graph, first = merged(house(), ANNA, BEN)
    graph, second = merged(graph, CARA, ANNA)
    graph = applied(graph, plan_unmerge(first, graph).changes)
    assert graph.group(CARA) == (ANNA, CARA)
    assert graph.group(BEN) == (BEN,)
    graph = applied(graph, plan_unmerge(second, graph).changes)
    assert graph == house()


def test_it_reports_nothing_done_that_was_done_before():
    graph, plan = merged(house(), ANNA, BEN)
    for keep, other in ((ANNA, BEN), (BEN, ANNA), (ANNA, ANNA)):
        with pytest.raises(DeskError, match="same person already"):
            plan_merge(keep, other, graph)
    back = applied(graph, plan_unmerge(plan, graph).changes)
    with pytest.raises(DeskError, match="taken back or changed"):
        plan_unmerge(plan, back)


def test_it_never_joins_persons_of_two_workspaces():
    graph, _ = merged(house(), ANNA, BEN)
    for keep, other in ((ANNA, EVE), (EVE, BEN)):
        with pytest.raises(DeskError, match="two workspaces"):
            plan_merge(keep, other, graph)
    with pytest.raises(DeskError, match="another workspace"):
        plan_move(10, EVE, graph)


@pytest.mark.parametrize(
    "persons",
    [
        {1: PersonFacts(1, 1, merged_into=2), 2: PersonFacts(2, 1, merged_into=1)},
        {1: PersonFacts(1, 1, merged_into=1)},
        {1: PersonFacts(1, 1, merged_into=9)},
        {1: PersonFacts(1, 1, merged_into=2), 2: PersonFacts(2, 2)},
    ],
)
def test_it_stops_loudly_at_pointers_that_cannot_be(persons):
    with pytest.raises(CorruptStoreError):
        PersonGraph(persons).root(1)


def test_it_moves_one_account_and_takes_it_back():
    plan = plan_move(10, DAN, house())
    graph = applied(house(), plan.changes)
    assert graph.identities[10] == DAN
    with pytest.raises(DeskError, match="already"):
        plan_move(10, DAN, graph)
    assert applied(graph, plan_unmerge(plan, graph).changes) == house()


def test_it_changes_nothing_where_the_pointer_is_not_what_was_expected():
    graph, plan = merged(house(), ANNA, BEN)
    with pytest.raises(CorruptStoreError):
        applied(graph, plan.changes)


PERSONS = st.dictionaries(
    st.integers(1, 8),
    st.tuples(st.integers(1, 2), st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(list(Consent)))),
    min_size=2,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "move", "undo"]), st.integers(0, 99), st.integers(0, 99)), max_size=25
)


@given(PERSONS, STEPS, st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_it_restores_the_exact_state_after_any_merges_undone_in_any_order(people, steps, random):
    ids = sorted(people)
    start = PersonGraph(
        {i: PersonFacts(i, workspace, consents=consents) for i, (workspace, consents) in people.items()},
        {i + 100: i for i in ids},
    )
    graph, standing = start, []
    for action, one, two in steps:
        a, b = ids[one % len(ids)], ids[two % len(ids)]
        try:
            if action == "undo":
                if standing:
                    plan = standing[one % len(standing)]
                    graph = applied(graph, plan_unmerge(plan, graph).changes)
                    standing.remove(plan)
                continue
            plan = plan_merge(a, b, graph) if action == "merge" else plan_move(a + 100, b, graph)
        except DeskError:
            continue
        graph = applied(graph, plan.changes)
        standing.append(plan)
        for person in ids:
            members = graph.group(person)
            assert {start.persons[member].workspace_id for member in members} == {start.persons[person].workspace_id}
            assert consents_of(graph, person) == strictest(start.persons[member] for member in members)
    random.shuffle(standing)
    while standing:  # a move stands in the way of an earlier one of the same account: then that one first
        for plan in list(standing):
            try:
                undo = plan_unmerge(plan, graph)
            except DeskError:
                continue
            graph = applied(graph, undo.changes)
            standing.remove(plan)
    assert graph == start
