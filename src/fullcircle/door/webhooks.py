"""POST /in/<source_key>: believe the signature or refuse, keep the raw bytes, then answer 202.

The cheap checks come first and the body is read last, so that a forged request costs little. Nothing is parsed here.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from fullcircle.connectors.webhook.signature import refuse, refuse_headers
from fullcircle.core.errors import StoreBusyError
from fullcircle.core.moments import Moment, now
from fullcircle.door.answers import CLOSE, RETRY, Receive, Scope, Send, answer, said
from fullcircle.door.intake import Intake
from fullcircle.door.intake_file import Arrival, dedupe_key

KEPT_HEADERS = ("content-type", "webhook-id", "webhook-timestamp")
"""What is stored of the headers. A list of what is allowed: signatures, cookies and keys never reach the file."""

LARGE_BYTES = 262_144  # above it the digest is computed on a thread, beside the event loop

_READ_HEADERS = {
    name.encode(): name for name in (*KEPT_HEADERS, "webhook-signature", "content-length", "content-encoding")
}
_HEADER_LIMIT = 256


class IntakeSource(msgspec.Struct, frozen=True):
    """Where a webhook address leads. `keys` come from `signature.key_of`, newest first; none: nothing is believed."""

    workspace_id: int
    source_id: int
    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"IntakeSource(workspace_id={self.workspace_id}, source_id={self.source_id}, {len(self.keys)} keys)"


SourceKeys: TypeAlias = Callable[[str], IntakeSource | None]
"""Look-up by the key in the address. Asked for every request on the event loop: from memory, refreshed elsewhere."""


class Limits(msgspec.Struct, frozen=True):
    """What one request, and all of them together, may take."""

    body_bytes: int = 16_000_000
    body_timeout_s: float = 15.0  # for the whole body, so that a byte a second ends too
    reading_bytes: int = 32_000_000  # bodies held at once by all requests


class _RefusedError(Exception):
    """Ends the reading of a request with an answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Webhooks:
    """The intake of signed requests."""

    def __init__(
        self, intake: Intake, keys: SourceKeys, limits: Limits | None = None, clock: Callable[[], Moment] = now
    ) -> None:
        self._intake = intake
        self._keys = keys
        self._limits = limits or Limits()
        self._clock = clock
        self._held_bytes = 0

    async def answer(self, scope: Scope, receive: Receive, send: Send, source_key: str) -> None:
        """202 kept (or known already), 401 not believed, 404 no such source, 400, 405, 408, 413, 415, 503 later."""
        if scope["method"] != "POST":
            await answer(send, 405, b"" if scope["method"] == "HEAD" else said("method"), [(b"allow", b"POST"), CLOSE])
            return
        source = self._keys(source_key)
        held = _Held(self)
        try:
            if source is None:
                raise _RefusedError(404, "unknown_source")
            await self._keep(scope, receive, source, held)
        except _RefusedError as refused:
            await self._refuse(send, source, refused)
        except StoreBusyError:
            await answer(send, 503, said("busy"), [RETRY])
        else:
            await answer(send, 202)
        finally:
            self._held_bytes -= held.size

    async def _keep(self, scope: Scope, receive: Receive, source: IntakeSource, held: "_Held") -> None:
        headers = _headers_of(scope)
        length = self._declared_length(headers)
        claim = (headers.get("webhook-id", ""), headers.get("webhook-timestamp", ""))
        signature = headers.get("webhook-signature", "")
        received_at = self._clock()
        why = refuse_headers(source.keys, *claim, signature, received_at)
        if why is None:
            body = await self._read(receive, length, held)
            if len(body) > LARGE_BYTES:
                why = await asyncio.to_thread(refuse, source.keys, *claim, signature, body, received_at)
            else:
                why = refuse(source.keys, *claim, signature, body, received_at)
        if why is not None:
            raise _RefusedError(401, why.value)
        kept = {name: headers[name][:_HEADER_LIMIT] for name in KEPT_HEADERS if headers.get(name)}
        key = dedupe_key(source.source_id, claim[0], body)
        await self._intake.push(Arrival(source.workspace_id, source.source_id, received_at, key, kept, body))

    def _declared_length(self, headers: dict[str, str]) -> int | None:
        """The content-length, None where the body comes in pieces of unknown number."""
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise _RefusedError(415, "content_encoding")
        text = headers.get("content-length")
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise _RefusedError(400, "bad_length")
        if int(text) > self._limits.body_bytes:
            raise _RefusedError(413, "too_large")
        return int(text)

    async def _read(self, receive: Receive, length: int | None, held: "_Held") -> bytes:
        pieces: list[bytes] = []
        is_more = True
        try:
            async with asyncio.timeout(self._limits.body_timeout_s):
                while is_more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise _RefusedError(400, "cut_short")
                    piece = message.get("body", b"")
                    held.add(len(piece), self._limits)
                    pieces.append(piece)
                    is_more = message.get("more_body", False)
        except TimeoutError:
            raise _RefusedError(408, "too_slow") from None
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if length is not None and length != len(body):
            raise _RefusedError(400, "wrong_length")
        return body

    async def _refuse(self, send: Send, source: IntakeSource | None, refused: _RefusedError) -> None:
        """Counted by its exact reason; the sender of a 401 is not told which."""
        workspace_id, source_id = (source.workspace_id, source.source_id) if source else (0, 0)
        self._intake.note(workspace_id, source_id, f"refused_{refused.why}")
        # The rest of an unread body must not be taken for the next request, so the connection ends here.
        await answer(send, refused.status, said("unauthorized" if refused.status == 401 else refused.why), [CLOSE])

    def hold(self, size: int) -> None:
        """Count bytes held by a request. Raises StoreBusyError where all of them together hold too many."""
        self._held_bytes += size
        if self._held_bytes > self._limits.reading_bytes:
            raise StoreBusyError("too many bytes are being read at once")


class _Held:
    """Bytes one request holds; given back when it ends, however it ends."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        self.size = 0

    def add(self, size: int, limits: Limits) -> None:
        self.size += size
        if self.size > limits.body_bytes:
            self._webhooks.hold(size)
            raise _RefusedError(413, "too_large")
        self._webhooks.hold(size)


def _headers_of(scope: Scope) -> dict[str, str]:
    """The headers we read. One that comes twice is ambiguous and counts as absent."""
    found: dict[str, str] = {}
    for raw_name, value in scope["headers"]:
        name = _READ_HEADERS.get(raw_name.lower())
        if name is not None:
            found[name] = "" if name in found else value.decode("latin-1")
    return found
