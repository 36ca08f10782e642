"""What the door says: small JSON answers with the security headers every one of ours carries, and the ASGI shapes."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

RETRY_AFTER_S = 5

_ALWAYS: tuple[Header, ...] = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

CLOSE: Header = (b"connection", b"close")
RETRY: Header = (b"retry-after", str(RETRY_AFTER_S).encode())
HSTS: Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


async def answer(send: Send, status: int, body: bytes = b"{}", extra: Iterable[Header] = ()) -> None:
    """One whole response."""
    headers = [*_ALWAYS, *extra, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def said(error: str) -> bytes:
    """`{"error": ...}`; `error` is a fixed word of ours, never something received."""
    return b'{"error":"%s"}' % error.encode("ascii")
