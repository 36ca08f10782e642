"""Rollups and tallies: counted in Python over the batch, added in the transaction that stores it."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from fullcircle.core.kinds import Sentiment, Urgency
from fullcircle.core.moments import DAY, Moment
from fullcircle.store.bulk.tables import many
from fullcircle.store.ids import moment_of

Key: TypeAlias = tuple[int, int, str, str, int, str, int]
Measures: TypeAlias = list[int]

_ADD = """
INSERT INTO rollup (workspace_id, day, account_id, platform, direction, department, language, team_id,
    touchpoint_count, negative_count, positive_count, urgent_count, wants_reply_count, case_count, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (workspace_id, day, account_id, platform, direction, department, language, team_id) DO UPDATE SET
    touchpoint_count = rollup.touchpoint_count + excluded.touchpoint_count,
    negative_count = rollup.negative_count + excluded.negative_count,
    positive_count = rollup.positive_count + excluded.positive_count,
    urgent_count = rollup.urgent_count + excluded.urgent_count,
    wants_reply_count = rollup.wants_reply_count + excluded.wants_reply_count,
    case_count = rollup.case_count + excluded.case_count,
    updated_at = excluded.updated_at
"""

_TALLY = """
INSERT INTO tally (workspace_id, source_id, day, outcome, count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (workspace_id, source_id, day, outcome) DO UPDATE SET count = tally.count + excluded.count
"""


def rollup_key(
    touchpoint_id: int,
    account_id: int | None,
    platform: str,
    direction: str,
    department: int,
    language: str,
    team_id: int | None,
) -> Key:
    """Where a touchpoint is counted; the day is the day of its id, so it can always be found again."""
    return (moment_of(touchpoint_id) // DAY, account_id or 0, platform, direction, department, language, team_id or 0)


def add_to(
    counts: dict[Key, Measures], key: Key, sentiment: int, urgency: int, wants_reply: bool, case: int, sign: int = 1
) -> None:
    """Count one touchpoint (or, with sign -1, take it back)."""
    row = counts.get(key)
    if row is None:
        row = counts[key] = [0, 0, 0, 0, 0, 0]
    row[0] += sign
    if sentiment == Sentiment.NEGATIVE:
        row[1] += sign
    elif sentiment == Sentiment.POSITIVE:
        row[2] += sign
    if urgency >= Urgency.URGENT:
        row[3] += sign
    if wants_reply:
        row[4] += sign
    row[5] += sign * case


def write_rollups(workspace_id: int, counts: dict[Key, Measures], now: Moment) -> None:
    """Upsert, in key order so that two writers never wait for each other in a ring."""
    many(_ADD, [(workspace_id, *key, *measures, now) for key, measures in sorted(counts.items()) if any(measures)])


def write_tally(workspace_id: int, source_id: int, now: Moment, counts: Iterable[tuple[str, int]]) -> None:
    """Add to the books of the day."""
    rows: list[tuple[Any, ...]] = [
        (workspace_id, source_id, now // DAY, outcome, count) for outcome, count in sorted(counts) if count
    ]
    many(_TALLY, rows)
