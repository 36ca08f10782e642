"""Our own connectors read the town, and what they give is what its books say was delivered."""

import http.client
from urllib.parse import urlencode, urlsplit

import pytest

from fullcircle.connectors.bluesky import BlueskyConnector
from fullcircle.connectors.mastodon import MastodonConnector
from fullcircle.core.errors import PermanentSourceError, TransientSourceError
from fullcircle.core.kinds import Change
from fullcircle.core.ports import Reply
from fullcircle.core.records import Touchpoint
from fullcircle.testing.books import State, compare, expected_repository, shown_keys, text_hash
from fullcircle.testing.builders import make_outgoing, make_source
from fullcircle.testing.scripted import refuse_status
from tests.testing.conftest import START

DAYS = 86_400_000


class PlainClient:
    """`core.ports.HttpClient` to the town and nowhere else."""

    def __init__(self, address):
        self.netloc = urlsplit(address).netloc

    def request(self, method, url, *, headers=None, params=None, body=None, check=True):
        parts = urlsplit(url)
        assert parts.netloc == self.netloc
        query = "&".join(filter(None, (parts.query, urlencode(params or {}))))
        line = http.client.HTTPConnection(self.netloc, timeout=10)
        try:
            line.request(method, f"{parts.path}?{query}" if query else parts.path, body, dict(headers or {}))
            answer = line.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            reply = Reply(answer.status, said, answer.read(), url)
        except (OSError, http.client.HTTPException) as error:
            raise TransientSourceError("the line was cut") from error
        finally:
            line.close()
        if check:
            refuse_status(reply)
        return reply


def bluesky(town):
    doors = town.doors()["bluesky"]
    settings = {"service": doors["address"], "handle": doors["handle"], "tags": "harbourbakery"}
    settings["searches"] = "Harbour Bakery"
    return BlueskyConnector(), settings, {"app_password": doors["app_password"]}


def mastodon(town):
    doors = town.doors()["mastodon"]
    settings = {"server": doors["address"], "tags": "harbourbakery,bread", "searches": "Harbour Bakery"}
    return MastodonConnector(), settings, {"access_token": doors["token"]}


class Reader:
    """The smallest capture loop: follows every stream, keeps the newest version of each touchpoint, tombstones win."""

    def __init__(self, town, opened):
        self.town = town
        self.connector, self.settings, self.secrets = opened
        self.cursors = {}
        self.held = {}
        self.last = {}

    def source(self):
        return make_source(
            self.settings,
            self.secrets,
            client=PlainClient(self.town.address),
            now=self.town.front.control.town.world.now(),
            connected_at=START - DAYS,
        )

    def read(self):
        source = self.source()
        for stream in [*self.connector.streams(source), "own"]:
            for _ in range(100):
                try:
                    page = self._page(source, stream)
                except (TransientSourceError, PermanentSourceError):
                    break
                for raw in page.records:
                    self.keep(self.connector.parse(source, raw))
                self.cursors[stream] = page.cursor
                if page.is_last:
                    break

    def _page(self, source, stream):
        cursor = self.cursors.get(stream, "")
        if stream == "own":
            return self.connector.own_outbound(source, cursor)
        return self.connector.capture(source, stream, cursor)

    def keep(self, outcome):
        if not isinstance(outcome, Touchpoint):
            return
        key = (outcome.platform, outcome.external_id)
        before = self.held.get(key)
        if before and (before.is_deleted or before.version > outcome.version):
            return
        gone = outcome.change is Change.DELETE
        self.held[key] = State("" if gone else text_hash(outcome.text), outcome.version, gone)
        self.last[key] = outcome


@pytest.mark.parametrize("open_one", [bluesky, mastodon])
def test_it_agrees_with_the_books_after_many_polls(town, open_one):
    reader = Reader(town, open_one(town))
    for _ in range(12):
        town.post("/world/step?n=25")
        reader.read()
    reader.read()
    platform = reader.connector.spec.name
    expected = {key: state for key, state in expected_repository(town.books).items() if key[0] == platform}
    assert len(expected) > 40
    assert compare(expected, reader.held, may_hold=shown_keys(town.books)) == []


@pytest.mark.parametrize("open_one", [bluesky, mastodon])
def test_it_agrees_with_the_books_through_faults(town, open_one):
    rates = {"server_error": 0.1, "reset": 0.05, "duplicates": 0.3, "reorder": 0.2, "overlap": 0.3}
    town.post("/world/faults", {"seed": 3, "rates": rates})
    reader = Reader(town, open_one(town))
    for _ in range(12):
        town.post("/world/step?n=15")
        reader.read()
    town.post("/world/faults", {})
    reader.read()
    platform = reader.connector.spec.name
    expected = {key: state for key, state in expected_repository(town.books).items() if key[0] == platform}
    assert compare(expected, reader.held, may_hold=shown_keys(town.books)) == []
    assert len(expected) > 20


@pytest.mark.parametrize(("open_one", "who"), [(bluesky, "nora.example"), (mastodon, "nora")])
def test_it_takes_an_answer_and_shows_it_as_ours(town, open_one, who):
    reader = Reader(town, open_one(town))
    platform = reader.connector.spec.name
    us = "@harbourbakery.example" if platform == "bluesky" else "@harbourbakery"
    made = town.post("/world/post", {"network": platform, "who": who, "text": f"{us} is there rye?"})
    reader.read()
    asked = reader.last[platform, made["external_id"]]
    response = make_outgoing(
        parent_id=asked.external_id,
        root_id=asked.root_id or asked.external_id,
        account=asked.account,
        text="Yes, from seven.",
    )
    sent = reader.connector.reply(reader.source(), response)
    accepted = town.facts("accepted_post")
    assert [fact["external_id"] for fact in accepted] == [sent.external_id]
    reader.read()
    assert reader.last[platform, sent.external_id].direction.value == "outbound"


def test_it_streams_through_the_bluesky_parser(town):
    town.post("/world/faults", {"rates": {"delete_before_create": 0.2, "duplicates": 0.5, "reorder": 0.5}, "seed": 2})
    reader = Reader(town, bluesky(town))
    source, cursor = reader.source(), 0
    from fullcircle.testing.builders import make_raw

    for _ in range(10):
        town.post("/world/step?n=30")
        lines = town.get(f"/world/jetstream.jsonl?cursor={cursor}").splitlines()
        cursor += len(set(lines))
        for line in lines:
            reader.keep(reader.connector.parse(source, make_raw(line, form="event", captured_at=source.now)))
    expected = {key: state for key, state in expected_repository(town.books).items() if key[0] == "bluesky"}
    assert len(expected) > 40
    assert any(state.is_deleted for state in expected.values())
    assert compare(expected, reader.held) == []
