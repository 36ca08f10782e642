"""A Mastodon server in memory, small but of the true shape, and a source that speaks to it."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from fullcircle.core.moments import MINUTE, Moment, parse_moment, to_iso
from fullcircle.core.ports import Reply, SourceContext

HOST = "social.example"
BASE = f"https://{HOST}"
CONNECTED_AT = parse_moment("2026-05-01T08:00:00Z") or 0
NOW = parse_moment("2026-05-01T12:00:00Z") or 0

Shape = dict[str, Any]
Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]
Query = dict[str, list[str]]


def number_at(moment: Moment, tail: int = 0) -> str:
    """A number as Mastodon makes it."""
    return str(moment << 16 | tail)


def account(name: str, number: str, host: str = HOST) -> Shape:
    acct = name if host == HOST else f"{name}@{host}"
    where = f"https://{host}"
    return {
        "id": number,
        "username": name,
        "acct": acct,
        "display_name": name.title(),
        "bot": False,
        "url": f"{where}/@{name}",
        "uri": f"{where}/users/{name}",
        "avatar": f"{where}/{name}.png",
        "followers_count": 12,
    }


OURS = account("bakery", "900")
GRETA = account("greta", "901")
FRIDA = account("frida", "902", "other.example")


def status(minute: int, words: str, who: Shape = GRETA, **changes: Any) -> Shape:
    """A status said `minute` minutes after the source was connected."""
    moment = CONNECTED_AT + minute * MINUTE
    number = str(changes.pop("id", number_at(moment, int(who["id"]))))
    said: Shape = {
        "id": number,
        "uri": f"{who['uri']}/statuses/{number}",
        "url": f"{who['url']}/{number}",
        "created_at": to_iso(moment),
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "visibility": "public",
        "language": "en",
        "spoiler_text": "",
        "content": f"<p>{words}</p>",
        "account": who,
        "reblog": None,
        "media_attachments": [],
        "mentions": [],
        "poll": None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
    }
    return {**said, **changes}


def answer_to(parent: Shape, minute: int, words: str, who: Shape = GRETA, **changes: Any) -> Shape:
    below = {"in_reply_to_id": parent["id"], "in_reply_to_account_id": parent["account"]["id"]}
    return status(minute, words, who, **below, **changes)


class FakeServer:
    """`core.ports.HttpClient` over a table of paths; keeps every call it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Query, Any, dict[str, str]]] = []
        self.headers: dict[str, str] = {"x-ratelimit-remaining": "298", "x-ratelimit-reset": "2026-05-01T12:05:00.000Z"}
        self.answers: dict[str, Callable[[Query, Any], Answer]] = {
            "/api/v1/accounts/verify_credentials": lambda query, body: (200, OURS),
            "/api/v2/instance": lambda query, body: (200, {"configuration": {"statuses": {"max_characters": 400}}}),
        }

    def on(self, path: str, answer: Callable[[Query, Any], Answer]) -> None:
        self.answers[path] = answer

    def shelf(self, path: str, posts: list[Shape], size: int = 40, key: str = "") -> list[Shape]:
        """Answer `path` with pages of `posts` by number, as Mastodon cuts them. `key`: a search's one list."""

        def answer(query: Query, body: Any) -> Answer:
            newest = sorted(posts, key=_number, reverse=True)
            low, high = (int(query.get(name, ["0"])[0]) for name in ("min_id", "max_id"))
            found = [one for one in newest if _number(one) > low and (not high or _number(one) < high)]
            page = found[-size:] if low else found[:size]
            if key:
                return 200, {key: page}
            return (200, page, {"link": _links(path, page)}) if page else (200, page)

        self.on(path, answer)
        return posts

    def asked(self, path: str) -> list[Query]:
        return [query for _, asked, query, _, _ in self.calls if asked == path]

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
        assert f"{parts.scheme}://{parts.netloc}" == BASE
        query, sent = parse_qs(parts.query), json.loads(body) if body else None
        self.calls.append((method, parts.path, query, sent, dict(headers or {})))
        answer = self.answers.get(parts.path, _not_found)
        status, shown, *more = answer(query, sent)
        return Reply(status, {**self.headers, **(more[0] if more else {})}, json.dumps(shown).encode(), url)


def _not_found(query: Query, body: Any) -> Answer:
    return 404, {"error": "Record not found"}


def _number(one: Shape) -> int:
    return int(one["last_status"]["id"] if "last_status" in one else one["id"])


def _links(path: str, page: list[Shape]) -> str:
    older, newer = urlencode({"max_id": _number(page[-1])}), urlencode({"min_id": _number(page[0])})
    return f'<{BASE}{path}?{older}>; rel="next", <{BASE}{path}?{newer}>; rel="prev"'


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def source(server: FakeServer) -> SourceContext:
    return SourceContext(
        workspace_id=3,
        source_id=7,
        settings={"server": BASE, "tags": "rye, #Sourdough", "searches": "rye bread"},
        secrets={"access_token": "token-of-the-bakery"},
        connected_at=CONNECTED_AT,
        client=server,
        now=NOW,
    )
