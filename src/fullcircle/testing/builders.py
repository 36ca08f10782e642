"""Records ready to use, with everything said that must be said. Tests change only what they are about.

Values are made up and the same each time; ids that must differ are given by the caller or counted by `make_batch`.
"""

import json
from typing import Any

from fullcircle.core.batches import Batch, CursorMove
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.moments import HOUR, Moment
from fullcircle.core.ports import HttpClient, SourceContext
from fullcircle.core.records import Annotation, Author, Outgoing, RawRecord, Touchpoint
from fullcircle.testing.corpus import generate
from fullcircle.testing.scripted import ScriptedClient

CAPTURED_AT: Moment = 1_777_626_000_000  # 2026-05-01T09:00:00Z
OCCURRED_AT: Moment = CAPTURED_AT - 2 * 60_000


def make_author(**changes: Any) -> Author:
    """Nora Feld, who buys her bread at the harbour."""
    said: dict[str, Any] = {"external_id": "did:plc:norafeldnorafeldnorafeld", "handle": "nora.example", "name": "Nora"}
    return Author(**{**said, **changes})


def make_touchpoint(**changes: Any) -> Touchpoint:
    """A public post on Bluesky that asks something of us."""
    said: dict[str, Any] = {
        "workspace_id": 1,
        "source_id": 1,
        "platform": "bluesky",
        "host": "",
        "external_id": "at://did:plc:norafeldnorafeldnorafeld/app.bsky.feed.post/3mabcdefghij2",
        "kind": Kind.MENTION,
        "channel": Channel.PUBLIC_POSTS,
        "is_public": True,
        "occurred_at": OCCURRED_AT,
        "captured_at": CAPTURED_AT,
        "author": make_author(),
        "text": "Is the dark rye back at the harbour shop tomorrow?",
        "language_claim": "en",
        "account": "harbourbakery.example",
        "url": "https://bsky.example/profile/nora.example/post/3mabcdefghij2",
    }
    return Touchpoint(**{**said, **changes})


def make_raw(
    payload: Any = None, *, form: str = "event", captured_at: Moment = CAPTURED_AT, context: str = ""
) -> RawRecord:
    """`payload` as bytes, or anything JSON can say; the first event of the corpus when absent."""
    if payload is None:
        payload = next(generate(1, 1, OCCURRED_AT, HOUR))
    data = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return RawRecord(payload=data, form=form, captured_at=captured_at, context=context)


def make_annotation(**changes: Any) -> Annotation:
    """What the analysers might say of `make_touchpoint()`."""
    said: dict[str, Any] = {
        "language": "en",
        "language_score": 250,
        "sentiment": 2,
        "sentiment_score": 200,
        "intents": 1,
        "intent_score": 230,
        "urgency": 0,
        "urgency_score": 210,
        "department": 1,
        "department_score": 180,
        "wants_reply": True,
        "terms": (),
        "purpose": 0,
        "purpose_score": 0,
    }
    return Annotation(**{**said, **changes})


def make_touchpoints(count: int, **changes: Any) -> tuple[Touchpoint, ...]:
    """`count` touchpoints that differ in external id, author and second."""
    return tuple(
        make_touchpoint(
            **{
                "external_id": f"at://did:plc:norafeldnorafeldnorafeld/app.bsky.feed.post/3mabc{number:08d}",
                "author": make_author(external_id=f"did:plc:{number:024d}", handle=f"n{number}.example"),
                "occurred_at": OCCURRED_AT + number * 1000,
                **changes,
            }
        )
        for number in range(count)
    )


def make_batch(touchpoints: tuple[Touchpoint, ...] | int = 3, **changes: Any) -> Batch:
    """A batch of the given touchpoints, or of so many new ones; `received` counts them unless told otherwise."""
    kept = make_touchpoints(touchpoints) if isinstance(touchpoints, int) else touchpoints
    refused = changes.get("refused", ())
    said: dict[str, Any] = {
        "workspace_id": 1,
        "source_id": 1,
        "received": len(kept) + len(refused),
        "touchpoints": kept,
        "raws": tuple(b'{"n":%d}' % number for number in range(len(kept))),
        "moves": (CursorMove(1, "mentions", "cursor-1"),),
    }
    return Batch(**{**said, **changes})


def make_source(
    settings: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    *,
    client: HttpClient | None = None,
    **changes: Any,
) -> SourceContext:
    """A connection whose client answers nothing but what a test scripts."""
    said: dict[str, Any] = {
        "workspace_id": 1,
        "source_id": 1,
        "settings": settings or {},
        "secrets": secrets or {},
        "connected_at": CAPTURED_AT - 24 * HOUR,
        "client": client or ScriptedClient(),
        "now": CAPTURED_AT,
    }
    return SourceContext(**{**said, **changes})


def make_outgoing(**changes: Any) -> Outgoing:
    """An approved answer to `make_touchpoint()`."""
    parent = make_touchpoint()
    said: dict[str, Any] = {
        "response_id": 1,
        "account": parent.account,
        "parent_id": parent.external_id,
        "root_id": parent.external_id,
        "text": "Yes, from seven in the morning.",
        "is_public": True,
        "idempotency_key": "response-1",
        "audience": "public",
    }
    return Outgoing(**{**said, **changes})
