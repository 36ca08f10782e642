"""The protocols rooms meet through. A port is small: what its callers need, no more."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from fullcircle.core.moments import Moment
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint


class Reply(msgspec.Struct, frozen=True):
    """A finished HTTP exchange. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class HttpClient(Protocol):
    """The one guarded way out. Raises TransientSourceError (time-out, reset, 429, 5xx when `check`),
    PermanentSourceError (refused address, 401, 403, 404, 410 when `check`), UnknownOutcomeError (a POST whose
    answer never came)."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        check: bool = True,
    ) -> Reply: ...


class SourceContext(msgspec.Struct, frozen=True):
    """Everything a connector may know of the source it works for. `secrets` are never logged."""

    workspace_id: int
    source_id: int
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    connected_at: Moment
    client: HttpClient
    now: Moment

    def __repr__(self) -> str:
        return f"SourceContext(workspace_id={self.workspace_id}, source_id={self.source_id})"


class Setting(msgspec.Struct, frozen=True):
    """One field of a connector's set-up form."""

    name: str
    label: str
    help: str
    is_secret: bool = False
    is_required: bool = True
    default: str = ""


class ConnectorSpec(msgspec.Struct, frozen=True):
    """What a connector is, as data."""

    name: str  # "bluesky"; the folder's name and the platform's code
    label: str
    settings: tuple[Setting, ...]
    is_replayable: bool  # has a cursor and back-fill, so it needs no intake of its own
    can_reply: bool
    text_limit: int  # of a reply, counted as the platform counts; 0: no limit known
    proof: str  # "live", "recorded" or "shape": how it was proven
    key_rule: str  # in words: what makes a touchpoint the same one


class Connector(Protocol):
    """Everything about one platform. Stateless: state lives in the cursor and the source."""

    spec: ConnectorSpec

    def streams(self, source: SourceContext) -> Sequence[str]:
        """Names of what is followed, each with a cursor of its own: `mentions`, `tag:bakery`, `search:rye bread`."""
        ...

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """What came since `cursor` ("" at first), oldest first where the platform can."""
        ...

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """What came before the source was connected, newest first; `is_last` when the platform has no more."""
        ...

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        """What our own account said, by whatever app."""
        ...

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        """Pure and total: one raw record, one outcome, never an exception for any bytes."""
        ...

    def key(self, touchpoint: Touchpoint) -> str:
        """The external id that makes it the same touchpoint, whatever source saw it."""
        ...

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        """One attempt. UnknownOutcomeError where the effect is not known."""
        ...

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        """Look whether an attempt of unknown outcome is on the platform."""
        ...

    def health(self, source: SourceContext) -> Health: ...


B = TypeVar("B")


class Bus(Protocol[B]):
    """How batches travel from the analysers to the writer. Bounded: `put` blocks when the writer is behind."""

    def put(self, batch: B) -> None: ...

    def take(self, timeout_s: float) -> B | None: ...

    def close(self) -> None: ...
