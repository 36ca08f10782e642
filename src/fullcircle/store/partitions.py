"""Monthly partitions by range of id on PostgreSQL, made before the first row of a month arrives. SQLite needs none."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection, transaction

from fullcircle.core.moments import DAY, Moment, clamp, from_datetime, to_datetime
from fullcircle.core.records import Touchpoint
from fullcircle.store.ids import lowest_id

TABLES = ("touchpoint", "annotation", "sighting", "touchpoint_words")
FIRST_YEAR = 2000
"""Older touchpoints lie in the default partition: too few to be worth 360 empty tables."""

_made: set[int] = set()


def month_of(moment: Moment) -> int:
    """Months since year 0."""
    at = to_datetime(moment)
    return at.year * 12 + at.month - 1


def month_start(month: int) -> Moment:
    return from_datetime(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC))


def ensure_partitions(touchpoints: Iterable[Touchpoint]) -> None:
    """Outside the batch's transaction: a partition made twice is not made again."""
    if connection.vendor != "postgresql":
        return
    moments = {clamp(point.occurred_at, 0, point.captured_at) // DAY for point in touchpoints}
    moments |= {point.captured_at // DAY for point in touchpoints}
    months = {month_of(day * DAY) for day in moments} - _made
    for month in sorted(months):
        if month >= FIRST_YEAR * 12:
            _make(month)
        _made.add(month)


def _make(month: int) -> None:
    first, last = lowest_id(month_start(month)), lowest_id(month_start(month + 1))
    suffix = f"{month // 12}_{month % 12 + 1:02d}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7203)")  # two writers must not make the same month at once
        for table in TABLES:
            bounds = f"FOR VALUES FROM ({first}) TO ({last})"
            cursor.execute(f'CREATE TABLE IF NOT EXISTS "{table}_{suffix}" PARTITION OF "{table}" {bounds}')
