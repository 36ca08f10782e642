"""The Bluesky face, driven by the network's own client library."""

import json

import httpx
import pytest
from atproto import Client, models
from atproto.exceptions import BadRequestError, NetworkError, RequestException, UnauthorizedError

from fullcircle.testing.books import expected_repository, text_hash

HANDLE = "harbourbakery.example"


@pytest.fixture
def client(town):
    doors = town.doors()["bluesky"]
    client = Client(base_url=f"{town.address}/xrpc")
    client.login(doors["handle"], doors["app_password"])
    yield client
    client.request.close()


def ask(town, text=f"@{HANDLE} is there rye bread tomorrow?", who="nora.example", **more):
    return town.post("/world/post", {"network": "bluesky", "who": who, "text": text, **more})


def test_it_opens_a_session(client, town):
    assert client.me.did == town.doors()["bluesky"]["did"]
    assert client.com.atproto.server.get_session().handle == HANDLE
    assert client.com.atproto.identity.resolve_handle({"handle": HANDLE}).did == client.me.did


def test_it_refuses_a_wrong_password(town):
    client = Client(base_url=f"{town.address}/xrpc")
    with pytest.raises(UnauthorizedError):
        client.login(HANDLE, "guess")
    client.request.close()


def test_it_notifies_us_of_a_mention_with_facets_in_bytes(client, town):
    made = ask(town, f"¿Qué pan? @{HANDLE} #pan")
    told = client.app.bsky.notification.list_notifications().notifications
    assert [(one.reason, one.uri) for one in told] == [("mention", made["external_id"])]
    record = told[0].record
    spans = [record.text.encode()[f.index.byte_start : f.index.byte_end].decode() for f in record.facets]
    assert spans == [f"@{HANDLE}", "#pan"]
    assert record.facets[0].features[0].did == client.me.did


def test_it_keeps_to_the_reasons_that_were_asked_for(client, town):
    town.post("/world/step?n=80")
    params = models.AppBskyNotificationListNotifications.Params(reasons=["mention"], limit=100)
    told = client.app.bsky.notification.list_notifications(params).notifications
    assert told
    assert {one.reason for one in told} == {"mention"}


def test_it_pages_search_by_cursor(client, town):
    for number in range(7):
        ask(town, f"rye loaf number {number}", who="rafa.example")
    found, cursor = [], None
    while True:
        page = client.app.bsky.feed.search_posts({"q": "rye LOAF", "limit": 3, "cursor": cursor})
        found += [post.record.text for post in page.posts]
        cursor = page.cursor
        if not cursor:
            break
    assert found == [f"rye loaf number {number}" for number in range(6, -1, -1)]


def test_it_takes_an_answer_and_shows_the_thread(client, town):
    made = ask(town)
    parent = models.create_strong_ref(client.get_posts([made["external_id"]]).posts[0])
    sent = client.send_post("Yes, from seven.", reply_to=models.AppBskyFeedPost.ReplyRef(parent=parent, root=parent))
    thread = client.get_post_thread(made["external_id"]).thread
    assert [reply.post.uri for reply in thread.replies] == [sent.uri]
    assert client.get_author_feed(client.me.did).feed[0].post.record.text == "Yes, from seven."
    assert len(town.facts("accepted_post")) == 1
    client.delete_post(sent.uri)
    assert client.get_author_feed(client.me.did).feed == []


def test_it_gives_one_key_to_one_record(client, town):
    record = {"$type": "app.bsky.feed.post", "text": "Open on Sunday!", "createdAt": "2026-05-01T09:00:00.000Z"}
    data = {"repo": client.me.did, "collection": "app.bsky.feed.post", "rkey": "3mabcdefghij2", "record": record}
    first = client.com.atproto.repo.create_record(data)
    with pytest.raises(BadRequestError, match="InvalidSwap"):
        client.com.atproto.repo.create_record(data)
    put = client.com.atproto.repo.put_record(data)
    assert put.uri == first.uri
    assert len(town.facts("accepted_post")) == 1
    read = client.com.atproto.repo.get_record({k: data[k] for k in ("repo", "collection", "rkey")})
    assert read.value.text == "Open on Sunday!"


def test_it_says_when_a_record_is_not_there(client):
    with pytest.raises(BadRequestError, match="RecordNotFound"):
        client.com.atproto.repo.get_record(
            {"repo": HANDLE, "collection": "app.bsky.feed.post", "rkey": "3maaaaaaaaaa2"}
        )


def test_it_may_take_a_record_and_lose_the_answer(client, town):
    town.post(
        "/world/faults", {"script": [{"fault": "hang_after_accept", "path": "/xrpc/com.atproto.repo"}], "hang_s": 0.1}
    )
    with pytest.raises((NetworkError, RequestException, httpx.HTTPError)):
        client.send_post("We open at six.")
    assert len(town.facts("accepted_post")) == 1


def test_it_revokes_tokens_when_told(client, town):
    town.post("/world/faults", {"is_revoked": True})
    with pytest.raises((BadRequestError, UnauthorizedError)):
        client.get_author_feed(HANDLE)


def test_it_streams_deletes_before_their_creates(town):
    town.post("/world/faults", {"rates": {"delete_before_create": 1.0}})
    made = ask(town)
    lines = [json.loads(line) for line in town.get("/world/jetstream.jsonl").splitlines()]
    operations = [event["commit"]["operation"] for event in lines]
    assert operations[:2] == ["delete", "create"]
    key = ("bluesky", made["external_id"])
    assert expected_repository(town.books)[key].is_deleted


def test_it_streams_creates_edits_and_deletes_in_the_shape_of_jetstream(town):
    kept, gone = ask(town, "first"), ask(town, "second")
    town.post("/world/edit", {"external_id": kept["external_id"], "text": "first, mended"})
    town.post("/world/delete", {"external_id": gone["external_id"]})
    events = [json.loads(line) for line in town.get("/world/jetstream.jsonl").splitlines()]
    assert [event["commit"]["operation"] for event in events] == ["create", "create", "update", "delete"]
    assert all(
        f"at://{event['did']}/app.bsky.feed.post/{event['commit']['rkey']}"
        in (kept["external_id"], gone["external_id"])
        for event in events
    )
    assert [event["commit"]["rev"] for event in events] == sorted(event["commit"]["rev"] for event in events)
    books = expected_repository(town.books)
    assert books["bluesky", kept["external_id"]].text_hash == text_hash("first, mended")
    assert books["bluesky", gone["external_id"]].is_deleted
    assert town.get("/world/jetstream.jsonl?cursor=4") == b""
