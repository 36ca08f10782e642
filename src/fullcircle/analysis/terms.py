"""Finds an organisation's own words in texts: thousands of terms in one pass over each text."""

import unicodedata

from ahocorasick_rs import BytesAhoCorasick, Implementation

from fullcircle.analysis.tokens import cut_marks, is_paired
from fullcircle.core.records import TEXT_LIMIT, TermList


class TermMatcher:
    """Matches a TermList, case-folded, at word boundaries in any script, the leftmost longest term first.

    In scripts without spaces there is no boundary to see, so a term may stand inside a run of signs. Empty words match
    nothing; two words that fold alike both match.
    """

    def __init__(self, terms: TermList) -> None:
        by_word: dict[str, list[int]] = {}
        for index, word in enumerate(terms.words):
            folded = _fold(word[:TEXT_LIMIT]).strip()
            if folded:
                by_word.setdefault(folded, []).append(index)
        self.version = terms.version
        self._words = list(by_word)
        self._indices = list(by_word.values())
        # The fastest machine takes memory for every byte of every term, so long lists get the compact one.
        kind = Implementation.DFA if len(by_word) <= _FAST_COUNT else Implementation.ContiguousNFA
        patterns = [word.encode("utf-8", "replace") for word in by_word]
        self._machine = BytesAhoCorasick(patterns, implementation=kind) if patterns else None

    def match(self, text: str) -> tuple[int, ...]:
        """Indices into the TermList, ascending, each once. Never raises."""
        if self._machine is None:
            return ()
        folded = _fold(text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT]).encode("utf-8", "replace")
        hits = self._machine.find_matches_as_indexes(folded, overlapping=True)
        if not hits:
            return ()
        if len(hits) == 1:
            ((pattern, start, end),) = hits
            return tuple(self._indices[pattern]) if _is_whole(folded, start, end, self._words[pattern]) else ()
        found: set[int] = set()
        covered = 0
        for start, minus_end, pattern in sorted((start, -end, pattern) for pattern, start, end in hits):
            if start >= covered and _is_whole(folded, start, -minus_end, self._words[pattern]):
                found.update(self._indices[pattern])
                covered = -minus_end
        return tuple(sorted(found))


_FAST_COUNT = 5_000
_IS_BREAK = tuple(byte < 128 and not chr(byte).isalnum() for byte in range(256))

NO_TERMS = TermMatcher(TermList(version=0, words=(), labels=()))
"""For callers without words of their own."""


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", cut_marks(text) if len(text) > 1_000 else text).casefold()


def _is_whole(text: bytes, start: int, end: int, word: str) -> bool:
    """Whether `word`, found at these bytes, neither begins nor ends within a longer word."""
    if (start == 0 or _IS_BREAK[text[start - 1]]) and (end == len(text) or _IS_BREAK[text[end]]):
        return True
    before = text[max(0, start - 4) : start].decode("utf-8", "ignore")
    behind = text[end : end + 4].decode("utf-8", "ignore")
    return not ((before and _joins(before[-1], word[0])) or (behind and _joins(word[-1], behind[0])))


def _joins(left: str, right: str) -> bool:
    """Whether two neighbouring signs belong to one word."""
    if right.isalnum():
        is_left_of_word = left.isalnum() or unicodedata.category(left)[0] == "M"
        return is_left_of_word and not (is_paired(left) or is_paired(right))
    return unicodedata.category(right)[0] == "M" and (left.isalnum() or unicodedata.category(left)[0] == "M")
