"""How often a proposed need is the right one, and what a text costs: `PYTHONPATH=src .venv/bin/python bench/needs.py`.

Questions to a bank beside the project (banking77, training half): fifty categories stand for fifty needs, each known by
its name and eight questions; the rest are asked. The other 27 categories belong to none of them. Prints figures only.
"""

import csv
import random
import time
from pathlib import Path

from fullcircle.needs.match import NeedFacts, NeedIndex, index_needs, match

SET = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "banking77" / "train.csv"


def tokens(text: str) -> str:
    """Near enough to the product's own tokens for English."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


def bank(example_count: int = 8) -> tuple[NeedIndex, list[tuple[str, int]], list[str]]:
    """The index, questions with their need, and questions that belong to none."""
    by_category: dict[str, list[str]] = {}
    with SET.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_category.setdefault(row["category"], []).append(tokens(row["text"]))
    names = sorted(by_category)
    random.Random(11).shuffle(names)
    needs, asked = [], []
    for number, name in enumerate(names[:50], start=1):
        known, rest = by_category[name][:example_count], by_category[name][example_count:]
        needs.append(NeedFacts(number, name, tokens(name.replace("_", " ")), (), tuple(known)))
        asked += [(text, number) for text in rest]
    return index_needs(needs), asked, [text for name in names[50:] for text in by_category[name]]


def figures(propose_from: float) -> tuple[float, float, float]:
    """Share of questions with a proposal, share of those that are right, share of foreign questions with one."""
    index, asked, foreign = bank()
    said = match([text for text, _ in asked], index, propose_from=propose_from)
    proposed = [(p.need_id, number) for p, (_, number) in zip(said, asked, strict=True) if p]
    right = sum(need_id == number for need_id, number in proposed)
    strays = sum(p is not None for p in match(foreign, index, propose_from=propose_from))
    return len(proposed) / len(asked), right / max(len(proposed), 1), strays / len(foreign)


def main() -> None:
    """Print figures by score, then microseconds a text."""
    if not SET.exists():
        print("banking77 is not beside the project: nothing measured")
        return
    for propose_from in (0.0, 0.3, 0.5, 0.6, 0.7, 0.8):
        proposed, right, strays = figures(propose_from)
        print(f"from {propose_from:.1f}: proposed {proposed:.3f} right {right:.3f}; foreign proposed {strays:.3f}")
    index, asked, _ = bank()
    about = [text for text, _ in asked][:2_000]
    rng = random.Random(3)
    other = [" ".join(f"word{rng.randrange(5_000)}" for _ in range(18)) for _ in range(18_000)]
    for name, texts in (("all about a need", about), ("one in ten about a need", about + other)):
        best = min(_seconds(texts, index) for _ in range(5))
        print(f"{name}: {best / len(texts) * 1e6:.2f} us a text, 50 needs, batches of 500")


def _seconds(texts: list[str], index: NeedIndex) -> float:
    started = time.process_time()
    for begin in range(0, len(texts), 500):
        match(texts[begin : begin + 500], index)
    return time.process_time() - started


if __name__ == "__main__":
    main()
