"""A client that answers from a script and can reach nobody: `core.ports.HttpClient` without a network."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from fullcircle.core.errors import PermanentSourceError, TransientSourceError
from fullcircle.core.ports import Reply

Step: TypeAlias = "Reply | Exception | Callable[[Call], Reply]"


class Call(msgspec.Struct, frozen=True):
    """What a connector asked for."""

    method: str
    url: str
    headers: dict[str, str]
    params: dict[str, str]
    body: bytes | None


def answer(status: int = 200, body: Any = b"", *, url: str = "", **headers: str) -> Reply:
    """A reply; anything but bytes becomes JSON. `retry_after="30"` becomes the header `retry-after`."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    sort = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Reply(status=status, headers={"content-type": sort, **named}, body=data, url=url)


class ScriptedClient:
    """Answers with the steps in order, then with the last one for ever; without any, refuses as an unknown address.

    A step is a Reply, an error to raise, or a function of the Call. `calls` keeps what was asked. With `check` it
    turns statuses into errors as the guarded client does: 429 and 5xx transient, other 4xx permanent.
    """

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.calls: list[Call] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        check: bool = True,
    ) -> Reply:
        call = Call(method, url, dict(headers or {}), dict(params or {}), body)
        self.calls.append(call)
        if not self.steps:
            raise PermanentSourceError("no step was scripted for this call")
        step = self.steps[min(len(self.calls), len(self.steps)) - 1]
        if isinstance(step, Exception):
            raise step
        reply = step if isinstance(step, Reply) else step(call)
        reply = msgspec.structs.replace(reply, url=reply.url or url)
        if check:
            refuse_status(reply)
        return reply


def refuse_status(reply: Reply) -> None:
    """Raise what the guarded client raises for a status that is no success."""
    if reply.status == 429 or reply.status >= 500:
        wait = reply.headers.get("retry-after", "")
        raise TransientSourceError(
            f"the platform answered {reply.status}", retry_after_s=float(wait) if wait.isdigit() else None
        )
    if reply.status >= 400:
        raise PermanentSourceError(f"the platform answered {reply.status}")
