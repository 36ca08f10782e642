"""The Mastodon face, driven by a client we did not write, and compared with recorded answers."""

import json

import pytest
import requests
from mastodon import Mastodon
from mastodon.errors import (
    MastodonInternalServerError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonUnauthorizedError,
)

from fullcircle.testing.books import text_hash

ALWAYS_NEW = {"pinned", "text"}


@pytest.fixture
def client(open_client):
    return open_client()


@pytest.fixture
def open_client(town):
    """The library leaves its sockets to us."""
    sessions = []

    def open_one(token=None):
        sessions.append(requests.Session())
        return client_of(town, sessions[-1], token)

    yield open_one
    for session in sessions:
        session.close()


def client_of(town, session, token=None):
    return Mastodon(
        session=session,
        access_token=token or town.doors()["mastodon"]["token"],
        api_base_url=town.address,
        request_timeout=5,
        ratelimit_method="throw",
    )


def ask(town, text="@harbourbakery is there rye bread tomorrow?", who="nora", **more):
    return town.post("/world/post", {"network": "mastodon", "who": who, "text": text, **more})


def test_it_knows_who_we_are(client, town):
    me = client.account_verify_credentials()
    assert (me.acct, me.display_name) == ("harbourbakery", "Harbour Bakery")
    assert str(me.id) == town.doors()["mastodon"]["account_id"]
    assert client.instance_v2().domain == "tide.example"


def test_it_refuses_a_wrong_token(open_client):
    with pytest.raises(MastodonUnauthorizedError):
        open_client("another").account_verify_credentials()


def test_it_notifies_us_of_a_mention_and_the_books_say_so(client, town):
    made = ask(town)
    told = client.notifications()
    assert [(one.type, str(one.status.id)) for one in told] == [("mention", made["id"])]
    assert told[0].status.uri == made["external_id"]
    assert "@<span>harbourbakery</span>" in told[0].status.content
    delivered = town.facts("delivered")
    assert [fact["external_id"] for fact in delivered] == [made["external_id"]]
    assert delivered[0]["text_hash"] == text_hash("@harbourbakery is there rye bread tomorrow?")


def test_it_pages_notifications_without_gap_or_overlap(client, town):
    for number in range(12):
        ask(town, f"@harbourbakery question {number}")
    first = client.notifications(limit=5)
    found = list(first)
    page = first
    while page := client.fetch_next(page):
        found += page
    assert [int(one.id) for one in found] == list(range(12, 0, -1))
    after = client.notifications(min_id=3, limit=4)
    assert [int(one.id) for one in after] == [7, 6, 5, 4]
    assert [int(one.id) for one in client.notifications(since_id=3, limit=4)] == [12, 11, 10, 9]
    assert [int(one.id) for one in client.fetch_previous(client.notifications(max_id=6, limit=2))] == [7, 6]


def test_it_finds_by_hashtag_and_by_words(client, town):
    ask(town, "Fresh rolls at the quay #HarbourBakery", who="zoe")
    ask(town, "Nothing to do with it", who="ines")
    assert [status.account.acct for status in client.timeline_hashtag("harbourbakery")] == ["zoe"]
    assert [status.account.acct for status in client.search_v2("rolls quay", result_type="statuses").statuses] == [
        "zoe"
    ]


def test_it_keeps_direct_messages_out_of_what_is_public(client, town):
    ask(town, "@harbourbakery my order number is 12 #harbourbakery", audience="direct")
    assert client.timeline_hashtag("harbourbakery") == []
    conversation = client.conversations()[0]
    assert conversation.last_status.visibility == "direct"
    assert [account.acct for account in conversation.accounts] == ["nora"]


def test_it_takes_an_answer_once_for_one_idempotency_key(client, town):
    made = ask(town)
    first = client.status_post("@nora Yes, from seven.", in_reply_to_id=made["id"], idempotency_key="r-1")
    again = client.status_post("@nora Yes, from seven.", in_reply_to_id=made["id"], idempotency_key="r-1")
    assert first.id == again.id
    assert str(first.in_reply_to_id) == made["id"]
    assert [fact["idempotency_key"] for fact in town.facts("accepted_post")] == ["r-1"]
    context = client.status_context(int(made["id"]))
    assert [status.id for status in context.descendants] == [first.id]
    assert [status.id for status in client.account_statuses(client.me().id)] == [first.id]


def test_it_edits_and_takes_back(client, town):
    status = client.status_post("Open till six today.")
    edited = client.status_update(status.id, "Open till seven today.")
    assert "seven" in edited.content
    assert edited.edited_at is not None
    assert len(client.status_history(status.id)) == 2
    client.status_delete(status.id)
    with pytest.raises(MastodonNotFoundError):
        client.status(status.id)


def test_it_tells_us_of_an_edit_of_what_we_were_told_of(client, town):
    made = ask(town)
    town.post("/world/edit", {"external_id": made["external_id"], "text": "@harbourbakery is there RYE tomorrow?"})
    assert [one.type for one in client.notifications()] == ["update", "mention"]
    assert {fact["version"] for fact in town.facts("delivered")} == {1}


def test_it_forgets_notifications_of_what_was_deleted(client, town):
    made = ask(town)
    town.post("/world/delete", {"external_id": made["external_id"]})
    assert client.notifications() == []


def test_it_may_take_a_post_and_say_it_failed(client, town):
    made = ask(town)
    town.post("/world/faults", {"script": [{"fault": "error_after_success", "method": "POST"}]})
    with pytest.raises(MastodonInternalServerError):
        client.status_post("@nora Yes.", in_reply_to_id=made["id"], idempotency_key="r-2")
    assert len(town.facts("accepted_post")) == 1
    client.status_post("@nora Yes.", in_reply_to_id=made["id"], idempotency_key="r-2")
    assert len(town.facts("accepted_post")) == 1


def test_it_may_take_a_post_and_never_answer(client, town):
    town.post("/world/faults", {"script": [{"fault": "hang_after_accept", "method": "POST"}], "hang_s": 0.1})
    with pytest.raises(MastodonNetworkError):
        client.status_post("Closed on Monday.", idempotency_key="r-3")
    assert len(town.facts("accepted_post")) == 1
    assert town.facts("delivered") == []


def _keys(rows):
    sets = [set(row) for row in rows]
    return set.intersection(*sets), set.union(*sets)


def _rows(path):
    found = []
    for line in path.read_text().split("\n"):
        try:
            found.append(json.loads(line, strict=False))
        except ValueError:
            continue  # a few recorded lines were cut by line separators within strings
    return found


@pytest.mark.shared
def test_it_has_the_shapes_recorded_from_a_real_server(town, client, shared_data):
    folder = shared_data / "payloads_mastodon"
    ask(town, "@harbourbakery hello #bread https://example.org/a/long/address/of/some/page")
    ask(town, "@harbourbakery between us", audience="direct")
    told = client.notifications()[0]
    status = json.loads(_call(town, f"/api/v1/statuses/{told.status.id}"))
    pairs = {
        "statuses.jsonl": status,
        "accounts.jsonl": status["account"],
        "notifications.jsonl": json.loads(_call(town, "/api/v1/notifications"))[0],
        "conversations.jsonl": json.loads(_call(town, "/api/v1/conversations"))[0],
    }
    for name, ours in pairs.items():
        always, ever = _keys(_rows(folder / name))
        assert always - set(ours) == set(), name
        assert set(ours) - ever - ALWAYS_NEW == set(), name
    recorded = [row["json"] for row in _rows(folder / "responses" / "GET_api_v1_accounts_verify_credentials.jsonl")]
    me = json.loads(_call(town, "/api/v1/accounts/verify_credentials"))
    newest = max(recorded, key=len)
    assert set(me) == set(newest)
    assert set(me["source"]) == set(newest["source"])


def _call(town, path):
    token = town.doors()["mastodon"]["token"]
    return requests.get(town.address + path, headers={"authorization": f"Bearer {token}"}, timeout=5).content
