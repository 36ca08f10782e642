"""Against payloads recorded on the real network, where they are: every one is read or refused with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from fullcircle.connectors.bluesky.conftest import FakeServer
from fullcircle.connectors.bluesky.parse import _READERS, parse
from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.kinds import Change
from fullcircle.core.ports import SourceContext
from fullcircle.core.records import Outcome, RawRecord, Touchpoint

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "payloads_bluesky"
FIXTURES = Path(__file__).parent / "fixtures"
NOW = 1_790_000_000_000
SOURCE = SourceContext(1, 1, {"handle": "bakery.example"}, {}, 0, FakeServer(), NOW)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded payloads of ../shared/data are not here"),
]


def read(form: str, payload: bytes) -> Outcome:
    outcome = parse(SOURCE, RawRecord(payload, form, NOW))
    assert isinstance(outcome, Touchpoint | Drop | Unreadable)
    assert isinstance(outcome, Touchpoint) or outcome.reason
    return outcome


def is_post(line: bytes) -> bool:
    commit = json.loads(line).get("commit") or {}
    return commit.get("collection") == "app.bsky.feed.post"


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.jsonl")), ids=lambda path: path.name)
def test_it_reads_every_recorded_event(path):
    lines = path.read_bytes().splitlines()
    outcomes = [read("event", line) for line in lines]
    assert not [one for one in outcomes if isinstance(one, Unreadable)]
    posts = [line for line in lines if is_post(line)]
    found = [one for one in outcomes if isinstance(one, Touchpoint)]
    assert len(found) == len(posts) > 0
    for one, line in zip(found, posts, strict=True):
        event = json.loads(line)
        assert one.external_id == f"at://{event['did']}/app.bsky.feed.post/{event['commit']['rkey']}"
        if one.change is not Change.DELETE:
            written = event["commit"]["record"]
            assert one.language_claim == (written.get("langs") or [""])[0]
            assert one.text == written["text"] or written.get("facets")


@pytest.mark.parametrize("path", sorted((RECORDED / "atproto_sdk").glob("*.json")), ids=lambda path: path.name)
def test_it_reads_or_refuses_every_recorded_answer(path):
    payload = path.read_bytes()
    outcomes = {form: read(form, payload) for form in _READERS}
    value = json.loads(payload).get("value")
    if value is not None:
        expected = Touchpoint if value["$type"] == "app.bsky.feed.post" else Drop
        assert isinstance(outcomes["record"], expected)
    else:
        assert not any(isinstance(one, Touchpoint) for one in outcomes.values())


def test_it_reads_the_posts_of_a_recorded_thread():
    thread = json.loads((RECORDED / "atproto_sdk" / "thread_view_post_with_embed_media.json").read_bytes())["thread"]
    found = read("post", json.dumps(thread["post"]).encode())
    assert isinstance(found, Touchpoint)
    assert [one.kind for one in found.media] == ["image", "file"]


def keys_of(value: Any, path: str = "") -> set[str]:
    if isinstance(value, list):
        return set().union(*(keys_of(one, f"{path}[]") for one in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set().union(*({f"{path}.{key}"} | keys_of(inner, f"{path}.{key}") for key, inner in value.items()), set())


def test_it_keeps_our_fixtures_in_the_recorded_shape():
    """Every key our events have, the recorded ones have; extras would prove our own invention."""
    recorded: set[str] = set()
    for path in RECORDED.glob("*.jsonl"):
        recorded |= set().union(*(keys_of(json.loads(line)) for line in path.read_bytes().splitlines()))
    ours = set().union(
        *(keys_of(json.loads(line)) for line in (FIXTURES / "events_v1.jsonl").read_bytes().splitlines())
    )
    assert ours <= recorded
    thread = json.loads((RECORDED / "atproto_sdk" / "thread_view_post_with_embed_media.json").read_bytes())["thread"]
    view = json.loads((FIXTURES / "post_view.json").read_bytes())
    assert set(view) <= set(thread["post"]) | {"quoteCount"}
    assert set(view["author"]) <= set(thread["post"]["author"])
    assert keys_of(view["record"]["embed"]) <= keys_of(thread["post"]["record"]["embed"]) | {
        ".media.images[].aspectRatio",
        ".media.images[].aspectRatio.height",
        ".media.images[].aspectRatio.width",
    }
