"""Ask the door without a server: one ASGI exchange, signed as a sender would."""

import time
from collections.abc import Iterable
from typing import Any

from fullcircle.connectors.webhook.signature import sign
from fullcircle.door.answers import ASGIApp
from fullcircle.door.webhooks import IntakeSource

KEY = bytes(range(32))
OLD_KEY = bytes(range(32, 64))
OTHER_KEY = bytes(range(64, 96))
SOURCES = {
    "bakery": IntakeSource(1, 7, (KEY, OLD_KEY)),
    "other": IntakeSource(2, 9, (OTHER_KEY,)),
    "keyless": IntakeSource(1, 8, ()),
}


def signed(body: bytes, webhook_id: str, *, key: bytes = KEY, at_s: int | None = None) -> dict[str, str]:
    timestamp = str(int(time.time()) if at_s is None else at_s)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(key, webhook_id, timestamp, body),
        "content-length": str(len(body)),
        "content-type": "application/json",
    }


def http_bytes(body: bytes, headers: dict[str, str], path: str = "/in/bakery") -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nhost: door.example\r\n{head}\r\n".encode("latin-1") + body


class Answer:
    """What came back."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = int(messages[0]["status"])
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


async def ask(
    app: ASGIApp,
    body: bytes = b"",
    headers: dict[str, str] | Iterable[tuple[str, str]] = (),
    *,
    path: str = "/in/bakery",
    method: str = "POST",
    pieces: list[bytes] | None = None,
    is_cut: bool = False,
) -> Answer:
    """`pieces` come one by one instead of `body`; with `is_cut` the sender leaves after them."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
    waiting = list(pieces) if pieces is not None else [body]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting) or is_cut}

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    return Answer(sent)
