"""Calls, by hand, from telephony, from a list."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.phone.call_list import call_records
from fullcircle.connectors.phone.connector import CONNECTOR
from fullcircle.connectors.phone.parse import parse
from fullcircle.connectors.phone.records import FORM, call_record, verified_by
from fullcircle.core.drops import QuarantineReason, Unreadable
from fullcircle.core.errors import ConfigError, PermanentSourceError
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import DAY
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Outgoing, RawRecord, Touchpoint

NOW = 1_775_000_000_000
SOURCE = SourceContext(7, 3, {"country": "DE", "line": "front desk"}, {}, NOW - DAY, None, NOW)


def log(**fields):
    return call_record(captured_at=NOW, **fields)


def test_it_makes_a_call_a_touchpoint():
    raw = log(
        number="030 1234567",
        name="Mara",
        duration_s=185,
        answered_by="Jonas",
        note=" Rye on Friday? ",
        call_id="c-1",
        started_at=NOW - 60_000,
    )
    call = parse(SOURCE, raw)
    assert isinstance(call, Touchpoint)
    assert (call.platform, call.host, call.kind, call.channel, call.is_public) == (
        "phone",
        "",
        Kind.CALL,
        Channel.CALLS,
        False,
    )
    assert (call.text, call.title, call.external_id) == ("Rye on Friday?", "Call, 3:05 min", "c-1")
    assert (call.author.external_id, call.author.name) == ("+49301234567", "Mara")
    assert (call.occurred_at, call.direction, call.account) == (NOW - 60_000, Direction.INBOUND, "front desk")
    assert json.loads(raw.payload)["answered_by"] == "Jonas"
    assert CONNECTOR.key(call) == "c-1"


def test_it_keeps_a_missed_call_without_a_note():
    missed = parse(SOURCE, log(number="030 1234567", is_answered=False))
    assert (missed.title, missed.text) == ("Missed call", "")
    assert missed.direction is Direction.INBOUND
    assert parse(SOURCE, log(is_answered=False, direction=Direction.OUTBOUND)).title == "Not reached"


def test_it_gives_a_call_logged_by_hand_an_id_of_its_own():
    ids = {parse(SOURCE, log(number="030 1234567")).external_id for _ in range(20)}
    assert len(ids) == 20


def test_it_believes_a_number_only_from_telephony():
    assert verified_by(log(number="030 1234567")) == "hand"
    assert verified_by(log(number="030 1234567", call_id="t-1", is_from_telephony=True)) == "telephony"
    assert verified_by(RawRecord(b'{"verified_by":"telephony"}', FORM, NOW, "{")) == "hand"
    with pytest.raises(ConfigError):
        log(number="030 1234567", is_from_telephony=True)


def test_it_knows_nobody_behind_a_withheld_number_and_joins_none_by_name():
    assert parse(SOURCE, log(number="anonymous")).author is None
    authors = {parse(SOURCE, log(name="Mara")).author.external_id for _ in range(2)}
    assert len(authors) == 2


@pytest.mark.parametrize("started_at", [0, 1_000, -5, NOW + 3 * DAY, 4_070_908_800_000])
def test_it_believes_no_impossible_time(started_at):
    outcome = parse(SOURCE, log(number="1", started_at=started_at))
    assert outcome.reason is QuarantineReason.MISSING_TIME


def test_it_tells_history_from_what_came_after_connecting():
    assert parse(SOURCE, log(started_at=NOW - 2 * DAY)).is_history
    assert not parse(SOURCE, log(started_at=NOW)).is_history


def test_it_keeps_what_no_file_can_hold_as_a_replacement():
    call = parse(SOURCE, log(note="a\0b\ud800", name="x\0"))
    assert call.text == "a\ufffdb\ufffd"


def test_it_reads_a_list_of_calls(tmp_path):
    from pathlib import Path

    lines = (Path(__file__).parent / "fixtures" / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    raws = list(call_records(lines, captured_at=NOW))
    calls = [parse(SOURCE, raw) for raw in raws]
    assert [call.title for call in calls[:4]] == ["Call, 3:05 min", "Missed call", "Call, 0:42 min", "Call, 0:42 min"]
    assert [call.author.external_id for call in calls[:3]] == ["+49307654321", "+442079460000", "+49307654321"]
    assert calls[2].direction is Direction.OUTBOUND
    assert len({call.external_id for call in calls[:4]}) == 4
    assert calls[4].reason is QuarantineReason.MISSING_TIME
    assert b"anonymous" in raws[4].payload
    assert raws == list(call_records(lines, captured_at=NOW))
    assert {verified_by(raw) for raw in raws} == {"hand"}
    assert {verified_by(raw) for raw in call_records(lines, captured_at=NOW, is_from_telephony=True)} == {"telephony"}


def test_it_says_which_column_a_list_lacks():
    with pytest.raises(ConfigError, match="no column number"):
        list(call_records(["started_at,who\n"], captured_at=NOW))


FIELDS = st.dictionaries(
    st.sampled_from(["id", "started_at", "number", "direction", "note", "duration_s", "is_answered", "name"]),
    st.one_of(st.text(max_size=8), st.integers(), st.none(), st.floats(), st.sampled_from(["inbound", NOW])),
)


@given(
    st.one_of(st.binary(max_size=40), FIELDS.map(lambda row: json.dumps(row).encode())),
    st.sampled_from([FORM, "row", ""]),
    st.sampled_from(["", "{}", '{"verified_by":"x"}']),
)
def test_it_is_total(payload, form, context):
    raw = RawRecord(payload, form, NOW, context)
    outcome = CONNECTOR.parse(SOURCE, raw)
    assert isinstance(outcome, Touchpoint | Unreadable)
    assert outcome == CONNECTOR.parse(SOURCE, raw)
    assert verified_by(raw) == "hand"


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=4, max_size=4), max_size=5
    )
)
def test_it_has_an_outcome_for_every_row_of_a_list(rows):
    import csv
    import io

    file = io.StringIO(newline="")
    csv.writer(file).writerows([["started_at", "number", "note", "duration_s"], *rows])
    raws = list(call_records(io.StringIO(file.getvalue(), newline=""), captured_at=NOW))
    assert len(raws) == len(rows)
    assert all(isinstance(parse(SOURCE, raw), Touchpoint | Unreadable) for raw in raws)


def test_it_fetches_nothing_and_cannot_reply():
    for page in (
        CONNECTOR.capture(SOURCE, "calls", "x"),
        CONNECTOR.back_fill(SOURCE, "calls", ""),
        CONNECTOR.own_outbound(SOURCE, ""),
    ):
        assert page.records == ()
        assert page.is_last
    assert CONNECTOR.streams(SOURCE) == ("calls",)
    assert CONNECTOR.read_back(SOURCE, None) is None
    with pytest.raises(PermanentSourceError):
        CONNECTOR.reply(SOURCE, Outgoing(1, "a", "b", "c", "text", False, "key"))


def test_it_says_when_its_country_is_unknown():
    assert CONNECTOR.health(SOURCE).is_ok
    wrong = CONNECTOR.health(SourceContext(7, 3, {"country": "Atlantis"}, {}, 0, None, NOW))
    assert not wrong.is_ok
    assert wrong.hint
