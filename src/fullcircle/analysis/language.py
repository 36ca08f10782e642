"""Language of a text: our own head first; pycld2 and the platform's claim where the head is not sure.

Eight outputs beside the heads settle most texts at next to no cost; the table of all languages we were trained on is
read for the rest. pycld2 knows more languages and is asked where that is not sure either. A claim decides only between
what the text itself leaves open: clients send the language of the phone.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pycld2

from fullcircle.analysis.scores import Scores

UNSURE = "und"
CHARACTER_LIMIT = 2_000

_CODES = {"iw": "he", "no": "nb", "jw": "jv", "mo": "ro", "in": "id", "zh-Hant": "zh", "fil": "tl", "un": UNSURE}
_CLAIM_SCORE = 153  # 0.6: a claim the text does not speak against
_CLAIM_CANDIDATES = 6
_ASKED_SCORE = 178  # 0.7: pycld2 calls it reliable
_NOT_PRINTED = dict.fromkeys([*range(32), *range(127, 160), *range(0xD800, 0xE000)], " ")


class LanguageAnalyser:
    """Chooses one language code and a score of 0-255 for each text of a batch."""

    def __init__(self, names: Sequence[str], limits: dict[str, float]) -> None:
        self._names = tuple(names)
        self._known = {name: column for column, name in enumerate(names)}
        self._settled = limits["language_settled"]
        self._sure = limits["language_sure"]
        self._least = limits["language_least"]
        self._warmth = np.float32(limits["language_warmth"])

    def settle(self, scores: Scores) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        """From quick scores, shape (texts, taught languages): place of the language or -1 if unsettled, and chance."""
        chances = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        best = chances.argmax(axis=1)
        top = chances.max(axis=1)
        is_alone = chances.sum(axis=1) - top <= 1 - self._settled
        return np.where((top >= self._settled) & is_alone, best, -1), top

    def choose(self, scores: Scores, texts: Sequence[str], claims: Sequence[str]) -> list[tuple[str, int]]:
        """Code and grade for texts that are unsettled; `scores` of shape (texts, all languages)."""
        odds = np.exp((scores - scores.max(axis=1, keepdims=True)) * self._warmth)
        best = odds.argmax(axis=1)
        chances = odds.max(axis=1) / odds.sum(axis=1)
        grades: list[int] = np.rint(chances * 255).astype(int).tolist()
        said = [(self._names[column], grade) for column, grade in zip(best.tolist(), grades, strict=True)]
        for row in np.flatnonzero(chances < self._sure).tolist():
            said[row] = self._look_closer(scores[row], float(chances[row]), texts[row], claims[row])
        return said

    def _look_closer(self, scores: npt.NDArray[np.float32], chance: float, text: str, claim: str) -> tuple[str, int]:
        claimed = _code_of(claim)
        column = self._known.get(claimed)
        if column is not None and int((scores > scores[column]).sum()) < _CLAIM_CANDIDATES:
            return claimed, _CLAIM_SCORE
        asked = ask_cld2(text)
        if asked != UNSURE and (asked not in self._known or scores[self._known[asked]] >= np.sort(scores)[-3]):
            return asked, _ASKED_SCORE
        if chance >= self._least:
            return self._names[int(scores.argmax())], round(chance * 255)
        if claimed and column is None and asked == UNSURE:
            return claimed, _CLAIM_SCORE
        return UNSURE, round(chance * 255)


def of_claim(claim: str) -> tuple[str, int]:
    """For a text without letters: the language it claims, if any."""
    code = _code_of(claim)
    return (code, _CLAIM_SCORE) if code else (UNSURE, 0)


def ask_cld2(text: str) -> str:
    """pycld2's language where it calls itself reliable, else UNSURE. Never raises."""
    try:
        is_reliable, _, details = pycld2.detect(text[:CHARACTER_LIMIT].translate(_NOT_PRINTED), bestEffort=True)
    except (pycld2.error, ValueError):
        return UNSURE
    return _code_of(details[0][1]) if is_reliable else UNSURE


def _code_of(claim: str) -> str:
    """ISO 639 code of a BCP 47 tag or of pycld2's own code: `pt-BR` is `pt`; anything unlikely is ''."""
    code = _CODES.get(claim) or claim.replace("_", "-").split("-", 1)[0].lower()
    code = _CODES.get(code, code)
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""
