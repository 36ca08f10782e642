"""Mastodon's event stream, by server-sent events or by WebSocket: parted into events, each read on its own."""

from msgspec import Struct

from fullcircle.connectors.mastodon.shapes import Envelope, read_loosely


class StreamEvent(Struct):
    name: str
    data: bytes


def split_events(body: bytes) -> list[bytes]:
    """The events of a recorded or received piece of stream, each as it came; heartbeats are left out."""
    blocks = body.replace(b"\r\n", b"\n").split(b"\n\n")
    return [block.strip(b"\n") for block in blocks if any(_is_field(line) for line in block.split(b"\n"))]


def read_event(payload: bytes) -> StreamEvent | None:
    """Name and data of one event, None where it is none. An event without data is a heartbeat or a notice."""
    if payload.lstrip()[:1] == b"{":
        envelope = read_loosely(payload, Envelope)
        return StreamEvent(envelope.event, (envelope.payload or "").encode()) if envelope and envelope.event else None
    name, data = "", []
    for line in payload.replace(b"\r\n", b"\n").split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"event":
            name = value.strip().decode("utf-8", "replace")
        elif field == b"data":
            data.append(value.removeprefix(b" "))
    return StreamEvent(name, b"\n".join(data)) if name else None


def _is_field(line: bytes) -> bool:
    return line.startswith((b"event:", b"data:"))
