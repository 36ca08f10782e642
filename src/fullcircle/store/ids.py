"""Ids. A touchpoint's id is time-ordered; every other bulk table takes plain runs of numbers.

    id = minute of ordered_at since 1970 << 32 | running number modulo 2**32

SQLite's rowid is the same number, so tables, full text, timelines and PostgreSQL partitions all run in time order.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from fullcircle.core.moments import MINUTE, Moment

LOW_BITS = 32
_LOW_MASK = (1 << LOW_BITS) - 1


def touchpoint_id(ordered_at: Moment, number: int) -> int:
    """The id of a touchpoint; `number` from `take_run("touchpoint", n)`."""
    return (ordered_at // MINUTE) << LOW_BITS | (number & _LOW_MASK)


def lowest_id(moment: Moment) -> int:
    """The smallest id a touchpoint of that minute can have: bounds of partitions and of time ranges."""
    return (moment // MINUTE) << LOW_BITS


def moment_of(identifier: int) -> Moment:
    """The minute an id was ordered at, as a moment."""
    return (identifier >> LOW_BITS) * MINUTE


def take_runs(wanted: Sequence[tuple[str, int]]) -> dict[str, int]:
    """First number of a run of n for each series, inside the caller's transaction. Numbers start at 1.

    One row a series; on PostgreSQL the row is locked until the caller commits, so writers take turns there.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        firsts = {}
        for name, count in wanted:
            cursor.execute(
                "INSERT INTO id_block (name, next) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET next = id_block.next + %s RETURNING next",
                [name, count + 1, count],
            )
            firsts[name] = cursor.fetchone()[0] - count
    return firsts


def take_id(name: str) -> int:
    """One number of a series, for the desk."""
    return take_runs([(name, 1)])[name]
