"""How well and how fast texts are understood: `PYTHONPATH=src .venv/bin/python -m bench.understanding [DATA_FOLDER]`.

Prints each figure with its sample size and a 95 % interval, beside its published mark and beside vaderSentiment, on the
public sets in ../shared/data. Every text was kept out of training (see docs/model-card.md). An abstention counts as a
wrong answer. `annotate_to_vader` needs no data: its texts come from our own generator.
"""

import csv
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from fullcircle.analysis.terms import NO_TERMS, TermMatcher
from fullcircle.analysis.training import sets
from fullcircle.analysis.understand import Understander
from fullcircle.core.kinds import Intent, Urgency
from fullcircle.core.records import Annotation
from fullcircle.testing.corpus import generate
from fullcircle.testing.corpus_text import term_list

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
BATCH = 500
RESAMPLES = 300
_FEELINGS = ("negative", "neutral", "positive")

Labels = npt.NDArray[np.int64]
Score = Callable[[Labels, Labels], float]


class Figure(NamedTuple):
    """One line of the table. `mark`: what others published, or our floor."""

    name: str
    value: float
    low: float
    high: float
    sample: int
    mark: str = ""
    vader: float | None = None

    def line(self) -> str:
        vader = f"{self.vader:7.3f}" if self.vader is not None else "      -"
        interval = f"{self.low:.3f}-{self.high:.3f}"
        return f"{self.name:44} {self.value:7.3f}  {interval}  {self.sample:6}  {vader}  {self.mark}"


class Bench:
    """The packaged weights, annotating in batches as the pipeline does."""

    def __init__(self) -> None:
        self.understander = Understander.load()

    def annotate(self, texts: Sequence[str], terms: TermMatcher = NO_TERMS) -> list[Annotation]:
        said: list[Annotation] = []
        for begin in range(0, len(texts), BATCH):
            part = texts[begin : begin + BATCH]
            said += self.understander.annotate(part, [""] * len(part), [False] * len(part), terms)
        return said


def macro_recall(truth: Labels, said: Labels) -> float:
    return float(np.mean([np.mean(said[truth == label] == label) for label in np.unique(truth)]))


def macro_f1(truth: Labels, said: Labels) -> float:
    return float(np.mean([f1(truth == label, said == label) for label in np.unique(truth)]))


def f1(truth: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> float:
    hits = int((truth & said).sum())
    return 2 * hits / max(1, int(truth.sum()) + int(said.sum()))


def bootstrap(score: Score, truth: Labels, said: Labels) -> tuple[float, float]:
    """95 % percentile interval over texts."""
    random = np.random.default_rng(7)
    draws = [random.integers(0, truth.size, truth.size) for _ in range(RESAMPLES)]
    low, high = np.percentile([score(truth[draw], said[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    share, z = hits / count, 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return float(middle - half), float(middle + half)


def share(name: str, hits: npt.NDArray[np.bool_], mark: str = "") -> Figure:
    return Figure(name, float(hits.mean()), *wilson(int(hits.sum()), hits.size), hits.size, mark)


def vader_feelings(texts: Iterable[str]) -> Labels:
    """0 negative, 1 neutral, 2 positive, at vaderSentiment's own thresholds."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    scores = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    return np.where(scores >= 0.05, 2, np.where(scores <= -0.05, 0, 1)).astype(np.int64)


def feelings(said: Sequence[Annotation]) -> Labels:
    """As above; -1: abstained."""
    return np.array([annotation.sentiment - 1 for annotation in said], np.int64)


def is_alarm(said: Sequence[Annotation]) -> npt.NDArray[np.bool_]:
    alarm = Intent.REPORTS_DANGER
    return np.array([bool(one.intents & alarm) or one.urgency >= Urgency.URGENT for one in said])


def sentiment_figures(bench: Bench, data: Path) -> list[Figure]:
    rows = sets.tweeteval(data)
    texts, truth = [row.text for row in rows], np.array([int(row.label) for row in rows])
    said = feelings(bench.annotate(texts))
    figures = [
        Figure(
            "sentiment, TweetEval val, macro-recall",
            macro_recall(truth, said),
            *bootstrap(macro_recall, truth, said),
            truth.size,
            "floor .58; SVM 62.9, RoBERTa 71.3 (test)",
            macro_recall(truth, vader_feelings(texts)),
        )
    ]
    return figures + xlmt_figures(bench, data) + [airline_figure(bench, data)]


def xlmt_figures(bench: Bench, data: Path) -> list[Figure]:
    rows = sets.xlmt(data, "val")
    texts, truth = [row.text for row in rows], np.array([int(row.label) for row in rows])
    groups = np.array([row.group for row in rows])
    said, other = feelings(bench.annotate(texts)), vader_feelings(texts)
    languages = sorted(set(groups.tolist()))

    def mean_f1(truth: Labels, said: Labels) -> float:
        return float(np.mean([macro_f1(truth[groups == one], said[groups == one]) for one in languages]))

    per_language = [
        Figure(
            f"  {one}",
            macro_f1(truth[groups == one], said[groups == one]),
            *bootstrap(macro_f1, truth[groups == one], said[groups == one]),
            int((groups == one).sum()),
            "",
            macro_f1(truth[groups == one], other[groups == one]),
        )
        for one in languages
    ]
    spread = np.mean([(figure.high - figure.low) / 2 for figure in per_language]) / np.sqrt(len(languages))
    mean = mean_f1(truth, said)
    mark = "floor .50; FastText 51.0, XLM-T 69.4 (test)"
    total = Figure("sentiment, XLM-T val, mean macro-F1", mean, mean - spread, mean + spread, truth.size, mark)
    return [total._replace(vader=mean_f1(truth, other)), *per_language]


def airline_figure(bench: Bench, data: Path) -> Figure:
    rows = sets.table_of(data / "airline_tweets" / "Tweets.csv")
    texts = [row["text"] for row in rows]
    truth = np.array([_FEELINGS.index(row["airline_sentiment"]) for row in rows])
    said = feelings(bench.annotate(texts))
    interval = bootstrap(macro_recall, truth, said)
    value, other = macro_recall(truth, said), macro_recall(truth, vader_feelings(texts))
    return Figure("sentiment, airline tweets, macro-recall", value, *interval, truth.size, "", other)


def language_figures(bench: Bench, data: Path) -> list[Figure]:
    """Mean accuracy over the 75 languages of the set, held-back fifth; and our eight on posts."""
    marks = {"sentences": "floor .93; cld2 93.9, lingua 96.0", "word-pairs": "cld2 67.8, lingua 88.9"}
    figures = []
    for kind, mark in marks.items():
        rows = [row for row in sets.language_rows(data, kind) if sets.is_held(row.text)]
        said = bench.annotate([row.text for row in rows])
        hits = np.array([one.language == row.label for one, row in zip(said, rows, strict=True)])
        labels = np.array([row.label for row in rows])
        each = [float(hits[labels == label].mean()) for label in sorted(set(labels.tolist()))]
        low, high = wilson(int(hits.sum()), hits.size)
        mean = float(np.mean(each))
        half = (high - low) / 2
        figures.append(
            Figure(f"language, {kind}, mean of {len(each)}", mean, mean - half, mean + half, len(rows), mark)
        )
    rows = sets.xlmt(data, "val")
    said = bench.annotate([row.text for row in rows])
    for language in sorted(set(sets.XLMT.values())):
        hits = np.array(
            [one.language == language for one, row in zip(said, rows, strict=True) if row.group == language]
        )
        note = "Hindi in Latin letters" if language == "hi" else ""
        figures.append(share(f"  language of posts, {language}", hits, note))
    return figures


def alarm_figures(bench: Bench, data: Path) -> list[Figure]:
    rows = [row for row in sets.crisis(data) if row.group in sets.HELD_EVENTS]
    truth = np.array([bool(row.label) for row in rows])
    said = is_alarm(bench.annotate([row.text for row in rows]))
    quiet = is_alarm(bench.annotate([row.text for row in sets.xlmt(data, "val")]))
    path = data / "disaster_tweets_cf" / "socialmedia-disaster-tweets-DFE.csv"
    disaster = list(csv.DictReader(path.read_text("utf-8", "replace").splitlines()))
    real = np.array([row["choose_one"] == "Relevant" for row in disaster])
    heard = is_alarm(bench.annotate([row["text"] for row in disaster]))
    return [
        share("alarm, crisislex, 5 unseen events, recall", said[truth], "floor .70"),
        share("alarm, crisislex, 5 unseen events, precision", truth[said], "floor .60; F1 .828 (linear)"),
        share("  false alarms in everyday posts (XLM-T val)", quiet),
        share("  disaster tweets, recall", heard[real], "figures of speech among them"),
        share("  disaster tweets, precision", real[heard]),
    ]


def complaint_figures(bench: Bench, data: Path) -> list[Figure]:
    rows = sets.table_of(data / "complaint_tweets" / "complaints.csv")
    truth = np.array([row["final"] == "1" for row in rows])
    said = np.array([bool(one.intents & Intent.COMPLAINS) for one in bench.annotate([row["text"] for row in rows])])
    return [
        share("complains, complaint tweets, precision", truth[said], "two people agree on 85.8 %"),
        share("complains, complaint tweets, recall", said[truth], "first version: misses most"),
    ]


def department_figures(bench: Bench, data: Path) -> list[Figure]:
    rows = sets.clinc(data, "val")
    said = np.array([one.department for one in bench.annotate([row.text for row in rows])])
    groups = np.array([row.group for row in rows])
    at_bank, out = np.isin(groups, ["banking", "credit_cards"]), np.isin(groups, ["oos", "small_talk"])
    return [
        share("department, clinc150 val, bank is service", said[at_bank] == 1),
        share("department, clinc150 val, abstains out of scope", said[out] == 0, "SVM 14.5 (other task)"),
    ]


def corpus_texts(count: int = 4_000) -> tuple[list[str], list[str]]:
    """Texts of the frozen corpus, eight languages; and its English half."""
    events = [msgspec.json.decode(raw) for raw in generate(count, 1, 1_760_000_000_000, 60_000)]
    records = [event["commit"]["record"] for event in events]
    texts = [record["text"] for record in records]
    english = [record["text"] for record in records if record.get("langs") == ["en"]]
    return texts, english


def annotate_to_vader(repeats: int = 5) -> float:
    """Time of all annotations of a text, terms included, over one vaderSentiment call; medians, runs interleaved."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    texts, english = corpus_texts()
    bench, matcher, analyzer = Bench(), TermMatcher(term_list()), SentimentIntensityAnalyzer()
    bench.annotate(texts[:BATCH], matcher)
    ratios = []
    for _ in range(repeats):
        started = time.process_time()
        bench.annotate(texts, matcher)
        ours = (time.process_time() - started) / len(texts)
        started = time.process_time()
        for text in english:
            analyzer.polarity_scores(text)
        ratios.append(ours * len(english) / (time.process_time() - started))
    return statistics.median(ratios)


def all_figures(data: Path) -> list[Figure]:
    bench = Bench()
    figures: list[Figure] = []
    for part in (sentiment_figures, language_figures, alarm_figures, complaint_figures, department_figures):
        figures += part(bench, data)
    return figures


def main() -> int:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    print(f"annotate_to_vader {annotate_to_vader():.3f} (at most 0.4, aim 0.25)")
    if not data.is_dir():
        print(f"{data} is not there: the figures on public sets are not taken")
        return 0
    print(f"{'figure':44} {'value':>7}  {'95 % of':11}  {'texts':>6}  {'vader':>7}  mark")
    for figure in all_figures(data):
        print(figure.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
