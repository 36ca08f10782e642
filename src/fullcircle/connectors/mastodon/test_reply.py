"""Answers: below the parent, no more public than it, addressed, within the limit, sent once, and found again."""

import pytest

from fullcircle.connectors.mastodon import MastodonConnector
from fullcircle.connectors.mastodon.conftest import FRIDA, GRETA, NOW, OURS, FakeServer, status
from fullcircle.core.errors import DeskError, PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.records import Outgoing

POST = "/api/v1/statuses"
HOME = status(30, "Any rye left?", GRETA)
AWAY = status(31, "Any rye left?", FRIDA, id="77")
AWAY["uri"] = "https://other.example/users/frida/statuses/116"


def outgoing(text: str = "Yes, until six.", parent=HOME, **changes) -> Outgoing:
    said = {
        "response_id": 41,
        "account": "bakery@social.example",
        "parent_id": parent["uri"] if parent else "",
        "root_id": "",
        "text": text,
        "is_public": True,
        "idempotency_key": "answer-41",
    }
    return Outgoing(**{**said, **changes})


class Board:
    """Statuses of ours: the same idempotency key gives the same status again."""

    def __init__(self, server: FakeServer) -> None:
        self.server, self.made, self.by_key = server, [], {}
        server.on(POST, self.post)
        server.on(
            "/api/v1/accounts/900/statuses", lambda query, body: (200, [] if "max_id" in query else self.made[::-1])
        )
        for one in (HOME, AWAY):
            self.show(one)
        server.on("/api/v2/search", self.search)

    def show(self, one) -> None:
        self.server.on(f"/api/v1/statuses/{one['id']}", lambda query, body: (200, one))

    def search(self, query, body):
        return 200, {"statuses": [AWAY] if query["q"] == [AWAY["uri"]] else []}

    def post(self, query, body):
        key = self.server.calls[-1][4]["idempotency-key"]
        if key not in self.by_key:
            below = {"in_reply_to_id": body.get("in_reply_to_id"), "visibility": body["visibility"]}
            words = body["status"].replace("\n\n", "</p><p>")
            made = status(239, words, OURS, id=str(9000 + len(self.made)), **below)
            self.made.append(made)
            self.by_key[key] = made
        return 200, self.by_key[key]


@pytest.fixture
def board(server) -> Board:
    return Board(server)


@pytest.fixture
def connector() -> MastodonConnector:
    return MastodonConnector()


def posted(server: FakeServer):
    return [body for method, path, _, body, _ in server.calls if method == "POST"]


def test_it_answers_below_its_parent_and_names_its_author(connector, source, server, board):
    sent = connector.reply(source, outgoing())
    assert posted(server) == [
        {"status": "@greta Yes, until six.", "visibility": "public", "in_reply_to_id": HOME["id"]}
    ]
    assert (sent.external_id, sent.url) == (board.made[0]["uri"], board.made[0]["url"])
    headers = server.calls[-1][4]
    assert headers["idempotency-key"] == "answer-41"
    assert headers["authorization"] == "Bearer token-of-the-bakery"


def test_it_sends_twice_and_says_it_once(connector, source, server, board):
    assert connector.reply(source, outgoing()) == connector.reply(source, outgoing())
    assert len(board.made) == 1


def test_it_hashes_a_key_no_header_can_carry(connector, source, server, board):
    connector.reply(source, outgoing(idempotency_key="antwort ✓"))
    assert len(server.calls[-1][4]["idempotency-key"]) == 64


def test_it_keeps_a_name_the_text_already_has(connector, source, server, board):
    for text in ("@greta Yes", "Yes, @Greta.", "cc @greta@social.example"):
        connector.reply(source, outgoing(text, idempotency_key=text))
    assert [one["status"] for one in posted(server)] == ["@greta Yes", "Yes, @Greta.", "cc @greta@social.example"]


def test_it_does_not_name_ourselves(connector, source, server, board):
    ours = status(20, "Bread is out", OURS)
    board.show(ours)
    connector.reply(source, outgoing("And oats", ours))
    assert posted(server)[0]["status"] == "And oats"


def test_it_finds_a_parent_from_another_server_by_its_address(connector, source, server, board):
    connector.reply(source, outgoing(parent=AWAY))
    assert posted(server)[0] == {
        "status": "@frida@other.example Yes, until six.",
        "visibility": "public",
        "in_reply_to_id": "77",
    }
    assert server.asked("/api/v2/search")[0]["resolve"] == ["true"]


def test_it_uses_the_number_capture_noted_or_an_alias_holds(connector, source, server, board):
    connector.reply(source, outgoing(parent=AWAY, context={"local_id": "77"}))
    connector.reply(source, outgoing(parent_id="local:social.example/77", idempotency_key="2"))
    assert [one["in_reply_to_id"] for one in posted(server)] == ["77", "77"]
    assert server.asked("/api/v2/search") == []


def test_it_tells_the_person_when_the_parent_is_gone(connector, source, server, board):
    for response in (outgoing(parent_id="https://far.example/1"), outgoing(parent_id="local:social.example/5")):
        with pytest.raises(DeskError) as caught:
            connector.reply(source, response)
        assert caught.value.code == "response.parent_gone"
    assert posted(server) == []


@pytest.mark.parametrize(
    ("parent", "audience", "is_public", "visibility"),
    [
        ("public", "", True, "public"),
        ("unlisted", "public", True, "unlisted"),
        ("private", "public", True, "private"),
        ("direct", "public", True, "direct"),
        ("public", "unlisted", True, "unlisted"),
        ("public", "", False, "direct"),
        ("private", "private", False, "private"),
        ("private", "", False, "direct"),
        ("unlisted", "nonsense", True, "unlisted"),
    ],
)
def test_it_is_never_more_public_than_its_parent(
    connector, source, server, board, parent, audience, is_public, visibility
):
    one = status(33, "?", GRETA, visibility=parent)
    board.show(one)
    connector.reply(source, outgoing(parent=one, audience=audience, is_public=is_public))
    assert posted(server)[0]["visibility"] == visibility


def test_it_posts_without_a_parent_when_there_is_none(connector, source, server, board):
    connector.reply(source, outgoing(parent=None))
    assert posted(server) == [{"status": "Yes, until six.", "visibility": "public"}]


def test_it_holds_the_servers_own_limit(connector, source, server, board):
    link = "https://shop.example/" + "a" * 300
    connector.reply(source, outgoing(f"{link} " + "x" * 300))
    with pytest.raises(DeskError) as caught:
        connector.reply(source, outgoing("x" * 394))
    assert caught.value.code == "response.too_long"
    assert "401" in str(caught.value)
    connector.reply(source, outgoing("x" * 393))
    with pytest.raises(DeskError):
        connector.reply(source, outgoing("  ", parent=None))
    assert len(server.asked("/api/v2/instance")) == 1


def test_it_takes_mastodons_own_limit_where_the_server_does_not_say(connector, source, server, board):
    server.answers.pop("/api/v2/instance")
    connector.reply(source, outgoing("x" * 493))
    with pytest.raises(DeskError):
        connector.reply(source, outgoing("x" * 494))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, {}), UnknownOutcomeError),
        ((503, {}), UnknownOutcomeError),
        ((200, []), UnknownOutcomeError),
        ((429, {"error": "Too many requests"}), TransientSourceError),
        ((401, {"error": "The access token was revoked"}), PermanentSourceError),
        ((403, {"error": "This action is outside the authorized scopes"}), PermanentSourceError),
        ((404, {"error": "Record not found"}), DeskError),
        ((422, {"error": "Validation failed: Text character limit of 500 exceeded"}), DeskError),
    ],
)
def test_it_says_what_became_of_a_send(connector, source, server, board, answer, error):
    server.on(POST, lambda query, body: answer)
    with pytest.raises(error):
        connector.reply(source, outgoing())


def test_it_reads_back_what_arrived_and_nothing_else(connector, source, server, board):
    response = outgoing("Yes,\n\nuntil six: https://shop.example/rye")
    assert connector.read_back(source, response) is None
    sent = connector.reply(source, response)
    assert connector.read_back(source, response) == sent
    assert connector.read_back(source, outgoing("Yes, until seven.")) is None
    assert connector.read_back(source, outgoing(response.text, AWAY)) is None


def test_it_does_not_take_an_old_status_for_a_new_answer(connector, source, server, board):
    old = status(-60 * 24, "@greta Yes, until six.", OURS, in_reply_to_id=HOME["id"])
    board.made.append(old)
    assert connector.read_back(source, outgoing()) is None


def test_it_gives_the_time_the_server_says(connector, source, board):
    assert connector.reply(source, outgoing()).occurred_at == NOW - 60_000
