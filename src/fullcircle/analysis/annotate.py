"""The machine behind `Understander`: one feature pass, two tables of weights, the language analyser, the terms."""

from collections.abc import Sequence
from itertools import starmap

import numpy as np

from fullcircle.analysis.features import Features, features_of, passes
from fullcircle.analysis.heads import NAMES, SENTIMENTS, TAUGHT_LANGUAGES, decide
from fullcircle.analysis.language import LanguageAnalyser, of_claim
from fullcircle.analysis.scores import Scorer, Scores
from fullcircle.analysis.terms import TermMatcher
from fullcircle.analysis.weights import Weights
from fullcircle.core.records import Annotation

_TAUGHT = frozenset(TAUGHT_LANGUAGES)
_LANGUAGE_FEATURES = 72  # a dozen words tell a language
_NOTHING = -10.0  # every head says no to a text that holds nothing to go by


class Annotator:
    """Loaded weights. Holds no state between batches, so threads may share it."""

    def __init__(self, weights: Weights) -> None:
        self._heads = Scorer(weights.heads)
        self._languages = Scorer(weights.languages)
        self._language = LanguageAnalyser(weights.languages.names, weights.limits)
        self._limits = weights.limits

    def annotate(
        self, texts: Sequence[str], claims: Sequence[str], outbound: Sequence[bool], terms: TermMatcher
    ) -> tuple[Annotation, ...]:
        if not texts:
            return ()
        scores, languages, grades = [], [], []
        for begin, end in passes(texts):
            features = features_of(texts[begin:end])
            part = self._heads.scores(features)
            part[np.diff(features.starts) == 0] = _NOTHING
            part[~features.has_letters, len(SENTIMENTS) :] = _NOTHING  # an emoji may feel, but it asks for nothing
            said = self._say_languages(features, part[:, len(NAMES) :], texts[begin:end], claims[begin:end])
            scores.append(part[:, : len(NAMES)])
            languages += [code for code, _ in said]
            grades += [grade for _, grade in said]
        is_taught = np.fromiter((language in _TAUGHT for language in languages), np.bool_, len(texts))
        verdicts = decide(np.concatenate(scores), is_taught, np.asarray(outbound, np.bool_), self._limits)
        columns = [column.tolist() for column in verdicts]
        rows = zip(languages, grades, *columns[:9], map(terms.match, texts), *columns[9:], strict=True)
        return tuple(starmap(Annotation, rows))

    def _say_languages(
        self, features: Features, quick: Scores, texts: Sequence[str], claims: Sequence[str]
    ) -> list[tuple[str, int]]:
        places, chances = self._language.settle(quick)
        grades = np.rint(chances * 255).astype(int).tolist()
        said = [(TAUGHT_LANGUAGES[place], grade) for place, grade in zip(places.tolist(), grades, strict=True)]
        for row in np.flatnonzero(~features.has_letters).tolist():
            said[row] = of_claim(claims[row])
        open_rows = np.flatnonzero(features.has_letters & (places < 0))
        if open_rows.size:
            listed = open_rows.tolist()
            scores = self._languages.scores(features.of(open_rows, _LANGUAGE_FEATURES))
            chosen = self._language.choose(scores, [texts[row] for row in listed], [claims[row] for row in listed])
            for row, choice in zip(listed, chosen, strict=True):
                said[row] = choice
        return said
