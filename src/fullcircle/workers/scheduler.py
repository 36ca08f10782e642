"""What time brings about: promises that ran out, cases that wake, raw payloads past their keeping.

Outcomes follow from event times; when this loop runs decides only when they are noticed (a clock that jumps changes
nothing: an outcome once given stays).
"""

from collections.abc import Callable
from typing import Any

import msgspec
from django.db import connection, transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.moments import DAY, Moment
from fullcircle.pipeline.settled import OpenCase
from fullcircle.routing.calendar import Calendar
from fullcircle.routing.case_clocks import Targets
from fullcircle.routing.case_events import Happened, Wake
from fullcircle.routing.case_state import Advanced, advance, settle_targets
from fullcircle.store import models
from fullcircle.store.bulk.cases import CASE_COLUMNS, open_case, write_cases
from fullcircle.store.bulk.rows import write_happened
from fullcircle.store.bulk.tables import quoted, read

CASES_A_TURN = 500

Step = Callable[[OpenCase], Advanced]


def settle_due(now: Moment) -> int:
    """Give every promise past its due moment its miss; how many cases changed."""
    return _step_cases(
        "next_due_at > 0 AND next_due_at < %s AND status <> 'resolved'",
        [now],
        lambda case: settle_targets(case.state, now),
        now,
    )


def wake_snoozed(now: Moment) -> int:
    """Bring back what was put aside until now."""
    return _step_cases(
        "status = 'snoozed' AND snoozed_until <= %s",
        [now],
        lambda case: advance(case.state, Wake(now), Targets(), Calendar()),
        now,
    )


def _step_cases(condition: str, values: list[Any], step: Step, now: Moment) -> int:
    columns = quoted(CASE_COLUMNS)
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    statement = f'SELECT workspace_id, {columns} FROM "case" WHERE {condition} ORDER BY id LIMIT {CASES_A_TURN}{lock}'  # noqa: S608
    if not read(statement.removesuffix(lock), values):
        return 0  # most turns: no write transaction for nothing
    changed: dict[int, list[OpenCase]] = {}
    happened: list[tuple[int, int, Happened]] = []
    with transaction.atomic():
        for workspace_id, *row in read(statement, values):
            case = open_case(row, {})
            try:
                state, facts = step(case)
            except DeskError:
                continue
            if state != case.state:
                case.state = state
                changed.setdefault(workspace_id, []).append(case)
                happened += [(workspace_id, case.case_id, fact) for fact in facts]
        for workspace_id, cases in changed.items():
            write_cases(workspace_id, [], cases, now)
        write_happened(happened)
    return sum(len(cases) for cases in changed.values())


def forget_raw(now: Moment, raw_days: int) -> int:
    """Drop raw payloads older than the workspace keeps them; how many segments."""
    count, _ = models.RawSegment.everywhere.filter(stored_at__lt=now - raw_days * DAY).delete()
    return count


class Schedule(msgspec.Struct, frozen=True):
    """How often each runs, in seconds."""

    due_s: float = 2.0
    raw_s: float = 3600.0
