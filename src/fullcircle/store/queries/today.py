"""The day at a glance: what waits, what came in beside what is usual, what most people need."""

from statistics import median

import msgspec

from fullcircle.core.moments import DAY, HOUR, Moment
from fullcircle.store.bulk.tables import read
from fullcircle.store.queries.cases import CaseFilter, CaseRow, count_cases, most_pressing
from fullcircle.store.queries.needs import NeedRow, needs
from fullcircle.store.queries.sources import SourceRow, source_rows
from fullcircle.store.visibility import Viewer

SOON_MS = 2 * HOUR
USUAL_DAYS = 28
ENOUGH_DAYS = 3
"""Fewer days than these with anything in them say nothing about what is usual."""


class CameIn(msgspec.Struct, frozen=True):
    """Inbound touchpoints of one platform since midnight UTC. `usual`: the median of whole days, None: not known."""

    platform: str
    today: int
    usual: float | None


class Today(msgspec.Struct, frozen=True):
    """Counts are of everything; the lists are the most pressing of each."""

    waiting_count: int
    late_count: int
    soon_count: int
    urgent_unassigned_count: int
    unassigned_count: int
    late: list[CaseRow]
    soon: list[CaseRow]
    urgent_unassigned: list[CaseRow]
    came_in: list[CameIn]
    needs: list[NeedRow]
    stopped: list[SourceRow]


def today(viewer: Viewer, at: Moment, *, limit: int = 10) -> Today:
    """Everything the first page says."""
    late, urgent = CaseFilter(is_late=True), CaseFilter(is_urgent=True, is_unassigned=True)
    soon = CaseFilter(due_before=at + SOON_MS)
    return Today(
        waiting_count=count_cases(viewer, CaseFilter(), at),
        late_count=count_cases(viewer, late, at),
        soon_count=count_cases(viewer, soon, at),
        urgent_unassigned_count=count_cases(viewer, urgent, at),
        unassigned_count=count_cases(viewer, CaseFilter(is_unassigned=True), at),
        late=most_pressing(viewer, late, at, limit=limit),
        soon=most_pressing(viewer, soon, at, limit=limit),
        urgent_unassigned=most_pressing(viewer, urgent, at, limit=limit),
        came_in=came_in(viewer, at),
        needs=[need for need in needs(viewer) if need.person_count][:limit],
        stopped=[row for row in source_rows(viewer, at) if not row.is_well and row.state != "off"],
    )


def came_in(viewer: Viewer, at: Moment) -> list[CameIn]:
    """By platform, from the rollups of the whole workspace: how much comes in is nobody's private matter."""
    day = at // DAY
    rows = read(
        "SELECT platform, day, SUM(touchpoint_count) FROM rollup WHERE workspace_id = %s AND direction = 'inbound' "
        "AND day > %s AND day <= %s GROUP BY platform, day",
        [viewer.workspace_id, day - USUAL_DAYS - 1, day],
    )
    counts: dict[str, dict[int, int]] = {}
    for platform, on, count in rows:
        counts.setdefault(platform, {})[on] = int(count)
    found = [CameIn(platform, days.get(day, 0), _usual(days, day)) for platform, days in counts.items()]
    return sorted(found, key=lambda row: (-row.today, row.platform))


def _usual(days: dict[int, int], today: int) -> float | None:
    """The median over the days since the first in the window, those without anything counted as 0."""
    before = [on for on in days if on < today]
    if len(before) < ENOUGH_DAYS:
        return None
    return float(median(days.get(on, 0) for on in range(min(before), today)))
