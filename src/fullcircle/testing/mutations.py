"""Ways to break a payload: cut, bent, mistyped, poisoned. Pure and seeded: the same payload gives the same rubbish."""

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

CUTS = 1_200
RUBBISH: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf{}",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"0",
    b'""',
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5_000,
    b"{" * 5_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"id":1,"id":2}',
    b'{"text":"\xc0\xaf"}',
    b'{"text":"\xed\xa0\x80"}',
    b"<!DOCTYPE html><html><body>Bad gateway</body></html>",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    b"a,b,c\r\n1,2\r\n",
    "ünïcödé".encode("utf-16"),
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
)
STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    -(2**70),
    0.5,
    "",
    " ",
    "\0",
    "\ud800",
    "null",
    "javascript:alert(1)",
    "http://[::1",
    "https://exa mple/\n",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2026-02-30T25:61:61Z",
    "1969-12-31T23:59:59Z",
    "2099-01-01T00:00:00+99:99",
    "a" * 5_000,
    [],
    {},
    [[[[]]]],
    {"a": {"b": {}}},
    [None],
)


def cuts(payload: bytes) -> Iterator[bytes]:
    """The payload ended at each byte; a long one at 1,200 places, ends and beginnings among them."""
    places = range(len(payload))
    if len(payload) > CUTS:
        step = max(1, len(payload) // (CUTS - 400))
        places = sorted({*range(200), *range(len(payload) - 200, len(payload)), *range(0, len(payload), step)})  # type: ignore[assignment]
    return (payload[:place] for place in places)


def bends(payload: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """The payload with one to four bytes changed, doubled or gone."""
    dice = Random(seed)
    for _ in range(count if payload else 0):
        bent = bytearray(payload)
        for _ in range(dice.randint(1, 4)):
            place, way = dice.randrange(len(bent)), dice.randrange(3)
            if way == 0:
                bent[place] = dice.randrange(256)
            elif way == 1:
                bent.insert(place, bent[place])
            elif len(bent) > 1:
                del bent[place]
        yield bytes(bent)


def noise(count: int, seed: int = 1) -> Iterator[bytes]:
    """Bytes that mean nothing."""
    dice = Random(seed)
    return (dice.randbytes(dice.randrange(400)) for _ in range(count))


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths to everything within a JSON value, containers too, outermost first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from leaves(inner, (*path, name))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def put(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy with something else at one place."""
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


def mistyped(value: Any, places: int = 250) -> Iterator[bytes]:
    """As JSON: the value with each place gone, and with each of the strange things at each place.

    Of a value with more places than `places` that many are drawn, the same each time.
    """
    paths = list(leaves(value))
    if len(paths) > places:
        paths = Random(1).sample(paths, places)
    for path in paths:
        inside = at(changed := copy.deepcopy(value), path[:-1])
        for strange in STRANGE:
            inside[path[-1]] = strange
            yield written(changed)
        del inside[path[-1]]
        yield written(changed)


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A copy with every string changed; names stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [each_text(inner, change) for inner in value]
    if isinstance(value, dict):
        return {name: each_text(inner, change) for name, inner in value.items()}
    return value


def read(payload: bytes) -> Any:
    """The payload as JSON, or None where it is none or no object or list."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def written(value: Any) -> bytes:
    """JSON as bytes; lone surrogates stay escaped, as broken platforms send them."""
    return json.dumps(value).encode()
