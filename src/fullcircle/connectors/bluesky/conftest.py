"""A personal data server in memory, small but of the true shape, and a source that speaks to it."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fullcircle.core.moments import parse_moment
from fullcircle.core.ports import Reply, SourceContext

SERVICE = "https://data.example"
OUR_DID = "did:plc:ourbakeryourbakeryourb22"
THEIR_DID = "did:plc:gretagretagretagretagr22"
CONNECTED_AT = parse_moment("2026-05-01T08:00:00Z") or 0
NOW = parse_moment("2026-05-01T12:00:00Z") or 0

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


class FakeServer:
    """`core.ports.HttpClient` over a table of XRPC names; keeps every call it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, list[str]], Any]] = []
        self.tokens: list[str] = []
        self.headers: dict[str, str] = {"ratelimit-remaining": "2990", "ratelimit-reset": "1777637100"}
        self.answers: dict[str, Callable[[dict[str, list[str]], Any], Answer]] = {
            "com.atproto.server.createSession": lambda query, body: self.session("1"),
            "com.atproto.server.refreshSession": lambda query, body: self.session("2"),
        }

    def session(self, number: str) -> Answer:
        tokens = {"accessJwt": f"access{number}", "refreshJwt": f"refresh{number}"}
        return 200, {**tokens, "did": OUR_DID, "handle": "bakery.example"}

    def on(self, name: str, answer: Callable[[dict[str, list[str]], Any], Answer]) -> None:
        self.answers[name] = answer

    def asked(self, name: str) -> list[tuple[dict[str, list[str]], Any]]:
        return [(query, body) for asked, query, body in self.calls if asked == name]

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        check: bool = True,
    ) -> Reply:
        parts = urlsplit(url)
        name = parts.path.removeprefix("/xrpc/")
        query = parse_qs(parts.query)
        sent = json.loads(body) if body else None
        self.calls.append((name, query, sent))
        self.tokens.append((headers or {}).get("authorization", ""))
        status, shown, *more = self.answers[name](query, sent)
        return Reply(status, {**self.headers, **(more[0] if more else {})}, json.dumps(shown).encode(), url)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def source(server: FakeServer) -> SourceContext:
    return SourceContext(
        workspace_id=3,
        source_id=7,
        settings={"service": SERVICE, "handle": "@Bakery.example", "tags": "rye\n#Sourdough", "searches": "rye bread"},
        secrets={"app_password": "abcd-efgh-ijkl-mnop"},
        connected_at=CONNECTED_AT,
        client=server,
        now=NOW,
    )
