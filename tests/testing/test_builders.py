"""Builders give whole records, and change only what they are asked to change."""

import msgspec

from fullcircle.core.batches import Refused
from fullcircle.core.drops import Drop, DropReason
from fullcircle.core.kinds import Kind
from fullcircle.testing import builders


def test_it_changes_only_what_is_asked():
    plain, changed = builders.make_touchpoint(), builders.make_touchpoint(text="", kind=Kind.REVIEW)
    assert msgspec.structs.replace(changed, text=plain.text, kind=plain.kind) == plain


def test_it_makes_touchpoints_that_differ_in_their_ids():
    several = builders.make_touchpoints(50)
    assert len({touchpoint.external_id for touchpoint in several}) == 50
    assert len({touchpoint.author.external_id for touchpoint in several if touchpoint.author}) == 50


def test_it_makes_batches_whose_columns_are_of_one_length():
    batch = builders.make_batch(4)
    assert len(batch.touchpoints) == len(batch.raws) == batch.received == 4


def test_it_counts_the_refused_as_received():
    refused = (Refused(builders.make_raw(b"{}"), Drop(DropReason.EMPTY)),)
    assert builders.make_batch(2, refused=refused).received == 3


def test_it_makes_raw_records_of_bytes_and_of_values():
    assert builders.make_raw(b"\xff").payload == b"\xff"
    assert msgspec.json.decode(builders.make_raw({"a": "é"}).payload) == {"a": "é"}
    assert b"app.bsky.feed.post" in builders.make_raw().payload
