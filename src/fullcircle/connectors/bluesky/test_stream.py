"""The fast lane gives what the whole rules give, for the frozen corpus and for whatever is made of it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.connectors.bluesky import parse as parsing
from fullcircle.connectors.bluesky.connector import CONNECTOR
from fullcircle.core.moments import DAY
from fullcircle.core.records import Outcome, RawRecord
from fullcircle.testing.builders import CAPTURED_AT, make_source
from fullcircle.testing.corpus import OUR_DID, OUR_HANDLE, generate

SOURCE = make_source({"service": "https://pds.example", "handle": OUR_HANDLE, "did": OUR_DID}, {})
EVENTS = list(generate(3_000, 3, CAPTURED_AT - DAY, DAY))


def by_the_rules(raw: RawRecord, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "new_post", lambda *_: None)
        return CONNECTOR.parse(SOURCE, raw)


def test_it_agrees_with_the_rules_on_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    raws = [RawRecord(event, "event", CAPTURED_AT) for event in EVENTS]
    assert [CONNECTOR.parse(SOURCE, raw) for raw in raws] == [by_the_rules(raw, monkeypatch) for raw in raws]


ODD: Any = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(max_size=3), max_size=2)
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_it_agrees_with_the_rules_when_a_part_is_odd(data: Any) -> None:
    monkeypatch = pytest.MonkeyPatch()
    event = json.loads(data.draw(st.sampled_from(EVENTS[:200])))
    path = data.draw(
        st.sampled_from(
            [("did",), ("time_us",), ("kind",), ("commit", "rkey"), ("commit", "operation"), ("commit", "collection"),
             ("commit", "record", "text"), ("commit", "record", "createdAt"), ("commit", "record", "langs"),
             ("commit", "record", "facets"), ("commit", "record", "embed"), ("commit", "record", "reply"),
             ("commit", "record"), ("commit",), ("time",), ("payload",), ("rev",)]
        )
    )  # fmt: skip
    place = event
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = data.draw(ODD)
    raw = RawRecord(json.dumps(event).encode(), "event", CAPTURED_AT)
    assert CONNECTOR.parse(SOURCE, raw) == by_the_rules(raw, monkeypatch)
