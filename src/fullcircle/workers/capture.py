"""Reads sources: what is new, our own outbound, and what was before they were connected.

Everything a connector does is fenced: whatever it raises or gives counts as a failure of its source, and no other
stream or source waits for it.
"""

from collections.abc import Callable, Iterable
from functools import partial

import structlog

from fullcircle.core.crashpoints import crashpoint
from fullcircle.core.errors import ConfigError, FullcircleError, PermanentSourceError, TransientSourceError
from fullcircle.core.moments import now
from fullcircle.core.records import Page, RawRecord
from fullcircle.pipeline.batcher import batches_of
from fullcircle.store import models
from fullcircle.store.house import source_facts
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.sources import (
    LONGEST_SAID_S,
    OpenSource,
    note_contact,
    note_failure,
    note_recovery,
    rest,
    stop_source,
)

log = structlog.get_logger(__name__)
PAGES_A_POLL = 100
"""A stream that never ends gives way to the others and goes on at the next poll."""
CURSOR_LIMIT = 100_000
OWN_OUTBOUND = "own_outbound"
BACK_FILL = "back_fill:"

Fetch = Callable[[str], Page]


class ConnectorFaultError(TransientSourceError):
    """The connector raised or gave what no connector may: a fault of its code, not of the platform's answer."""


class Attempt:
    """One poll: what failed so far, and whether the platform wants to be left alone."""

    def __init__(self) -> None:
        self.failures: list[TransientSourceError] = []
        self.wait_s = 0.0
        self._in_a_row = 0

    def fail(self, error: TransientSourceError) -> None:
        self.failures.append(error)
        said_s = error.retry_after_s or 0.0
        if said_s > 0:  # neither "not a number" nor the past
            self.wait_s = max(self.wait_s, min(said_s, LONGEST_SAID_S))
        self._in_a_row = 0 if isinstance(error, ConnectorFaultError) else self._in_a_row + 1

    def succeed(self) -> None:
        self._in_a_row = 0

    @property
    def is_over(self) -> bool:
        """It asked us to wait, or two streams in a row got no answer: asking for the others would only add to it."""
        return bool(self.wait_s) or self._in_a_row > 1


class Capture:
    """Polls one source at a time; safe to call from several threads for different sources."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def poll(self, source: OpenSource) -> int:
        """Read everything that waits; the number of records. What the platform or the connector does wrong ends at the
        source, never at the caller; StoreBusyError and CorruptStoreError are the caller's."""
        row, attempt, retry_at = source.row, Attempt(), source.row.retry_at
        try:
            count = self._poll(source, attempt)
        except (PermanentSourceError, ConfigError) as error:
            why = without_secrets(f"{error} {error.hint}".strip(), source)
            log.warning("source stopped", source_id=row.id, error=why)
            stop_source(row, why)
            return 0
        if attempt.failures:
            why = without_secrets(str(attempt.failures[0]), source)
            log.info("source will be tried again", source_id=row.id, error=why, failure_count=len(attempt.failures))
            note_failure(row, why, attempt.wait_s)
        else:
            note_recovery(row, has_rested=row.retry_at != retry_at)
        return count

    def _poll(self, source: OpenSource, attempt: Attempt) -> int:
        connector, context = source.connector, source.context
        try:
            streams = _fenced(lambda: [str(stream) for stream in connector.streams(context)])
        except TransientSourceError as error:
            attempt.fail(error)
            return 0
        first = source.row.failure_count % max(len(streams), 1)  # so that failing streams hide no other for ever
        streams = streams[first:] + streams[:first]
        reads: list[tuple[str, Fetch]] = [(name, partial(connector.capture, context, name)) for name in streams]
        reads.append((OWN_OUTBOUND, partial(connector.own_outbound, context)))
        count, _ = self._read_all(source, reads, attempt)
        if not source.row.is_back_filled and not attempt.is_over:
            count += self._back_fill(source, streams, attempt)
        return count

    def _back_fill(self, source: OpenSource, streams: list[str], attempt: Attempt) -> int:
        """Silent, resumable; done when every stream has said so."""
        connector, context = source.connector, source.context
        reads = [(BACK_FILL + name, partial(connector.back_fill, context, name)) for name in streams]
        count, is_done = self._read_all(source, reads, attempt)
        if is_done:
            models.Source.everywhere.filter(pk=source.row.pk).update(is_back_filled=True)
            source.row.is_back_filled = True
        return count

    def _read_all(self, source: OpenSource, reads: Iterable[tuple[str, Fetch]], attempt: Attempt) -> tuple[int, bool]:
        """Each stream in turn, none waiting for one that fails: how many records, and whether all are done."""
        count, is_done = 0, True
        for stream, fetch in reads:
            if attempt.is_over:
                return count, False
            try:
                found, is_last = self._read(source, stream, fetch)
            except TransientSourceError as error:
                attempt.fail(error)
                is_done = False
            else:
                attempt.succeed()
                count, is_done = count + found, is_done and is_last
        return count, is_done

    def _read(self, source: OpenSource, stream: str, fetch: Fetch) -> tuple[int, bool]:
        """Pages of one stream until it has no more, each committed before the next is asked for: how many records, and
        whether the stream said it has no more."""
        row = source.row
        cursor = (
            models.Cursor.everywhere.filter(source=row, stream=stream).values_list("value", flat=True).first() or ""
        )
        count = 0
        for _ in range(PAGES_A_POLL):
            page = _fetched(fetch, cursor)
            crashpoint("after_fetch")
            for batch in batches_of(source.connector, source.context, stream, page):
                self.pipeline.store(batch, source_facts(row))
            count += len(page.records)
            note_contact(row, len(page.records), page.quota_left)
            wait_s = min(page.wait_s, LONGEST_SAID_S) if page.wait_s > 0 else 0.0  # not a number is no wait either
            if wait_s:
                rest(row, now() + int(wait_s * 1000))
            # A cursor that does not move would fetch the same page for ever.
            if page.is_last or wait_s or page.cursor == cursor:
                return count, page.is_last
            cursor = page.cursor
        return count, False


def _fenced(call: Callable[[], list[str]]) -> list[str]:
    try:
        return call()
    except FullcircleError:
        raise
    except (Exception, SystemExit) as error:
        raise _failed(error) from error


def _fetched(fetch: Fetch, cursor: str) -> Page:
    """A page that is one. An error that names no recovery counts as one that passes: back off, and try again."""
    try:
        page: object = fetch(cursor)
    except FullcircleError:
        raise
    except (Exception, SystemExit) as error:
        raise _failed(error) from error
    if not isinstance(page, Page) or not _is_whole(page):
        raise ConnectorFaultError("The connector gave something that is no page.")
    return page


def _failed(error: BaseException) -> ConnectorFaultError:
    """Its type alone: the words may hold what somebody wrote, or a secret."""
    return ConnectorFaultError(f"The connector failed: {type(error).__name__}.")


def _is_whole(page: Page) -> bool:
    return (
        isinstance(page.records, tuple)
        and all(isinstance(record, RawRecord) and isinstance(record.payload, bytes) for record in page.records)
        and isinstance(page.cursor, str)
        and len(page.cursor) <= CURSOR_LIMIT
        and isinstance(page.is_last, bool)
        and isinstance(page.wait_s, int | float)
        and isinstance(page.quota_left, int)
    )


def without_secrets(said: str, source: OpenSource) -> str:
    """Errors are shown to people and kept; a connector may have put anything into them."""
    for secret in source.context.secrets.values():
        if secret:
            said = said.replace(secret, "(secret)")
    return said
