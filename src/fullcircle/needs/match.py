"""Which need an issue belongs to: proposed with a score and the words that tipped it, never decided.

Each word and pair of neighbouring words speaks for the needs it is known from: the words a need was given by hand most,
its name less, the issues people put under it by how regularly the word comes up there; all weighed down by how many
other needs know it too, and by how common it is in the stream where that is handed in. Score = (1 - exp(-sum)),
lowered where a second need comes close. No training beyond counting; an index of fifty needs takes milliseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from fullcircle.needs.words import bigrams, is_telling, places_by_token, telling_share

PROPOSE_FROM = 0.5
LABEL = "need:"
_LABEL_SCORE = 0.95  # a term the organisation itself tied to the need
_STRONG = 0.25  # a text in which nothing weighs this much is about no need we know
_FAINT = 0.02  # what weighs less is left out of the index
_LONG = 40  # tokens; in longer texts words meet by chance, and weigh less by the square root

_OWN_WORD, _OWN_PAIR = 0.9, 1.3
_NAME_WORD, _NAME_PAIR = 0.5, 0.9
_EXAMPLE_WORD, _EXAMPLE_PAIR = 1.1, 1.4


class NeedFacts(msgspec.Struct, frozen=True):
    """One need. All texts are token streams (tokens parted by single spaces), as `analysis.tokens` makes them."""

    need_id: int
    name: str  # for people
    name_tokens: str = ""
    words: tuple[str, ...] = ()  # how people say it, given by hand; words or phrases
    examples: tuple[str, ...] = ()  # issues people put under it


class Proposal(msgspec.Struct, frozen=True):
    """`score` 0-1; `reason` is for people."""

    need_id: int
    score: float
    reason: str


class NeedIndex(NamedTuple):
    """Terms (words, and pairs as `one two`) to the needs they speak for.

    `need_ids[slot]` is the need a slot stands for. Term number t speaks for `slots[begins[t]:begins[t + 1]]` with the
    `weights` at the same places (int64, int64, float64).
    """

    need_ids: tuple[int, ...]
    terms: Mapping[str, int]
    words: frozenset[str]
    pairs: frozenset[str]
    strong: frozenset[str]
    begins: NDArray[np.int64]
    slots: NDArray[np.int64]
    weights: NDArray[np.float64]
    speaks: Mapping[str, Mapping[int, float]]


def index_needs(needs: Sequence[NeedFacts], background: Mapping[str, int] | None = None, total: int = 0) -> NeedIndex:
    """Learn what each term says. `background`: in how many of `total` texts of the stream each word or pair stands."""
    said = [_said(need) for need in needs]
    places = places_by_token(said)
    by_term: dict[str, list[tuple[int, float]]] = {}
    for slot, weights in enumerate(said):
        for term, weight in weights.items():
            weight *= telling_share(places[term], len(needs)) ** 1.5
            if background and total > 1:
                weight *= telling_share(background.get(term, 0), total)
            if weight >= _FAINT:
                by_term.setdefault(term, []).append((slot, weight))
    return _index(tuple(need.need_id for need in needs), by_term)


def _index(need_ids: tuple[int, ...], by_term: Mapping[str, list[tuple[int, float]]]) -> NeedIndex:
    flat = [entry for entries in by_term.values() for entry in entries]
    strong = [term for term, entries in by_term.items() if max(weight for _, weight in entries) >= _STRONG]
    return NeedIndex(
        need_ids=need_ids,
        terms={term: number for number, term in enumerate(by_term)},
        words=frozenset(term for term in by_term if " " not in term),
        pairs=frozenset(term for term in by_term if " " in term),
        strong=frozenset(term.split(" ")[-1] for term in strong),
        begins=np.cumsum([0, *map(len, by_term.values())], dtype=np.int64),
        slots=np.array([slot for slot, _ in flat], np.int64),
        weights=np.array([weight for _, weight in flat], np.float64),
        speaks={term: dict(entries) for term, entries in by_term.items()},
    )


def _said(need: NeedFacts) -> dict[str, float]:
    """Words and pairs of one need with their weight before comparing needs; each by its strongest origin."""
    weights: dict[str, float] = {}

    def say(term: str, weight: float) -> None:
        weights[term] = max(weights.get(term, 0.0), weight)

    for phrase in need.words:
        for term in _terms(phrase, hand_given=True):
            say(term, _OWN_PAIR if " " in term else _OWN_WORD / max(len(phrase.split()), 1))
    for term in _terms(need.name_tokens):
        say(term, _NAME_PAIR if " " in term else _NAME_WORD)
    often = places_by_token(_terms(example) for example in need.examples)
    for term, count in often.items():
        # one example is hearsay: a word has to come up again before it weighs in full
        regular = count / (count + 1.0) * min(1.0, 0.4 + count / len(need.examples))
        say(term, regular * (_EXAMPLE_PAIR if " " in term else _EXAMPLE_WORD))
    return weights


def _terms(stream: str, hand_given: bool = False) -> list[str]:
    """Telling words, and pairs with a telling word in them. A single word given by hand is always telling."""
    tokens = stream.split()
    if hand_given and len(tokens) == 1:
        return tokens
    pairs = [pair for pair in bigrams(tokens) if any(map(is_telling, pair.split(" ")))]
    return [token for token in tokens if is_telling(token)] + pairs


def match(
    texts: Sequence[str],
    index: NeedIndex,
    labels: Sequence[Iterable[str]] = (),
    propose_from: float = PROPOSE_FROM,
) -> tuple[Proposal | None, ...]:
    """One proposal or None for each token stream. `labels[i]`: of the terms found in text i ("need:12")."""
    proposals: list[Proposal | None] = [None] * len(texts)
    rows: list[int] = []
    found: list[list[str]] = []
    lengths: list[int] = []
    for row, text in enumerate(texts):
        words = text.split()
        if index.strong.isdisjoint(words):
            continue
        terms = [*index.words.intersection(words), *index.pairs.intersection(map(" ".join, pairwise(words)))]
        if terms:
            rows.append(row)
            lengths.append(len(words))
            found.append(terms)
    if rows:
        slots, scores = _weighed(found, lengths, index)
        for place in np.flatnonzero(scores >= propose_from).tolist():
            slot, score = int(slots[place]), round(float(scores[place]), 4)
            proposals[rows[place]] = Proposal(index.need_ids[slot], score, _reason(found[place], slot, index))
    for row, held in enumerate(labels):
        proposals[row] = _named(held, index) or proposals[row]
    return tuple(proposals)


def _named(labels: Iterable[str], index: NeedIndex) -> Proposal | None:
    """A term tied to exactly one need; of two, neither."""
    found = {
        int(label[len(LABEL) :]) for label in labels if label.startswith(LABEL) and label[len(LABEL) :].isdecimal()
    }
    found &= set(index.need_ids)
    if len(found) != 1:
        return None
    return Proposal(found.pop(), _LABEL_SCORE, "a term of this need stands in it")


def _weighed(
    found: Sequence[Sequence[str]], lengths: Sequence[int], index: NeedIndex
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Best slot and score for each text, from the terms found in it."""
    width = len(index.need_ids)
    numbers = np.array([index.terms[term] for terms in found for term in terms], np.int64)
    texts = np.repeat(np.arange(len(found)), [len(terms) for terms in found])
    counts = index.begins[numbers + 1] - index.begins[numbers]
    # places of all entries of all terms: for each term its own run of the index, end to end
    ends = np.cumsum(counts)
    places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(index.begins[numbers] - ends + counts, counts)
    cells = np.repeat(texts, counts) * width + index.slots[places]
    sums = np.bincount(cells, index.weights[places], len(found) * width).reshape(len(found), width)
    sums *= np.sqrt(np.minimum(1.0, _LONG / np.array(lengths)))[:, None]
    best = sums.argmax(axis=1)
    lines = np.arange(len(found))
    first = sums[lines, best]
    sums[lines, best] = 0.0
    closeness = np.divide(sums.max(axis=1), first, out=np.zeros(len(found)), where=first > 0)
    return best, -np.expm1(-first) * (1 - 0.5 * closeness**2)


def _reason(found: Sequence[str], slot: int, index: NeedIndex) -> str:
    """The three that weighed most; no word is named twice."""
    weighed = [(-index.speaks[term][slot], term) for term in found if slot in index.speaks[term]]
    chosen: list[str] = []
    for _, term in sorted(weighed):
        if not set(term.split()).intersection(" ".join(chosen).split()):
            chosen.append(term)
            if len(chosen) == 3:
                break
    return "says " + ", ".join(f"“{term}”" for term in chosen)
