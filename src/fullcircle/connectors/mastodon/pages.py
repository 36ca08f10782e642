"""Reading lists of Mastodon's. Upwards from what was read last, oldest first, where the server lists by number;
downwards from the newest where it does not (a search, and the very first read), never past what was read before.

The cursor is a small JSON object; it moves only when a page was read. The newest minutes are read again each time,
because a status from another server takes its number from when it was written and may be listed late.
"""

import hashlib
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from fullcircle.connectors.mastodon.shapes import Outline, Peek, read_loosely
from fullcircle.core.moments import MINUTE, Moment, parse_moment

OVERLAP: Moment = 5 * MINUTE
PAGE_SIZE = 40
SEEN_LIMIT = 500
END = "end"


class Item(Struct):
    payload: bytes
    number: str  # of the item in its list
    status: Outline
    moment: Moment
    mark: str  # short hash of which status in which form


class Place(Struct, omit_defaults=True):
    """Where a stream stands."""

    at: str = ""  # going up: number of the newest read
    is_mid: bool = False  # going up: the last page was full
    low: str = ""  # going down: number of the oldest read
    top: str = ""  # going down: number of the newest read
    high: Moment = 0  # going down: time of the newest read
    floor: Moment = 0  # going down: what came before has been read
    size: int = 0  # most items a page of this stream ever had
    seen: list[str] = []  # marks of what was read last

    def edge(self, connected_at: Moment) -> Moment:
        return max((self.floor or connected_at) - OVERLAP, 0)


class Listing(Struct):
    """One page, newest first, with the numbers its `Link` header names ("" where it names none)."""

    items: list[Item]
    older: str = ""
    newer: str = ""


def read_place(cursor: str) -> Place:
    """A cursor that cannot be read begins anew: what comes twice is recognised, what is lost is not."""
    return read_loosely(cursor.encode("utf-8", "replace"), Place) or Place()


def believed(place: Place, now: Moment) -> Place:
    """A mark in the future was left by a clock that ran ahead: what came since lies below it, and would stay unread."""
    if max(place.floor, place.high) <= now + OVERLAP:
        return place
    return Place(at=place.at, size=place.size, seen=place.seen)


def write_place(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def item_of(payload: bytes, now: Moment) -> Item:
    """An item whose time cannot be read is taken as new, so that it is delivered and judged by `parse`."""
    peek = read_loosely(payload, Peek) or Peek()
    status = peek.carried()
    moment = parse_moment(peek.created_at or status.created_at or "")
    mark = hashlib.blake2b(f"{peek.id} {status.id} {status.edited_at or ''}".encode(), digest_size=5).hexdigest()
    number = str(status.id if peek.last_status is not None else peek.id)
    return Item(payload, number, status, min(moment, now) if moment is not None else now, mark)


def listing_of(payloads: list[msgspec.Raw], links: dict[str, str], now: Moment) -> Listing:
    items = [item_of(bytes(payload), now) for payload in payloads]
    older = _parameter(links.get("next", ""), "max_id") or _oldest(items)
    newer = _parameter(links.get("prev", ""), "min_id") or _newest(items)
    return Listing(items, older, newer)


def query_of(place: Place, goes_down: bool, is_rewound: bool) -> list[tuple[str, str]]:
    """The bounds to ask for."""
    if goes_down:
        return [("max_id", place.low)] if place.low else []
    return [("min_id", place.at if place.is_mid or not is_rewound else rewound(place.at))]


def rewound(number: str) -> str:
    """A number OVERLAP earlier where it is one that Mastodon makes from the time, else the same."""
    if not (number.isascii() and number.isdigit() and 17 <= len(number) <= 19):
        return number
    return str(max(int(number) - (OVERLAP << 16), 1))


def step_down(place: Place, listing: Listing, connected_at: Moment) -> tuple[list[Item], Place, bool]:
    """One page downwards: what is new in it, oldest first, where the stream stands then, and whether it is done."""
    items = listing.items
    new, seen = _unseen(place, items)
    top = place.top or listing.newer
    high = max([place.high, *(item.moment for item in items)])
    size = max(place.size, len(items))
    is_done = not items or _is_below(items, place.edge(connected_at)) or listing.older in ("", place.low)
    if is_done:
        floor = max(high, place.floor, connected_at)
        return new, Place(at=top or place.at, floor=floor, size=size, seen=seen), True
    below = Place(place.at, low=listing.older, top=top, high=high, floor=place.floor, size=size, seen=seen)
    return new, below, False


def step_up(place: Place, listing: Listing) -> tuple[list[Item], Place, bool]:
    """One page upwards. The last for now is one that holds less than pages here can hold: servers cut pages as they
    like, so that is the most seen so far, and never more than half of what we ask for."""
    new, seen = _unseen(place, listing.items)
    count = len(listing.items)
    is_stuck = place.is_mid and listing.newer == place.at
    is_full = 0 < min(place.size, PAGE_SIZE // 2) <= count and not is_stuck
    at = listing.newer if is_full else _later(listing.newer, place.at)
    return new, Place(at=at, is_mid=is_full, size=max(place.size, count), seen=seen), not is_full


def _unseen(place: Place, items: list[Item]) -> tuple[list[Item], list[str]]:
    known = set(place.seen)
    new = [item for item in reversed(items) if item.mark not in known]
    return new, [*place.seen, *(item.mark for item in new)][-SEEN_LIMIT:]


def _newest(items: list[Item]) -> str:
    newest = items[0].number if items else ""
    for item in items[1:]:
        newest = _later(item.number, newest)
    return newest


def _oldest(items: list[Item]) -> str:
    """By number where they are numbers, for a page may come out of order; else the last."""
    numbers = [item.number for item in items]
    if numbers and all(number.isascii() and number.isdigit() and len(number) < 40 for number in numbers):
        return min(numbers, key=int)
    return numbers[-1] if numbers else ""


def _is_below(items: list[Item], edge: Moment) -> bool:
    """Whether the page has come to what was read before: half of it, for one old status does not make an old page."""
    return sum(item.moment < edge for item in items) * 2 >= len(items)


def _later(one: str, other: str) -> str:
    """The later of two numbers; `one` where they are not numbers and so cannot be compared."""
    if not one or not other:
        return one or other
    if one.isascii() and one.isdigit() and other.isascii() and other.isdigit():
        return max(one, other, key=int) if len(one) < 40 and len(other) < 40 else one
    return one


def _parameter(address: str, name: str) -> str:
    try:
        return parse_qs(urlsplit(address).query).get(name, [""])[0]
    except ValueError:
        return ""
