"""Reads the public sets beside the project, and keeps what we measure with apart from what we learn from.

Only sets whose licence allows weights to ship are read for learning: banking77, clinc150, nlupp, goemotions,
bitext_support, langid_lingua, xlmt_sentiment_8lang, vader_groundtruth, crisislex_t26, sf311. The others are
measured with.
"""

import csv
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HELD_EVENTS = frozenset(
    {
        "2012_Venezuela_refinery",
        "2013_Alberta_floods",
        "2013_Bohol_earthquake",
        "2013_NY_train_crash",
        "2013_Savar_building_collapse",
    }
)
"""Events of crisislex_t26 that the packaged weights have never seen."""

XLMT = {
    "arabic": "ar",
    "english": "en",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}
_NOISE = re.compile(r"@\w+|https?\S*|[\W_]+")


class Row(NamedTuple):
    """One text with whatever its set says of it."""

    text: str
    label: str
    group: str = ""


def normal(text: str) -> str:
    """What makes two texts the same one: letters and digits only, without names and addresses."""
    return _NOISE.sub(" ", text.lower()).strip()


def is_held(text: str, share: int = 5) -> bool:
    """Whether a text belongs to the part held back: one in `share`, the same ones in every run."""
    return zlib.crc32(normal(text).encode("utf-8", "replace")) % share == 0


def lines_of(path: Path) -> list[str]:
    """Lines split at line feeds only: some tweets hold other line separators."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def xlmt(data: Path, split: str) -> list[Row]:
    """label: 0 negative, 1 neutral, 2 positive; group: language."""
    rows = []
    for folder, language in XLMT.items():
        base = data / "xlmt_sentiment_8lang" / folder
        texts, labels = lines_of(base / f"{split}_text.txt"), lines_of(base / f"{split}_labels.txt")
        rows += [Row(text, label.strip(), language) for text, label in zip(texts, labels, strict=True)]
    return rows


def tweeteval(data: Path) -> list[Row]:
    """Sentiment, validation split: label 0 negative, 1 neutral, 2 positive. Measured with only."""
    base = data / "tweeteval" / "sentiment"
    pairs = zip(lines_of(base / "val_text.txt"), lines_of(base / "val_labels.txt"), strict=True)
    return [Row(text, label.strip()) for text, label in pairs]


def language_rows(data: Path, kind: str) -> Iterator[Row]:
    """kind: sentences, word-pairs, single-words; label: ISO 639-1."""
    for path in sorted((data / "langid_lingua" / kind).glob("*.txt")):
        yield from (Row(text.strip(), path.stem) for text in lines_of(path) if text.strip())


def crisis(data: Path) -> list[Row]:
    """label: '' not informative, 'informative', 'danger' (people or buildings hit, or a warning); group: event."""
    harm = ("Affected individuals", "Infrastructure and utilities", "Caution and advice")
    rows = []
    for row in table_of(data / "crisislex_t26" / "all_labeled.csv"):
        if row["informativeness"] == "Not applicable":
            continue
        is_informative = row["informativeness"] == "Related and informative"
        label = ("danger" if row["info_type"] in harm else "informative") if is_informative else ""
        rows.append(Row(row["text"], label, row["event"]))
    return rows


def emotions(data: Path, split: str) -> list[Row]:
    """goemotions, Ekman scheme; label: names joined by commas."""
    base = data / "goemotions" / "ekman"
    names = (base / "labels.txt").read_text(encoding="utf-8").split()
    rows = []
    for line in lines_of(base / f"{split}.tsv"):
        text, numbers, *_ = line.split("\t")
        rows.append(Row(text, ",".join(names[int(number)] for number in numbers.split(","))))
    return rows


def ratings(data: Path, part: str) -> list[tuple[str, float]]:
    """vader_groundtruth: text and mean rating from -4 to 4."""
    cells = (line.split("\t") for line in lines_of(data / "vader_groundtruth" / f"{part}_GroundTruth.txt"))
    return [(cell[2].strip(), float(cell[1])) for cell in cells if len(cell) >= 3]


def banking(data: Path) -> list[Row]:
    return [Row(row["text"], row["category"]) for row in table_of(data / "banking77" / "train.csv")]


def clinc(data: Path, split: str) -> list[Row]:
    """label: intent; group: domain, or 'oos'."""
    base = data / "clinc150"
    domains = json.loads((base / "domains.json").read_text(encoding="utf-8"))
    domain_of = {intent: domain for domain, intents in domains.items() for intent in intents}
    full = json.loads((base / "data_full.json").read_text(encoding="utf-8"))
    return [Row(text, intent, domain_of.get(intent, "oos")) for text, intent in full[split] + full[f"oos_{split}"]]


def support(data: Path) -> list[Row]:
    return [Row(row["instruction"], row["intent"]) for row in table_of(data / "bitext_support" / "bitext_support.csv")]


def several(data: Path) -> list[Row]:
    """nlupp; label: intents joined by commas; group: banking or hotels."""
    rows = []
    for part in ("banking", "hotels"):
        for path in sorted((data / "nlupp" / part).glob("fold*.json")):
            found = json.loads(path.read_text(encoding="utf-8"))
            rows += [Row(item["text"], ",".join(item.get("intents", ())), part) for item in found]
    return rows


def city(data: Path) -> list[dict[str, str]]:
    return table_of(data / "sf311" / "sf311.csv")


def measured_only(data: Path) -> Iterator[str]:
    """Every text that figures are taken from, so that nothing equal to it is learned."""
    for path in sorted((data / "tweeteval").rglob("*_text.txt")):
        yield from lines_of(path)
    yield from (row.text for row in xlmt(data, "val"))
    yield from (row.text for row in crisis(data) if row.group in HELD_EVENTS)
    yield from (row.text for row in clinc(data, "val"))
    yield from (row["text"] for row in table_of(data / "airline_tweets" / "Tweets.csv"))
    yield from (row["text"] for row in table_of(data / "complaint_tweets" / "complaints.csv"))
    disaster = data / "disaster_tweets_cf" / "socialmedia-disaster-tweets-DFE.csv"
    yield from (line["text"] for line in csv.DictReader(disaster.read_text("utf-8", "replace").splitlines()))
    for kind in ("sentences", "word-pairs"):
        yield from (row.text for row in language_rows(data, kind) if is_held(row.text))
