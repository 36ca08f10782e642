"""Mastodon passes the suite every connector passes."""

from pathlib import Path

from fullcircle.connectors.mastodon.conftest import BASE, FRIDA, OURS, FakeServer, answer_to, status
from fullcircle.connectors.mastodon.connector import CONNECTOR
from fullcircle.connectors.mastodon.stream import split_events
from fullcircle.core.ports import HttpClient
from fullcircle.testing.builders import make_raw, make_source
from fullcircle.testing.connector_conformance import ConnectorConformance

FIXTURES = Path(__file__).parent / "fixtures"
FAR = status(3, "far", FRIDA)


def whole(name: str) -> bytes:
    return (FIXTURES / name).read_bytes().strip()


class TestMastodon(ConnectorConformance):
    connector = CONNECTOR
    source = make_source({"server": BASE, "tags": "rye", "searches": "rye"}, {"access_token": "token-of-the-bakery"})
    samples = (
        make_raw(whole("status.json"), form="status"),
        make_raw({"id": "61", "type": "mention", "status": status(1, "any left?")}, form="notification"),
        make_raw({"id": "12", "last_status": status(2, "any left?", visibility="direct")}, form="conversation"),
        *(make_raw(event, form="event") for event in split_events(whole("stream.txt"))),
    )

    def platform(self) -> HttpClient:
        server = FakeServer()
        said = [status(minute * 10, f"w{minute}") for minute in range(9)]
        below = [answer_to(said[4], 90, "a", FRIDA), answer_to(FAR, 91, "b"), answer_to(status(1, "x", OURS), 92, "c")]
        server.on(f"/api/v1/statuses/{FAR['id']}", lambda query, body: (200, FAR))
        server.shelf("/api/v1/timelines/tag/rye", [*said, *below], 4)
        server.shelf("/api/v2/search", [*said, *below], 4, "statuses")
        told = [{"id": str(number), "type": "mention", "status": one} for number, one in enumerate(said)]
        notes = [{**one, "created_at": said[at]["created_at"]} for at, one in enumerate(told)]
        server.shelf("/api/v1/notifications", notes, 4)
        server.shelf("/api/v1/conversations", [{"id": "1", "last_status": said[0]}])
        return server
