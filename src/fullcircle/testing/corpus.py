"""The frozen corpus: Bluesky-shaped posts as the firehose would bring them, the same bytes for the same arguments.

Properties, held by tests/testing/test_corpus.py over 100,000 events:

| property | value |
|---|---|
| form | Jetstream commit, operation create, collection app.bsky.feed.post; about 1.0 KB of UTF-8 JSON |
| redeliveries | 3 % of the events repeat one of the last 4,096 byte for byte |
| authors | one new author in five posts; earlier authors speak more (20,000 authors per 100,000 events) |
| languages | en 50, es 10, pt 10, de 8, fr 8, it 5, ar 5, hi 4 % |
| lengths | log-normal, mean about 110 characters, cut at 300 |
| words | over 28,000 distinct, everyday words carry 60 % of running words; 15 % of posts coin one |
| cases | 8 % of posts name our account and carry a clause that asks, complains, applies or reports danger |
| terms | 30 % of posts carry one of `TERMS` (1,000, of falling frequency) |
| shape | 35 % replies, 39 % link cards, 39 % pictures, 11 % hashtags; facets as bytes |

Only raw bits of PCG64 are drawn (their stream is guaranteed by numpy); nothing depends on hash seeds or locale.
"""

from collections.abc import Iterator
from functools import lru_cache

from fullcircle.core.moments import DAY, MINUTE, Moment, to_iso
from fullcircle.testing.corpus_text import OUR_DID, OUR_HANDLE, TERMS, TEXT_LIMIT, Bits, Writer, term_list
from fullcircle.testing.tids import TRIPLES, tid

RING = 4_096
_DRAWS = 6  # 64-bit draws an event uses
_BLOCK = 2_048
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def _pieces(bits: Bits) -> list[str]:
    """4,096 runs of 26 characters, from which content ids and the tails of author ids are put together."""
    draws = bits.take(3 * 4_096)
    runs = ["".join(_BASE32[draw >> 5 * place & 31] for place in range(9)) for draw in draws]
    return [a + b + c[:8] for a, b, c in zip(runs[::3], runs[1::3], runs[2::3], strict=True)]


class _Authors:
    """Accounts that speak: one new each five posts, the early ones far more often than the late ones."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._dids: list[str] = []

    def pick(self, post_number: int, draw: int) -> str:
        count = len(self._dids)
        if post_number * 20 >= count * 97:  # 20,000 authors in the 97,000 posts that 100,000 events bring
            mixed = (count * 0x9E3779B97F4A7C15 + 0x1234567) & 0xFFFFFFFFFFFFFFFF
            number = f"{count:07d}".translate(_DIGITS)
            did = f"did:plc:{number}{self._pieces[mixed >> 52][:17]}"
            self._dids.append(did)
            return did
        even = (draw & 0xFFFFF) / 0x100000
        return self._dids[int(even * even * count)]


_DIGITS = str.maketrans("0123456789", "abcdefghij")


_ELSEWHERE = "/app.bsky.feed.post/3k2bbbbbbbbbb"


class _Shaper:
    """Puts one event's JSON together. Every piece is free of characters that JSON escapes."""

    def __init__(self, seed: int) -> None:
        self._pieces = _pieces(Bits(seed, 17))
        self._writer = Writer(seed)
        self._authors = _Authors(self._pieces)
        self._said = [f"{OUR_DID}/app.bsky.feed.post/3k2aaaaaaaaaa"] * RING

    def shape(self, number: int, micros: int, said_at: str, draws: list[int]) -> bytes:
        a, b, c, d, e, f = draws
        written = self._writer.write(a, b)
        did = self._authors.pick(number, f)
        rkey = tid(micros, number)
        reply = self._reply(d, e) if c & 0xFF < 90 else ""
        embed = self._embed(c, d, written.language)
        event = (
            f'{{"did":"{did}","time_us":{micros},"kind":"commit","commit":{{"rev":"{rkey[:10]}'
            f'{TRIPLES[c >> 48 & 32767]}","operation":"create","collection":"app.bsky.feed.post","rkey":"{rkey}",'
            f'"record":{{"$type":"app.bsky.feed.post","createdAt":"{said_at}",{embed}{written.facets}'
            f'"langs":["{written.language}"],{reply}"text":"{written.text}"}},"cid":"{self._cid(e)}"}}}}'
        )
        self._said[number % RING] = f"{did}/app.bsky.feed.post/{rkey}"
        return event.encode()

    def _cid(self, draw: int) -> str:
        return f"bafyrei{self._pieces[draw & 4095]}{self._pieces[draw >> 12 & 4095]}"

    def _reply(self, d: int, e: int) -> str:
        """Two in three answer one of the last 4,096 posts, the others something this source never brings."""
        said = self._said[d >> 16 & 4095] if d & 3 else f"did:plc:{self._pieces[d >> 4 & 4095][:24]}{_ELSEWHERE}"
        parent = f'{{"cid":"{self._cid(d >> 12)}","uri":"at://{said}"}}'
        root = parent if e & 1 else f'{{"cid":"{self._cid(d >> 4)}","uri":"at://{self._said[e >> 16 & 4095]}"}}'
        return f'"reply":{{"parent":{parent},"root":{root}}},'

    def _embed(self, c: int, d: int, language: str) -> str:
        sort = c >> 8 & 0xFF
        if sort >= 200:
            return ""
        piece = self._pieces[d & 4095]
        said = f"{piece[:5]} {piece[5:13]} {piece[13:19]} {piece[19:]}"
        blob = (
            f'{{"$type":"blob","ref":{{"$link":"{self._cid(d >> 8)}"}},"mimeType":"image/jpeg",'
            f'"size":{90_000 + (d & 0xFFFF)}}}'
        )
        if sort < 100:
            return (
                f'"embed":{{"$type":"app.bsky.embed.external","external":{{"description":"{said} {said} {said} {said}",'
                f'"thumb":{blob},"title":"{said}","uri":"https://news.example/{language}/{said[:5]}/{piece}"}}}},'
            )
        picture = f'{{"alt":"{said} {said}","aspectRatio":{{"height":1200,"width":1600}},"image":{blob}}}'
        pictures = f"{picture},{picture}" if sort & 1 else picture
        return f'"embed":{{"$type":"app.bsky.embed.images","images":[{pictures}]}},'


_MINUTES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440))
_MILLIS = tuple(f"{second:02d}.{milli:03d}Z" for second in range(60) for milli in range(1000))


@lru_cache(maxsize=4_096)
def _day(day: int) -> str:
    return to_iso(day * DAY)[:10]


def _stamp(moment: Moment) -> str:
    """As `to_iso`, by tables: three times as fast."""
    day, rest = divmod(moment, DAY)
    minute, milli = divmod(rest, MINUTE)
    return f"{_day(day)}{_MINUTES[minute]}{_MILLIS[milli]}"


def generate(n: int, seed: int, start_moment: Moment, spread_ms: int, *, is_scattered: bool = False) -> Iterator[bytes]:
    """`n` events, one JSON line each (without the line feed), from `start_moment` over `spread_ms` milliseconds.

    In time order as they arrive; `is_scattered` throws what posts claim (`createdAt`) anywhere into the spread, as a
    back-fill of many accounts does. Over 50,000 a second on one core.
    """
    bits, shaper = Bits(seed, 19), _Shaper(seed)
    ring: list[bytes] = []
    number = 0
    for first in range(0, n, _BLOCK):
        draws = bits.take(_BLOCK * (_DRAWS + 1))
        for place in range(min(_BLOCK, n - first)):
            at = place * (_DRAWS + 1)
            chance = draws[at]
            if chance & 0xFFFF < 1_966 and ring:  # 3 % of 65,536
                yield ring[(chance >> 16) % len(ring)]
                continue
            moment = start_moment + spread_ms * (first + place) // n
            claimed = start_moment + (chance >> 20) % max(1, spread_ms) if is_scattered else moment - (chance >> 52)
            micros = moment * 1000 + number // 1024 % 1000
            event = shaper.shape(number, micros, _stamp(claimed), draws[at + 1 : at + 1 + _DRAWS])
            if len(ring) < RING:
                ring.append(event)
            else:
                ring[number % RING] = event
            number += 1
            yield event


__all__ = ["OUR_DID", "OUR_HANDLE", "RING", "TERMS", "TEXT_LIMIT", "generate", "term_list"]
