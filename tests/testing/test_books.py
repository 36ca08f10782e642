"""What the world's books say the repository should hold, whatever order things were delivered in."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.testing.books import BookWriter, State, compare, expected_repository, text_hash

KEY = ("mastodon", "https://tide.example/users/nora/statuses/1")


def write(path, *facts):
    writer = BookWriter(path)
    for fact, more in facts:
        writer.write(fact, network=KEY[0], external_id=KEY[1], **more)
    writer.close()
    return expected_repository(path)


def delivered(text, version=0, **more):
    return ("delivered", {"text_hash": text_hash(text), "version": version, **more})


GONE = ("delivered_delete", {"text_hash": "", "version": 0})


def test_it_expects_nothing_of_what_nobody_delivered(tmp_path):
    exists = ("exists", {"text_hash": text_hash("a"), "version": 0})
    assert write(tmp_path / "b", exists, ("deleted", {"text_hash": ""}), ("accepted_post", {"text_hash": ""})) == {}


def test_it_expects_the_highest_version_delivered(tmp_path):
    assert write(tmp_path / "b", delivered("new", 1), delivered("old", 0))[KEY].text_hash == text_hash("new")


def test_it_keeps_a_tombstone_that_came_before_the_text(tmp_path):
    state = write(tmp_path / "b", GONE, delivered("a"))[KEY]
    assert (state.is_deleted, state.text_hash) == (True, "")


def test_it_leaves_look_ups_out(tmp_path):
    assert write(tmp_path / "b", delivered("a", via="lookup"), delivered("a", via="context")) == {}


def test_it_leaves_out_what_came_before_the_source(tmp_path):
    path = tmp_path / "b"
    write(path, delivered("a", created_at=500))
    assert expected_repository(path, since=501) == {}
    assert list(expected_repository(path, since=500)) == [KEY]


def test_it_hashes_text_as_utf_8():
    assert text_hash("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_it_reads_up_to_a_line_cut_short(tmp_path):
    path = tmp_path / "b"
    write(path, delivered("a"))
    path.write_bytes(path.read_bytes() + b'{"fact":"deliv')
    assert len(expected_repository(path)) == 1


def test_it_refuses_books_with_a_bad_line_within(tmp_path):
    path = tmp_path / "b"
    path.write_bytes(b"not json\n{}\n")
    with pytest.raises(ValueError):
        expected_repository(path)


@given(st.permutations([delivered("a", 0), delivered("b", 1), delivered("c", 2), GONE, delivered("b", 1)]))
@settings(max_examples=60, deadline=None)
def test_it_comes_to_one_state_in_any_order(tmp_path_factory, facts):
    state = write(tmp_path_factory.mktemp("books") / "b", *facts)[KEY]
    assert (state.is_deleted, state.text_hash) == (True, "")


@given(st.permutations([delivered("a", 0), delivered("b", 1), delivered("c", 2), delivered("a", 0)]))
@settings(max_examples=24, deadline=None)
def test_it_comes_to_the_last_text_in_any_order(tmp_path_factory, facts):
    assert write(tmp_path_factory.mktemp("books") / "b", *facts)[KEY].text_hash == text_hash("c")


def test_it_names_every_sort_of_difference():
    a, b, gone = State("a"), State("b"), State("", 0, True)
    expected = {("x", "1"): a, ("x", "2"): a, ("x", "3"): gone, ("x", "4"): a, ("x", "5"): a}
    actual = {("x", "2"): b, ("x", "3"): a, ("x", "4"): gone, ("x", "5"): a, ("x", "6"): a}
    found = [(difference.external_id, difference.sort) for difference in compare(expected, actual)]
    assert found == [("1", "missing"), ("2", "text"), ("3", "not_deleted"), ("4", "deleted"), ("6", "unexpected")]


def test_it_finds_no_difference_where_there_is_none():
    assert compare({("x", "1"): State("a", 3)}, {("x", "1"): State("a", 0)}) == []


def test_it_forgives_what_may_be_held_without_being_owed():
    actual = {("x", "6"): State("a")}
    assert compare({}, actual, may_hold={("x", "6")}) == []


def test_it_writes_lines_that_others_can_read(tmp_path):
    writer = BookWriter(tmp_path / "deep" / "b")
    writer.write("exists", external_id="ü\n")
    writer.close()
    assert json.loads((tmp_path / "deep" / "b").read_text()) == {"fact": "exists", "external_id": "ü\n"}
