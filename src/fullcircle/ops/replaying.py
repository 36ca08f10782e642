"""Reading a whole quarantine again, a batch a transaction."""

from fullcircle.connectors.guard import GuardedClient
from fullcircle.desk.quarantine import Replayed, replay_quarantined
from fullcircle.ops.engine import allowed_hosts
from fullcircle.store.queries.sources import waiting_ids
from fullcircle.store.visibility import Viewer
from fullcircle.workers.pipeline import Pipeline


def replay_all(viewer: Viewer, source_id: int = 0) -> Replayed:
    """Everything that waits now, each row tried once."""
    pipeline = Pipeline()
    outcomes: dict[str, int] = {}
    still: dict[str, int] = {}
    with GuardedClient(allow=allowed_hosts()) as client:
        for row_ids in waiting_ids(viewer, source_id):
            done = replay_quarantined(viewer, row_ids, pipeline.store, client)
            for total, more in ((outcomes, done.outcomes), (still, done.still)):
                for name, count in more.items():
                    total[name] = total.get(name, 0) + count
    return Replayed(outcomes, still)
