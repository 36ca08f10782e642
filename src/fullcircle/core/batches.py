"""The batch: records that travel together from a source to the writer, and the books they carry with them."""

import msgspec

from fullcircle.core.drops import Drop, Unreadable
from fullcircle.core.records import Annotation, Outcome, RawRecord, Touchpoint


class CursorMove(msgspec.Struct, frozen=True):
    """Where a stream stands once this batch is committed. Written in the batch's own transaction, never before."""

    source_id: int
    stream: str
    cursor: str


class Refused(msgspec.Struct, frozen=True):
    """A record that did not become a touchpoint, with its bytes."""

    raw: RawRecord
    why: Drop | Unreadable


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of equal length: `touchpoints[i]`, `digests[i]`, `tokens[i]`, `annotations[i]` ... are one record.

    Steps return a new batch. `raws` holds the bytes as they came until `put_segment` has compressed them all into
    `segment`; `ordinals[i]` is the record's place in it.
    """

    workspace_id: int
    source_id: int
    received: int  # counted by the reader where the bytes arrived, not derived from the columns
    touchpoints: tuple[Touchpoint, ...]
    raws: tuple[bytes, ...]
    refused: tuple[Refused, ...] = ()
    moves: tuple[CursorMove, ...] = ()
    digests: tuple[bytes, ...] = ()
    authors: tuple[bytes, ...] = ()  # digest of who spoke; empty where the platform does not say
    roots: tuple[bytes, ...] = ()  # digest of the thread's first touchpoint, where the platform names another
    parents: tuple[bytes, ...] = ()  # digest of what it answers, where the platform does not name the root
    segment: bytes = b""
    ordinals: tuple[int, ...] = ()
    tokens: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    model_version: int = 0


_COLUMNS = ("touchpoints", "raws", "digests", "authors", "roots", "parents", "ordinals", "tokens", "annotations")


def part_of(batch: Batch, first: int, last: int, **changes: object) -> Batch:
    """Records `first` to `last` of a batch, as a batch of its own; the segment stays whole."""
    cut = {name: getattr(batch, name)[first:last] for name in _COLUMNS}
    return msgspec.structs.replace(batch, **cut, **changes)


def batch_of(
    workspace_id: int,
    source_id: int,
    received: int,
    read: list[tuple[RawRecord, Outcome]],
    moves: tuple[CursorMove, ...] = (),
) -> Batch:
    """Part what was read from what was refused. `received` comes from the caller's own count."""
    kept = [(raw, outcome) for raw, outcome in read if isinstance(outcome, Touchpoint)]
    refused = tuple(Refused(raw, outcome) for raw, outcome in read if not isinstance(outcome, Touchpoint))
    return Batch(
        workspace_id=workspace_id,
        source_id=source_id,
        received=received,
        touchpoints=tuple(outcome for _, outcome in kept),
        raws=tuple(raw.payload for raw, _ in kept),
        refused=refused,
        moves=moves,
    )
