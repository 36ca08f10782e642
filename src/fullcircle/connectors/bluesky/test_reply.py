"""Answers: put once, in the right place, marked up right, and found again."""

import json

import pytest

from fullcircle.connectors.bluesky import BlueskyConnector
from fullcircle.connectors.bluesky.conftest import NOW, OUR_DID, THEIR_DID, FakeServer
from fullcircle.connectors.bluesky.text import check_length, make_facets
from fullcircle.connectors.bluesky.tid import tid_of
from fullcircle.core.errors import DeskError, PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.graphemes import count_graphemes
from fullcircle.core.records import Outgoing

PUT = "com.atproto.repo.putRecord"
GET = "com.atproto.repo.getRecord"
PARENT = f"at://{THEIR_DID}/app.bsky.feed.post/3mkujp2bsc22a"
ROOT = f"at://{OUR_DID}/app.bsky.feed.post/3mkug22222222"
RKEY = tid_of("answer-41")
URI = f"at://{OUR_DID}/app.bsky.feed.post/{RKEY}"
NOTED = {"cid": "parentcid", "root_cid": "rootcid"}


def outgoing(text: str = "Yes, until six.", **changes) -> Outgoing:
    said = {
        "response_id": 41,
        "account": "bakery.example",
        "parent_id": PARENT,
        "root_id": ROOT,
        "text": text,
        "is_public": True,
        "idempotency_key": "answer-41",
        "context": NOTED,
    }
    return Outgoing(**{**said, **changes})


class Repository:
    """Records of our account: a second put under the same key is refused, as `swapRecord: null` asks."""

    def __init__(self, server: FakeServer) -> None:
        self.records: dict[str, dict] = {}
        server.on(PUT, self.put)
        server.on(GET, self.get)

    def put(self, query, body):
        assert body["swapRecord"] is None
        if body["rkey"] in self.records:
            return 400, {"error": "InvalidSwap", "message": "Record was at another version"}
        self.records[body["rkey"]] = body["record"]
        return 200, {"uri": f"at://{body['repo']}/{body['collection']}/{body['rkey']}", "cid": "newcid"}

    def get(self, query, body):
        record = self.records.get(query["rkey"][0])
        if record is None:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, {
            "uri": f"at://{query['repo'][0]}/app.bsky.feed.post/{query['rkey'][0]}",
            "cid": "c",
            "value": record,
        }


@pytest.fixture
def repository(server) -> Repository:
    return Repository(server)


@pytest.fixture
def connector() -> BlueskyConnector:
    return BlueskyConnector()


def test_it_answers_below_the_parent_under_a_key_of_its_own(connector, source, server, repository):
    sent = connector.reply(source, outgoing())
    assert (sent.external_id, sent.occurred_at) == (URI, NOW)
    assert sent.url == f"https://bsky.app/profile/{OUR_DID}/post/{RKEY}"
    assert repository.records == {
        RKEY: {
            "$type": "app.bsky.feed.post",
            "text": "Yes, until six.",
            "createdAt": "2026-05-01T12:00:00.000Z",
            "reply": {"root": {"uri": ROOT, "cid": "rootcid"}, "parent": {"uri": PARENT, "cid": "parentcid"}},
        }
    }


def test_it_sends_twice_and_says_it_once(connector, source, server, repository):
    first = connector.reply(source, outgoing())
    again = connector.reply(source, outgoing())
    assert again == first
    assert len(repository.records) == 1


def test_it_reads_back_what_arrived_and_nothing_else(connector, source, server, repository):
    assert connector.read_back(source, outgoing()) is None
    server.on(GET, lambda query, body: (404, {}))
    assert connector.read_back(source, outgoing()) is None
    server.on(GET, repository.get)
    sent = connector.reply(source, outgoing())
    assert connector.read_back(source, outgoing()) == sent
    assert connector.read_back(source, outgoing(idempotency_key="another")) is None


def test_it_asks_the_network_for_what_capture_did_not_note(connector, source, server, repository):
    record = {
        "$type": "app.bsky.feed.post",
        "reply": {"root": {"uri": ROOT, "cid": "freshroot"}, "parent": {"uri": ROOT, "cid": "x"}},
    }
    server.on(
        "app.bsky.feed.getPosts",
        lambda query, body: (200, {"posts": [{"uri": PARENT, "cid": "fresh", "record": record}]}),
    )
    connector.reply(source, outgoing(context={}))
    assert repository.records[RKEY]["reply"] == {
        "root": {"uri": ROOT, "cid": "freshroot"},
        "parent": {"uri": PARENT, "cid": "fresh"},
    }


def test_it_tells_the_person_when_the_parent_is_gone(connector, source, server, repository):
    server.on("app.bsky.feed.getPosts", lambda query, body: (200, {"posts": []}))
    with pytest.raises(DeskError) as caught:
        connector.reply(source, outgoing(context={}))
    assert caught.value.code == "response.parent_gone"
    assert repository.records == {}


def test_it_posts_without_a_parent_when_there_is_none(connector, source, repository):
    connector.reply(source, outgoing(parent_id="", root_id=""))
    assert "reply" not in repository.records[RKEY]


def test_it_never_makes_public_what_was_meant_for_one(connector, source, repository):
    with pytest.raises(DeskError):
        connector.reply(source, outgoing(is_public=False))
    assert repository.records == {}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, {}), UnknownOutcomeError),
        ((502, {}), UnknownOutcomeError),
        ((429, {"error": "RateLimitExceeded"}), TransientSourceError),
        ((403, {"error": "AccountTakedown"}), PermanentSourceError),
        ((400, {"error": "InvalidRequest", "message": "Bad record"}), DeskError),
    ],
)
def test_it_says_what_became_of_a_send(connector, source, server, answer, error):
    server.on(PUT, lambda query, body: answer)
    with pytest.raises(error):
        connector.reply(source, outgoing())


def test_it_marks_links_mentions_and_hashtags_by_their_bytes(connector, source, server, repository):
    handles = {"greta.example": THEIR_DID}

    def resolve(query, body):
        did = handles.get(query["handle"][0])
        return (200, {"did": did}) if did else (400, {"error": "InvalidRequest"})

    server.on("com.atproto.identity.resolveHandle", resolve)
    text = "Grüße 🍞 @greta.example, siehe https://shop.example/rye_(dark)! #Brot @nobody.example a@b.example"
    connector.reply(source, outgoing(text))
    record = repository.records[RKEY]
    shown = {
        record["text"].encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(): one["features"][0]
        for one in record["facets"]
    }
    assert shown == {
        "@greta.example": {"$type": "app.bsky.richtext.facet#mention", "did": THEIR_DID},
        "https://shop.example/rye_(dark)": {
            "$type": "app.bsky.richtext.facet#link",
            "uri": "https://shop.example/rye_(dark)",
        },
        "#Brot": {"$type": "app.bsky.richtext.facet#tag", "tag": "Brot"},
    }


def test_it_leaves_signs_within_links_alone():
    facets = make_facets("https://x.example/#rye?by=@greta.example", lambda handle: THEIR_DID)
    assert [type(one.features[0]).__name__ for one in facets] == ["Link"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("rye", 3),
        ("a\r\nb", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇩🇪🇫🇷", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("नमस्ते", 4),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
        ("日本語", 3),
        ("1️⃣", 1),
    ],
)
def test_it_counts_what_a_person_sees(text, count):
    assert count_graphemes(text) == count


def test_it_holds_the_limit_in_graphemes():
    check_length("👩‍👩‍👧‍👦" * 100 + "a" * 200)
    for text in ("a" * 301, "  ", "👩‍👩‍👧‍👦" * 299):
        with pytest.raises(DeskError):
            check_length(text)


def test_it_does_not_send_a_text_that_is_too_long(connector, source, server):
    with pytest.raises(DeskError):
        connector.reply(source, outgoing("a" * 301))
    assert server.calls == []


def test_it_speaks_over_a_real_socket(httpserver, source):
    """The same connector over HTTP on this machine, by a thin client."""
    import urllib.error
    import urllib.request

    from fullcircle.core.ports import Reply, SourceContext

    class Thin:
        def request(self, method, url, *, headers=None, params=None, body=None, check=True):
            asked = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)
            try:
                with urllib.request.urlopen(asked, timeout=5) as answer:
                    return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read(), url)
            except urllib.error.HTTPError as error:
                return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read(), url)

    tokens = {"accessJwt": "a", "refreshJwt": "r", "did": OUR_DID, "handle": "bakery.example"}
    httpserver.expect_ordered_request("/xrpc/com.atproto.server.createSession", method="POST").respond_with_json(tokens)
    httpserver.expect_ordered_request(f"/xrpc/{PUT}", method="POST").respond_with_json({"uri": URI, "cid": "c"})
    near = SourceContext(
        1, 1, {**source.settings, "service": httpserver.url_for("")}, dict(source.secrets), 0, Thin(), NOW
    )
    assert BlueskyConnector().reply(near, outgoing()).external_id == URI
    sent = json.loads(httpserver.log[-1][0].data)
    assert sent["swapRecord"] is None
    assert httpserver.log[-1][0].headers["authorization"] == "Bearer a"
