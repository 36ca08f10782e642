"""Reading lists that begin with the newest: down to what was read before, and nothing twice.

The cursor is a small JSON object. It moves only when a page was read, so a stop in the middle of a walk goes on there.
"""

import hashlib

import msgspec
from msgspec import Struct

from fullcircle.connectors.bluesky.shapes import Peek, read_loosely
from fullcircle.core.moments import MINUTE, Moment, parse_moment

OVERLAP: Moment = 2 * MINUTE
"""Posts are listed by times their authors' clocks had a hand in, so the newest minutes are read again each time."""

SEEN_LIMIT = 500
END = "end"


class Item(Struct):
    payload: bytes
    moment: Moment
    mark: str = ""  # short hash of which post it is
    said: str = ""  # short hash of what it says
    is_edit: bool = False  # we have read the same post saying something else


class Walk(Struct, omit_defaults=True):
    """Where a stream stands."""

    floor: Moment = 0  # everything earlier has been read; 0: nothing yet
    top: Moment = 0  # newest moment of the walk under way
    page: str = ""  # the platform's cursor of the walk under way
    seen: dict[str, str] = {}  # what was read last: mark of the post -> mark of what it said

    def edge(self, connected_at: Moment) -> Moment:
        """Nothing before this moment is wanted."""
        return max((self.floor or connected_at) - OVERLAP, 0)


def read_walk(cursor: str) -> Walk:
    """A cursor that cannot be read begins anew: what comes twice is recognised, what is lost is not."""
    return read_loosely(cursor.encode("utf-8", "replace"), Walk) or Walk()


def believed(walk: Walk, now: Moment) -> Walk:
    """A mark in the future was left by a clock that ran ahead: what came since lies below it, and would stay unread."""
    return walk if max(walk.floor, walk.top) <= now + OVERLAP else Walk(seen=walk.seen)


def write_walk(walk: Walk) -> str:
    return msgspec.json.encode(walk).decode()


def item_of(payload: bytes, now: Moment) -> Item:
    """An item whose time cannot be read is taken as new, so that it is delivered and judged by `parse`."""
    peek = read_loosely(payload, Peek) or Peek()
    post = peek.post or peek
    when = peek.reason.indexed_at if isinstance(peek.reason, Struct) else None
    moment = parse_moment(when or post.indexed_at or "")
    moment = min(moment, now) if moment is not None else now
    return Item(payload, moment, _mark(f"{post.uri} {when or ''}"), _mark(post.cid))


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def step(walk: Walk, items: list[Item], next_page: str, connected_at: Moment) -> tuple[list[Item], Walk, bool]:
    """One page of a walk: what is new in it, oldest first, where the walk stands then, and whether it is done.

    What stands on the page and was read before is left out by its mark, unless it says something else now: the
    network has no notice of edits, so this is where one is seen."""
    new = [item for item in reversed(items) if walk.seen.get(item.mark) != item.said]
    for item in new:
        item.is_edit = item.mark in walk.seen
    top = max([walk.top, *(item.moment for item in items)])
    seen = _latest({**walk.seen, **{item.mark: item.said for item in reversed(items)}})
    is_done = next_page in ("", walk.page) or not items or _is_below(items, walk.edge(connected_at))
    if not is_done:
        return new, Walk(walk.floor, top, next_page, seen), False
    return new, Walk(max(top, walk.floor, connected_at), seen=seen), True


def _is_below(items: list[Item], edge: Moment) -> bool:
    """Whether the page has come to what was read before: half of it, for one old post does not make an old page."""
    return sum(item.moment < edge for item in items) * 2 >= len(items)


def _latest(seen: dict[str, str]) -> dict[str, str]:
    return seen if len(seen) <= SEEN_LIMIT else dict(list(seen.items())[-SEEN_LIMIT:])
