"""The town lives, the same way for the same seed, and can be talked to from a page."""

import csv
import email
import http.client
import io
import json
import re
import time
from collections import Counter
from email import policy
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.moments import parse_moment
from fullcircle.testing.books import expected_repository, text_hash
from fullcircle.testing.simulator import bluesky, control, living
from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.front import Front
from fullcircle.testing.simulator.opening import make_town
from fullcircle.testing.simulator.sentences import BREADS, CORRECTIONS, FOLLOW_UPS, NEEDS, WHENS
from fullcircle.testing.simulator.wire import Request

START = parse_moment("2026-05-01T08:00:00Z")


def lived(folder, acts, seed=1):
    town = make_town(seed, folder, START)
    done = Counter(living.step(town) for _ in range(acts))
    town.world.books.close()
    return town, done


def test_it_writes_the_same_books_for_the_same_seed(tmp_path):
    one, _ = lived(tmp_path / "a", 400)
    other, _ = lived(tmp_path / "b", 400)
    another, _ = lived(tmp_path / "c", 400, seed=2)
    assert one.world.books.path.read_bytes() == other.world.books.path.read_bytes()
    assert one.world.books.path.read_bytes() != another.world.books.path.read_bytes()


def test_it_puts_earlier_books_aside(tmp_path):
    lived(tmp_path, 20)
    lived(tmp_path, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books.jsonl", "books.jsonl.1"]


def test_it_does_everything_people_do(tmp_path):
    town, done = lived(tmp_path, 1500)
    # nobody liked or reposted, since we said nothing
    assert set(done) == {"post", "reply", "direct_message", "edit", "delete", "follow", "call", "email"}
    posts = town.world.posts
    assert {post.network for post in posts} == {"mastodon", "bluesky"}
    assert {post.language for post in posts} >= {"en", "de", "es", "fr", "it", "pt"}
    assert any(post.parent and post.parent.parent for post in posts)
    assert len({post.external_id for post in posts}) == len(posts)
    assert len({post.text for post in posts}) > len(posts) * 0.6


def test_it_deletes_what_was_never_delivered(tmp_path):
    town, _ = lived(tmp_path, 300)
    assert any(post.deleted_at for post in town.world.posts)
    assert expected_repository(town.world.books.path) == {}


def test_it_keeps_living_when_there_is_a_lot_of_it(tmp_path):
    begun = time.process_time()
    lived(tmp_path, 4000)
    assert time.process_time() - begun < 10


def test_it_has_a_sentence_for_each_place_in_each_language():
    for need in NEEDS:
        assert "en" in need.said
        for language, sentences in need.said.items():
            assert all("{us}" in sentence or need.name == "thanks" for sentence in sentences)
            assert language in BREADS.keys() & WHENS.keys() & FOLLOW_UPS.keys() & CORRECTIONS.keys()


def test_it_serves_the_phone_log_and_the_mailbox(town):
    town.post("/world/step?n=150")
    calls = list(csv.DictReader(io.StringIO(town.get("/world/phone.csv").decode())))
    assert calls
    assert len({call["call_id"] for call in calls}) == len(calls)
    assert all(parse_moment(call["started_at"]) and call["from"].startswith("+") for call in calls)
    mails = [email.message_from_string(text, policy=policy.default) for text in json.loads(town.get("/world/mail"))]
    assert mails
    books = expected_repository(town.books)
    for mail in mails:
        assert books["email", mail["Message-ID"]].text_hash == text_hash(mail.get_content().rstrip("\n"))
    assert books["phone", calls[0]["call_id"]].text_hash == text_hash(calls[0]["note"])


def test_it_tells_how_to_connect(town):
    doors = town.doors()
    assert doors["mastodon"]["address"] == town.address
    assert doors["bluesky"]["did"].startswith("did:plc:")


def test_it_refuses_an_answer_on_another_network(town):
    made = town.post("/world/post", {"network": "mastodon", "who": "nora", "text": "hello"})
    status, _ = send_form(
        town, "/world/post", {"as": "bluesky:rafa.example", "text": "x", "parent": made["external_id"]}
    )
    assert status == 422


def test_it_gives_its_books_over_http(town):
    town.post("/world/post", {"network": "mastodon", "who": "nora", "text": "hello"})
    assert town.get("/world/books") == town.books.read_bytes()


def send_form(town, path, fields):
    connection = http.client.HTTPConnection(urlsplit(town.address).netloc, timeout=5)
    try:
        connection.request("POST", path, urlencode(fields), {"content-type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("location")
    finally:
        connection.close()


class Outline(HTMLParser):
    """Which elements a page has, and whether each is closed in order."""

    VOID = frozenset({"meta", "input", "br", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], Counter()

    def handle_starttag(self, name, attributes):
        self.seen[name] += 1
        if name not in self.VOID:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name


def test_it_can_be_talked_to_from_the_page(town):
    page = town.get("/").decode()
    assert 'value="mastodon:nora"' in page
    assert send_form(town, "/world/post", {"as": "mastodon:nora", "text": "@harbourbakery bread?"}) == (303, "/")
    key = town.facts("exists")[-1]["external_id"]
    answering = town.get(f"/?parent={key}").decode()
    assert "Answering Nora Feld" in answering
    assert "bluesky:" not in answering
    assert send_form(town, "/world/post", {"as": "mastodon:zoe", "text": "me too", "parent": key})[0] == 303
    assert send_form(town, "/world/delete", {"external_id": key})[0] == 303
    page = town.get("/").decode()
    assert "deleted by its author" in page
    assert "me too" in page


def test_it_shows_hostile_text_as_text(town):
    send_form(
        town, "/world/post", {"as": 'mastodon:"><script>alert(1)</script>', "text": "<img src=x onerror=alert(1)>"}
    )
    page = town.get("/").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_it_is_a_whole_page_for_a_telephone_in_light_and_dark(town):
    town.post("/world/step?n=60")
    page = town.get("/").decode()
    outline = Outline()
    outline.feed(re.sub(r"<!doctype html>", "", page))
    assert outline.open == []
    assert outline.seen["script"] == 0
    assert outline.seen["article"] > 5
    assert 'name="viewport"' in page
    assert "color-scheme: light dark" in page


@pytest.mark.parametrize("path", ["/nowhere", "/world/nowhere", "/favicon.ico"])
def test_it_says_when_there_is_nothing(town, path):
    connection = http.client.HTTPConnection(urlsplit(town.address).netloc, timeout=5)
    try:
        connection.request("GET", path)
        assert connection.getresponse().status == 404
    finally:
        connection.close()


WEIRD = [None, 0, -1, 1e99, "", "\0", "x" * 3000, [], [None], {}, {"a": []}, "at://x", "2026-05-01T09:00:00Z", True]
VALUES = st.sampled_from(WEIRD)
NAMES = (
    "status in_reply_to_id visibility language repo collection rkey record swapRecord identifier password "
    "network who as text parent audience external_id rates seed script retry_after hang_s is_revoked"
)
FIELDS = st.dictionaries(st.sampled_from(NAMES.split()), VALUES, max_size=8)
PATHS = st.sampled_from(
    [f"/xrpc/{name}" for name in bluesky.ROUTES]
    + list(control.VERBS)
    + ["/", "/@x/1", "/api/v1/notifications", "/api/v1/statuses", "/api/v2/search", "/api/v1/timelines/tag/%00"]
    + ["/api/v1/conversations", "/api/v1/statuses/1", "/api/v1/statuses/1/context", "/api/v1/accounts/lookup"]
)
QUERY = st.lists(
    st.tuples(
        st.sampled_from(
            ["limit", "cursor", "min_id", "max_id", "since_id", "q", "uri", "uris", "actor", "since", "id[]"]
        ),
        st.sampled_from(["", "0", "-1", "x", "\0", "99999999999999999999", "²", "at://a/b/c", "[", "\u0661"]),
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    town = make_town(1, tmp_path_factory.mktemp("town"), START)
    for _ in range(20):
        living.step(town)
    yield Front(town, FaultPlan())
    town.world.books.close()


@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]), PATHS, QUERY, FIELDS, VALUES)
@settings(max_examples=400, deadline=None)
def test_it_answers_whatever_it_is_asked(fuzzed, method, path, query, fields, record):
    front, town = fuzzed, fuzzed.control.town
    front.control.plan = FaultPlan()
    ours = town.world.ours("bluesky")
    token = (
        bluesky._token(ours, START // 1000, 9999, 1, is_refresh=False) if path.startswith("/xrpc") else "harbour-token"
    )
    written = {
        "repo": ours.native_id,
        "collection": "app.bsky.feed.post",
        "record": {"text": "x", "langs": record, "reply": record},
    }
    written["record"]["createdAt"] = "2026-05-01T09:00:00Z"
    for body in (fields, {**written, **fields}):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = front.respond(Request(method, path, query, headers, b"", body))
        assert 200 <= answer.status < 600
        for told in answer.on_delivered:
            told()
