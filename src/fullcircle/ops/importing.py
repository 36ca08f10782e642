"""An import: a file becomes a source, its rows go through the pipeline, and what is refused is written beside it.

Heavy files are analysed in a process of their own while this one writes; small ones are not worth its start.
"""

import multiprocessing as mp
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.db import close_old_connections, transaction

from fullcircle.bus.embedded import EmbeddedBus
from fullcircle.connectors.file.connector import CONNECTOR, STREAM
from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.mapping import Mapping, dump_mapping
from fullcircle.connectors.file.pages import share_read
from fullcircle.connectors.file.report import Problem, problem_of
from fullcircle.core.batches import Batch
from fullcircle.core.errors import ConfigError
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.core.ports import SourceContext
from fullcircle.pipeline.apart import analyse_apart, as_plain, read_batches
from fullcircle.pipeline.batcher import BULK_SIZE, calm_collector
from fullcircle.pipeline.steps import analyse
from fullcircle.store import models
from fullcircle.store.house import house_of, source_facts
from fullcircle.store.records import record_event
from fullcircle.workers.pipeline import Pipeline

OWN_PROCESS_FROM_BYTES = 8_000_000
WORKING_SIZE = 500
"""Rows a transaction while people work: 20 ms of lock, not 200."""
HORIZON_DAYS = 36_500
PROBLEMS_KEPT = 100_000


class Imported(msgspec.Struct):
    """What came of it: the tally by outcome, and the rows that were refused (the first 100,000)."""

    source_id: int
    tally: dict[str, int]
    problems: list[Problem]


def source_for(workspace_id: int, path: str, mapping: Mapping, name: str, *, counts_history: bool) -> models.Source:
    """The source of this file: the one of that name, else a new one. The file's own name by default."""
    name = name or Path(path).name
    settings = {"path": os.path.abspath(path), "mapping": dump_mapping(mapping)}
    with transaction.atomic():
        row = models.Source.everywhere.filter(workspace_id=workspace_id, name=name).first()
        if row is not None and row.connector != "file":
            raise ConfigError(f"There is a source “{name}” that is no file.", hint="Give this one another --name.")
        if row is None:
            row = models.Source.everywhere.create(
                workspace_id=workspace_id,
                name=name,
                connector="file",
                settings=settings,
                connected_at=now(),
                horizon_days=HORIZON_DAYS,
                counts_history=counts_history,
            )
            record_event(workspace_id, EventName.SOURCE_CONNECTED, row.id)
        else:
            models.Source.everywhere.filter(pk=row.pk).update(settings=settings, counts_history=counts_history)
            row.settings, row.counts_history = settings, counts_history
    return row


def mapping_for(path: str, given: Mapping | None, row: models.Source | None) -> Mapping:
    """What was given, else what this source was read with before, else a guess."""
    if given is not None:
        return given
    if row is not None and row.settings.get("mapping"):
        from fullcircle.connectors.file.mapping import load_mapping

        return load_mapping(row.settings["mapping"])
    return guess_file(path)


def read_import(
    row: models.Source,
    *,
    on_share: Callable[[float, dict[str, int]], None],
    batch_size: int = BULK_SIZE,
    own_process: bool | None = None,
) -> Imported:
    """Read the file from where it was left to its end. Raises ConfigError as the connector does, StoreBusyError when
    the database stays locked: reading resumes at the cursor then."""
    path = row.settings["path"]
    done = Imported(row.id, {}, [])
    cursor = models.Cursor.everywhere.filter(source=row, stream=STREAM).values_list("value", flat=True).first() or ""
    apart = os.path.getsize(path) >= OWN_PROCESS_FROM_BYTES if own_process is None else own_process
    pipeline = Pipeline()
    calm_collector()
    facts = source_facts(row)
    for batch in _batches_apart(row, cursor, batch_size) if apart else _batches_here(row, cursor, batch_size, pipeline):
        for outcome, count in pipeline.commit(batch, facts).items():
            done.tally[outcome] = done.tally.get(outcome, 0) + count
        _keep_problems(done, batch)
        if batch.moves:
            on_share(share_read(path, batch.moves[-1].cursor), done.tally)
    # Read to its end: the next import of the same file begins at its beginning, and changes nothing.
    models.Cursor.everywhere.filter(source=row, stream=STREAM).delete()
    return done


def _keep_problems(done: Imported, batch: Batch) -> None:
    room = PROBLEMS_KEPT - len(done.problems)
    done.problems += [problem_of(refused.raw, refused.why) for refused in batch.refused[: max(room, 0)]]


def _context(row: models.Source) -> SourceContext:
    settings = {name: str(value) for name, value in row.settings.items()}
    client: Any = None  # a file is not fetched
    return SourceContext(row.workspace_id, row.id, settings, {}, row.connected_at, client, now())


def _batches_here(row: models.Source, cursor: str, size: int, pipeline: Pipeline) -> Iterator[Batch]:
    tools = pipeline.tools(house_of(row.workspace_id))
    for batch in read_batches(CONNECTOR, _context(row), STREAM, cursor, size):
        yield analyse(batch, tools, pipeline.timings)


def _batches_apart(row: models.Source, cursor: str, size: int) -> Iterator[Batch]:
    """The analyser reads, parses and analyses; here is only the writer. A failure over there is raised here."""
    close_old_connections()
    process_context = mp.get_context("spawn")
    bus = EmbeddedBus(context=process_context)
    failures = process_context.SimpleQueue()
    analyser = process_context.Process(
        target=analyse_apart,
        args=(bus, failures, "file", as_plain(_context(row)), STREAM, cursor, size, house_of(row.workspace_id).terms),
        daemon=True,
    )
    analyser.start()
    bus.leave()
    try:
        while not bus.is_ended:
            batch = bus.take(1.0)
            if batch is not None:
                yield batch
        analyser.join(10)
        if not failures.empty():
            message, hint = failures.get()
            raise ConfigError(message, hint=hint)
        if analyser.exitcode:
            raise ConfigError(
                f"The analyser ended with {analyser.exitcode}.", hint="Start the import again: it goes on where it was."
            )
    finally:
        analyser.terminate()
        analyser.join()
