"""How much was heard, day by day, and how far round the circle it went. From rollups: milliseconds at any size."""

import msgspec
from django.db.models import Q, QuerySet, Sum

from fullcircle.core.kinds import Direction, Role
from fullcircle.core.moments import DAY, Moment
from fullcircle.store import models
from fullcircle.store.visibility import Viewer, visible_cases


class DayCount(msgspec.Struct, frozen=True):
    """Inbound touchpoints of one day (days since 1970, UTC)."""

    day: int
    count: int
    urgent_count: int


class Circle(msgspec.Struct, frozen=True):
    """`heard` and `understood`: inbound touchpoints, the latter in a language that was recognised. `answered`: persons
    of cases opened in these days to whom something was said."""

    heard: int
    understood: int
    answered: int


def heard_by_day(viewer: Viewer, now: Moment, days: int = 14) -> list[DayCount]:
    """Oldest first, empty days as 0, the present day last."""
    first_day = now // DAY - days + 1
    rows = _rollups(viewer, first_day).filter(direction=Direction.INBOUND.value).values("day")
    found = {
        row["day"]: DayCount(row["day"], row["heard"], row["urgent"])
        for row in rows.annotate(heard=Sum("touchpoint_count"), urgent=Sum("urgent_count")).order_by("day")
    }
    return [found.get(day, DayCount(day, 0, 0)) for day in range(first_day, first_day + days)]


def circle(viewer: Viewer, now: Moment, days: int = 14) -> Circle:
    """Over the last `days` days in UTC, the present one included."""
    first_day = now // DAY - days + 1
    inbound = _rollups(viewer, first_day).filter(direction=Direction.INBOUND.value, day__lte=now // DAY)
    sums = inbound.aggregate(
        heard=Sum("touchpoint_count"), understood=Sum("touchpoint_count", filter=~Q(language="und"))
    )
    since = first_day * DAY
    answered = models.Case.everywhere.filter(
        # `updated_at` is never before `opened_at`, and has an index
        visible_cases(viewer),
        updated_at__gte=since,
        opened_at__gte=since,
        first_response_at__gt=0,
    )
    return Circle(
        heard=sums["heard"] or 0,
        understood=sums["understood"] or 0,
        answered=answered.values("person_id").distinct().count(),
    )


def _rollups(viewer: Viewer, first_day: int) -> "QuerySet[models.Rollup]":
    """Rollups know accounts and teams, not what is public: a responder's counts are their teams' and nobody's."""
    rows = models.Rollup.everywhere.filter(workspace_id=viewer.workspace_id, day__gte=first_day)
    if viewer.sees_all:
        return rows
    if viewer.role is Role.AGENCY:
        return rows.filter(account_id__in=viewer.account_ids)
    return rows.filter(team_id__in=(0, *viewer.team_ids))
