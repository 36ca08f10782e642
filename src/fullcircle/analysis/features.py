"""One feature pass for all linear heads: hashed words, word pairs, scripts, word beginnings and endings.

The texts of a batch are joined to one array of code points. With the prefix sums C[i] = sum of code[j] * P**j
(mod 2**32), the hash of any stretch is (C[end] - C[start]) * P**-start: the same for the same letters wherever they
stand, and one vectorised line for all stretches of one kind. What a text gives does not depend on its neighbours.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CHARACTER_LIMIT = 2_000
"""Characters of a text that the heads look at."""

BUCKET_BITS = 16
"""Buckets are numbers below 2**BUCKET_BITS."""

Hashes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.intp]
Claims = npt.NDArray[np.bool_]

_PASS_CHARACTERS = 32_000  # of one pass: its arrays stay in the second-level cache
_MARGIN = 8  # spaces before and after, so that no stretch leaves the array
_P = 0x9E3779B1
_PAIR = np.uint32(0xC2B2AE35)
_MIX = np.uint32(0x85EBCA6B)
_HALF = np.uint32(15)
_TO_BUCKET = np.uint32(32 - BUCKET_BITS)
_BEGINNINGS = (3, 4, 5)
_ENDINGS = (2, 3)
_KINDS = 3 + len(_BEGINNINGS) + len(_ENDINGS)
_SALTS = (np.arange(1, _KINDS + 1, dtype=np.uint32) * np.uint32(0xBF58476D)).reshape(_KINDS, 1)
# Classes: between words, part of a word, letter that is a word by itself, sign that is one, blank.
_BETWEEN, _PART, _ALONE, _SIGN, _BLANK = range(5)
_MENTION, _ADDRESS = 0xE000, 0xE001  # private-use signs stand for every "@somebody" and every "https://..."
_LAST_CODE = 0x20000  # rarer scripts above are all taken as parts of words
_ALONE_RANGES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)  # scripts without spaces: each sign is a word, two are a word pair
_FACES = ((":-)", "☺"), (":)", "☺"), (";)", "☺"), (":D", "☺"), ("<3", "♥"), (":-(", "☹"), (":'(", "☹"), (":(", "☹"))


class Features(NamedTuple):
    """Bucket numbers, text after text: those of text i are `buckets[starts[i]:starts[i + 1]]`.

    Shapes: `buckets` (n,), `starts` (texts + 1,).

    `has_letters`, shape (texts,): there is a word, not only digits, emoji and names.
    """

    buckets: Positions
    starts: Positions
    has_letters: Claims

    def of(self, texts: Positions, limit: int) -> "Features":
        """The first `limit` features of some texts only, by their numbers."""
        begins = self.starts[texts]
        counts = np.minimum(self.starts[texts + 1] - begins, limit)
        starts = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(starts[-1]) + np.repeat(begins - starts[:-1], counts)
        return Features(self.buckets[places], starts, self.has_letters[texts])


class _Words(NamedTuple):
    first: Positions
    last: Positions  # behind the last sign
    by_text: Positions  # words[by_text[i]:by_text[i + 1]] are those of text i; shape (texts + 1,)


def passes(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Slices of `texts` for `features_of`, bounded by characters, not by texts."""
    begin = size = 0
    for number, length in enumerate(map(len, texts)):
        size += length if length < CHARACTER_LIMIT else CHARACTER_LIMIT
        if size > _PASS_CHARACTERS and number > begin:
            yield begin, number
            begin, size = number, min(length, CHARACTER_LIMIT)
    if begin < len(texts):
        yield begin, len(texts)


def features_of(texts: Sequence[str]) -> Features:
    """Features of all texts. Pure; never raises on any text; only the first CHARACTER_LIMIT characters count."""
    fold, class_of = _tables()
    codes = fold[np.minimum(_codes_of(texts), _LAST_CODE)]
    classes = class_of[codes]
    ends = np.flatnonzero(codes == 0)
    _fold_tokens(codes, classes)
    words = _words_of(classes, ends)
    hashes, is_there = _hash(codes, words)
    hashes += _SALTS
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    hashes *= _PAIR
    hashes >>= _TO_BUCKET
    counted = np.concatenate(([0], np.cumsum(is_there.sum(axis=0, dtype=np.intp))))
    is_letter = (classes[words.first] != _SIGN) & (codes[words.first] != 0x30)
    lettered = np.concatenate(([0], np.cumsum(is_letter)))[words.by_text]
    buckets = hashes.T[is_there.T].astype(np.intp)
    return Features(buckets, counted[words.by_text], np.diff(lettered) > 0)


def _codes_of(texts: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Code points of all texts, each followed by a NUL, with blanks around."""
    cut = [text[:CHARACTER_LIMIT] if len(text) > CHARACTER_LIMIT else text for text in texts]
    joined = "\0".join(cut)
    if joined.count("\0") != len(cut) - 1:
        joined = "\0".join([text.replace("\0", " ") for text in cut])
    if ":" in joined or "<3" in joined or ";)" in joined:
        for face, sign in _FACES:
            joined = joined.replace(face, sign)
    blank = " " * _MARGIN
    # UTF-32 takes lone surrogates with `surrogatepass`; their class is "between words".
    raw = f"{blank}{joined}\0{blank}".encode("utf-32-le", "surrogatepass")
    return np.frombuffer(raw, np.uint32)


def _fold_tokens(codes: npt.NDArray[np.uint32], classes: npt.NDArray[np.uint8]) -> None:
    """In place: `@somebody` and addresses to one sign each."""
    is_blank = classes == _BLANK
    edges = np.flatnonzero(is_blank[1:] != is_blank[:-1]) + 1
    begins, ends = edges[0::2], edges[1::2]
    heads = codes[begins]
    is_address = (
        (heads == 0x68) & (codes[begins + 1] == 0x74) & (codes[begins + 2] == 0x74) & (codes[begins + 3] == 0x70)
    )
    for is_one, sign in ((heads == 0x40, _MENTION), (is_address, _ADDRESS)):
        for begin, end in zip(begins[is_one].tolist(), ends[is_one].tolist(), strict=True):
            codes[begin] = sign
            classes[begin] = _SIGN
            classes[begin + 1 : end] = _BETWEEN


def _words_of(classes: npt.NDArray[np.uint8], text_ends: Positions) -> _Words:
    is_part, is_alone = classes == _PART, (classes == _ALONE) | (classes == _SIGN)
    first = np.flatnonzero((is_part[1:] & ~is_part[:-1]) | is_alone[1:]) + 1
    single = is_alone[first]
    last = first + 1
    last[~single] = np.flatnonzero(is_part[:-1] & ~is_part[1:]) + 1
    return _Words(first, last, np.concatenate(([0], np.searchsorted(first, text_ends))))


def _hash(codes: npt.NDArray[np.uint32], words: _Words) -> tuple[Hashes, Claims]:
    """Hashes of every kind of feature for every word, and whether the word has it; both of shape (kinds, words)."""
    first, last, by_text = words
    powers, inverses = _powers(1 << max(16, int(codes.size).bit_length()))
    sums = np.zeros(codes.size + 1, np.uint32)
    np.cumsum(codes * powers[: codes.size], dtype=np.uint32, out=sums[1:])
    hashes = np.empty((_KINDS, first.size), np.uint32)
    is_there = np.ones((_KINDS, first.size), np.bool_)
    at_first, back, length = sums[first], inverses[first], last - first
    hashes[0] = (sums[last] - at_first) * back
    hashes[1, :-1] = hashes[0, :-1] * _PAIR + hashes[0, 1:]
    hashes[1, -1:] = 0
    is_there[1, by_text[1:][by_text[1:] > 0] - 1] = False
    script = codes[first] >> np.uint32(7)
    hashes[2] = script
    is_there[2] = script > 0
    for row, size in enumerate(_BEGINNINGS, 3):
        hashes[row] = (sums[np.minimum(first + size, codes.size)] - at_first) * back
        is_there[row] = length > size
    for row, size in enumerate(_ENDINGS, 3 + len(_BEGINNINGS)):
        begin = last - size
        hashes[row] = (sums[last] - sums[begin]) * inverses[begin]
        is_there[row] = length > size
    return hashes, is_there


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """P**i and P**-i mod 2**32 for i below `size`."""
    tables = []
    for base in (_P, pow(_P, -1, 1 << 32)):
        table = np.full(size, base, np.uint32)
        table[0] = 1
        tables.append(np.multiply.accumulate(table, dtype=np.uint32))
    return tables[0], tables[1]


@lru_cache(maxsize=1)
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """For each code point: its small letter (digits: 0), and its class."""
    fold = np.arange(_LAST_CODE + 1, dtype=np.uint32)
    classes = np.zeros(_LAST_CODE + 1, np.uint8)
    for code in range(_LAST_CODE):
        sign = chr(code)
        kind = unicodedata.category(sign)
        fold[code] = ord(sign.lower()[0])
        if kind[0] in "LN" or kind in ("Mn", "Mc"):
            classes[code] = _PART
        elif kind in ("So", "Sk") and code > 0x7F:
            classes[code] = _SIGN
        elif kind[0] == "Z" or kind == "Cc":
            classes[code] = _BLANK
    for begin, end in _ALONE_RANGES:
        classes[begin : end + 1][classes[begin : end + 1] == _PART] = _ALONE
    for sign in "!?¿؟":
        classes[ord(sign)] = _SIGN
    classes[0xFE00:0xFE10] = _BETWEEN  # variation selectors are marks, but of no word
    classes[_LAST_CODE] = _PART
    fold[0x30:0x3A] = 0x30
    return fold, classes
