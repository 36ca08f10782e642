"""Rollups as they stand, and as one would count them anew from the rows: they have to be the same."""

from collections import Counter
from typing import Any

from fullcircle.core.kinds import Sentiment, Urgency
from fullcircle.store import models
from fullcircle.store.bulk.rollups import rollup_key

MEASURES = ("touchpoint", "negative", "positive", "urgent", "wants_reply", "case")
KEY = ("day", "account_id", "platform", "direction", "department", "language", "team_id")


def rollups(workspace_id: int) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """By key; those that count nothing any more are left out."""
    rows = models.Rollup.everywhere.filter(workspace_id=workspace_id)
    counts = {
        tuple(getattr(row, name) for name in KEY): tuple(getattr(row, f"{name}_count") for name in MEASURES)
        for row in rows
    }
    return {key: measures for key, measures in counts.items() if any(measures)}


def recounted(workspace_id: int) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """From touchpoints, annotations and cases alone."""
    notes = {row.touchpoint_id: row for row in models.Annotation.everywhere.filter(workspace_id=workspace_id)}
    cases = models.Case.everywhere.filter(workspace_id=workspace_id).values_list("first_touchpoint_id", flat=True)
    begun = Counter(cases)
    counts: dict[tuple[Any, ...], list[int]] = {}
    for row in models.Touchpoint.everywhere.filter(workspace_id=workspace_id):
        note = notes[row.id]
        where = rollup_key(
            row.id, row.account_id, row.platform, row.direction, note.department, note.language, row.team_id
        )
        measures = counts.setdefault(where, [0] * len(MEASURES))
        found = (
            1,
            note.sentiment == Sentiment.NEGATIVE,
            note.sentiment == Sentiment.POSITIVE,
            note.urgency >= Urgency.URGENT,
            note.wants_reply,
            begun[row.id],
        )
        for place, count in enumerate(found):
            measures[place] += int(count)
    return {key: tuple(measures) for key, measures in counts.items()}
