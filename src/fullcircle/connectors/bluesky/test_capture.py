"""Reading streams: everything since the source was connected, nothing twice, and what the server asks of us."""

import json
import threading
from itertools import pairwise
from typing import Any

import pytest

from fullcircle.connectors.bluesky import BlueskyConnector
from fullcircle.connectors.bluesky.conftest import CONNECTED_AT, NOW, OUR_DID, THEIR_DID, FakeServer
from fullcircle.connectors.bluesky.pages import END, OVERLAP, Item, Walk, step
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.kinds import Change, Direction
from fullcircle.core.moments import DAY, MINUTE, SECOND, to_iso
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Touchpoint

LIST = "app.bsky.notification.listNotifications"
SEARCH = "app.bsky.feed.searchPosts"
FEED = "app.bsky.feed.getAuthorFeed"


def post(number: int, moment: int, did: str = THEIR_DID) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": f"Loaf {number}", "createdAt": to_iso(moment)}
    uri = f"at://{did}/app.bsky.feed.post/{number:013d}"
    return {"uri": uri, "cid": f"c{number}", "author": {"did": did}, "record": record, "indexedAt": to_iso(moment)}


class Shelf:
    """Posts listed newest first, `size` a page, with an opaque cursor."""

    def __init__(self, field: str, posts: list[dict[str, Any]], size: int = 3) -> None:
        self.field, self.posts, self.size = field, posts, size

    def __call__(self, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        start = int(query.get("cursor", ["p0"])[0][1:])
        newest = sorted(self.posts, key=lambda one: one["indexedAt"], reverse=True)
        shown = newest[start : start + self.size]
        if self.field == "feed":
            shown = [{"post": one} for one in shown]
        page = {self.field: shown}
        return 200, {**page, "cursor": f"p{start + self.size}"} if start + self.size < len(newest) else page


def read_all(connector, source, stream, cursor=""):
    """Every record of a walk to its end, and the cursor then."""
    texts, pages = [], 0
    while True:
        page = connector.capture(source, stream, cursor)
        for raw in page.records:
            found = connector.parse(source, raw)
            assert isinstance(found, Touchpoint)
            texts.append(found.text)
        cursor, pages = page.cursor, pages + 1
        if page.is_last or pages > 50:
            return texts, cursor


@pytest.fixture
def connector() -> BlueskyConnector:
    return BlueskyConnector()


def test_it_names_a_stream_for_each_hashtag_and_search(connector, source):
    assert connector.streams(source) == ["notifications", "tag:rye", "tag:Sourdough", "search:rye bread"]


def test_it_reads_down_to_when_the_source_was_connected_and_then_only_what_is_new(connector, source, server):
    shelf = Shelf("posts", [post(number, CONNECTED_AT + (number - 3) * 10 * MINUTE) for number in range(10)])
    server.on(SEARCH, shelf)
    texts, cursor = read_all(connector, source, "search:rye bread")
    # Two before that moment stand on the last page it had to read; nobody throws away what was delivered.
    assert sorted(texts) == [f"Loaf {number}" for number in range(1, 10)]
    texts, cursor = read_all(connector, source, "search:rye bread", cursor)
    assert texts == []
    shelf.posts += [post(number, CONNECTED_AT + (number - 3) * 10 * MINUTE) for number in range(10, 18)]
    texts, cursor = read_all(connector, source, "search:rye bread", cursor)
    assert sorted(texts) == sorted(f"Loaf {number}" for number in range(10, 18))


def test_it_finds_a_post_that_is_listed_late_within_the_overlap(connector, source, server):
    shelf = Shelf("posts", [post(1, CONNECTED_AT + HOUR_AND_A_BIT)])
    server.on(SEARCH, shelf)
    _, cursor = read_all(connector, source, "search:rye bread")
    shelf.posts.append(post(2, CONNECTED_AT + HOUR_AND_A_BIT - OVERLAP + SECOND))
    texts, _ = read_all(connector, source, "search:rye bread", cursor)
    assert texts == ["Loaf 2"]


HOUR_AND_A_BIT = 61 * MINUTE


def test_it_delivers_a_post_again_as_an_edit_when_it_says_something_else(connector, source, server):
    shelf = Shelf("posts", [post(1, CONNECTED_AT + HOUR_AND_A_BIT)])
    server.on(SEARCH, shelf)
    _, cursor = read_all(connector, source, "search:rye bread")
    shelf.posts[0] |= {"cid": "another", "record": {**shelf.posts[0]["record"], "text": "Loaf one"}}
    page = connector.capture(source, "search:rye bread", cursor)
    found = connector.parse(source, page.records[0])
    assert isinstance(found, Touchpoint)
    assert (found.text, found.change, found.version) == ("Loaf one", Change.EDIT, NOW)
    assert connector.capture(source, "search:rye bread", page.cursor).records == ()


def test_it_goes_on_in_the_middle_of_a_walk_with_an_unknown_cursor_as_with_none(connector, source, server):
    server.on(SEARCH, Shelf("posts", [post(number, CONNECTED_AT + number * MINUTE) for number in range(8)]))
    first = connector.capture(source, "search:rye bread", "")
    assert not first.is_last
    texts, _ = read_all(connector, source, "search:rye bread", first.cursor)
    assert sorted(texts) == [f"Loaf {number}" for number in range(5)]
    assert connector.capture(source, "search:rye bread", "not a cursor").records == first.records


def test_it_stops_when_the_platform_gives_the_same_page_for_ever(connector, source, server):
    server.on(SEARCH, lambda query, body: (200, {"posts": [post(1, NOW - MINUTE)], "cursor": "again"}))
    texts, _ = read_all(connector, source, "search:rye bread")
    assert texts == ["Loaf 1"]


def test_it_is_not_blinded_by_a_post_from_the_future(connector, source, server):
    shelf = Shelf("posts", [post(1, NOW + 9000 * DAY)])
    server.on(SEARCH, shelf)
    _, cursor = read_all(connector, source, "search:rye bread")
    shelf.posts.append(post(2, NOW - SECOND))
    texts, _ = read_all(connector, source, "search:rye bread", cursor)
    assert texts == ["Loaf 2"]


def test_it_asks_for_notifications_that_are_posts_and_says_who_we_are(connector, source, server):
    told = {**post(1, NOW - MINUTE), "reason": "mention"}
    server.on(LIST, lambda query, body: (200, {"notifications": [told]}))
    page = connector.capture(source, "notifications", "")
    assert server.asked(LIST)[0][0]["reasons"] == ["mention", "reply", "quote"]
    assert [raw.form for raw in page.records] == ["notification"]
    assert json.loads(page.records[0].context) == {"did": OUR_DID, "handle": "bakery.example"}
    assert json.loads(page.records[0].payload) == told
    assert (page.quota_left, page.wait_s, page.is_last) == (2990, 0.0, True)


def test_it_searches_a_hashtag_with_its_sign_and_says_how_many_there_are(connector, source, server):
    server.on(SEARCH, lambda query, body: (200, {"posts": [], "hitsTotal": 41}))
    assert connector.capture(source, "tag:rye", "").announced == 41
    query = server.asked(SEARCH)[0][0]
    assert (query["q"], query["sort"]) == (["#rye"], ["latest"])
    assert query["since"] == [to_iso(CONNECTED_AT - OVERLAP)]


def test_it_reads_what_we_said_ourselves_as_outbound(connector, source, server):
    server.on(FEED, Shelf("feed", [post(1, NOW - MINUTE, OUR_DID)]))
    page = connector.own_outbound(source, "")
    found = connector.parse(source, page.records[0])
    assert isinstance(found, Touchpoint)
    assert found.direction is Direction.OUTBOUND
    assert server.asked(FEED)[0][0]["actor"] == [OUR_DID]


def test_it_fills_back_newest_first_to_the_end_and_stays_there(connector, source, server):
    server.on(SEARCH, Shelf("posts", [post(number, CONNECTED_AT - number * DAY) for number in range(1, 8)]))
    cursor, pages = "", []
    while cursor != END:
        page = connector.back_fill(source, "search:rye bread", cursor)
        pages.append(page)
        cursor = page.cursor
    found = [connector.parse(source, raw) for page in pages for raw in page.records]
    assert [one.text for one in found] == [f"Loaf {number}" for number in range(1, 8)]
    assert all(one.is_history for one in found)
    assert [page.is_last for page in pages] == [False, False, True]
    assert connector.back_fill(source, "search:rye bread", END).is_last


def test_it_refuses_a_stream_it_does_not_know(connector, source):
    for stream in ("weather", "tag:", "search"):
        with pytest.raises(ConfigError):
            connector.capture(source, stream, "")


def test_it_logs_in_once_and_renews_a_spent_token_once(connector, source, server):
    def only_fresh(query, body):
        return (200, {"posts": []}) if server.tokens[-1] == "Bearer access2" else (400, {"error": "ExpiredToken"})

    server.on(SEARCH, only_fresh)
    for _ in range(3):
        connector.capture(source, "tag:rye", "")
    assert len(server.asked("com.atproto.server.createSession")) == 1
    assert len(server.asked("com.atproto.server.refreshSession")) == 1


def test_it_logs_in_anew_when_the_refresh_token_is_spent_too(connector, source, server):
    answers = iter([(400, {"error": "ExpiredToken"}), (200, {"posts": []})])
    server.on(SEARCH, lambda query, body: next(answers))
    server.on("com.atproto.server.refreshSession", lambda query, body: (400, {"error": "ExpiredToken"}))
    connector.capture(source, "tag:rye", "")
    assert len(server.asked("com.atproto.server.createSession")) == 2


def test_it_renews_a_token_once_for_many_callers(connector, source, server):
    barrier = threading.Barrier(4)
    server.on(SEARCH, lambda query, body: (200, {"posts": []}))
    connector.capture(source, "tag:rye", "")

    def stale_then_fresh(query, body):
        if server.tokens[-1] == "Bearer access2":
            return 200, {"posts": []}
        barrier.wait(5)
        return 401, {"error": "AuthMissing"}

    server.on(SEARCH, stale_then_fresh)
    server.tokens = _PerThread()
    threads = [threading.Thread(target=connector.capture, args=(source, "tag:rye", "")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.asked("com.atproto.server.refreshSession")) == 1
    assert len(server.asked("com.atproto.server.createSession")) == 1


class _PerThread(threading.local):
    """`tokens[-1]` of the calling thread."""

    def __init__(self) -> None:
        self.last = ""

    def append(self, token: str) -> None:
        self.last = token

    def __getitem__(self, index: int) -> str:
        return self.last


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, PermanentSourceError),
        (403, {"error": "AccountTakedown"}, PermanentSourceError),
        (404, {"error": "NotFound"}, PermanentSourceError),
        (429, {"error": "RateLimitExceeded"}, TransientSourceError),
        (502, {}, TransientSourceError),
        (200, {"no": "tokens"}, TransientSourceError),
    ],
)
def test_it_names_what_is_wrong_with_the_log_in_by_what_to_do(connector, source, server, status, body, error):
    server.on("com.atproto.server.createSession", lambda query, sent: (status, body))
    with pytest.raises(error) as caught:
        connector.capture(source, "tag:rye", "")
    assert "abcd-efgh" not in str(caught.value)
    if error is PermanentSourceError:
        assert caught.value.hint
    health = connector.health(source)
    assert not health.is_ok
    assert health.message


def test_it_says_how_long_to_wait_when_the_server_has_had_enough(connector, source, server):
    reset = {"ratelimit-remaining": "0", "ratelimit-reset": str(NOW // 1000 + 90)}
    server.on(SEARCH, lambda query, body: (429, {"error": "RateLimitExceeded"}, reset))
    with pytest.raises(TransientSourceError) as caught:
        connector.capture(source, "tag:rye", "")
    assert caught.value.retry_after_s == 90.0
    server.on(SEARCH, lambda query, body: (200, {"posts": []}, reset))
    page = connector.capture(source, "tag:rye", "")
    assert (page.quota_left, page.wait_s) == (0, 90.0)


def test_it_takes_a_log_in_without_an_answer_as_a_reason_to_try_again(connector, source, server):
    def lost(query, body):
        raise UnknownOutcomeError("gone")

    server.on("com.atproto.server.createSession", lost)
    with pytest.raises(TransientSourceError):
        connector.capture(source, "tag:rye", "")


def test_it_says_what_setting_is_missing(connector, source):
    bare = SourceContext(1, 1, {}, {}, 0, source.client, NOW)
    with pytest.raises(ConfigError):
        connector.capture(bare, "notifications", "")
    no_password = SourceContext(1, 1, dict(source.settings), {}, 0, source.client, NOW)
    with pytest.raises(ConfigError):
        connector.capture(no_password, "notifications", "")


def test_it_is_healthy_when_the_server_knows_us(connector, source, server):
    server.on("com.atproto.server.getSession", lambda query, body: (200, {"did": OUR_DID, "handle": "bakery.example"}))
    health = connector.health(source)
    assert (health.is_ok, health.quota_left) == (True, 2990)
    assert "bakery.example" in health.message


def test_it_walks_any_pages_without_losing_or_repeating(source: SourceContext, server: FakeServer):
    moments = [CONNECTED_AT + number * MINUTE for number in range(20)]
    items = [Item(b"", moment, f"m{moment}", "cid") for moment in reversed(moments)]
    for size in (1, 2, 7, 50):
        walk, read, done = Walk(), [], False
        pages = [items[at : at + size] for at in range(0, len(items), size)]
        for number, page in enumerate(pages):
            new, walk, done = step(walk, page, f"p{number}" if page is not pages[-1] else "", CONNECTED_AT)
            assert all(before.moment < after.moment for before, after in pairwise(new))
            read += [item.moment for item in new]
        assert done
        assert sorted(read) == moments
        assert walk.floor == moments[-1]
