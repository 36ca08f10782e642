"""Timestamp identifiers as record keys of the Bluesky network carry them."""

_SORTED32 = "234567abcdefghijklmnopqrstuvwxyz"
TRIPLES = tuple(a + b + c for a in _SORTED32 for b in _SORTED32 for c in _SORTED32)


def tid(micros: int, clock: int) -> str:
    """A timestamp identifier: 53 bits of microseconds and 10 of a clock, 13 characters that sort in time."""
    value = micros << 10 | clock & 1023
    triples = TRIPLES
    return (
        f"{_SORTED32[value >> 60]}{triples[value >> 45 & 32767]}{triples[value >> 30 & 32767]}"
        f"{triples[value >> 15 & 32767]}{triples[value & 32767]}"
    )
