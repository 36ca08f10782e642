"""The analyser's side, in a process of its own: reads, parses, analyses, and hands batches to the one who writes.

No database and no Django over here, so that the process starts in a blink and holds nothing but the heads.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fullcircle.analysis.terms import TermMatcher
from fullcircle.analysis.understand import Understander
from fullcircle.connectors.registry import connector_named
from fullcircle.core.batches import Batch
from fullcircle.core.crashpoints import crashpoint
from fullcircle.core.errors import FullcircleError, TransientSourceError
from fullcircle.core.ports import Bus, Connector, SourceContext
from fullcircle.core.records import TermList
from fullcircle.pipeline.batcher import batches_of, calm_collector
from fullcircle.pipeline.steps import Tools, analyse


def read_batches(connector: Connector, context: SourceContext, stream: str, cursor: str, size: int) -> Iterator[Batch]:
    """Every batch from the cursor to where the stream says it has no more."""
    while True:
        page = connector.capture(context, stream, cursor)
        crashpoint("after_fetch")
        yield from batches_of(connector, context, stream, page, size)
        if page.is_last or page.cursor == cursor:
            return
        cursor = page.cursor


def as_plain(context: SourceContext) -> dict[str, Any]:
    """A context that can cross to another process; `SourceContext(**plain)` there."""
    return {name: getattr(context, name) for name in context.__struct_fields__}


def analyse_apart(
    bus: Bus[Batch],
    failures: Any,
    connector_name: str,
    plain: Mapping[str, Any],
    stream: str,
    cursor: str,
    size: int,
    terms: TermList,
) -> None:
    """The target of the process. An error of ours goes into the queue `failures` as (message, hint)."""
    calm_collector()
    try:
        connector, tools = connector_named(connector_name), Tools(Understander.load(), TermMatcher(terms))
        for batch in read_batches(connector, SourceContext(**plain), stream, cursor, size):
            bus.put(analyse(batch, tools))
    except TransientSourceError:
        return  # the writer is gone, and with it whoever would listen
    except FullcircleError as error:
        failures.put((str(error), error.hint))
    bus.close()
