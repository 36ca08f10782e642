"""Against payloads recorded from real servers, where they are: every one is read or refused with a reason."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fullcircle.connectors.mastodon import MastodonConnector
from fullcircle.connectors.mastodon.conftest import FakeServer
from fullcircle.connectors.mastodon.parse import _READERS, parse
from fullcircle.connectors.mastodon.stream import split_events
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.ports import Reply, SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "payloads_mastodon"
FIXTURES = Path(__file__).parent / "fixtures"
NOW = 1_900_000_000_000
SOURCE = SourceContext(1, 1, {"server": "http://localhost:3000"}, {"access_token": "x"}, 0, FakeServer(), NOW)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded payloads of ../shared/data are not here"),
]


def read(form: str, payload: bytes) -> Outcome:
    outcome = parse(SOURCE, RawRecord(payload, form, NOW))
    assert isinstance(outcome, Touchpoint | Drop | Unreadable)
    assert isinstance(outcome, Touchpoint) or outcome.reason
    return outcome


def lines(name: str) -> list[bytes]:
    return (RECORDED / name).read_bytes().splitlines()


def test_it_reads_every_recorded_status():
    recorded = lines("statuses.jsonl")
    outcomes = [read("status", line) for line in recorded]
    assert len(recorded) > 100
    assert all(isinstance(one, Touchpoint) for one in outcomes)
    for one, line in zip(outcomes, recorded, strict=True):
        said = json.loads(line)
        shown = said["reblog"] or said
        assert one.external_id == shown["uri"]
        assert one.is_public == (shown["visibility"] in ("public", "unlisted"))
        assert bool(one.version) == bool(shown.get("edited_at"))
        assert bool(one.parent_id) == bool(shown["in_reply_to_id"])
        assert "<" not in one.text or "&lt;" in shown["content"]
        assert one.text or not shown["content"]


def test_it_reads_or_drops_every_recorded_notification():
    for line in lines("notifications.jsonl"):
        said, found = json.loads(line), read("notification", line)
        is_status = said["type"] in ("mention", "status", "update", "quote") and said.get("status")
        assert isinstance(found, Touchpoint if is_status else Drop)


def test_it_reads_every_recorded_conversation():
    for line in lines("conversations.jsonl"):
        found = read("conversation", line)
        assert isinstance(found, Touchpoint if json.loads(line).get("last_status") else Drop)
        assert isinstance(found, Drop) or not found.is_public


def test_it_refuses_every_recorded_account_as_no_status():
    for line in lines("accounts.jsonl"):
        assert isinstance(read("status", line), Unreadable)


@pytest.mark.parametrize("path", sorted(RECORDED.glob("streaming/*")), ids=lambda path: path.name)
def test_it_reads_every_recorded_stream(path):
    events = split_events(path.read_bytes())
    assert events
    assert all(isinstance(read("event", event), Touchpoint) for event in events)


def everything() -> list[tuple[str, Any]]:
    """(file, answer) of every recorded answer that carried JSON, and (file, line) of the raw ones."""
    found = []
    for path in sorted(RECORDED.glob("responses/*.jsonl")):
        for line in path.read_bytes().splitlines():
            answer = json.loads(line)
            found.append((path.name, answer["json"] if answer["json"] is not None else answer["raw"]))
    return found


def test_it_reads_or_refuses_every_recorded_answer_in_every_form():
    count = Counter()
    for _, answer in everything():
        for item in answer if isinstance(answer, list) else [answer]:
            payload = item.encode() if isinstance(item, str) else json.dumps(item).encode()
            for form in _READERS:
                found = read(form, payload)
                is_status = (
                    form == "status" and isinstance(item, dict) and {"content", "uri", "visibility"} <= set(item)
                )
                count["statuses"] += is_status
                count["touchpoints"] += is_status and isinstance(found, Touchpoint)
    assert count["statuses"] == count["touchpoints"] > 50


class Recorded:
    """Answers each path with one recorded answer, whatever is asked of it."""

    def __init__(self, name: str, answer: Any) -> None:
        self.body = json.dumps(answer).encode()

    def request(self, method, url, **_):
        path = urlsplit(url).path
        if path.endswith("verify_credentials"):
            return Reply(200, {}, b'{"id":"1","acct":"bakery","url":"http://localhost:3000/@bakery"}', url)
        if path.startswith("/api/v1/statuses/"):
            return Reply(404, {}, b"{}", url)
        return Reply(200, {}, self.body, url)


@pytest.mark.parametrize(
    ("stem", "stream"),
    [
        ("GET_api_v1_timelines_tag", "tag:x"),
        ("GET_api_v1_notifications.", "notifications"),
        ("GET_api_v1_conversations", "direct"),
        ("GET_api_v1_accounts_id_statuses", "own_outbound"),
        ("GET_api_v2_search", "search:x"),
    ],
)
def test_it_delivers_all_that_a_recorded_page_holds(stem, stream):
    for name, answer in everything():
        if (
            not name.startswith(stem)
            or not isinstance(answer, list | dict)
            or (isinstance(answer, dict) and "statuses" not in answer)
        ):
            continue
        held = answer if isinstance(answer, list) else answer["statuses"]
        connector = MastodonConnector()
        source = SourceContext(1, 1, dict(SOURCE.settings), dict(SOURCE.secrets), 0, Recorded(name, answer), NOW)
        page = connector.capture(source, stream, "")
        assert len(page.records) == len(held)
        for raw in page.records:
            assert isinstance(connector.parse(source, raw), Touchpoint | Drop)


def keys_of(value: Any, path: str = "") -> set[str]:
    if isinstance(value, list):
        return set().union(*(keys_of(one, f"{path}[]") for one in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set().union(*({f"{path}.{key}"} | keys_of(inner, f"{path}.{key}") for key, inner in value.items()), set())


def test_it_keeps_our_fixtures_in_the_recorded_shape():
    """Every key our fixtures have, the recorded ones have."""
    for fixture, recorded in (
        ("status.json", "statuses.jsonl"),
        ("notification.json", "notifications.jsonl"),
        ("conversation.json", "conversations.jsonl"),
    ):
        known = set().union(*(keys_of(json.loads(line)) for line in lines(recorded)))
        ours = keys_of(json.loads((FIXTURES / fixture).read_bytes()))
        statuses = set().union(*(keys_of(json.loads(line)) for line in lines("statuses.jsonl")))
        known |= {f".status{key}" for key in statuses} | {f".last_status{key}" for key in statuses}
        assert ours <= known, sorted(ours - known)
