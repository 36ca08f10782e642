"""The work of settling one batch: what steps share while they run. It lives inside one transaction."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from fullcircle.core.batches import Batch, part_of
from fullcircle.core.events import EventName
from fullcircle.core.kinds import Change
from fullcircle.core.moments import Moment
from fullcircle.core.records import Touchpoint
from fullcircle.pipeline.house import House, SourceFacts
from fullcircle.pipeline.settled import Lookup, NewEvent, NewIssue, NewTouchpoint, OpenCase, Settled, Turn


class Settling:
    """A batch, what is known, and the intents so far. `new` maps a record's index to the row it became."""

    def __init__(self, batch: Batch, lookup: Lookup, house: House, source: SourceFacts) -> None:
        self.batch, self.lookup, self.house, self.source = batch, lookup, house, source
        self.settled = Settled(batch)
        self.new: dict[int, NewTouchpoint] = {}
        self.blocked: set[int] = set()
        self.persons: dict[int, int] = {}  # record index -> person id
        self.opened: list[tuple[NewTouchpoint, NewIssue, OpenCase]] = []
        self.turns: list[Turn] = []

    def say(self, name: EventName, at: Moment, subject_id: int, detail: str = "{}", actor: str = "fullcircle") -> None:
        self.settled.events.append(NewEvent(name, at, subject_id, actor, detail))

    def account_of(self, touchpoint: Touchpoint) -> int | None:
        """Our account it concerns: as the record names it, else the source's own."""
        if touchpoint.account:
            found = self.house.account_ids.get((touchpoint.platform, touchpoint.host, touchpoint.account.lower()))
            if found is not None:
                return found
        return self.source.account_id

    def adopt(self, old: int, thread: int) -> None:
        """Rows and cases of this batch follow when a presumed root turns out to be a reply."""
        for new in self.new.values():
            if new.thread == old:
                new.thread = thread
        for case in self.lookup.cases_by_thread.pop(old, []):
            case.thread = thread
            self.lookup.cases_by_thread.setdefault(thread, []).append(case)

    def touch(self, case: OpenCase) -> None:
        """Remember once that a stored case changed."""
        if case.stored_state is not None and not case.is_changed:
            case.is_changed = True
            self.settled.changed_cases.append(case)


def in_order_parts(batch: Batch) -> list[Batch]:
    """Cut a batch where a record changes what an earlier one of the same batch stores. Each part is settled against
    what the parts before it wrote, so no step has to know of rows that do not exist yet. Nearly always one part."""
    cuts = [0]
    seen: dict[bytes, tuple[Moment, bool]] = {}
    for index in _repeated(batch.digests):
        touchpoint, key = batch.touchpoints[index], batch.digests[index]
        form = (touchpoint.version, touchpoint.change is Change.DELETE)
        if seen.setdefault(key, form) != form:
            cuts.append(index)
            seen = {key: form}
    if len(cuts) == 1:
        return [batch]
    return list(_cut(batch, [*cuts, len(batch.touchpoints)]))


def _repeated(digests: tuple[bytes, ...]) -> list[int]:
    """Places of the keys that stand more than once."""
    if len(set(digests)) == len(digests):
        return []
    counts = Counter(digests)
    return [index for index, key in enumerate(digests) if counts[key] > 1]


def _cut(batch: Batch, cuts: list[int]) -> Iterable[Batch]:
    for first, last in pairwise(cuts):
        if last == len(batch.touchpoints):
            yield part_of(batch, first, last)
        else:
            # What is counted by the reader and what moves the cursor belongs to the whole: it goes with the last part.
            yield part_of(batch, first, last, received=0, refused=(), moves=())
