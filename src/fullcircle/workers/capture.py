"""Reads sources: what is new, our own outbound, and what was before they were connected."""

from collections.abc import Callable
from functools import partial

import structlog

from fullcircle.core.crashpoints import crashpoint
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError
from fullcircle.core.moments import now
from fullcircle.core.records import Page
from fullcircle.pipeline.batcher import batches_of
from fullcircle.store import models
from fullcircle.store.house import source_facts
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.sources import OpenSource, note_contact, note_failure, rest, stop_source

log = structlog.get_logger(__name__)
PAGES_A_POLL = 100
"""A stream that never ends gives way to the others and goes on at the next poll."""
OWN_OUTBOUND = "own_outbound"
BACK_FILL = "back_fill:"

Fetch = Callable[[str], Page]


class Capture:
    """Polls one source at a time; safe to call from several threads for different sources."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def poll(self, source: OpenSource) -> int:
        """Read everything that waits; the number of records. Failures end at the source, never at the caller."""
        row = source.row
        try:
            count = self._poll(source)
        except TransientSourceError as error:
            log.info("source will be tried again", source_id=row.id, error=str(error))
            note_failure(row, error)
        except (PermanentSourceError, ConfigError) as error:
            log.warning("source stopped", source_id=row.id, error=str(error))
            stop_source(row, f"{error} {error.hint}".strip())
        else:
            return count
        return 0

    def _poll(self, source: OpenSource) -> int:
        connector, context = source.connector, source.context
        streams = list(connector.streams(context))
        count = 0
        for stream in streams:
            count += self.read(source, stream, partial(connector.capture, context, stream))
        count += self.read(source, OWN_OUTBOUND, partial(connector.own_outbound, context))
        if not source.row.is_back_filled:
            count += self._back_fill(source, streams)
        return count

    def _back_fill(self, source: OpenSource, streams: list[str]) -> int:
        """Silent, resumable; done when every stream has said so."""
        connector, context = source.connector, source.context
        count, is_done = 0, True
        for stream in streams:
            name = BACK_FILL + stream
            found, is_last = self._read(source, name, partial(connector.back_fill, context, stream))
            count, is_done = count + found, is_done and is_last
        if is_done:
            models.Source.everywhere.filter(pk=source.row.pk).update(is_back_filled=True)
            source.row.is_back_filled = True
        return count

    def read(self, source: OpenSource, stream: str, fetch: Fetch) -> int:
        """Pages of one stream until it has no more, each committed before the next is asked for."""
        return self._read(source, stream, fetch)[0]

    def _read(self, source: OpenSource, stream: str, fetch: Fetch) -> tuple[int, bool]:
        """How many records, and whether the stream said it has no more."""
        row = source.row
        cursor = (
            models.Cursor.everywhere.filter(source=row, stream=stream).values_list("value", flat=True).first() or ""
        )
        count = 0
        for _ in range(PAGES_A_POLL):
            page = fetch(cursor)
            crashpoint("after_fetch")
            for batch in batches_of(source.connector, source.context, stream, page):
                self.pipeline.store(batch, source_facts(row))
            count += len(page.records)
            note_contact(row, len(page.records), page.quota_left)
            if page.wait_s:
                rest(row, now() + int(page.wait_s * 1000))
            # A cursor that does not move would fetch the same page for ever.
            if page.is_last or page.wait_s or page.cursor == cursor:
                return count, page.is_last
            cursor = page.cursor
        return count, False
