"""Pair F1 on labelled people beside the project: `PYTHONPATH=src .venv/bin/python bench/identity.py`.

Every pair with the same `cluster` is a true pair, blocking included: what is never compared counts as missed.
Published for Splink on the same file: .815. Prints figures, never rows.
"""

import csv
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from fullcircle.identity.blocking import candidates_by_key, candidates_for
from fullcircle.identity.facts import IdentityFacts
from fullcircle.identity.match import match

SET = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "er_splink" / "fake_1000.csv"


def people(path: Path = SET) -> tuple[list[IdentityFacts], set[tuple[int, int]]]:
    """The rows as identities without account or handle, and the true pairs."""
    found, clusters = [], dict[str, list[int]]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["unique_id"]) + 1
            clusters.setdefault(row["cluster"], []).append(number)
            found.append(
                IdentityFacts(
                    identity_id=number,
                    workspace_id=1,
                    platform="file",
                    name=f"{row['first_name']} {row['surname']}".strip(),
                    mail=row["email"],
                    traits=(("born", row["dob"]), ("city", row["city"])),
                )
            )
    return found, set(_pairs(clusters))


def _pairs(clusters: dict[str, list[int]]) -> Iterator[tuple[int, int]]:
    for members in clusters.values():
        yield from combinations(sorted(members), 2)


def f1_at(rows: list[IdentityFacts], truth: set[tuple[int, int]], score_from: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs proposed from a score on."""
    said = {(m.identity_id, m.other_id) for m in match(rows, {}, score_from)}
    right = len(said & truth)
    precision, recall = right / max(len(said), 1), right / len(truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main() -> None:
    """Print reach of the blocking, then precision, recall and F1 by score."""
    if not SET.exists():
        print("er_splink is not beside the project: nothing measured")
        return
    rows, truth = people()
    index = candidates_by_key(rows)
    compared = {
        (min(facts.identity_id, other.identity_id), max(facts.identity_id, other.identity_id))
        for facts in rows
        for other in candidates_for(facts, index)
    }
    reach = len(compared & truth) / len(truth)
    print(f"{len(rows)} rows, {len(truth)} true pairs, {len(compared)} compared, reach {reach:.3f}")
    for score_from in (0.3, 0.5, 0.7, 0.9, 0.95):
        precision, recall, f1 = f1_at(rows, truth, score_from)
        print(f"from {score_from:.2f}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")
    started = time.perf_counter()
    match(rows, {})
    print(f"{(time.perf_counter() - started) / len(rows) * 1e6:.0f} us an identity")


if __name__ == "__main__":
    main()
