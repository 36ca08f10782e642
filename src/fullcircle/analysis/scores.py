"""Sums of weight rows for the features of each text: all outputs of a table in a few vectorised lines.

numpy's `add.reduceat` pays for every column and every text, so four outputs travel in one 64-bit number, each as an
unsigned 16-bit lane holding weight + 128. A lane holds 257 such weights without overflow, so longer texts are added in
parts. Integer sums are exact: a text scores the same in any batch.
"""

import numpy as np
import numpy.typing as npt

from fullcircle.analysis.features import BUCKET_BITS, Features
from fullcircle.analysis.weights import Table

_ZERO = 128  # what a weight of nothing is written as
_PART = 256  # features added before a lane could overflow

Scores = npt.NDArray[np.float32]
Packed = npt.NDArray[np.uint64]


class Scorer:
    """One table of linear outputs, packed for adding. Holds two bytes a weight."""

    def __init__(self, table: Table) -> None:
        bucket_count, output_count = table.rows.shape
        rows = np.full((bucket_count, -(-output_count // 4) * 4), _ZERO, "<u2")
        rows[:, :output_count] = table.rows.astype(np.int16) + _ZERO
        self._packed: Packed = rows.view("<u8")
        self._shift = BUCKET_BITS - (bucket_count.bit_length() - 1)
        self._scale, self._bias = table.scale, table.bias

    def scores(self, features: Features) -> Scores:
        """Shape (texts, outputs). A text without features scores the bias."""
        counts = np.diff(features.starts)
        sums = np.zeros((counts.size, self._packed.shape[1] * 4), np.int32)
        filled = np.flatnonzero(counts)
        if filled.size:
            buckets = features.buckets >> self._shift if self._shift else features.buckets
            sums[filled] = self._sums(buckets, features.starts[filled], counts[filled])
        size = np.sqrt(np.maximum(counts, 1)).astype(np.float32)
        scores: Scores = sums[:, : self._bias.size] * (self._scale / size[:, None]) + self._bias
        return scores

    def _sums(
        self, buckets: npt.NDArray[np.intp], starts: npt.NDArray[np.intp], counts: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.int32]:
        part_counts = -(-counts // _PART)
        first_parts = np.cumsum(part_counts) - part_counts
        within = np.arange(part_counts.sum()) - np.repeat(first_parts, part_counts)
        part_starts = np.repeat(starts, part_counts) + within * _PART
        rows = self._packed.take(buckets, axis=0, mode="clip")  # buckets are in range; "clip" saves the check
        sums = np.add.reduceat(rows, part_starts, axis=0).view("<u2").astype(np.int32)
        if part_starts.size > counts.size:
            sums = np.add.reduceat(sums, first_parts, axis=0, dtype=np.int32)
        return sums - (counts * _ZERO)[:, None].astype(np.int32)
