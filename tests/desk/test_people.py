"""Persons are joined and parted; undo restores exactly; nobody reaches into another workspace."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.cast import House

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.desk.people import merge_people, unmerge_people
from fullcircle.store import models
from fullcircle.store.queries.touchpoints import timeline
from fullcircle.store.visibility import Viewer, operator, viewer_of
from fullcircle.testing.builders import make_author, make_touchpoint


def meet(house: House, *names: str) -> dict[str, int]:
    """A touchpoint from each; their person ids."""
    house.store(
        *[
            make_touchpoint(external_id=name, author=make_author(external_id=name, handle=name, name=name))
            for name in names
        ]
    )
    rows = models.Identity.everywhere.filter(workspace=house.workspace)
    return dict(rows.values_list("external_id", "person_id"))


def pointers(house: House) -> list[tuple[Any, ...]]:
    rows = models.Person.everywhere.filter(workspace=house.workspace).order_by("id")
    return list(rows.values_list("id", "merged_into", "root_id"))


class TestUndo(TestCase):
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8),
        order=st.randoms(use_true_random=False),
    )
    def test_it_restores_exactly_whatever_the_order(self, pairs: list[tuple[int, int]], order: Any) -> None:
        house = House("harbour", "alice")
        people = list(meet(house, "a", "b", "c", "d", "e").values())
        before, viewer = pointers(house), operator(house.workspace.id)
        merges = []
        for keep, other in pairs:
            try:
                merges.append(merge_people(viewer, people[keep], people[other]).id)
            except DeskError as error:
                refused = error.code
                assert refused == "already_merged"
        order.shuffle(merges)
        for merge_id in merges:
            unmerge_people(viewer, merge_id)
        assert pointers(house) == before


def test_it_reads_two_as_one_and_joins_what_comes_next(alice: House) -> None:
    people, viewer = meet(alice, "a", "b"), operator(alice.workspace.id)
    merge = merge_people(viewer, people["a"], people["b"], reasons=["she said so"])
    assert len(timeline(viewer, people["a"])) == 2
    reply = make_touchpoint(external_id="more", parent_id="b", author=make_author(external_id="b"))
    alice.store(reply)
    assert len(timeline(viewer, people["a"])) == 3
    assert len(alice.cases()) == 2
    unmerge_people(viewer, merge.id)
    assert len(timeline(viewer, people["a"])) == 1
    assert alice.events()[-1] == "person.unmerged"


def test_it_tells_charlie_that_alices_people_do_not_exist(alice: House, charlie: House) -> None:
    people, theirs = meet(alice, "a", "b"), meet(charlie, "x")
    merge = merge_people(operator(alice.workspace.id), people["a"], people["b"])
    outside = operator(charlie.workspace.id)
    for attempt in (
        lambda: merge_people(outside, people["a"], people["b"]),
        lambda: merge_people(outside, theirs["x"], people["a"]),
        lambda: unmerge_people(outside, merge.id),
        lambda: merge_people(outside, 999_999, theirs["x"]),
    ):
        with pytest.raises(DeskError) as caught:
            attempt()
        assert caught.value.code == "not_found"


def test_it_lets_only_who_leads_join_people(alice: House) -> None:
    people = meet(alice, "a", "b")
    bob = viewer_of(alice.member("bob", Role.RESPONDER))
    auditor = Viewer(alice.workspace.id, Role.AUDITOR, 5)
    for viewer in (bob, auditor):
        with pytest.raises(DeskError, match="lead"):
            merge_people(viewer, people["a"], people["b"])


def test_it_never_reports_done_what_was_done_before(alice: House) -> None:
    people, viewer = meet(alice, "a", "b"), operator(alice.workspace.id)
    merge = merge_people(viewer, people["a"], people["b"])
    with pytest.raises(DeskError) as caught:
        merge_people(viewer, people["b"], people["a"])
    assert caught.value.code == "already_merged"
    unmerge_people(viewer, merge.id)
    with pytest.raises(DeskError) as caught:
        unmerge_people(viewer, merge.id)
    assert caught.value.code == "not_merged"
