"""What Mastodon sends becomes exactly one outcome each, and the right one."""

import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.connectors.mastodon.conftest import CONNECTED_AT, FRIDA, GRETA, NOW, OURS, FakeServer, answer_to, status
from fullcircle.connectors.mastodon.parse import _READERS, parse
from fullcircle.connectors.mastodon.stream import split_events
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint

FIXTURES = Path(__file__).parent / "fixtures"
NOTED = {"server": "social.example", "own_id": "900", "own_uri": OURS["uri"]}
SETTINGS = {"server": "https://social.example", "handle": "@Bakery"}
SOURCE = SourceContext(3, 7, SETTINGS, {}, CONNECTED_AT, FakeServer(), NOW)
NAME = "https://other.example/users/frida/statuses/116498765432100777"


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes().strip()


def read(form: str, payload: bytes | dict, source: SourceContext = SOURCE, **noted: str) -> Outcome:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return parse(source, RawRecord(data, form, NOW, json.dumps({**NOTED, **noted})))


def changed(**changes) -> dict:
    return {**json.loads(fixture("status.json")), **changes}


def test_it_reads_a_status():
    found = read("status", fixture("status.json"))
    assert isinstance(found, Touchpoint)
    assert (found.platform, found.host, found.external_id) == ("mastodon", "", NAME)
    assert (found.kind, found.direction, found.channel) == (Kind.REPLY, Direction.INBOUND, Channel.PUBLIC_POSTS)
    assert found.text == (
        "@bakery Gibt es heute\nnoch Roggen & Dinkel?\n\n"
        "Siehe https://shop.example/rye/today?size=large #Brot\n\n- Roggen\n- Dinkel"
    )
    assert (found.title, found.language_claim) == ("about bread", "de")
    assert found.occurred_at == parse_moment("2026-05-01T09:15:00.123Z")
    assert [(one.url, one.kind, one.alt) for one in found.media] == [
        ("https://files.example/loaf.jpg", "image", "A loaf with a burnt crust")
    ]
    assert found.counters is not None
    assert (found.counters.replies, found.counters.likes, found.counters.reposts) == (1, 3, 2)
    assert found.author is not None
    assert (found.author.external_id, found.author.handle, found.author.name, found.author.followers) == (
        "https://other.example/users/frida",
        "frida@other.example",
        "Frida Berg",
        31,
    )
    assert found.account == "bakery@social.example"
    assert (found.change, found.version, found.is_history) == (Change.CREATE, 0, False)


def test_it_names_a_status_alike_whichever_server_showed_it():
    here = read("status", fixture("status.json"))
    elsewhere = SourceContext(3, 8, {"server": "third.example"}, {}, CONNECTED_AT, FakeServer(), NOW)
    there = read("status", changed(id="55"), elsewhere, server="third.example", own_id="4")
    assert isinstance(here, Touchpoint)
    assert isinstance(there, Touchpoint)
    assert (here.host, here.external_id) == (there.host, there.external_id)
    assert here.author is not None
    assert there.author is not None
    assert here.author.external_id == there.author.external_id


@pytest.mark.parametrize(
    ("without", "name"),
    [
        ({"uri": None}, "https://other.example/@frida/116498765432100777"),
        ({"uri": None, "url": None}, "116498765432100001@social.example"),
    ],
)
def test_it_names_a_status_by_what_there_is(without, name):
    found = read("status", changed(**without))
    assert isinstance(found, Touchpoint)
    assert found.external_id == name


@pytest.mark.parametrize(
    ("visibility", "channel", "is_public"),
    [
        ("public", Channel.PUBLIC_POSTS, True),
        ("unlisted", Channel.PUBLIC_POSTS, True),
        ("private", Channel.DIRECT_MESSAGES, False),
        ("direct", Channel.DIRECT_MESSAGES, False),
        ("something-new", Channel.DIRECT_MESSAGES, False),
    ],
)
def test_it_keeps_private_what_was_said_in_private(visibility, channel, is_public):
    found = read("status", changed(visibility=visibility))
    assert isinstance(found, Touchpoint)
    assert (found.channel, found.is_public) == (channel, is_public)
    assert (found.kind is Kind.DIRECT_MESSAGE) == (visibility == "direct")


def test_it_reads_an_edit_as_a_later_form_of_the_same():
    found = read("status", changed(edited_at="2026-05-01T09:40:00.000Z"))
    assert isinstance(found, Touchpoint)
    assert (found.change, found.version) == (Change.EDIT, parse_moment("2026-05-01T09:40:00Z"))
    assert found.occurred_at == parse_moment("2026-05-01T09:15:00.123Z")


def test_it_takes_a_boost_as_a_fresh_sight_of_what_was_boosted():
    boost = status(3, "", GRETA, reblog=json.loads(fixture("status.json")))
    assert read("status", boost) == read("status", fixture("status.json"))


@pytest.mark.parametrize("kind", ["favourite", "reblog", "follow", "follow_request", "poll", "admin.report"])
def test_it_drops_notifications_that_are_no_status_to_us(kind):
    found = read("notification", {**json.loads(fixture("notification.json")), "type": kind})
    assert isinstance(found, Drop)
    assert found.reason is DropReason.OUT_OF_SCOPE


def test_it_drops_a_mention_whose_status_is_gone():
    found = read("notification", {**json.loads(fixture("notification.json")), "status": None})
    assert isinstance(found, Drop)
    assert found.reason is DropReason.EMPTY


def test_it_finds_the_same_status_in_a_notification():
    assert read("notification", fixture("notification.json")) == read("status", fixture("status.json"))


def test_it_knows_our_own_statuses_with_and_without_notes():
    ours = status(5, "Bread is out", OURS)
    for noted in ({}, {"own_id": ""}):
        found = read("status", ours, **noted)
        assert isinstance(found, Touchpoint)
        assert (found.direction, found.kind, found.account) == (
            Direction.OUTBOUND,
            Kind.POST,
            "bakery@social.example",
        )
    elsewhere = read("status", status(5, "Not us", {**OURS, "id": "7", "acct": "bakery@other.example"}), own_id="")
    assert isinstance(elsewhere, Touchpoint)
    assert elsewhere.direction is Direction.INBOUND


def test_it_sees_a_mention_of_us_and_a_quote_of_us():
    named = {"mentions": [{"id": "900", "username": "bakery", "url": "", "acct": "bakery"}]}
    quoting = {"quote": {"state": "accepted", "quoted_status": status(1, "Bread is out", OURS)}}
    for more in (named, quoting):
        for noted in ({}, {"own_id": ""}):
            found = read("status", status(6, "Look", **more), **noted)
            assert isinstance(found, Touchpoint)
            assert found.kind is Kind.MENTION
    plain = read("status", status(6, "Look"))
    assert isinstance(plain, Touchpoint)
    assert (plain.kind, plain.account) == (Kind.POST, "")


def test_it_leaves_the_quote_line_to_the_reference_beside_the_text():
    content = '<p class="quote-inline">RE: <a href="https://social.example/@bakery/1">x</a></p><p>So true</p>'
    quote = {"state": "accepted", "quoted_status": status(1, "Bread is out", OURS)}
    found = read("status", status(6, "", content=content, quote=quote))
    assert isinstance(found, Touchpoint)
    assert found.text == "So true"
    assert [one.alt for one in found.media] == ["quoted post"]
    refused = read("status", status(6, "", content=content, quote={"state": "revoked", "quoted_status": None}))
    assert isinstance(refused, Touchpoint)
    assert refused.text.startswith("RE: ")


def test_it_names_what_a_status_answers_in_the_best_way_it_can():
    ours = status(1, "Bread is out", OURS)
    by_note = read(
        "status",
        answer_to(status(2, "?", FRIDA), 3, "Yes"),
        parent="https://far.example/1",
        root="https://far.example/0",
    )
    to_us = read("status", answer_to(ours, 3, "Any left?"))
    to_self = read("status", answer_to(status(2, "First"), 3, "Second"))
    unknown = read("status", answer_to(status(2, "?", FRIDA), 3, "Yes"))
    assert [one.parent_id for one in (by_note, to_us, to_self)] == [
        "https://far.example/1",
        ours["uri"],
        status(2, "First")["uri"],
    ]
    assert by_note.root_id == "https://far.example/0"
    assert unknown.parent_id == f"local:social.example/{status(2, '?', FRIDA)['id']}"
    assert unknown.kind is Kind.REPLY


def test_it_reads_every_event_of_the_stream():
    found = [read("event", event) for event in split_events(fixture("stream.txt"))]
    assert [type(one) for one in found] == [Touchpoint] * 5 + [Drop]
    made, edited, told, talk, gone = found[:5]
    assert made == told == read("status", fixture("status.json"))
    assert (edited.external_id, edited.change, edited.text) == (NAME, Change.EDIT, "Nur noch Roggen?")
    assert talk.kind is Kind.DIRECT_MESSAGE
    assert (gone.change, gone.external_id, gone.text) == (
        Change.DELETE,
        "local:social.example/116498765432100001",
        "",
    )


def test_it_reads_the_same_event_from_a_web_socket():
    for event in split_events(fixture("stream.txt"))[:5]:
        name, data = event.split(b"\n")[-2:]
        sent = {"stream": ["user"], "event": name[7:].decode(), "payload": data[6:].decode()}
        assert read("event", sent) == read("event", event)


def test_it_names_a_deleted_status_when_capture_knew_it():
    found = read("event", b"event: delete\ndata: 116498765432100001", uri=NAME)
    assert isinstance(found, Touchpoint)
    assert (found.external_id, found.version) == (NAME, NOW)


def test_it_marks_what_came_before_the_source_was_connected_as_history():
    found = read("status", status(-5, "Old"))
    assert isinstance(found, Touchpoint)
    assert found.is_history


@pytest.mark.parametrize(
    ("form", "payload", "reason"),
    [
        ("status", b"", QuarantineReason.BAD_JSON),
        ("status", b"{", QuarantineReason.BAD_JSON),
        ("status", b"\xff\xfe", QuarantineReason.BAD_JSON),
        ("status", b"[]", QuarantineReason.BAD_SHAPE),
        ("status", b'{"x":' + b"[" * 100_000, QuarantineReason.BAD_JSON),
        ("status", b"{}", QuarantineReason.MISSING_ID),
        ("status", b'{"error":"Record not found"}', QuarantineReason.MISSING_ID),
        ("status", b'{"id":"1"}', QuarantineReason.BAD_SHAPE),
        ("status", b'{"id":"1","account":{"acct":"a"}}', QuarantineReason.MISSING_TIME),
        ("status", b'{"id":[1]}', QuarantineReason.BAD_SHAPE),
        ("notification", b"{}", QuarantineReason.BAD_SHAPE),
        ("conversation", b"{}", QuarantineReason.MISSING_ID),
        ("event", b"data: 1", QuarantineReason.BAD_SHAPE),
        ("event", b"{}", QuarantineReason.BAD_SHAPE),
        ("event", b"event: delete\ndata: ", QuarantineReason.MISSING_ID),
        ("event", b"event: update\ndata: {", QuarantineReason.BAD_JSON),
        ("post", b"{}", QuarantineReason.BAD_SHAPE),
    ],
)
def test_it_quarantines_with_a_reason(form, payload, reason):
    found = read(form, payload)
    assert isinstance(found, Unreadable), found
    assert found.reason is reason


@pytest.mark.parametrize("part", ["media_attachments", "mentions", "poll", "quote"])
@pytest.mark.parametrize("odd", [7, "x", [1], {"options": 3}, {"quoted_status": 1}, None])
def test_it_reads_the_status_when_a_part_of_it_is_odd(part, odd):
    found = read("status", changed(**{part: odd}))
    assert isinstance(found, Touchpoint)
    assert found.text.startswith("@bakery Gibt es heute")


FORMS = st.sampled_from(sorted([*_READERS, "unknown"]))
WHOLE = [fixture("status.json"), fixture("notification.json"), fixture("conversation.json")]
ODD = [None, 0, -1, 2**70, 1e300, "", "\0", "x" * 50, [], {}, [[]], {"uri": 1}, True, "9999-99-99", "<p><a>"]


@given(FORMS, st.binary(max_size=300), st.text(max_size=30))
def test_it_never_raises_for_any_bytes(form, payload, context):
    found = parse(SOURCE, RawRecord(payload, form, NOW, context))
    assert isinstance(found, Touchpoint | Drop | Unreadable)


@given(
    st.sampled_from(["update", "delete", "status.update", "notification", "conversation", "x"]), st.binary(max_size=60)
)
def test_it_never_raises_for_any_event(name, data):
    found = read("event", b"event: " + name.encode() + b"\ndata: " + data)
    assert isinstance(found, Touchpoint | Drop | Unreadable)


@settings(max_examples=150)
@given(FORMS, st.sampled_from(WHOLE), st.integers(0, 2**32))
def test_it_never_raises_for_a_broken_fixture(form, whole, seed):
    rng = random.Random(seed)
    value = json.loads(whole)
    for _ in range(rng.randint(1, 4)):
        _break(value, rng)
    data = bytearray(json.dumps(value).encode())
    if rng.random() < 0.3:
        data[rng.randrange(len(data))] = rng.randrange(256)
    assert isinstance(read(form, bytes(data)), Touchpoint | Drop | Unreadable)


def _break(value, rng: random.Random) -> None:
    """Put something else at a random place."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(value[key], dict | list) and rng.random() < 0.75:
            value = value[key]
            continue
        value[key] = copy.deepcopy(rng.choice(ODD))
        return
