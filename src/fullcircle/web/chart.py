"""Geometry of a small bar chart. The template draws it; no style, no script, and the same facts stand in a table."""

from datetime import date, timedelta

import msgspec

from fullcircle.store.queries.circle import DayCount

WIDTH, HEIGHT, GAP = 560, 96, 8
LEAST_DAYS = 3
"""Days with something in them before a chart says more than the numbers do."""
_EPOCH = date(1970, 1, 1)


class Bar(msgspec.Struct, frozen=True):
    """One day. Units of the drawing's own coordinates, origin at the upper left."""

    day: date
    count: int
    urgent_count: int
    x: int
    y: int
    width: int
    height: int
    label_x: int


class BarChart(msgspec.Struct, frozen=True):
    """`is_enough` False: too few days to draw; the bars then serve the table alone."""

    bars: list[Bar]
    total: int
    most: int
    is_enough: bool
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(days: list[DayCount]) -> BarChart:
    """Bars over zero, the highest as high as the drawing."""
    most = max((day.count for day in days), default=0)
    width = (WIDTH - GAP * (len(days) - 1)) // max(len(days), 1)
    bars = []
    for place, day in enumerate(days):
        height = round(HEIGHT * day.count / most) if most else 0
        x = place * (width + GAP)
        when = _EPOCH + timedelta(days=day.day)
        bars.append(Bar(when, day.count, day.urgent_count, x, HEIGHT - height, width, height, x + width // 2))
    filled = sum(day.count > 0 for day in days)
    return BarChart(bars, sum(day.count for day in days), most, filled >= LEAST_DAYS)
