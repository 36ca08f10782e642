"""What Bluesky sends becomes exactly one outcome each, and the right one."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.connectors.bluesky.conftest import CONNECTED_AT, NOW, OUR_DID, THEIR_DID, FakeServer
from fullcircle.connectors.bluesky.parse import _READERS, parse
from fullcircle.connectors.bluesky.shapes import Facet, Feature, Slice
from fullcircle.connectors.bluesky.text import whole_links
from fullcircle.connectors.bluesky.tid import moment_of, tid_of
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import parse_moment
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint

FIXTURES = Path(__file__).parent / "fixtures"
CONTEXT = json.dumps({"did": OUR_DID, "handle": "bakery.example"})
SOURCE = SourceContext(3, 7, {"handle": "bakery.example"}, {}, CONNECTED_AT, FakeServer(), NOW)


AT = b'{"uri":"at://did:x:y/app.bsky.feed.post/1"'
COMMIT = b'{"commit":{"collection":"app.bsky.feed.post",'


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes().strip()


def events(name: str) -> list[bytes]:
    return fixture(name).splitlines()


def read(form: str, payload: bytes | dict, context: str = CONTEXT) -> Outcome:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return parse(SOURCE, RawRecord(data, form, NOW, context))


def changed(name: str, **changes) -> dict:
    return {**json.loads(fixture(name)), **changes}


def test_it_reads_a_reply_from_a_notification():
    found = read("notification", fixture("notification_reply.json"))
    assert isinstance(found, Touchpoint)
    assert found.external_id == f"at://{THEIR_DID}/app.bsky.feed.post/3mkujp2bsc22a"
    assert (found.kind, found.direction, found.channel, found.is_public) == (
        Kind.REPLY,
        Direction.INBOUND,
        Channel.PUBLIC_POSTS,
        True,
    )
    assert found.parent_id.endswith("/3mkuh22222222")
    assert found.root_id.endswith("/3mkug22222222")
    assert found.occurred_at == parse_moment("2026-05-01T09:15:00.123Z")
    assert (found.language_claim, found.host, found.account) == ("de", "", "bakery.example")
    assert found.author is not None
    assert (found.author.external_id, found.author.handle, found.author.name) == (
        THEIR_DID,
        "greta.example",
        "Greta Holm",
    )
    assert found.url == f"https://bsky.app/profile/{THEIR_DID}/post/3mkujp2bsc22a"
    assert (found.change, found.version, found.is_history) == (Change.CREATE, 0, False)


def test_it_reads_a_post_view_with_whole_links_media_counts_and_the_quoted_post():
    found = read("post", fixture("post_view.json"))
    assert isinstance(found, Touchpoint)
    assert found.text == "Früh gekauft 🍞 https://shop.example/rye/today?size=large #rye"
    assert [(one.kind, one.alt) for one in found.media] == [
        ("image", "A loaf with a burnt crust"),
        ("file", "quoted post"),
    ]
    assert found.media[1].url == f"https://bsky.app/profile/{OUR_DID}/post/3mkuh22222222"
    assert found.counters is not None
    assert (found.counters.replies, found.counters.likes, found.counters.reposts) == (2, 5, 1)
    assert found.kind is Kind.MENTION  # it quotes us


def test_it_gives_the_same_touchpoint_whichever_way_it_came():
    by_search = read("post", fixture("post_view.json"))
    view = json.loads(fixture("post_view.json"))
    rkey = view["uri"].rpartition("/")[2]
    commit = {
        "rev": rkey,
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": rkey,
        "record": view["record"],
    }
    by_event = read("event", {"did": THEIR_DID, "time_us": 1_777_627_802_500_000, "kind": "commit", "commit": commit})
    by_fetch = read("record", {"uri": view["uri"], "cid": view["cid"], "value": view["record"]})
    for other in (by_event, by_fetch):
        assert isinstance(by_search, Touchpoint)
        assert isinstance(other, Touchpoint)
        for name in ("external_id", "text", "kind", "occurred_at", "media", "version", "change", "url", "account"):
            assert getattr(other, name) == getattr(by_search, name), name


@pytest.mark.parametrize("reason", ["like", "repost", "follow", "starterpack-joined", "like-via-repost"])
def test_it_drops_what_is_no_post(reason):
    found = read("notification", changed("notification_like.json", reason=reason))
    assert isinstance(found, Drop)
    assert found.reason is DropReason.OUT_OF_SCOPE


def test_it_drops_a_notification_of_a_reason_we_do_not_know_unless_it_carries_a_post():
    assert isinstance(read("notification", changed("notification_like.json", reason="new-thing")), Drop)
    assert isinstance(read("notification", changed("notification_reply.json", reason="new-thing")), Touchpoint)


def test_it_reads_create_edit_and_delete_from_the_event_stream_in_order_of_version():
    made, edited, gone, *others = [read("event", line) for line in events("events_v1.jsonl")]
    assert all(isinstance(one, Touchpoint) for one in (made, edited, gone))
    assert [one.change for one in (made, edited, gone)] == [Change.CREATE, Change.EDIT, Change.DELETE]
    assert made.external_id == edited.external_id == gone.external_id
    assert made.version == 0 < edited.version < gone.version
    assert edited.version == parse_moment("2026-05-01T09:36:40.500Z")
    assert edited.text == "Har ni surdeg i morgon?"
    assert gone.text == ""
    assert gone.occurred_at == parse_moment("2026-05-01T09:34:59.500Z")  # from the record key
    assert [type(one) for one in others] == [Drop, Drop, Drop]


def test_it_reads_the_second_version_of_the_event_stream_alike():
    first = [read("event", line) for line in events("events_v1.jsonl")]
    second = [read("event", line) for line in events("events_v2.jsonl")]
    assert second[0] == first[0]
    assert second[1] == first[2]
    assert [type(one) for one in second[2:]] == [Drop, Drop]


def test_it_knows_our_own_posts_by_did_and_by_handle():
    ours = {"did": OUR_DID, "handle": "bakery.example"}
    uri = f"at://{OUR_DID}/app.bsky.feed.post/3mkuk7aaaaa2c"
    for context in (CONTEXT, ""):
        found = read("post", changed("post_view.json", author=ours, uri=uri), context)
        assert isinstance(found, Touchpoint)
        assert (found.direction, found.account) == (Direction.OUTBOUND, "bakery.example")
        assert found.kind is Kind.POST
    theirs = read("post", fixture("post_view.json"), "")
    assert isinstance(theirs, Touchpoint)
    assert theirs.direction is Direction.INBOUND


def test_it_drops_a_repost_in_a_feed():
    reason = {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": {"did": OUR_DID, "handle": "x"},
        "indexedAt": "2026-05-01T10:00:00Z",
    }
    item = {"post": json.loads(fixture("post_view.json"))}
    assert isinstance(read("feed_item", item), Touchpoint)
    assert isinstance(read("feed_item", {**item, "reason": reason}), Drop)


def test_it_takes_the_networks_time_for_a_post_dated_ahead():
    view = json.loads(fixture("post_view.json"))
    view["record"]["createdAt"] = "2099-01-01T00:00:00Z"
    found = read("post", view)
    assert isinstance(found, Touchpoint)
    assert found.occurred_at == parse_moment(view["indexedAt"])


def test_it_marks_what_came_before_the_source_was_connected_as_history():
    view = json.loads(fixture("post_view.json"))
    view["record"]["createdAt"] = "2026-04-01T00:00:00Z"
    found = read("post", view)
    assert isinstance(found, Touchpoint)
    assert found.is_history


def test_it_orders_a_view_indexed_long_after_the_post_was_made_after_its_first_form():
    late = changed("post_view.json", indexedAt="2026-05-01T09:50:00.000Z")
    found, first = read("post", late), read("post", fixture("post_view.json"))
    assert isinstance(found, Touchpoint)
    assert isinstance(first, Touchpoint)
    assert first.version == 0 < found.version == parse_moment("2026-05-01T09:50:00Z")


@pytest.mark.parametrize(
    ("form", "payload", "reason"),
    [
        ("post", b"", QuarantineReason.BAD_JSON),
        ("post", b"{", QuarantineReason.BAD_JSON),
        ("post", b"\xff\xfe", QuarantineReason.BAD_JSON),
        ("post", b"[]", QuarantineReason.BAD_SHAPE),
        ("post", b"[" * 100_000, QuarantineReason.BAD_SHAPE),
        ("post", b'{"x":' + b"[" * 100_000, QuarantineReason.BAD_JSON),
        ("post", b"{}", QuarantineReason.MISSING_ID),
        ("post", b'{"uri":"https://x.example/1"}', QuarantineReason.MISSING_ID),
        ("post", AT + b"}", QuarantineReason.BAD_SHAPE),
        ("post", AT + b',"record":{"$type":"app.bsky.feed.post"}}', QuarantineReason.MISSING_TIME),
        ("post", AT + b',"record":{"$type":"app.bsky.feed.post","text":7}}', QuarantineReason.BAD_SHAPE),
        ("event", b"{}", QuarantineReason.BAD_SHAPE),
        ("event", COMMIT + b'"operation":"create"}}', QuarantineReason.MISSING_ID),
        ("event", COMMIT + b'"operation":"delete","rkey":"1"},"did":"did:x:y"}', QuarantineReason.MISSING_TIME),
        ("status", b"{}", QuarantineReason.BAD_SHAPE),
    ],
)  # fmt: skip
def test_it_quarantines_with_a_reason(form, payload, reason):
    found = read(form, payload)
    assert isinstance(found, Unreadable), found
    assert found.reason is reason


def test_it_takes_a_byte_order_mark_and_replaces_what_no_database_holds():
    view = json.loads(fixture("post_view.json"))
    view["record"]["text"] = "rye\0bread"
    view["record"].pop("facets")
    found = read("post", b"\xef\xbb\xbf" + json.dumps(view).encode())
    assert isinstance(found, Touchpoint)
    assert found.text == "rye\ufffdbread"


@pytest.mark.parametrize("part", ["facets", "embed", "langs"])
@pytest.mark.parametrize("odd", [7, "x", [1], {"images": 3}, [{"index": {}}], None])
def test_it_reads_the_post_when_a_part_of_it_is_odd(part, odd):
    view = json.loads(fixture("post_view.json"))
    view["record"][part] = odd
    found = read("post", view)
    assert isinstance(found, Touchpoint)
    assert found.text.startswith("Früh gekauft")


FORMS = st.sampled_from(sorted([*_READERS, "unknown"]))
WHOLE = [
    fixture("notification_reply.json"),
    fixture("post_view.json"),
    *events("events_v1.jsonl"),
    *events("events_v2.jsonl"),
]


@given(FORMS, st.binary(max_size=300), st.text(max_size=30))
def test_it_never_raises_for_any_bytes(form, payload, context):
    assert isinstance(read(form, payload, context), Touchpoint | Drop | Unreadable)


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
        value[key] = rng.choice(
            [None, 0, -1, 2**70, 1e300, "", "\0", "x" * 50, [], {}, [[]], {"uri": 1}, True, "9999-99-99"]
        )
        return


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=5))
def test_it_writes_links_out_without_losing_text_for_any_offsets(text, spans):
    facets = [Facet(Slice(start, end), [Feature(uri="https://x.example/long")]) for start, end in spans]
    facets.sort(key=lambda facet: facet.index.byte_start)
    shown = whole_links(text, facets)
    assert isinstance(shown, str)
    if not facets:
        assert shown == text


@given(st.text(max_size=40))
def test_it_makes_a_valid_record_key_that_depends_on_the_key_alone(key):
    rkey = tid_of(key)
    assert rkey == tid_of(key)
    assert len(rkey) == 13
    assert rkey[0] in "234567abcdefghij"
    moment = moment_of(rkey)
    assert moment is not None
    assert parse_moment("2023-01-01") <= moment < parse_moment("2026-01-01")


def test_it_makes_different_record_keys_for_different_answers():
    assert len({tid_of(f"answer {number}") for number in range(2000)}) == 2000
