"""The table of contents of the product: what happens to a batch, in order.

`ANALYSE` is stateless, batch to batch, and may run in a process of its own. `SETTLE` runs inside the writer's
transaction, with a Lookup that one bulk read filled.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import msgspec

from fullcircle.analysis.terms import TermMatcher
from fullcircle.analysis.tokens import put_tokens
from fullcircle.analysis.understand import Understander
from fullcircle.core.batches import Batch, Refused
from fullcircle.core.drops import Drop, DropReason
from fullcircle.core.kinds import Change, Direction, Kind
from fullcircle.core.records import RawRecord, Touchpoint
from fullcircle.core.segments import pack
from fullcircle.pipeline.house import House, SourceFacts
from fullcircle.pipeline.keys import put_keys
from fullcircle.pipeline.settle_cases import put_case, put_need, put_routing
from fullcircle.pipeline.settle_known import put_known
from fullcircle.pipeline.settle_people import drop_blocked, put_identity
from fullcircle.pipeline.settled import Lookup, Settled
from fullcircle.pipeline.settling import Settling

Timed = Callable[[str], AbstractContextManager[Any]]


class Tools(msgspec.Struct, frozen=True):
    """What the analysers need: the heads, and the organisation's own words."""

    understander: Understander
    terms: TermMatcher


def drop_malformed(batch: Batch, tools: Tools) -> Batch:
    """A create with nothing in it is no contact. A call without a note, a delete, and an edit are."""
    empty = {index for index, touchpoint in enumerate(batch.touchpoints) if _is_empty(touchpoint)}
    if not empty:
        return batch
    refused = tuple(
        Refused(RawRecord(batch.raws[index], "dropped", batch.touchpoints[index].captured_at), Drop(DropReason.EMPTY))
        for index in sorted(empty)
    )
    kept = [index for index in range(len(batch.touchpoints)) if index not in empty]
    return msgspec.structs.replace(
        batch,
        touchpoints=tuple(batch.touchpoints[index] for index in kept),
        raws=tuple(batch.raws[index] for index in kept),
        refused=batch.refused + refused,
    )


def _is_empty(touchpoint: Touchpoint) -> bool:
    if touchpoint.text or touchpoint.title or touchpoint.media or touchpoint.rating:
        return False
    return touchpoint.change is Change.CREATE and touchpoint.kind is not Kind.CALL


def searched_text(touchpoint: Touchpoint) -> str:
    """What full text and analysis read: the title, then the text."""
    return f"{touchpoint.title}\n{touchpoint.text}" if touchpoint.title else touchpoint.text


def put_words(batch: Batch, tools: Tools) -> Batch:
    """Our own tokens, for full text and for needs."""
    return msgspec.structs.replace(batch, tokens=put_tokens([searched_text(point) for point in batch.touchpoints]))


def put_annotations(batch: Batch, tools: Tools) -> Batch:
    """Language, every head, terms and purpose, from one pass over the features."""
    points = batch.touchpoints
    return msgspec.structs.replace(
        batch,
        annotations=tools.understander.annotate(
            [searched_text(point) for point in points],
            [point.language_claim for point in points],
            [point.direction is Direction.OUTBOUND for point in points],
            tools.terms,
        ),
        model_version=tools.understander.version,
    )


def put_segment(batch: Batch, tools: Tools) -> Batch:
    """What arrived, compressed as one block: a fifth of its bytes, and a touchpoint needs only (segment, ordinal)."""
    if not batch.raws:
        return batch
    return msgspec.structs.replace(batch, segment=pack(batch.raws), ordinals=tuple(range(len(batch.raws))), raws=())


ANALYSE: tuple[Callable[[Batch, Tools], Batch], ...] = (
    drop_malformed,
    put_keys,
    put_segment,
    put_words,
    put_annotations,
)

SETTLE: tuple[Callable[[Settling], None], ...] = (
    drop_blocked,
    put_known,
    put_identity,
    put_case,
    put_need,
    put_routing,
)


def _untimed(name: str) -> AbstractContextManager[Any]:
    return nullcontext()


def analyse(batch: Batch, tools: Tools, timed: Timed = _untimed) -> Batch:
    """Batch in, batch out; deterministic given the weights and the terms."""
    for step in ANALYSE:
        with timed(step.__name__):
            batch = step(batch, tools)
    return batch


def settle(batch: Batch, lookup: Lookup, house: House, source: SourceFacts, timed: Timed = _untimed) -> Settled:
    """The intents of one batch, and its line in the books."""
    settling = Settling(batch, lookup, house, source)
    for step in SETTLE:
        with timed(step.__name__):
            step(settling)
    _count_refused(settling.settled, batch.refused)
    return settling.settled


def _count_refused(settled: Settled, refused: Sequence[Refused]) -> None:
    for record in refused:
        outcome = "dropped" if isinstance(record.why, Drop) else "quarantined"
        settled.count(f"{outcome}:{record.why.reason.value}")
