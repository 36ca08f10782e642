"""Our own full-text tokens: one stream of words that both databases index by splitting at spaces.

SQLite's FTS5 with `tokenize='ascii'` takes every byte above 127 as part of a token and every ASCII sign as a separator;
PostgreSQL takes the same stream with `string_to_array(tokens, ' ')` and `array_to_tsvector`. So a token holds letters,
digits and combining marks only, and `#` and `@` are written with their full-width twins, which no text can bring in by
itself because NFKC folds them away. `#rye` gives `rye` and `＃rye`: found with the sign and without it.

Scripts without spaces become overlapping pairs, and the last sign of a run stands alone as well, so that a single sign
is always the beginning of some token and a search for it is a prefix search.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

TOKEN_LIMIT = 4_000
"""Tokens kept of one text."""

TOKEN_LENGTH = 64
"""Characters kept of one token; a longer word is cut the same way in texts and in searches."""

CHARACTER_LIMIT = 100_000
"""Characters of a text that are looked at."""

HASH_SIGN = "\uff03"
AT_SIGN = "\uff20"

_UNORDERED_MARKS_LIMIT = 1_000  # characters that may be put in order without a look
_SIGNS = {"#": HASH_SIGN, "@": AT_SIGN}
_ASCII_WORDS = bytes(ord(chr(b).lower()) if chr(b).isalnum() and b < 128 else 32 for b in range(256))
_UTF8_WORDS = bytes(b if b > 127 or chr(b).isalnum() else 32 for b in range(256))
_WORD, _GAP, _SPECIAL = range(3)
_PLAIN = frozenset(map(chr, (*range(128), *range(0xDF, 0xF7), *range(0xF8, 0x100), *range(0x430, 0x450))))
_PLAIN |= frozenset(map(chr, range(0x627, 0x63B))) | frozenset(map(chr, range(0x641, 0x64B)))
_ASCII_SIGNED = re.compile(r"(?<![0-9A-Za-z])[#@][0-9A-Za-z]+")
# Joiners, soft hyphen, tatweel and variation selectors sit inside words without being part of them.
_INVISIBLE = re.compile("[\u00ad\u034f\u0640\u180b-\u180e\u200c\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+")
_PAIRED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),
    (0x3021, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Myanmar, extended
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),
)


class QueryToken(NamedTuple):
    """One token of a search; `is_prefix`: any token that begins with it counts."""

    token: str
    is_prefix: bool


class _Patterns(NamedTuple):
    words: re.Pattern[str]
    signed: re.Pattern[str]  # a word with its sign
    searched: re.Pattern[str]  # groups: sign, word
    mixed: re.Pattern[str]  # groups: sign, spaced word, run of a script without spaces
    paired: re.Pattern[str]
    long_marks: re.Pattern[str]


def tokens_of(text: str) -> str:
    """The tokens of one text, separated by single spaces. Never raises; at most TOKEN_LIMIT tokens."""
    if len(text) > CHARACTER_LIMIT:
        text = text[:CHARACTER_LIMIT]
    if text.isascii():
        return _ascii_tokens(text)
    gaps = _gaps_in(text)
    return " ".join(_unicode_tokens(text, is_query=False) if gaps is None else _simple_tokens(text, gaps))


def put_tokens(texts: Iterable[str]) -> tuple[str, ...]:
    """`tokens_of` for a batch."""
    return tuple([tokens_of(text) for text in texts])


def query_terms(text: str) -> list[QueryToken]:
    """What a search for `text` has to find, all of them; each once.

    A star behind a word asks for a prefix. A single sign of a script without spaces is a prefix always. A word behind
    `#` or `@` asks for the signed token alone.
    """
    found: dict[QueryToken, None] = {}
    for part in text[:CHARACTER_LIMIT].split():
        stem = part.rstrip("*")
        tokens = _unicode_tokens(stem, is_query=True)
        for token in tokens[:-1]:
            found[QueryToken(token, False)] = None
        if tokens:
            last = tokens[-1]
            found[QueryToken(last, stem != part or (len(last) == 1 and is_paired(last)))] = None
    return list(found)[:TOKEN_LIMIT]


def query_tokens(text: str) -> list[str]:
    """The tokens of `query_terms` without the star."""
    return list(dict.fromkeys(term.token for term in query_terms(text)))


def is_paired(sign: str) -> bool:
    """Whether a sign is of a script without spaces."""
    code = ord(sign)
    return code >= _PAIRED_RANGES[0][0] and any(first <= code <= last for first, last in _PAIRED_RANGES)


def cut_marks(text: str) -> str:
    """Text safe to normalise: putting a run of marks in order is quadratic in its length, so long runs are cut."""
    return _patterns().long_marks.sub(r"\1", text) if len(text) > _UNORDERED_MARKS_LIMIT else text


def _ascii_tokens(text: str) -> str:
    words = text.encode("ascii").translate(_ASCII_WORDS).decode("ascii").split()
    if "#" in text or "@" in text:
        words += [_SIGNS[signed[0]] + signed[1:].lower() for signed in _ASCII_SIGNED.findall(text)]
    if len(text) > TOKEN_LENGTH:
        words = _clipped(words)
    return " ".join(words)


def _gaps_in(text: str) -> list[str] | None:
    """The signs beyond ASCII that part words. None where a sign needs the whole rules: marks, scripts without spaces,
    whatever folding or normalising would change into something else than its own lower case."""
    gaps = []
    for sign in set(text) - _PLAIN:
        part = _part_of(sign)
        if part == _SPECIAL:
            return None
        if part == _GAP:
            gaps.append(sign)
    return gaps


@lru_cache(maxsize=8192)
def _part_of(sign: str) -> int:
    normal, folded = unicodedata.normalize("NFKC", sign), sign.casefold()
    letters = _patterns().words
    if sign == normal and sign.isalnum():
        is_steady = not is_paired(sign) and not 0x1100 <= ord(sign) <= 0x11FF and folded.isalnum()
        return _WORD if is_steady and unicodedata.normalize("NFKC", folded) == folded else _SPECIAL
    is_inside = _INVISIBLE.match(sign) or unicodedata.category(sign).startswith("M")
    is_gap = not is_inside and not letters.search(normal) and not any(map(unicodedata.combining, normal))
    return _GAP if is_gap else _SPECIAL


def _simple_tokens(text: str, gaps: list[str]) -> list[str]:
    """By splitting alone, a third of the time the patterns take."""
    folded = text.casefold()
    for gap in gaps:
        folded = folded.replace(gap, " ")
    tokens = folded.encode().translate(_UTF8_WORDS).decode().split()
    if "#" in folded or "@" in folded:
        tokens += [_SIGNS[signed[0]] + signed[1:] for signed in _patterns().signed.findall(folded.replace("_", " "))]
    return _clipped(tokens)


def _clipped(words: list[str]) -> list[str]:
    if len(words) > TOKEN_LIMIT:
        words = words[:TOKEN_LIMIT]
    if words and max(map(len, words)) > TOKEN_LENGTH:
        words = [word[:TOKEN_LENGTH] for word in words]
    return words


def _unicode_tokens(text: str, is_query: bool) -> list[str]:
    patterns, folded = _patterns(), _folded(text)
    if patterns.paired.search(folded):
        tokens = _mixed_tokens(patterns.mixed.findall(folded), is_query)
    elif is_query:
        tokens = [_SIGNS[sign] + word if sign else word for sign, word in patterns.searched.findall(folded)]
    else:
        tokens = patterns.words.findall(folded)
        if "#" in folded or "@" in folded:
            tokens += [_SIGNS[signed[0]] + signed[1:] for signed in patterns.signed.findall(folded)]
    return _clipped(tokens)


def _mixed_tokens(parts: list[tuple[str, str, str]], is_query: bool) -> list[str]:
    tokens: list[str] = []
    for sign, word, run in parts:
        if sign and is_query:
            tokens.append(_SIGNS[sign] + (word or run))
            continue
        if word:
            tokens.append(word)
        if run:
            tokens += [run[i : i + 2] for i in range(len(run) - 1)]
            if len(run) == 1 or not is_query:
                tokens.append(run[-1])
        if sign:
            tokens.append(_SIGNS[sign] + (word or run))
    return tokens


def _folded(text: str) -> str:
    text = cut_marks(text[:CHARACTER_LIMIT])
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.replace("_", " ")


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    """Python's `\\w` knows no combining marks: their ranges are taken from the character database, once."""
    marks = [code for code in range(0x300, 0x20000) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    mark, pair = _character_class(_ranges(marks)), _character_class(_PAIRED_RANGES)
    part = rf"(?:(?![{pair}])[\w{mark}])"
    return _Patterns(
        words=re.compile(rf"\w[\w{mark}]*"),
        signed=re.compile(rf"(?<![\w{mark}])[#@]\w[\w{mark}]*"),
        searched=re.compile(rf"((?<![\w{mark}])[#@](?=\w))?(\w[\w{mark}]*)"),
        mixed=re.compile(rf"((?<![\w{mark}])[#@](?=\w))?(?:((?![{pair}])\w{part}*)|((?:(?=[{pair}])[\w{mark}])+))"),
        paired=re.compile(f"[{pair}]"),
        long_marks=re.compile(f"([{mark}]{{16}})[{mark}]+"),
    )


def _ranges(codes: list[int]) -> list[tuple[int, int]]:
    """Codes as ranges; ranges with nothing but letters and digits between them are one, to keep the class short."""
    ranges: list[tuple[int, int]] = []
    for code in codes:
        if ranges and all(chr(between).isalnum() for between in range(ranges[-1][1] + 1, code)):
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return ranges


def _character_class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
