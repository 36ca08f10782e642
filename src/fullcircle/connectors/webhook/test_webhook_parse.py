"""What a body means, whatever its bytes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.webhook.connector import CONNECTOR, keys_of
from fullcircle.connectors.webhook.parse import ITEMS_LIMIT, split
from fullcircle.connectors.webhook.shape import Posted
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import PermanentSourceError
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Outcome, Outgoing, Touchpoint
from fullcircle.testing.builders import make_source

FIXTURES = Path(__file__).parent / "fixtures"
AT = 1_777_628_500_000
ITEM = {"id": "a1", "occurred_at": "2026-05-01T09:30:00Z", "text": "good bread"}

SOURCE = make_source(connected_at=0)


def outcomes(body: bytes, source: SourceContext = SOURCE) -> list[Outcome]:
    return [CONNECTOR.parse(source, raw) for raw in split(body, AT)]


def outcome_of(**changes: Any) -> Outcome:
    (outcome,) = outcomes(json.dumps({**ITEM, **changes}).encode())
    return outcome


def reason_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Drop | Unreadable), outcome
    return outcome.reason.value


def test_it_reads_one_item_as_documented() -> None:
    (touchpoint,) = outcomes((FIXTURES / "one.json").read_bytes())
    assert isinstance(touchpoint, Touchpoint)
    assert (touchpoint.external_id, touchpoint.platform, touchpoint.kind) == ("note-1042", "guestbook", Kind.QUESTION)
    assert (touchpoint.channel, touchpoint.is_public) == (Channel.FORMS, False)
    assert touchpoint.occurred_at == 1_777_627_800_000
    assert touchpoint.captured_at == AT
    assert touchpoint.author is not None
    assert (touchpoint.author.external_id, touchpoint.author.handle) == ("visitor-77", "nora")
    assert touchpoint.url == "https://bakery.example/guestbook/1042"


def test_it_reads_several_and_one_bad_item_holds_back_no_other() -> None:
    first, second, third = outcomes((FIXTURES / "several.json").read_bytes())
    assert isinstance(first, Touchpoint)
    assert (first.external_id, first.rating, first.channel) == ("7", 2, Channel.REVIEWS)
    assert reason_of(second) == QuarantineReason.MISSING_ID
    assert isinstance(third, Touchpoint)
    assert (third.kind, third.direction, third.author) == (Kind.REPLY, Direction.OUTBOUND, None)
    assert third.occurred_at == 1_777_620_720_000


def test_it_keeps_the_bytes_of_each_item_as_they_came() -> None:
    raws = split(b'{"touchpoints": [ {"id" : 1.50, "x":"\\u00e4"} , 7 ]}', AT)
    assert [raw.payload for raw in raws] == [b'{"id" : 1.50, "x":"\\u00e4"}', b"7"]


def test_it_takes_an_empty_list_as_nothing() -> None:
    assert split(b'{"touchpoints": []}', AT) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", QuarantineReason.BAD_JSON),
        (b"\xff\xfe{\x00}\x00", QuarantineReason.BAD_JSON),
        (b'{"id": NaN}', QuarantineReason.BAD_JSON),
        (b'{"touchpoints": [' + b"[" * 100_000, QuarantineReason.BAD_JSON),
        (b'{"touchpoints": [{"id": "1"}], "touchpoints": []}', QuarantineReason.BAD_JSON),
        (b'{"touchpoints": [{"id": "1"}', QuarantineReason.BAD_JSON),
        (b'{"touchpoints": 5}', QuarantineReason.BAD_SHAPE),
        (b"[]", QuarantineReason.BAD_SHAPE),
        (b'"text"', QuarantineReason.BAD_SHAPE),
        (b'{"touchpoints": [' + b"1," * ITEMS_LIMIT + b"1]}", QuarantineReason.TOO_LARGE),
    ],
)
def test_it_keeps_a_body_it_cannot_split_as_one_unreadable_record(body: bytes, reason: QuarantineReason) -> None:
    (raw,) = split(body, AT)
    assert raw.payload == body
    assert reason_of(CONNECTOR.parse(SOURCE, raw)) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "missing_id"),
        ({"id": "  "}, "missing_id"),
        ({"id": "x" * 501}, "bad_shape"),
        ({"id": 1.5}, "bad_shape"),
        ({"occurred_at": None}, "missing_time"),
        ({"occurred_at": "yesterday"}, "missing_time"),
        ({"occurred_at": -5}, "bad_shape"),
        ({"occurred_at": 10**30}, "bad_shape"),
        ({"kind": "shout"}, "bad_shape"),
        ({"change": "upsert"}, "bad_shape"),
        ({"text": 5}, "bad_shape"),
        ({"author": "nora"}, "bad_shape"),
        ({"platform": "No Such!"}, "bad_shape"),
        ({"rating": 9}, "bad_shape"),
        ({"text": " \n"}, "empty"),
    ],
)
def test_it_names_why_an_item_cannot_be_taken(changes: dict[str, Any], reason: str) -> None:
    assert reason_of(outcome_of(**changes)) == reason


def test_it_says_no_received_word_in_a_reason() -> None:
    outcome = outcome_of(kind="Nora Feld, 12 Harbour Street")
    assert isinstance(outcome, Unreadable)
    assert "Nora" not in outcome.detail


def test_it_takes_a_delete_that_says_nothing_but_its_id() -> None:
    (outcome,) = outcomes(b'{"id": "a1", "change": "delete"}')
    assert isinstance(outcome, Touchpoint)
    assert (outcome.change, outcome.occurred_at) == (Change.DELETE, AT)


def test_it_passes_text_through_the_gate() -> None:
    outcome = outcome_of(text="a\0b\ud800c", title="\0")
    assert isinstance(outcome, Touchpoint)
    assert (outcome.text, outcome.title) == ("a\ufffdb\ufffdc", "\ufffd")


def test_it_cuts_and_flags_a_text_of_ten_megabytes() -> None:
    outcome = outcome_of(text="x" * 10_000_000)
    assert isinstance(outcome, Touchpoint)
    assert (len(outcome.text), outcome.is_truncated) == (100_000, True)


def test_it_lets_no_address_through_but_http() -> None:
    outcome = outcome_of(url="javascript:alert(1)", media=[{"url": "data:text/html,x"}, {"url": "https://a.example/b"}])
    assert isinstance(outcome, Touchpoint)
    assert (outcome.url, [one.url for one in outcome.media]) == ("", ["https://a.example/b"])


def test_it_calls_what_came_before_the_source_was_connected_history() -> None:
    source = make_source(connected_at=1_777_627_800_001)
    (outcome,) = outcomes((FIXTURES / "one.json").read_bytes(), source)
    assert isinstance(outcome, Touchpoint)
    assert outcome.is_history


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from([*Posted.__struct_fields__, "touchpoints"])


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_it_never_raises_for_any_bytes(body: bytes) -> None:
    assert outcomes(body)


@given(st.dictionaries(names, json_values, max_size=8), st.booleans())
def test_it_never_raises_for_any_json_in_any_field(said: dict[str, Any], is_several: bool) -> None:
    body = json.dumps({"touchpoints": [{**ITEM, **said}]} if is_several else {**ITEM, **said}).encode()
    for outcome in outcomes(body):
        if isinstance(outcome, Touchpoint):
            assert outcome.external_id
            assert outcome.occurred_at >= 0
            "".join([outcome.text, outcome.title, outcome.external_id]).encode("utf-8")


@given(st.lists(json_values, max_size=6))
def test_it_makes_exactly_one_outcome_of_every_item(items: list[Any]) -> None:
    body = json.dumps({"touchpoints": items}, allow_nan=False, default=str) if _is_plain(items) else None
    if body is not None:
        assert len(outcomes(body.encode())) == len(items)


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return all(abs(number) < 2**53 for number in _numbers(value))


def _numbers(value: Any) -> list[float]:
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    if isinstance(value, dict):
        return _numbers(list(value.values()))
    return [value] if isinstance(value, int | float) else []


@pytest.mark.parametrize("cut", range(0, 330, 7))
def test_it_reads_no_part_of_a_truncated_body(cut: int) -> None:
    whole = (FIXTURES / "one.json").read_bytes().strip()
    assert cut < len(whole)
    (outcome,) = outcomes(whole[:cut])
    assert reason_of(outcome) == QuarantineReason.BAD_JSON


def test_it_is_never_answered() -> None:
    with pytest.raises(PermanentSourceError):
        CONNECTOR.reply(SOURCE, Outgoing(1, "a", "b", "c", "hello", True, "key"))


def test_it_gives_the_door_both_keys_while_a_secret_is_changed() -> None:
    source = make_source(secrets={"secret": "whsec_" + "QUJD" * 8, "old_secret": "whsec_" + "REVG" * 8})
    assert keys_of(source) == (b"ABC" * 8, b"DEF" * 8)
    assert CONNECTOR.health(source).is_ok
    assert not CONNECTOR.health(make_source(secrets={"secret": "whsec_QUJD"})).is_ok
    assert not CONNECTOR.health(make_source(secrets={})).is_ok


def test_it_drops_by_a_reason_of_the_closed_list() -> None:
    assert outcome_of(text="") == Drop(DropReason.EMPTY, "neither text, title, media nor rating")
