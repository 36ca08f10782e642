"""The suite every connector passes, against a site that knows conditional requests."""

from fullcircle.connectors.feed.connector import CONNECTOR
from fullcircle.connectors.feed.document import split_document
from fullcircle.connectors.feed.test_feed import ADDRESS, FIXTURES
from fullcircle.core.moments import HOUR
from fullcircle.core.ports import HttpClient, Reply
from fullcircle.testing.builders import make_source
from fullcircle.testing.connector_conformance import ConnectorConformance
from fullcircle.testing.scripted import Call, ScriptedClient, answer

SOURCE = make_source({"address": ADDRESS})
FILES = [(FIXTURES / name).read_bytes() for name in ("rss.xml", "atom.xml", "feed.json")]


def site(call: Call) -> Reply:
    if call.headers.get("if-none-match") == '"1"':
        return answer(304, b"", etag='"1"')
    return answer(200, FILES[0], etag='"1"')


class TestFeed(ConnectorConformance):
    connector = CONNECTOR
    source = SOURCE
    samples = [raw for file in FILES for raw in split_document(file, "", ADDRESS, SOURCE.now - HOUR)]
    platform_records = 4

    def platform(self) -> HttpClient:
        return ScriptedClient(site)
