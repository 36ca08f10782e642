"""Pages by id as Mastodon cuts them: `max_id`, `since_id`, `min_id`, newest first, with a Link header."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

from fullcircle.testing.simulator.faults import FaultPlan
from fullcircle.testing.simulator.wire import Request

T = TypeVar("T")

CURSORS = ("max_id", "since_id", "min_id", "limit")


def cut(
    request: Request, items: list[T], number: Callable[[T], int], plan: FaultPlan, *, default: int = 20, most: int = 40
) -> list[T]:
    """One page, newest first. `min_id` asks for what came directly after, the others for the newest there are."""
    limit = request.number("limit", default, most)
    found = sorted(items, key=number)
    upper = request.whole("max_id")
    if upper is not None:
        found = [item for item in found if number(item) < upper]
    lower = request.whole("min_id" if request.get("min_id") else "since_id")
    if lower is not None:
        older = sum(1 for item in found if number(item) <= lower)
        found = found[max(0, older - plan.widen()) :]
    page = found[:limit] if request.get("min_id") else found[-limit:]
    return plan.disturb(page[::-1])


def link_header(request: Request, numbers: list[int]) -> dict[str, str]:
    """Where the pages beside this one are."""
    if not numbers:
        return {}
    kept = [(name, value) for name, value in request.query if name not in CURSORS[:3]]
    older = urlencode([*kept, ("max_id", str(min(numbers)))])
    newer = urlencode([*kept, ("min_id", str(max(numbers)))])
    address = f"{request.base}{request.path}"
    return {"link": f'<{address}?{older}>; rel="next", <{address}?{newer}>; rel="prev"'}
