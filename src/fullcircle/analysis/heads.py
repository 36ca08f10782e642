"""From head scores to the codes of an annotation: thresholds, abstention, groups.

Each head is a yes-or-no question answered with a probability; heads that exclude each other are set in relation within
their group. An answer below its limit is an abstention, never a guess.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fullcircle.analysis.scores import Scores
from fullcircle.core.kinds import DEPARTMENTS, PURPOSES, Intent, Urgency

SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = tuple(intent.name.lower() for intent in Intent if intent.name and intent is not Intent.OTHER)
URGENCIES = ("soon", "urgent", "danger")
NAMES: tuple[str, ...] = (
    *SENTIMENTS,
    *INTENTS,
    *URGENCIES,
    *(f"department_{department}" for department in DEPARTMENTS),
    "wants_reply",
    *(f"purpose_{purpose}" for purpose in PURPOSES),
)
"""Questions of the heads, in order."""

TAUGHT_LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "pt")
"""Languages the heads were taught in; elsewhere sentiment needs `sentiment_untaught` to be said at all."""

_SENTIMENT = slice(0, 3)
_INTENT = slice(3, 3 + len(INTENTS))
_URGENCY = slice(_INTENT.stop, _INTENT.stop + 3)
_DEPARTMENT = slice(_URGENCY.stop, _URGENCY.stop + len(DEPARTMENTS))
_WANTS_REPLY = _DEPARTMENT.stop
_PURPOSE = slice(_WANTS_REPLY + 1, _WANTS_REPLY + 1 + len(PURPOSES))
_BITS = np.array([1 << place for place in range(len(INTENTS))], np.int64)

Codes = npt.NDArray[np.int64]


class Verdicts(NamedTuple):
    """Columns of annotations, all of shape (texts,)."""

    sentiment: Codes
    sentiment_score: Codes
    intents: Codes
    intent_score: Codes
    urgency: Codes
    urgency_score: Codes
    department: Codes
    department_score: Codes
    wants_reply: npt.NDArray[np.bool_]
    purpose: Codes
    purpose_score: Codes


def decide(
    scores: Scores, is_taught: npt.NDArray[np.bool_], is_outbound: npt.NDArray[np.bool_], limits: dict[str, float]
) -> Verdicts:
    """`scores` of shape (texts, len(NAMES)); `is_taught`: the text is in one of TAUGHT_LANGUAGES."""
    chances: Scores = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    needed = np.where(is_taught, limits["sentiment"], limits["sentiment_untaught"])
    # In a language nobody taught the heads only near-certainty counts; danger is heard in any.
    least = np.where(is_taught, 0.0, limits["untaught"]).astype(np.float32)
    sentiment, sentiment_chance = _one_of(chances[:, _SENTIMENT], needed)
    intents, intent_chance = _several_of(chances[:, _INTENT], least, limits)
    urgency, urgency_chance = _level_of(chances[:, _URGENCY], limits)
    department, department_chance = _one_of(chances[:, _DEPARTMENT], np.float64(limits["department"]))
    is_clear = chances[:, _DEPARTMENT].max(axis=1, initial=0) >= np.maximum(least, limits["department_least"])
    purpose, purpose_chance = _one_of(chances[:, _PURPOSE], np.float64(limits["purpose"]))
    return Verdicts(
        sentiment,
        _grade(sentiment_chance),
        intents,
        _grade(intent_chance),
        urgency,
        _grade(urgency_chance),
        np.where(is_clear, department, 0),
        _grade(department_chance),
        (chances[:, _WANTS_REPLY] >= np.maximum(least, limits["wants_reply"])) & ~is_outbound,
        np.where(is_outbound, purpose, 0),
        np.where(is_outbound, _grade(purpose_chance), 0),
    )


def _one_of(chances: Scores, needed: npt.NDArray[np.float64] | np.float64) -> tuple[Codes, npt.NDArray[np.float32]]:
    """Code 1.. of the likeliest of a group, or 0 where its share is below `needed`; and that share."""
    shares = chances.max(axis=1) / np.maximum(chances.sum(axis=1), 1e-9)
    return np.where(shares >= needed, chances.argmax(axis=1) + 1, 0), shares


def _several_of(
    chances: Scores, least: npt.NDArray[np.float32], limits: dict[str, float]
) -> tuple[Codes, npt.NDArray[np.float32]]:
    needed = np.maximum(np.array([limits[name] for name in INTENTS], np.float32), least[:, None])
    needed[:, INTENTS.index("reports_danger")] = limits["reports_danger"]
    is_set = chances >= needed
    bits = is_set @ _BITS
    chance = np.where(is_set, chances, 0).max(axis=1, initial=0)
    return np.where(bits > 0, bits, int(Intent.OTHER)), np.where(bits > 0, chance, 1 - chances.max(axis=1, initial=0))


def _level_of(chances: Scores, limits: dict[str, float]) -> tuple[Codes, npt.NDArray[np.float32]]:
    level = np.full(len(chances), int(Urgency.ROUTINE), np.int64)
    chance = 1 - chances.max(axis=1, initial=0)
    for column, name in enumerate(URGENCIES):
        is_reached = chances[:, column] >= limits[name]
        level[is_reached] = column + 1
        chance[is_reached] = chances[is_reached, column]
    return level, chance


def _grade(chance: npt.NDArray[np.float32]) -> Codes:
    return np.rint(chance * 255).astype(np.int64)
