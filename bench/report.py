"""The table in the terminal and bench/last.json."""

import json
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.measures import ROWS
from bench.run import Taken
from bench.sample import ROOT

LAST = ROOT / "bench" / "last.json"

Line = dict[str, Any]
"""name, median, unit, goal, sense, aim, holds, all, says, machine, taken_at."""


def lines_of(taken: Taken) -> list[Line]:
    """A line for every row that was asked for; one that could not be measured has no median, and does not hold."""
    said = machine()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = []
    for row in (*ROWS, *taken.step_rows()):
        values = taken.of(row)
        if not values and (row.goal is None or row.source[0] not in {*taken.figures, *taken.failures}):
            continue
        median = statistics.median(values) if values else None
        lines.append(
            {
                "name": row.name,
                "median": _short(median),
                "unit": row.unit,
                "goal": row.goal,
                "sense": row.sense,
                "aim": row.aim,
                "holds": row.goal is None and None if median is None else row.holds(median),
                "all": [_short(value) for value in values],
                "says": row.says,
                "machine": said,
                "taken_at": at,
            }
        )
    return lines


def _short(value: float | None) -> float | None:
    """Four digits that count."""
    return None if value is None else float(f"{value:.4g}")


def table_of(lines: list[Line]) -> str:
    """Plain columns: name, median, least..most, unit, goal, aim, holds."""
    rows = [("name", "median", "min..max", "unit", "goal", "aim", "holds")]
    for line in lines:
        values = line["all"]
        span = f"{shown(min(values))}..{shown(max(values))}" if values else ""
        goal = f"{line['sense']} {line['goal']:g}" if line["goal"] is not None else ""
        aim = f"{line['aim']:g}" if line["aim"] is not None else ""
        holds = {True: "yes", False: "NO", None: ""}[line["holds"]]
        rows.append((line["name"], shown(line["median"]), span, line["unit"], goal, aim, holds))
    widths = [max(len(row[place]) for row in rows) for place in range(7)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shown(value: float | None) -> str:
    """1,234 or 12.3 or 0.123; "not measured" without a value."""
    if value is None:
        return "not measured"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"


def merged(before: list[Line], lines: list[Line]) -> list[Line]:
    """What was measured now in the place of what was measured before, in the order of the table."""
    fresh = {line["name"]: line for line in lines}
    kept = {line["name"]: line for line in before} | fresh
    order = [row.name for row in ROWS]
    steps = [name for name in kept if name.startswith("step_") and ("step_decode" not in fresh or name in fresh)]
    return [kept[name] for name in (*order, *steps) if name in kept]


def read_last(path: Path = LAST) -> list[Line]:
    if not path.exists():
        return []
    lines: list[Line] = json.loads(path.read_text("utf-8"))
    return lines


def write_last(lines: list[Line], path: Path = LAST) -> None:
    body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(f"[\n{body}\n]\n", "utf-8")
