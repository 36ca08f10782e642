"""Fits the linear heads and writes them as small integers. The same data and seed give the same weights."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, vstack  # type: ignore[import-untyped]
from sklearn.linear_model import SGDClassifier

from fullcircle.analysis.features import BUCKET_BITS, features_of, passes
from fullcircle.analysis.heads import NAMES, SENTIMENTS, TAUGHT_LANGUAGES
from fullcircle.analysis.training import sets
from fullcircle.analysis.training.examples import Example
from fullcircle.analysis.weights import Floats, Table

SEED = 20
LANGUAGE_BITS = 15
HEAD_BITS = 16
_NEUTRAL_SHIFT = -0.3  # the sets hold more neutral texts than people would call so
_CLIP = 99.98  # per cent of weights kept within the integer range


def matrix_of(texts: Sequence[str], bits: int) -> csr_matrix:
    """Shape (texts, 2**bits): counts of features over the root of their number."""
    parts = []
    for begin, end in passes(texts):
        found = features_of(texts[begin:end])
        counts = np.diff(found.starts)
        part = csr_matrix(
            (np.ones(found.buckets.size, np.float32), found.buckets >> (BUCKET_BITS - bits), found.starts),
            shape=(end - begin, 1 << bits),
        )
        part.sum_duplicates()
        parts.append(diags((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32)) @ part)
    return vstack(parts).tocsr()


def packed(names: Sequence[str], weights: npt.NDArray[np.float64], bias: npt.NDArray[np.float64]) -> Table:
    """`weights` of shape (outputs, buckets)."""
    top = np.array([np.percentile(np.abs(row[row != 0]), _CLIP) if row.any() else 1.0 for row in weights])
    scale = (top / 127).astype(np.float32)
    rows = np.clip(np.rint(weights / scale[:, None]), -127, 127).astype(np.int8).T
    return Table(tuple(names), np.ascontiguousarray(rows), scale, bias.astype(np.float32))


def fit_heads(examples: Sequence[Example], names: Sequence[str] = NAMES) -> Table:
    """One logistic question a head, learned from the examples that speak of it."""
    matrix = matrix_of([example.text for example in examples], HEAD_BITS)
    weights = np.zeros((len(names), 1 << HEAD_BITS))
    bias = np.zeros(len(names))
    for place, name in enumerate(names):
        rows, labels, importance = teaching(examples, name)
        if labels.any():
            weights[place], bias[place] = fit_one(
                matrix[rows], labels, importance, 1e-5 if name in SENTIMENTS else 5e-6
            )
    bias[[place for place, name in enumerate(names) if name == "neutral"]] += _NEUTRAL_SHIFT
    return packed(names, weights, bias)


def fit_one(
    matrix: csr_matrix, labels: npt.NDArray[np.int64], importance: Floats, alpha: float
) -> tuple[npt.NDArray[np.float64], float]:
    """Logistic regression on features scaled by their log-count ratio (Wang and Manning 2012, NB-SVM)."""
    with_label = matrix.T @ (importance * labels) + 1.0
    without = matrix.T @ (importance * (1 - labels)) + 1.0
    ratio = np.log(with_label / with_label.sum()) - np.log(without / without.sum())
    ratio = np.clip(ratio, -3, 3).astype(np.float32)
    model = SGDClassifier(loss="log_loss", alpha=alpha, max_iter=10, tol=None, random_state=SEED, average=True)
    model.fit(matrix @ diags(ratio), labels, sample_weight=importance)
    return model.coef_[0] * ratio, float(model.intercept_[0])


def teaching(examples: Sequence[Example], name: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], Floats]:
    """Rows that teach a head, their labels, and their weights; what is rare weighs more, within reason."""
    rows = np.array([row for row, one in enumerate(examples) if name in one.yes or name in one.no], np.intp)
    labels = np.array([name in examples[row].yes for row in rows], np.int64)
    importance = np.array([examples[row].weight for row in rows], np.float32)
    if name in SENTIMENTS:
        _balance(examples, rows, importance)
    yes, no = importance[labels == 1].sum(), importance[labels == 0].sum()
    if yes:
        importance[labels == 1] *= min(max(1.0, 0.1 * no / yes), 8.0)
    return rows, labels, importance


def _balance(examples: Sequence[Example], rows: npt.NDArray[np.intp], importance: Floats) -> None:
    """Within each set the three feelings weigh alike: a set's share of complaints is no fact about people."""
    cells: dict[tuple[str, str], list[int]] = {}
    for position, row in enumerate(rows.tolist()):
        (feeling,) = examples[row].yes & frozenset(SENTIMENTS)
        cells.setdefault((examples[row].source, feeling), []).append(position)
    for (source, _), members in cells.items():
        total = sum(len(cell) for (other, _), cell in cells.items() if other == source)
        importance[members] *= total / 3 / len(members)


def language_rows(data: Path) -> tuple[list[str], list[str], Floats]:
    """Texts, languages and weights: all of langid_lingua but the held-back part, and posts."""
    held = {sets.normal(row.text) for row in (*sets.xlmt(data, "val"), *sets.tweeteval(data))}
    rows = [
        (row.text, row.label, 1.0)
        for kind in ("sentences", "word-pairs", "single-words")
        for row in sets.language_rows(data, kind)
        if not sets.is_held(row.text)
    ]
    rows += [  # the Hindi posts are written in Latin letters and half English
        (row.text, row.group, 0.1 if row.group == "hi" else 0.3)
        for row in sets.xlmt(data, "train")
        if sets.normal(row.text) not in held
    ]
    rows += [(text, "en", 0.3) for text, _ in sets.ratings(data, "tweets") if sets.normal(text) not in held]
    rows += [(row.text, "en", 0.2) for row in sets.emotions(data, "dev") + sets.banking(data)[::4]]
    return [row[0] for row in rows], [row[1] for row in rows], np.array([row[2] for row in rows], np.float32)


def fit_languages(data: Path) -> Table:
    """The table of all languages."""
    texts, labels, importance = language_rows(data)
    model = SGDClassifier(
        loss="modified_huber", alpha=2e-6, max_iter=8, tol=None, random_state=SEED, average=True, n_jobs=2
    ).fit(matrix_of(texts, LANGUAGE_BITS), labels, sample_weight=importance)
    return packed([str(name) for name in model.classes_], model.coef_, model.intercept_)


def fit_taught(data: Path) -> Table:
    """One logistic question for each taught language: is it this one?"""
    texts, labels, importance = language_rows(data)
    matrix, said = matrix_of(texts, HEAD_BITS), np.array(labels)
    weights = np.zeros((len(TAUGHT_LANGUAGES), 1 << HEAD_BITS))
    bias = np.zeros(len(TAUGHT_LANGUAGES))
    for place, language in enumerate(TAUGHT_LANGUAGES):
        model = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=8, tol=None, random_state=SEED, average=True)
        model.fit(matrix, said == language, sample_weight=importance)
        weights[place], bias[place] = model.coef_[0], model.intercept_[0]
    return packed(TAUGHT_LANGUAGES, weights, bias)


def joined(left: Table, right: Table) -> Table:
    """Both tables side by side."""
    return Table(
        left.names + right.names,
        np.hstack([left.rows, right.rows]),
        np.concatenate([left.scale, right.scale]),
        np.concatenate([left.bias, right.bias]),
    )
