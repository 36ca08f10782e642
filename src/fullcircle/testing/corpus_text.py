"""Texts of the corpus: words made from syllables, running text in eight languages, terms and cases."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from fullcircle.core.records import TermList
from fullcircle.testing.corpus_words import EMOJI, TONGUES, Tongue

OUR_DID = "did:plc:harbourbakeryharbourbake"
OUR_HANDLE = "harbourbakery.example"
TEXT_LIMIT = 300
_SLOTS = 1 << 15
_MADE_SLOTS = 13_000


class Bits:
    """Raw 64-bit draws, blockwise; the same for the same seed on every machine."""

    def __init__(self, *seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def take(self, count: int) -> list[int]:
        draws: list[int] = self._source.random_raw(count).tolist()
        return draws


def _made_words(bits: Bits, tongue: Tongue, count: int) -> list[str]:
    """`count` distinct words of one to four syllables that no list of everyday words holds."""
    heads, cores, tails = tongue.heads.split(), tongue.cores.split(), tongue.tails.split()
    seen = set(tongue.common.split())
    words: list[str] = []
    while len(words) < count:
        for draw in bits.take(4 * count):
            word = ""
            for _ in range(1 + (draw & 1)):
                word += heads[(draw >> 2) % len(heads)] + cores[(draw >> 12) % len(cores)]
                draw = draw >> 14 | 1 << 50
            word += tails[(draw >> 5) % len(tails)]
            if word not in seen:
                seen.add(word)
                words.append(word)
    return words[:count]


def _slots(common: list[str], made: list[str]) -> list[str]:
    """One entry for each of 32,768 equally likely draws: everyday words by rank, made words by rank and flatter."""
    slots: list[str] = []
    for words, room, flatness in ((made, _MADE_SLOTS, len(made) / 4), (common, _SLOTS - _MADE_SLOTS, 3.0)):
        weights = [1 / (rank + flatness) for rank in range(len(words))]
        total, spare = sum(weights), room - len(words)
        for word, weight in zip(words, weights, strict=True):
            slots.extend([word] * (1 + int(spare * weight / total)))
    return slots + [common[rank % len(common)] for rank in range(_SLOTS - len(slots))]


def _made_terms() -> tuple[str, ...]:
    """1,000 names such as shops and goods carry; one in six has two words, one in five is Arabic or Devanagari."""
    by_code = {tongue.code: tongue for tongue in TONGUES}
    bits = Bits(7_001)
    latin = [f"{word.capitalize()}{end}" for end in ("ora", "ix", "eno", "alt") for word in _first(bits, by_code["de"])]
    arabic = [f"{word}زن" for word in _made_words(bits, by_code["ar"], 100)]
    hindi = [f"{word}ज़्ट" for word in _made_words(bits, by_code["hi"], 100)]
    names = [f"{name} {latin[-1 - rank]}" if rank % 5 == 4 else name for rank, name in enumerate(latin[:800])]
    mixed = [name for rank in range(100) for name in (*names[8 * rank : 8 * rank + 8], arabic[rank], hindi[rank])]
    return tuple(mixed)


def _first(bits: Bits, tongue: Tongue) -> list[str]:
    return _made_words(bits, tongue, 260)


TERMS: tuple[str, ...] = _made_terms()


def term_list() -> TermList:
    """`TERMS` as analysis takes them."""
    return TermList(version=1, words=TERMS, labels=tuple(f"term:{rank}" for rank in range(len(TERMS))))


def _length_slots() -> list[int]:
    """Characters of a text for each of 1,024 equally likely draws: log-normal, median 79, between 8 and 300."""
    normal = NormalDist(4.37, 0.80)
    return [min(TEXT_LIMIT, max(8, int(2.718281828 ** normal.inv_cdf((slot + 0.5) / 1024)))) for slot in range(1024)]


class _Speaker:
    """Running words of one language, made blockwise and taken in slices."""

    def __init__(self, seed: int, number: int, tongue: Tongue) -> None:
        self.code = tongue.code
        self.cases = tongue.cases
        self.made = _made_words(Bits(11, number), tongue, tongue.made_count)
        self._slots = np.array(_slots(tongue.common.split(), self.made), dtype=object)
        self.mean_length = 1.0 + sum(map(len, self._slots)) / _SLOTS
        self._bits = np.random.PCG64((seed, 13, number))
        self._words: list[str] = []
        self._at = 0

    def take(self, count: int) -> list[str]:
        end = self._at + count
        if end > len(self._words):
            self._refill()
            end = count
        words = self._words[self._at : end]
        self._at = end
        return words

    def _refill(self) -> None:
        draws = self._bits.random_raw(16_384)
        self._words = self._slots[draws & (_SLOTS - 1)].tolist()
        for place in range(7, 16_000, 11):  # sentences breathe: a comma or a stop each eleven words or so
            self._words[place + int(draws[place] >> 60) % 5] += "," if place % 3 else "."
        self._at = 0


class Written(NamedTuple):
    """A text, the facets that belong to it as JSON, and the language it claims."""

    text: str
    facets: str
    language: str


class Writer:
    """Texts in eight languages."""

    def __init__(self, seed: int) -> None:
        self._speakers = [_Speaker(seed, number, tongue) for number, tongue in enumerate(TONGUES)]
        self._by_slot = [
            speaker
            for speaker, tongue in zip(self._speakers, TONGUES, strict=True)
            for _ in range(round(tongue.share * 100))
        ]
        self._lengths = _length_slots()
        self._term_slots = [int(1000 ** (slot / 4096)) - 1 for slot in range(4096)]

    def write(self, a: int, b: int) -> Written:
        """One text from two draws."""
        speaker = self._by_slot[(a & 0xFFFF) % 100]
        count = max(1, round(self._lengths[a >> 16 & 1023] / speaker.mean_length))
        words = speaker.take(count)
        if (a >> 26 & 0xFF) < 64:
            words[count >> 1] = TERMS[self._term_slots[a >> 34 & 0xFFF]]
        if (a >> 46 & 0xFF) < 38:
            made = speaker.made
            words[-1] = made[(b >> 8) % len(made)] + made[(b >> 24) % len(made)]
        text = " ".join(words)
        if (b >> 52) < 328:  # 8 % of 4,096
            return self._case(speaker, text, b)
        text = text[:1].upper() + text[1:]
        if b & 3 == 0:
            text = f"{text} {EMOJI[(b >> 2) % len(EMOJI)]}"
        if len(text) > TEXT_LIMIT:
            text = text[:TEXT_LIMIT].rsplit(" ", 1)[0]
        return self._with_hashtag(speaker, text, b) if (b >> 40 & 0xFF) < 31 else Written(text, "", speaker.code)

    def _case(self, speaker: _Speaker, text: str, b: int) -> Written:
        named = TERMS[(b >> 16 & 7) + 10 * (b >> 20 & 7)]  # eight of each ten are in Latin letters
        clause = speaker.cases[(b >> 8 & 0xFF) % len(speaker.cases)].format(named)
        room = TEXT_LIMIT - len(clause) - len(OUR_HANDLE) - 3
        told = f"@{OUR_HANDLE} {clause} {text[: min(room, 60)].rsplit(' ', 1)[0]}"
        return Written(told, _facet(0, 1 + len(OUR_HANDLE), "mention", "did", OUR_DID), speaker.code)

    def _with_hashtag(self, speaker: _Speaker, text: str, b: int) -> Written:
        word = speaker.made[(b >> 8) % 400]
        if len(text) + len(word) + 2 > TEXT_LIMIT:
            return Written(text, "", speaker.code)
        start = len(text.encode()) + 1
        facet = _facet(start, start + 1 + len(word.encode()), "tag", "tag", word)
        return Written(f"{text} #{word}", facet, speaker.code)


def _facet(start: int, end: int, sort: str, name: str, value: str) -> str:
    """Facets count bytes of UTF-8, not characters."""
    return (
        f'"facets":[{{"features":[{{"$type":"app.bsky.richtext.facet#{sort}","{name}":"{value}"}}],'
        f'"index":{{"byteEnd":{end},"byteStart":{start}}}}}],'
    )
