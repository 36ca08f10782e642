"""Time-ordered record keys of the AT protocol: 13 signs of base32, 53 bits of microseconds and 10 of a clock."""

import hashlib

from fullcircle.core.moments import LATEST, Moment

_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_BASE_US = 1_672_531_200_000_000  # 2023-01-01: before it the network had hardly begun
_SPAN_US = 94_608_000_000_000  # three years: room for 2**56 keys


def tid_of(key: str) -> str:
    """A valid record key that depends on `key` alone. Its time means nothing; that it is the same each time does."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big")
    micros, clock = _BASE_US + (digest >> 10) % _SPAN_US, digest & 0x3FF
    number = micros << 10 | clock
    return "".join(_SIGNS[number >> shift & 31] for shift in range(60, -1, -5))


def moment_of(tid: str) -> Moment | None:
    """When the key claims to have been made, or None where it is no such key."""
    if len(tid) != 13 or tid[0] not in _SIGNS[:16]:
        return None
    number = 0
    for sign in tid:
        value = _VALUES.get(sign)
        if value is None:
            return None
        number = number << 5 | value
    return min((number >> 10) // 1000, LATEST)
