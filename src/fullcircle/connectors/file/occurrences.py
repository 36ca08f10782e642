"""How many equal rows came before: the number that tells rows without an id apart.

Rule: the n-th row of a file with the same mapped fields has n - 1 rows before it, counted from the file's start
whatever was read in one go. Eight bytes a row, held as sorted runs of 64-bit hashes that are merged when they grow
alike, so a million rows take 8 MB and a page of 5,000 costs a few milliseconds; only rows that do repeat are counted
one by one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Run = NDArray[np.uint64]


class Occurrences:
    """Counts of keys seen so far."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._counts: dict[int, int] = {}

    def number(self, keys: Sequence[str]) -> list[int]:
        """For each key (hexadecimal), how many equal ones came before it, in this call and all calls before."""
        if not keys:
            return []
        short = [int(key[:16], 16) for key in keys]
        fresh = np.array(short, dtype=np.uint64)
        page, size = np.unique(fresh, return_counts=True)
        repeats = set(page[(size > 1) | self._seen(page)].tolist())
        numbers = [self._next(key) if key in repeats else 0 for key in short] if repeats else [0] * len(short)
        self._add(page)
        return numbers

    def _next(self, key: int) -> int:
        before = self._counts.get(key)
        if before is None:
            before = 1 if self._seen(np.array([key], dtype=np.uint64))[0] else 0
        self._counts[key] = before + 1
        return before

    def _seen(self, page: Run) -> NDArray[np.bool_]:
        seen = np.zeros(len(page), dtype=np.bool_)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, page), len(run) - 1)
            seen |= run[places] == page
        return seen

    def _add(self, page: Run) -> None:
        """Equal-sized runs are merged, so there are never more than a couple of dozen to look through."""
        run = page
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.union1d(self._runs.pop(), run)
        self._runs.append(run)
