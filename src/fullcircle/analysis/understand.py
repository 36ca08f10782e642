"""Texts in, annotations out: the door of this room. Light to import; weights and numpy load with the first use."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fullcircle.core.kinds import DEPARTMENTS, PURPOSES, Sentiment, Urgency, intent_names
from fullcircle.core.records import Annotation, TermList

if TYPE_CHECKING:
    from fullcircle.analysis.annotate import Annotator
    from fullcircle.analysis.terms import TermMatcher


class Understander:
    """All analysers behind one call, batch to batch. Deterministic given its weights; `version` names them."""

    def __init__(self, annotator: "Annotator", version: int) -> None:
        self._annotator = annotator
        self.version = version

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """The packaged weights, or those at `path`. Raises CorruptStoreError where they cannot be read."""
        from fullcircle.analysis.annotate import Annotator
        from fullcircle.analysis.weights import PACKAGED, read_weights

        weights = read_weights(path or PACKAGED)
        return cls(Annotator(weights), weights.version)

    def annotate(
        self,
        touchpoints_texts: Sequence[str],
        claims: Sequence[str],
        outbound: Sequence[bool],
        terms: "TermMatcher",
    ) -> tuple[Annotation, ...]:
        """One annotation a text. `claims`: BCP 47 or ''; `outbound`: one of our accounts spoke.

        The three sequences have equal length. Never raises on any text; what a text gets does not depend on the
        others in its batch.
        """
        return self._annotator.annotate(touchpoints_texts, claims, outbound, terms)


def understand(
    texts: Iterable[str], *, claims: Sequence[str] = (), is_outbound: bool = False, terms: Sequence[str] = ()
) -> list[dict[str, object]]:
    """Rows of a plain table, one a text: names for codes, probabilities for grades, None for 'not sure'."""
    from fullcircle.analysis.terms import TermMatcher

    listed = list(texts)
    words = tuple(terms)
    matcher = TermMatcher(TermList(version=0, words=words, labels=words))
    given = list(claims) or [""] * len(listed)
    annotations = _packaged().annotate(listed, given, [is_outbound] * len(listed), matcher)
    return [_row(text, annotation, words) for text, annotation in zip(listed, annotations, strict=True)]


@lru_cache(maxsize=1)
def _packaged() -> Understander:
    return Understander.load()


def _row(text: str, said: Annotation, words: tuple[str, ...]) -> dict[str, object]:
    return {
        "text": text,
        "language": None if said.language == "und" else said.language,
        "language_score": said.language_score / 255,
        "sentiment": Sentiment(said.sentiment).name.lower() if said.sentiment else None,
        "sentiment_score": said.sentiment_score / 255,
        "intents": intent_names(said.intents),
        "intent_score": said.intent_score / 255,
        "urgency": Urgency(said.urgency).name.lower(),
        "urgency_score": said.urgency_score / 255,
        "department": DEPARTMENTS[said.department - 1].value if said.department else None,
        "department_score": said.department_score / 255,
        "wants_reply": said.wants_reply,
        "terms": [words[index] for index in said.terms],
        "purpose": PURPOSES[said.purpose - 1].value if said.purpose else None,
        "purpose_score": said.purpose_score / 255,
    }
