"""Makes batches of what arrived: at most 500 records while people work, 2,000 for an import."""

import gc
from collections.abc import Iterator

from fullcircle.core.batches import Batch, CursorMove, batch_of
from fullcircle.core.ports import Connector, SourceContext
from fullcircle.core.records import Page
from fullcircle.pipeline.reading import read_records

LIVE_SIZE = 500
LIVE_WAIT_MS = 200
"""How long the intake waits for more before it closes a batch that is not full."""
BULK_SIZE = 2_000


def batches_of(
    connector: Connector, source: SourceContext, stream: str, page: Page, size: int = LIVE_SIZE
) -> Iterator[Batch]:
    """The cursor moves with the last batch of a page: until then a restart reads the whole page again, and every record
    of it that is stored already counts as duplicate. An empty page still moves the cursor."""
    records = page.records
    starts = range(0, len(records), size) or range(1)
    for start in starts:
        part = records[start : start + size]
        is_last = start + size >= len(records)
        moves = (CursorMove(source.source_id, stream, page.cursor),) if is_last else ()
        yield batch_of(source.workspace_id, source.source_id, len(part), read_records(connector, source, part), moves)


def calm_collector() -> None:
    """For processes that do nothing but batches: records hold no cycles, so looking for them among 100,000 of each
    batch's rows costs 5 % and finds nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
