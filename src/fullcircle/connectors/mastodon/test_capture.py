"""Reading streams: everything since the source was connected, nothing twice, and what the server asks of us."""

import json

import pytest

from fullcircle.connectors.mastodon import MastodonConnector
from fullcircle.connectors.mastodon.conftest import (
    BASE,
    CONNECTED_AT,
    FRIDA,
    GRETA,
    NOW,
    OURS,
    answer_to,
    number_at,
    status,
)
from fullcircle.connectors.mastodon.pages import END, OVERLAP, rewound
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError
from fullcircle.core.kinds import Change, Direction, Kind
from fullcircle.core.moments import MINUTE
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Touchpoint

TAG = "/api/v1/timelines/tag/rye"
NOTES = "/api/v1/notifications"
TALKS = "/api/v1/conversations"
SEARCH = "/api/v2/search"
OWN = "/api/v1/accounts/900/statuses"


def read_all(connector, source, stream, cursor=""):
    """Every touchpoint of a walk to its end, and the cursor then."""
    found, pages = [], 0
    while True:
        page = connector.capture(source, stream, cursor)
        found += [connector.parse(source, raw) for raw in page.records]
        cursor, pages = page.cursor, pages + 1
        if page.is_last or pages > 50:
            assert all(isinstance(one, Touchpoint) for one in found)
            return found, cursor


def texts(found):
    return [one.text for one in found]


@pytest.fixture
def connector() -> MastodonConnector:
    return MastodonConnector()


def test_it_names_a_stream_for_each_hashtag_and_search(connector, source):
    assert connector.streams(source) == ["notifications", "direct", "tag:rye", "tag:Sourdough", "search:rye bread"]
    quiet = SourceContext(1, 1, {"server": BASE, "direct": "No"}, {}, 0, source.client, NOW)
    assert connector.streams(quiet) == ["notifications"]


@pytest.mark.parametrize(("stream", "path", "key"), [("tag:rye", TAG, ""), ("search:rye", SEARCH, "statuses")])
@pytest.mark.parametrize("size", [3, 7, 40])
def test_it_reads_everything_since_the_source_was_connected_once(connector, source, server, stream, path, key, size):
    posts = server.shelf(path, [status(minute * 10, f"w{minute}") for minute in range(-12, 9)], size, key)
    found, cursor = read_all(connector, source, stream)
    assert len(set(texts(found))) == len(found)
    assert {f"w{minute}" for minute in range(9)} <= set(texts(found))
    again, cursor = read_all(connector, source, stream, cursor)
    assert again == []
    posts += [status(minute * 10, f"w{minute}") for minute in range(9, 22)]
    later, cursor = read_all(connector, source, stream, cursor)
    assert sorted(texts(later)) == sorted(f"w{minute}" for minute in range(9, 22))
    assert read_all(connector, source, stream, cursor)[0] == []


def test_it_reads_upwards_oldest_first_after_the_first_time(connector, source, server):
    posts = server.shelf(TAG, [status(1, "w1")])
    _, cursor = read_all(connector, source, "tag:rye")
    posts += [status(minute, f"w{minute}") for minute in range(20, 130)]
    found, _ = read_all(connector, source, "tag:rye", cursor)
    assert texts(found) == [f"w{minute}" for minute in range(20, 130)]
    assert server.asked(TAG)[-1]["min_id"]


def test_it_finds_a_status_that_is_listed_late_and_an_edit_within_the_overlap(connector, source, server):
    posts = server.shelf(TAG, [status(60, "w60")])
    _, cursor = read_all(connector, source, "tag:rye")
    posts.append(status(58, "late", FRIDA))
    posts[0] = {**posts[0], "edited_at": "2026-05-01T09:02:00.000Z", "content": "<p>better</p>"}
    found, _ = read_all(connector, source, "tag:rye", cursor)
    assert texts(found) == ["late", "better"]
    assert found[1].change is Change.EDIT


def test_it_rewinds_only_numbers_made_from_the_time():
    assert rewound(number_at(NOW)) == number_at(NOW - OVERLAP)
    for other in ("61", "01HXYZ", "", "9" * 30):
        assert rewound(other) == other


def test_it_goes_on_in_the_middle_and_begins_anew_with_a_cursor_it_cannot_read(connector, source, server):
    server.shelf(TAG, [status(minute * 10, f"w{minute}") for minute in range(8)], 3)
    first = connector.capture(source, "tag:rye", "")
    assert not first.is_last
    found, _ = read_all(connector, source, "tag:rye", first.cursor)
    assert sorted(texts(found)) == [f"w{minute}" for minute in range(5)]
    assert connector.capture(source, "tag:rye", '{"at":7}').records == first.records


def test_it_stops_when_a_server_gives_the_same_page_for_ever(connector, source, server):
    posts = [status(minute, f"w{minute}") for minute in range(60, 100)]
    server.on(TAG, lambda query, body: (200, posts[::-1]))
    found, cursor = read_all(connector, source, "tag:rye")
    assert len(found) == 40
    assert read_all(connector, source, "tag:rye", cursor)[0] == []


def test_it_waits_where_there_is_nothing_yet(connector, source, server):
    posts = server.shelf(TAG, [])
    page = connector.capture(source, "tag:rye", "")
    assert (page.records, page.is_last) == ((), True)
    posts.append(status(3, "first"))
    found, _ = read_all(connector, source, "tag:rye", page.cursor)
    assert texts(found) == ["first"]


def test_it_asks_for_notifications_that_carry_statuses(connector, source, server):
    told = [
        {"id": str(60 + n), "type": "mention", "created_at": f"2026-05-01T09:0{n}:00Z", "status": status(n, f"w{n}")}
        for n in (1, 2)
    ]
    notes = server.shelf(NOTES, told)
    found, cursor = read_all(connector, source, "notifications")
    assert texts(found) == ["w1", "w2"]
    assert {one.kind for one in found} == {Kind.MENTION}
    assert "mention" in server.asked(NOTES)[0]["types[]"]
    assert "favourite" not in server.asked(NOTES)[0]["types[]"]
    notes.append({"id": "70", "type": "update", "created_at": "2026-05-01T10:00:00Z", "status": status(3, "w3")})
    later, _ = read_all(connector, source, "notifications", cursor)
    assert texts(later) == ["w3"]
    assert server.asked(NOTES)[-1]["min_id"] == ["62"]


def test_it_pages_conversations_by_their_last_status(connector, source, server):
    talks = [{"id": str(n), "last_status": status(n * 10, f"w{n}", visibility="direct")} for n in range(1, 8)]
    server.shelf(TALKS, talks, 3)
    found, cursor = read_all(connector, source, "direct")
    assert sorted(texts(found)) == [f"w{n}" for n in range(1, 8)]
    assert {one.kind for one in found} == {Kind.DIRECT_MESSAGE}
    assert not any(one.is_public for one in found)
    assert read_all(connector, source, "direct", cursor)[0] == []


def test_it_reads_what_we_said_ourselves_as_outbound_without_boosts(connector, source, server):
    server.shelf(OWN, [status(5, "Bread is out", OURS)])
    page = connector.own_outbound(source, "")
    found = connector.parse(source, page.records[0])
    assert isinstance(found, Touchpoint)
    assert found.direction is Direction.OUTBOUND
    assert server.asked(OWN)[0]["exclude_reblogs"] == ["true"]


def test_it_fills_back_newest_first_to_the_end_and_stays_there(connector, source, server):
    server.shelf(TAG, [status(-minute, f"w{minute}") for minute in range(1, 8)], 3)
    cursor, found, last = "", [], []
    while cursor != END:
        page = connector.back_fill(source, "tag:rye", cursor)
        found += [connector.parse(source, raw) for raw in page.records]
        last.append(page.is_last)
        cursor = page.cursor
    assert texts(found) == [f"w{minute}" for minute in range(1, 8)]
    assert all(one.is_history for one in found)
    assert last == [False, False, False, True]
    assert connector.back_fill(source, "tag:rye", END).is_last


def test_it_names_parents_by_the_page_by_accounts_we_know_and_by_asking(connector, source, server):
    ours, first, far = status(1, "ours", OURS), status(2, "first"), status(3, "far", FRIDA)
    server.on(f"/api/v1/statuses/{far['id']}", lambda query, body: (200, far))
    server.shelf(
        TAG,
        [
            first,
            answer_to(first, 4, "a", FRIDA),
            answer_to(ours, 5, "b"),
            answer_to(far, 6, "c"),
            answer_to(far, 7, "d"),
        ],
    )
    found, _ = read_all(connector, source, "tag:rye")
    parents = {one.text: one.parent_id for one in found}
    assert parents == {
        "first": "",
        "a": first["uri"],
        "b": ours["uri"],
        "far": "",
        "c": far["uri"],
        "d": far["uri"],
    }
    assert len(server.asked(f"/api/v1/statuses/{far['id']}")) == 1
    roots = {one.text: one.root_id for one in found}
    assert (roots["a"], roots["c"]) == (first["uri"], far["uri"])
    assert texts(found).index("far") < texts(found).index("c")


def test_it_gives_a_parent_nobody_shows_us_an_alias(connector, source, server):
    gone = status(3, "gone", FRIDA)
    server.shelf(TAG, [answer_to(gone, 6, "c")])
    found, _ = read_all(connector, source, "tag:rye")
    assert [one.parent_id for one in found] == [f"local:social.example/{gone['id']}"]


def test_it_does_not_move_on_when_a_parent_could_not_be_asked_for(connector, source, server):
    far = status(3, "far", FRIDA)
    server.on(f"/api/v1/statuses/{far['id']}", lambda query, body: (503, {}))
    server.shelf(TAG, [answer_to(far, 6, "c")])
    with pytest.raises(TransientSourceError):
        connector.capture(source, "tag:rye", "")


def test_it_notes_who_we_are_and_asks_that_once(connector, source, server):
    server.shelf(TAG, [status(1, "w1")])
    page = connector.capture(source, "tag:rye", "")
    connector.capture(source, "tag:rye", page.cursor)
    assert json.loads(page.records[0].context) == {"server": "social.example", "own_id": "900", "own_uri": OURS["uri"]}
    assert len(server.asked("/api/v1/accounts/verify_credentials")) == 1
    assert json.loads(page.records[0].payload)["content"] == "<p>w1</p>"


def test_it_refuses_a_stream_it_does_not_know(connector, source):
    for stream in ("weather", "tag:", "search", "search:"):
        with pytest.raises(ConfigError):
            connector.capture(source, stream, "")


def test_it_says_what_setting_is_missing(connector, source):
    for settings, secrets in (({}, {"access_token": "t"}), (dict(source.settings), {})):
        bare = SourceContext(1, 1, settings, secrets, 0, source.client, NOW)
        with pytest.raises(ConfigError) as caught:
            connector.capture(bare, "notifications", "")
        assert caught.value.hint


@pytest.mark.parametrize(
    ("status_code", "error"),
    [
        (401, PermanentSourceError),
        (403, PermanentSourceError),
        (404, PermanentSourceError),
        (429, TransientSourceError),
        (503, TransientSourceError),
    ],
)
def test_it_names_what_is_wrong_by_what_to_do(connector, source, server, status_code, error):
    refusal = {"error": "The access token was revoked"}
    server.on("/api/v1/accounts/verify_credentials", lambda query, body: (status_code, refusal))
    server.on(TAG, lambda query, body: (status_code, refusal))
    with pytest.raises(error) as caught:
        connector.capture(source, "tag:rye", "")
    assert "revoked" in str(caught.value)
    assert "token-of-the-bakery" not in str(caught.value)
    if error is PermanentSourceError:
        assert caught.value.hint
    health = connector.health(source)
    assert not health.is_ok
    assert "revoked" in health.message


def test_it_is_healthy_when_the_server_knows_us(connector, source):
    health = connector.health(source)
    assert (health.is_ok, health.message, health.quota_left) == (True, "Connected as bakery@social.example.", 298)


def test_it_says_how_long_to_wait_when_the_server_has_had_enough(connector, source, server):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-05-01T12:01:30.000Z"}
    server.on(TAG, lambda query, body: (429, {"error": "Too many requests"}, reset))
    with pytest.raises(TransientSourceError) as caught:
        connector.capture(source, "tag:rye", "")
    assert caught.value.retry_after_s == 90.0
    server.on(TAG, lambda query, body: (200, [], reset))
    page = connector.capture(source, "tag:rye", "")
    assert (page.quota_left, page.wait_s) == (0, 90.0)


def test_it_takes_an_answer_that_is_no_list_as_a_passing_trouble(connector, source, server):
    server.on(TAG, lambda query, body: (200, {"html": "maintenance"}))
    with pytest.raises(TransientSourceError):
        connector.capture(source, "tag:rye", "")


def test_it_delivers_an_item_it_cannot_read_so_that_it_is_quarantined(connector, source, server):
    server.on(TAG, lambda query, body: (200, [status(2, "w2"), {"id": [1]}, 7]))
    page = connector.capture(source, "tag:rye", "")
    kinds = sorted(type(connector.parse(source, raw)).__name__ for raw in page.records)
    assert kinds == ["Touchpoint", "Unreadable", "Unreadable"]


def test_it_is_not_blinded_by_a_status_from_the_future(connector, source, server):
    posts = server.shelf(SEARCH, [status(60 * 24 * 9000, "future")], key="statuses")
    _, cursor = read_all(connector, source, "search:rye")
    posts.append(status((NOW - CONNECTED_AT) // MINUTE - 1, "now"))
    found, _ = read_all(connector, source, "search:rye", cursor)
    assert texts(found) == ["now"]


def test_it_keeps_the_key_and_uses_it(connector, source, server):
    server.shelf(TAG, [status(1, "w1", GRETA)])
    found, _ = read_all(connector, source, "tag:rye")
    assert connector.key(found[0]) == found[0].external_id == status(1, "w1", GRETA)["uri"]
