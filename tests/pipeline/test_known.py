"""New, seen before, newer, older, taken back: whatever order it comes in, the repository ends the same."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.cast import House

from fullcircle.core.kinds import Change
from fullcircle.core.moments import MINUTE
from fullcircle.core.records import Touchpoint
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.testing.builders import CAPTURED_AT, OCCURRED_AT, make_author, make_touchpoint


def history() -> list[Touchpoint]:
    """Eight events: a root with two edits, a reply and a reply to that, one repeated, one deleted, one deleted twice."""
    root = make_touchpoint(external_id="root", text="first", version=0)
    reply = make_touchpoint(external_id="reply", text="a reply", parent_id="root", author=make_author(external_id="b"))
    deep = make_touchpoint(external_id="deep", text="deeper", parent_id="reply", author=make_author(external_id="c"))
    return [
        root,
        make_touchpoint(external_id="root", text="second", version=1, change=Change.EDIT),
        make_touchpoint(external_id="root", text="third", version=2, change=Change.EDIT),
        reply,
        make_touchpoint(external_id="reply", text="", change=Change.DELETE, author=None),
        deep,
        make_touchpoint(external_id="deep", text="deeper still", version=5, change=Change.EDIT, parent_id="reply",
                        author=make_author(external_id="c")),
        make_touchpoint(external_id="root", text="third", version=2, change=Change.EDIT),
    ]  # fmt: skip


def state(house: House) -> dict[str, Any]:
    rows = {row.external_id: row for row in house.touchpoints()}
    revisions = models.Revision.everywhere.filter(workspace=house.workspace)
    by_id = {row.id: row.external_id for row in rows.values()}
    threads = {name: row.thread for name, row in rows.items()}
    return {
        "texts": {name: (row.text, row.version, row.deleted_at is not None) for name, row in rows.items()},
        "revisions": sorted((by_id[row.touchpoint_id], row.version, row.text) for row in revisions),
        "threads": threads,
        # A touchpoint born deleted opens no case, so its team may differ; what is counted may not.
        "rollup": sum(
            models.Rollup.everywhere.filter(workspace=house.workspace).values_list("touchpoint_count", flat=True)
        ),
        "books": books(house),
    }


def books(house: House) -> dict[str, int]:
    rows = models.Tally.everywhere.filter(workspace=house.workspace)
    return {row.outcome: row.count for row in rows}


class TestOrder(TestCase):
    """hypothesis with a database rolled back after each example."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(order=st.permutations(range(8)), cuts=st.sets(st.integers(1, 7)))
    def test_it_ends_the_same_in_any_order_and_any_batches(self, order: list[int], cuts: set[int]) -> None:
        straight, shuffled = House("straight", "alice"), House("shuffled", "bob")
        events = history()
        straight.store(*events)
        edges = [0, *sorted(cuts), 8]
        for first, last in pairwise(edges):
            shuffled.store(*[events[index] for index in order[first:last]])
        one, other = state(straight), state(shuffled)
        root = {name: thread is None for name, thread in one.pop("threads").items()}
        threads = other.pop("threads")
        assert one == other
        assert {name: thread is None for name, thread in threads.items()} == root
        assert threads["reply"] == threads["deep"]


def test_it_stores_a_record_once_whatever_saw_it(alice: House) -> None:
    search = alice.connect("Search")
    assert alice.store(make_touchpoint()) == {"stored": 1}
    assert alice.store(make_touchpoint(), make_touchpoint(), source=search) == {"duplicate": 2}
    assert len(alice.touchpoints()) == 1
    (again,) = models.Sighting.everywhere.filter(workspace=alice.workspace)
    assert (alice.touchpoints()[0].source_id, again.source_id) == (alice.source.id, search.id)


def test_it_keeps_the_row_and_not_the_text_of_what_was_taken_back(alice: House) -> None:
    alice.store(make_touchpoint(text="I regret this"))
    alice.store(make_touchpoint(text="", change=Change.DELETE))
    (row,) = alice.touchpoints()
    assert (row.text, row.deleted_at) == ("", CAPTURED_AT)
    assert "touchpoint.deleted" in alice.events()


def test_it_keeps_a_create_that_comes_after_its_delete_without_text(alice: House) -> None:
    assert alice.store(make_touchpoint(text="", change=Change.DELETE)) == {"updated": 1}
    assert alice.touchpoints() == []
    assert alice.store(make_touchpoint(text="too late")) == {"stored": 1}
    (row,) = alice.touchpoints()
    assert row.text == ""
    assert row.deleted_at is not None
    assert alice.cases() == []


def test_it_orders_by_a_claim_only_as_far_as_it_can_be_true(alice: House) -> None:
    alice.store(
        make_touchpoint(external_id="1970", occurred_at=0),
        make_touchpoint(external_id="2099", occurred_at=4_070_908_800_000),
        make_touchpoint(external_id="true", occurred_at=OCCURRED_AT),
    )
    rows = {row.external_id: row for row in alice.touchpoints()}
    assert rows["1970"].ordered_at == alice.source.connected_at - 90 * 24 * 60 * MINUTE
    assert rows["2099"].ordered_at == CAPTURED_AT
    assert rows["2099"].occurred_at == 4_070_908_800_000
    assert [row.external_id for row in alice.touchpoints()] == ["1970", "true", "2099"]


def test_it_says_when_a_live_touchpoint_arrived_late(alice: House) -> None:
    alice.store(
        make_touchpoint(external_id="prompt", occurred_at=CAPTURED_AT - MINUTE),
        make_touchpoint(external_id="late", occurred_at=CAPTURED_AT - 60 * MINUTE),
    )
    rows = {row.external_id: row.is_late for row in alice.touchpoints()}
    assert rows == {"prompt": False, "late": True}


@pytest.mark.parametrize("text", ["", " "])
def test_it_counts_what_is_empty_as_dropped(alice: House, text: str) -> None:
    tally = alice.store(make_touchpoint(text=text))
    assert tally == ({"dropped:empty": 1} if not text else {"stored": 1})
    assert books(alice)["received"] == 1


def test_it_finds_the_terms_of_the_newer_form(alice: House) -> None:
    models.Term.everywhere.create(workspace=alice.workspace, word="walnut", label="allergen")
    touch_house(alice.workspace.id)
    alice.store(make_touchpoint(text="plain bread"))
    notes = models.Annotation.everywhere.filter(workspace=alice.workspace)
    assert notes.get().terms is None
    alice.store(make_touchpoint(text="walnut bread", version=1, change=Change.EDIT))
    assert notes.get().terms is not None
