"""One poll of one source, typed by an operator: the same loop the engine runs, with its tally."""

from collections.abc import Mapping

import msgspec

from fullcircle.config.keys import read_keys
from fullcircle.config.options import options
from fullcircle.connectors.guard import GuardedClient
from fullcircle.core.batches import Batch
from fullcircle.core.errors import ConfigError
from fullcircle.ops.engine import allowed_hosts
from fullcircle.pipeline.house import SourceFacts
from fullcircle.store import models
from fullcircle.workers.capture import Capture
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.sources import open_source

NOT_POLLED: Mapping[str, str] = {
    "file": "Read it with `fullcircle import`.",
    "phone": "Log calls with `fullcircle call`.",
    "webhook": "It waits for what is sent to its address.",
}


class Polled(msgspec.Struct, frozen=True):
    """What came of a poll. `trouble`: why it ended, in words; empty where all went well."""

    name: str
    received: int
    tally: dict[str, int]
    state: str
    trouble: str
    quota_left: int


class CountingPipeline(Pipeline):
    """Adds up what became of everything that went through it."""

    def __init__(self) -> None:
        super().__init__()
        self.tally: dict[str, int] = {}

    def store(self, batch: Batch, source: SourceFacts) -> dict[str, int]:
        found = super().store(batch, source)
        for outcome, count in found.items():
            self.tally[outcome] = self.tally.get(outcome, 0) + count
        return found


def poll_once(row: models.Source) -> Polled:
    """Raises ConfigError for a source that is off, that is given its records, or whose credentials cannot be opened."""
    if row.connector in NOT_POLLED:
        raise ConfigError(f"A {row.connector} source is not polled.", hint=NOT_POLLED[row.connector])
    if row.state != "on":
        raise ConfigError(
            f"The source “{row.name}” is not on: {row.state_reason}", hint="`fullcircle sources resume` switches it on."
        )
    pipeline = CountingPipeline()
    with GuardedClient(allow=allowed_hosts()) as client:
        count = Capture(pipeline).poll(open_source(row, client, read_keys(options().home, "credentials")))
    row.refresh_from_db()
    trouble = row.state_reason if row.state == "stopped" or row.failure_count else ""
    return Polled(row.name, count, pipeline.tally, row.state, trouble, row.quota_left)
