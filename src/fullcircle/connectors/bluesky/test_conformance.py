"""Bluesky passes the suite every connector passes."""

from pathlib import Path

from fullcircle.connectors.bluesky.conftest import FakeServer
from fullcircle.connectors.bluesky.connector import CONNECTOR
from fullcircle.connectors.bluesky.test_capture import Shelf, post
from fullcircle.core.moments import MINUTE
from fullcircle.core.ports import HttpClient
from fullcircle.testing.builders import CAPTURED_AT, make_raw, make_source
from fullcircle.testing.connector_conformance import ConnectorConformance

FIXTURES = Path(__file__).parent / "fixtures"


def whole(name: str) -> bytes:
    return (FIXTURES / name).read_bytes().strip()


class Listed(FakeServer):
    """Knows the lists of the suite's streams."""

    def __init__(self) -> None:
        super().__init__()
        posts = [post(number, CAPTURED_AT - number * 10 * MINUTE) for number in range(9)]
        self.on("app.bsky.feed.searchPosts", Shelf("posts", posts, 4))
        told = [{**one, "reason": "mention"} for one in posts]
        self.on("app.bsky.notification.listNotifications", Shelf("notifications", told, 4))


class TestBluesky(ConnectorConformance):
    connector = CONNECTOR
    source = make_source(
        {"service": "https://data.example", "handle": "bakery.example", "tags": "rye", "searches": "rye bread"},
        {"app_password": "abcd-efgh-ijkl-mnop"},
    )
    samples = (
        make_raw(whole("notification_reply.json"), form="notification"),
        make_raw(whole("notification_like.json"), form="notification"),
        make_raw(whole("post_view.json"), form="post"),
        *(make_raw(line, form="event") for line in whole("events_v1.jsonl").splitlines()),
        *(make_raw(line, form="event") for line in whole("events_v2.jsonl").splitlines()),
    )

    def platform(self) -> HttpClient:
        return Listed()
