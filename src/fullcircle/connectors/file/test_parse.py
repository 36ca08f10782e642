"""One row, one outcome."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.file.conftest import CAPTURED_AT, CONNECTED_AT, read_all
from fullcircle.connectors.file.mapping import Mapping, Place, dump_mapping, load_mapping
from fullcircle.connectors.file.naming import known_place
from fullcircle.connectors.file.parse import parse
from fullcircle.connectors.file.words import PLACE_WORDS
from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import ConfigError
from fullcircle.core.kinds import Change, Channel, Direction, Kind
from fullcircle.core.moments import to_iso
from fullcircle.core.records import TEXT_LIMIT, RawRecord, Touchpoint

WHEN = "2026-03-02T09:00:00Z"
PLAIN = Mapping(text=("text",), time="when", id="id")


@pytest.fixture
def read(make_source):
    def outcome(mapping, form="row", context='{"row":2}', **cells):
        payload = json.dumps({"when": WHEN, "id": "1", **cells}).encode()
        return parse(make_source(mapping), RawRecord(payload, form, CAPTURED_AT, context))

    return outcome


def test_it_reads_a_whole_row(read):
    mapping = Mapping(
        text=("text",),
        title=("title",),
        time="when",
        id="id",
        parent_id="parent",
        root_id="root",
        author_id="aid",
        author_name="name",
        author_handle="handle",
        author_url="aurl",
        direction="dir",
        inbound_values=("in",),
        platform="from",
        account="ours",
        url="link",
        language="lang",
        rating="stars",
        host="town.example",
    )
    touchpoint = read(
        mapping,
        text=" hello ",
        title="t",
        parent="p",
        root="r",
        aid="a1",
        name="Mara Quell",
        handle="@Mara",
        aurl="https://x.example/mara",
        dir="IN",
        ours="bakery",
        link="https://x.example/1",
        lang="pt-BR",
        stars="4",
        **{"from": "Twitter"},
    )
    assert isinstance(touchpoint, Touchpoint)
    assert (touchpoint.workspace_id, touchpoint.source_id) == (7, 3)
    assert (touchpoint.text, touchpoint.title, touchpoint.external_id) == ("hello", "t", "1")
    assert (touchpoint.platform, touchpoint.host, touchpoint.kind, touchpoint.channel) == (
        "twitter",
        "town.example",
        Kind.REPLY,
        Channel.PUBLIC_POSTS,
    )
    assert touchpoint.is_public
    assert (touchpoint.author.external_id, touchpoint.author.handle, touchpoint.author.name) == (
        "a1",
        "Mara",
        "Mara Quell",
    )
    assert (touchpoint.direction, touchpoint.account) == (Direction.INBOUND, "bakery")
    assert (touchpoint.url, touchpoint.language_claim, touchpoint.rating) == ("https://x.example/1", "pt-BR", 4)
    assert (touchpoint.parent_id, touchpoint.root_id) == ("p", "r")
    assert to_iso(touchpoint.occurred_at) == "2026-03-02T09:00:00.000Z"
    assert touchpoint.is_history
    assert not touchpoint.is_truncated


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("", "empty"),
        ("soon", "'aaaa'"),
        ("1970-01-01T00:00:00Z", "before 1971"),
        ("1969-12-31", "before 1970"),
        ("2099-01-01", "2099-01-01, in the future"),
        ("2026-04-03T00:00:00Z", "in the future"),
    ],
)
def test_it_believes_no_missing_or_impossible_time_and_says_why(read, when, words):
    outcome = read(PLAIN, text="a", when=when)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is QuarantineReason.MISSING_TIME
    assert words in outcome.detail
    assert "'when'" in outcome.detail


def test_it_says_nothing_personal_about_a_time_it_cannot_read(read):
    assert "Mara" not in read(PLAIN, text="a", when="Mara Quell").detail


def test_it_dates_a_file_without_times_by_the_file(read):
    mapping = Mapping(text=("text",), id="id")
    assert read(mapping, text="a", context='{"row":2,"dated":1700000000000}').occurred_at == 1_700_000_000_000
    assert read(mapping, text="a").occurred_at == CAPTURED_AT


def test_it_tells_history_from_what_came_after_connecting(read):
    assert read(PLAIN, text="a", when=to_iso(CONNECTED_AT - 1)).is_history
    assert not read(PLAIN, text="a", when=to_iso(CONNECTED_AT)).is_history


def test_it_drops_what_says_nothing(read):
    assert read(PLAIN, text=" ").reason is DropReason.EMPTY
    assert read(Mapping(time="when", id="id"), text="a").reason is DropReason.UNMAPPED
    assert isinstance(read(Mapping(time="when", rating="stars"), stars="5"), Touchpoint)


def test_it_drops_reposts_and_statuses_and_keeps_tombstones(read):
    mapping = Mapping(
        text=("text",), time="when", id="id", repost_of="rt", status="st", statuses={"Spam": "drop", "gone": "deleted"}
    )
    assert read(mapping, text="a", rt="77").reason is DropReason.OUT_OF_SCOPE
    assert isinstance(read(mapping, text="a", st="spam "), Drop)
    gone = read(mapping, text="a", st="Gone")
    assert (gone.change, gone.text) == (Change.DELETE, "")
    assert read(mapping, text="a", st="open").change is Change.CREATE


def test_it_flags_what_it_cuts(read):
    outcome = read(PLAIN, text="ä" * (TEXT_LIMIT + 5))
    assert outcome.is_truncated
    assert len(outcome.text) == TEXT_LIMIT


def test_it_replaces_what_no_store_can_hold(read):
    assert read(PLAIN, text="a\0b", id="i\0d").text == "a\ufffdb"
    assert read(PLAIN, text="a", id="i\0d").external_id == "i\ufffdd"
    assert read(PLAIN, form="object", text="a\ud800b").text == "a\ufffdb"


def test_it_joins_several_text_columns_once_each(read):
    mapping = Mapping(text=("a", "b", "c"), time="when", id="id")
    assert read(mapping, a="Lamp", b="", c="Dark").text == "Lamp\nDark"
    assert read(mapping, a="Lamp", b="Lamp", c=" Lamp").text == "Lamp"


def test_it_knows_a_row_without_an_id_by_its_fields_and_its_place_among_equals(read):
    mapping = Mapping(text=("text",), time="when", rating="stars")
    first, again = read(mapping, text="a"), read(mapping, text="a", stars="4")
    assert first.external_id == again.external_id
    assert read(mapping, text="a", context='{"row":9,"nth":1}').external_id == f"{first.external_id}-1"
    assert read(mapping, text="b").external_id != first.external_id
    assert read(Mapping(text=("text",), time="when", id="id"), text="a", id=" ").external_id.startswith("row-")


def test_it_keeps_long_ids_apart(read):
    one, two = read(PLAIN, text="a", id="x" * 400 + "1"), read(PLAIN, text="a", id="x" * 400 + "2")
    assert one.external_id != two.external_id
    assert len(one.external_id) <= 300


@pytest.mark.parametrize(
    ("cell", "direction"), [("True", "inbound"), ("FALSE", "outbound"), ("", "inbound"), ("maybe", "inbound")]
)
def test_it_reads_who_spoke(read, cell, direction):
    mapping = Mapping(
        text=("text",), time="when", id="id", direction="dir", inbound_values=("true",), outbound_values=("false",)
    )
    assert read(mapping, text="a", dir=cell).direction == direction


def test_it_takes_who_spoke_for_us_as_our_account(read):
    mapping = Mapping(text=("text",), time="when", id="id", author_id="by", direction="dir", inbound_values=("in",))
    assert read(mapping, text="a", by="bakery", dir="out").account == "bakery"
    assert read(mapping, text="a", by="anna", dir="in").account == ""


def test_it_never_joins_two_people_by_name_alone(read):
    mapping = Mapping(text=("text",), time="when", id="id", author_name="name")
    authors = {read(mapping, text="a", name="Mara Quell", id=number).author.external_id for number in "12"}
    assert authors == {"row:1", "row:2"}
    assert read(mapping, text="a", name="").author is None


def test_it_writes_numbers_one_way_and_knows_callers_by_them(read):
    mapping = Mapping(
        text=("text",), time="when", id="id", author_id="aid", number="tel", country="DE", platform="from"
    )
    by_phone = read(mapping, text="a", aid="K-1", tel="030 1234567", **{"from": "Telefon"})
    assert (by_phone.platform, by_phone.author.external_id, by_phone.kind) == ("phone", "+49301234567", Kind.CALL)
    assert read(mapping, text="a", aid="K-1", tel="030 1234567", **{"from": "web"}).author.external_id == "K-1"
    assert read(mapping, text="a", tel="030 1234567").author.external_id == "+49301234567"


@pytest.mark.parametrize(
    ("cell", "platform", "kind", "channel", "is_public"),
    [
        ("Phone", "phone", "call", "calls", False),
        ("Mobile/CityApp", "mobile", "question", "forms", False),
        ("Web", "web", "question", "forms", False),
        ("Twitter", "twitter", "post", "public_posts", True),
        ("E-mail", "email", "email", "mail", False),
        ("Neighbourhood Desk", "neighbourhood_desk", "post", "public_posts", True),
        ("", "file", "post", "public_posts", True),
        ("Kiosk", "totem", "chat", "direct_messages", False),
    ],
)
def test_it_takes_the_place_from_the_row(read, cell, platform, kind, channel, is_public):
    mapping = Mapping(
        text=("text",),
        time="when",
        platform="src",
        places={"KIOSK": Place("totem", Kind.CHAT, Channel.DIRECT_MESSAGES)},
    )
    outcome = read(mapping, text="a", src=cell)
    assert (outcome.platform, outcome.kind, outcome.channel, outcome.is_public) == (platform, kind, channel, is_public)


def test_it_takes_kind_and_channel_from_their_tables(read):
    mapping = Mapping(
        text=("text",),
        time="when",
        kind="k",
        kinds={"dm": Kind.DIRECT_MESSAGE},
        channel="k",
        channels={"dm": Channel.DIRECT_MESSAGES},
    )
    outcome = read(mapping, text="a", k="DM")
    assert (outcome.kind, outcome.channel, outcome.is_public) == (Kind.DIRECT_MESSAGE, Channel.DIRECT_MESSAGES, False)


@pytest.mark.parametrize(
    ("cell", "scale", "stars"),
    [
        ("5", 5, 5),
        ("4,4", 5, 4),
        ("3/5", 5, 3),
        ("★★", 5, 2),
        ("0", 5, 0),
        ("9", 5, 0),
        ("x", 5, 0),
        ("0", 10, 1),
        ("10", 10, 5),
        ("50", 100, 3),
        ("nan", 5, 0),
    ],
)
def test_it_reads_ratings_onto_five(read, cell, scale, stars):
    assert read(Mapping(text=("text",), time="when", rating="r", rating_scale=scale), text="a", r=cell).rating == stars


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/r/town/1", "data:text/html,x", "https://x.example/" + "a" * 3000]
)
def test_it_keeps_only_web_addresses(read, url):
    assert read(Mapping(text=("text",), time="when", url="u"), text="a", u=url).url == ""


def test_it_walks_into_json_rows(read):
    mapping = Mapping(text=("body.text",), time="when", id="refs.0.id", author_handle="author.name", language="a.b")
    row = {"body": {"text": "a"}, "refs": [{"id": 7}], "author": {"name": "Mill"}, "a.b": "de"}
    outcome = read(mapping, form="object", **row)
    assert (outcome.text, outcome.external_id, outcome.author.external_id, outcome.language_claim) == (
        "a",
        "7",
        "mill",
        "de",
    )
    assert read(mapping, form="object", body={"text": "a"}, author=None).author is None


@pytest.mark.parametrize("payload", [b"[1]", b"{", b"\xff", b'{"a":' * 200, b'"x"', b"", b'{"text":NaN}'])
def test_it_says_bad_json_for_lines_that_are_none(make_source, payload):
    outcome = parse(make_source(PLAIN), RawRecord(payload, "object", CAPTURED_AT))
    assert outcome.reason is QuarantineReason.BAD_JSON


def test_it_holds_rows_for_a_mapping_that_cannot_be_read(make_source):
    for mapping in ("", "{", '{"nothing": 1}', '{"time_format": "%Q", "time": "a"}'):
        outcome = parse(make_source(mapping), RawRecord(b"{}", "row", CAPTURED_AT))
        assert (type(outcome), outcome.reason) == (Unreadable, QuarantineReason.BAD_SHAPE)


MAPPINGS = [
    PLAIN,
    Mapping(text=('a"b', "c\\d", "e\nf"), time="when"),
    Mapping(title=("x.y.0",), platform="p", kind="p", rating="r", number="n"),
    Mapping(
        text=("text",), time="when", time_format="epoch_s", author_name="x.y", direction="p", inbound_values=("in",)
    ),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["text", "when", "id", "x", "p", "r", "n", 'a"b', "c\\d", "e\nf"])


@given(
    st.one_of(
        st.binary(max_size=60), st.dictionaries(NAMES, VALUES, max_size=6).map(lambda row: json.dumps(row).encode())
    ),
    st.sampled_from(["row", "object", "bytes", "call"]),
    st.sampled_from(["", '{"row":1}', '{"row":"x"}', '{"row":1,"reason":"bad_row","nth":3}', "\ud800"]),
    st.sampled_from(MAPPINGS),
)
def test_it_is_total(make_source_for_all, payload, form, context, mapping):
    raw = RawRecord(payload, form, CAPTURED_AT, context)
    outcome = parse(make_source_for_all(mapping), raw)
    assert isinstance(outcome, Touchpoint | Drop | Unreadable)
    assert outcome == parse(make_source_for_all(mapping), raw)
    if isinstance(outcome, Touchpoint):
        assert outcome.external_id
        "".join((outcome.text, outcome.title, outcome.external_id, outcome.account, outcome.parent_id)).encode()


def test_it_writes_and_reads_a_mapping_back():
    for mapping in (
        *MAPPINGS,
        Mapping(places={"a": Place("b", Kind.CALL, Channel.CALLS, True)}, statuses={"x": "drop"}),
    ):
        assert load_mapping(dump_mapping(mapping)) == mapping


@pytest.mark.parametrize(
    "text", ['{"statuses": {"a": "burn"}}', '{"rating_scale": 1}', '{"delimiter": "ab"}', '{"kinds": {"a": "b"}}', "[]"]
)
def test_it_refuses_a_wrong_mapping_in_words(text):
    with pytest.raises(ConfigError) as caught:
        load_mapping(text)
    assert caught.value.hint


def test_it_knows_every_word_for_a_place_in_capitals_too():
    assert [known_place(word.upper()) for word in PLACE_WORDS] == list(PLACE_WORDS.values())


def test_it_reads_the_rows_we_wrote(fixtures, make_source):
    mapping = Mapping(
        text=("text",),
        time="created_at",
        time_format="%a %b %d %H:%M:%S %z %Y",
        id="message_id",
        author_id="author_id",
        parent_id="in_response_to_tweet_id",
        direction="inbound",
        inbound_values=("true",),
        outbound_values=("false",),
    )
    outcomes = [parse(make_source(mapping), raw) for raw in read_all(str(fixtures / "messages.csv"), mapping)]
    assert [type(outcome) for outcome in outcomes] == [Touchpoint] * 4 + [Drop, Unreadable]
    assert [outcome.direction for outcome in outcomes[:4]] == ["inbound", "outbound", "inbound", "inbound"]
    assert outcomes[2].text.endswith("sesame?\nMy son is allergic, so I would rather ask.")
