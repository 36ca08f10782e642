"""A hostile feed met through the real client: the source learns what to do, nothing is lost (F31, F39, F45, F46)."""

from contextlib import ExitStack

import pytest

from fullcircle.connectors.guard import GuardedClient
from fullcircle.connectors.registry import connector_named
from fullcircle.core.errors import PermanentSourceError, TransientSourceError
from fullcircle.core.ports import SourceContext
from tests.connectors.hostile_server import Behaviour, answer, saying, serving, streaming

FEED = b"<rss version='2.0'><channel><title>Oven</title><item><guid>1</guid><title>Rye</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("behave", "error", "words"),
    [
        (streaming(b"HTTP/1.1 200 OK\r\n\r\n<rss><channel>", b"<item/>" * 5_000), TransientSourceError, "bytes"),
        (saying(answer("302 Found", b"", "Location: http://169.254.169.254/")), PermanentSourceError, "another class"),
        (saying(answer("410 Gone", b"")), PermanentSourceError, "gone"),
        (saying(answer("429 Too Many", b"", "Retry-After: 7200")), TransientSourceError, "slow down"),
    ],
    ids=["endless", "redirect inside", "gone", "429 for hours"],
)
def test_it_tells_the_loop_what_to_do(behave: Behaviour, error: type[Exception], words: str) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(behave))
        client = stack.enter_context(GuardedClient(frozenset({server.place}), deadline_s=10))
        source = SourceContext(1, 1, {"address": server.url()}, {}, 0, client, 0)
        connector = connector_named("feed")
        with pytest.raises(error, match=words) as caught:
            connector.capture(source, server.url(), "")
        assert getattr(caught.value, "retry_after_s", 3_600) == 3_600
        assert not connector.health(source).is_ok


def test_it_captures_through_the_guard_and_asks_conditionally() -> None:
    def behave(connection, head: str) -> None:  # type: ignore[no-untyped-def]
        is_known = 'if-none-match: "1"' in head.lower()
        connection.sendall(
            answer("304 Not Modified", b"", 'ETag: "1"') if is_known else answer("200 OK", FEED, 'ETag: "1"')
        )

    with serving(behave) as server, GuardedClient(frozenset({server.place})) as client:
        source = SourceContext(1, 1, {"address": server.url()}, {}, 0, client, 0)
        connector = connector_named("feed")
        (stream,) = connector.streams(source)
        page = connector.capture(source, stream, "")
        assert [raw.form for raw in page.records] == ["entry"]
        assert connector.capture(source, stream, page.cursor).records == ()
        assert len(server.requests) == 2
