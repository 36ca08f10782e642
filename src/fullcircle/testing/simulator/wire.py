"""HTTP/1.1 on plain asyncio streams: enough for real clients, keep-alive included, and able to misbehave on demand."""

import asyncio
import contextlib
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

BODY_LIMIT = 2_000_000
HEAD_LIMIT = 64_000
IDLE_S = 30.0

_REASONS = {
    200: "OK",
    303: "See Other",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    422: "Unprocessable",
}


@dataclass
class Request:
    """What a client asked. Header names are lower case; `fields` are form or JSON fields of the body, else empty."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    fields: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """A query value; the last one where a name comes twice."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    def number(self, name: str, default: int, most: int) -> int:
        """A count between 1 and `most`; the default where it is none."""
        value = self.whole(name)
        return default if value is None else min(max(value, 1), most)

    def whole(self, name: str) -> int | None:
        """A whole number that is not negative; None where it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 30 else None

    @property
    def base(self) -> str:
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass
class Answer:
    """What goes back. `on_delivered` is called when the last byte is about to leave, and never for a cut answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    on_delivered: list[Callable[[], None]] = field(default_factory=list)
    misbehave: str = ""  # "", reset, hang, drip
    for_s: float = 0.0  # how long a hang or a drip lasts


Respond: TypeAlias = Callable[[Request], Answer]


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    """`x_name="1"` becomes the header `x-name`."""
    named = {name.replace("_", "-"): said for name, said in headers.items()}
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), {"content-type": _JSON, **named})


_JSON = "application/json; charset=utf-8"


class BadRequestError(Exception):
    """What came is no HTTP we can read."""


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request on a connection, None when it ends. Raises BadRequestError."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_S)
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError("head too large") from error
    try:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
        }
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise BadRequestError("no HTTP request") from error
    if not (method.isascii() and method.isupper()):
        raise BadRequestError("no HTTP method")
    if not 0 <= length <= BODY_LIMIT:
        raise BadRequestError("body too large")
    body = await reader.readexactly(length) if length else b""
    parts = urlsplit(target)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return Request(method, unquote(parts.path), query, headers, body, _fields(headers.get("content-type", ""), body))


def _fields(sort: str, body: bytes) -> dict[str, Any]:
    if "json" in sort:
        with contextlib.suppress(ValueError):
            value = json.loads(body or b"{}")
            return value if isinstance(value, dict) else {}
    if "urlencoded" in sort:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {}


class Server:
    """Serves `respond` until it is closed. One loop, one thread: the world changes by one request at a time."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.port = 0

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=HEAD_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Takes no more connections and cuts those that stand."""
        if self._server is not None:
            self._server.close()
        waiting = dict(self._connections)
        for writer in waiting.values():
            writer.transport.abort()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _answer(self, request: Request) -> Answer:
        """A fault of our own is told on stderr and does not end the town."""
        try:
            return self._respond(request)
        except Exception:
            traceback.print_exc()
            return Answer(500, b"a fault of the simulator itself; see its stderr", {"content-type": "text/plain"})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections[task] = writer
            task.add_done_callback(lambda done: self._connections.pop(done, None))
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                try:
                    request = await read_request(reader)
                except BadRequestError as error:
                    await _send(writer, Answer(400, str(error).encode()), is_head=False)
                    break
                if request is None or not await _send(writer, self._answer(request), is_head=request.method == "HEAD"):
                    break
        writer.close()


async def _send(writer: asyncio.StreamWriter, answer: Answer, *, is_head: bool) -> bool:
    """Whether the connection may be used again."""
    if answer.misbehave in ("reset", "hang"):
        await asyncio.sleep(answer.for_s if answer.misbehave == "hang" else 0)
        writer.transport.abort()
        return False
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
    body = b"" if is_head else answer.body
    if answer.misbehave == "drip" and body:
        body = await _drip(writer, body, answer.for_s)
    # booked before the bytes leave: whoever holds the answer finds it in the books
    for told in answer.on_delivered:
        told()
    writer.write(body)
    await writer.drain()
    return True


async def _drip(writer: asyncio.StreamWriter, body: bytes, for_s: float) -> bytes:
    """All but the last byte, in ten parts; the last byte is for the caller."""
    size = max(1, len(body) // 10)
    for start in range(0, len(body) - 1, size):
        writer.write(body[start : min(start + size, len(body) - 1)])
        await writer.drain()
        await asyncio.sleep(for_s / 10)
    return body[-1:]
