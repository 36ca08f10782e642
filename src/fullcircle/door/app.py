"""The one ASGI app of the front: the door first, everything else to the pages behind it."""

import logging
from collections.abc import Callable

from fullcircle.core.moments import Moment, now
from fullcircle.door.answers import HSTS, ASGIApp, Message, Receive, Scope, Send, answer, said
from fullcircle.door.intake import Intake
from fullcircle.door.webhooks import Limits, SourceKeys, Webhooks

_log = logging.getLogger(__name__)

WEBHOOK_PATH = "/in/"


def make_app(
    intake: Intake,
    keys: SourceKeys,
    pages: ASGIApp | None,
    *,
    limits: Limits | None = None,
    is_https: bool = False,
    clock: Callable[[], Moment] = now,
) -> ASGIApp:
    """The front. `pages` gets every HTTP and WebSocket scope that is not the door's, never the lifespan (Django has
    none); None: 404. `is_https` is true where the public address is https, and adds HSTS to the door's own answers."""
    return _Front(intake, Webhooks(intake, keys, limits, clock), pages, is_https=is_https)


class _Front:
    def __init__(self, intake: Intake, webhooks: Webhooks, pages: ASGIApp | None, *, is_https: bool) -> None:
        self._intake = intake
        self._webhooks = webhooks
        self._pages = pages
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._live(receive, send)
        elif kind == "http" and (scope["path"].startswith(WEBHOOK_PATH) or scope["path"] == "/healthz"):
            await self._answer(scope, receive, _with_hsts(send) if self._is_https else send)
        elif self._pages is not None:
            await self._pages(scope, receive, send)
        elif kind == "http":
            await answer(send, 404, said("not_found"))
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["path"] == "/healthz":
                await self._answer_health(scope, send)
            else:
                await self._webhooks.answer(scope, receive, send, scope["path"][len(WEBHOOK_PATH) :])
        except Exception:
            _log.exception("the door met a fault of its own")
            await answer(send, 503, said("busy"))

    async def _answer_health(self, scope: Scope, send: Send) -> None:
        """Says that the door answers, and whether its last flush went well. Touches no file."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, said("method"), [(b"allow", b"GET, HEAD")])
            return
        body = b'{"status":"ok","intake":"%s"}' % (b"busy" if self._intake.is_busy else b"ok")
        await answer(send, 200, b"" if scope["method"] == "HEAD" else body)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._intake.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._intake.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _with_hsts(send: Send) -> Send:
    async def send_with_hsts(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], HSTS]
        await send(message)

    return send_with_hsts
