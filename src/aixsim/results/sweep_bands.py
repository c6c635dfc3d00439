"""Quantiles of a count over time, over the replicates of many points, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep

_N_BINS = 8192
_ROWS = 1 << 18
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class CountTally:
    """Histogram of the counts of each month. Counts up to 8,191 are exact; for larger ones, the error of a quantile is half a bin.

    Attributes:
        width: of a bin.
    """

    def __init__(self, n_months: int, n_bins: int = _N_BINS) -> None:
        self.width = 1
        self._weight = np.zeros((n_months, n_bins))

    def add(self, months: NDArray[np.int64], counts: NDArray[np.int32], weight: float) -> None:
        """Adds counts, 0 or more, of months of the horizon, each with a weight."""
        n_months, n_bins = self._weight.shape
        while len(counts) and int(counts.max()) >= n_bins * self.width:
            pairs = self._weight.reshape(n_months, n_bins // 2, 2).sum(axis=2)
            self._weight = np.concatenate([pairs, np.zeros_like(pairs)], axis=1)
            self.width *= 2
        place = months * n_bins + counts // self.width
        self._weight += weight * np.bincount(place, minlength=n_months * n_bins).reshape(n_months, n_bins)

    def quantiles(self, shares: Sequence[float]) -> NDArray[np.float64]:
        """Returns quantiles: the smallest count with at least that share of the weight at or below it, shape ``(n_shares, n_months)``."""
        cumulated = self._weight.cumsum(axis=1)
        # Sums of weights have rounding errors.
        bound = cumulated[:, -1:] * (1.0 - 1e-9)
        bins = np.stack([(cumulated < share * bound).sum(axis=1) for share in shares])
        return bins * self.width + (self.width - 1) / 2.0


@dataclass(frozen=True, slots=True)
class SweepBand:
    """Pointwise quantiles of a national count at the end of each month.

    Attributes:
        p05, p25, p50, p75, p95: shape ``(n_months,)``.
    """

    p05: NDArray[np.float64]
    p25: NDArray[np.float64]
    p50: NDArray[np.float64]
    p75: NDArray[np.float64]
    p95: NDArray[np.float64]


def sweep_band(sweep: Sweep, points: Sequence[SweepPoint], outcome: str) -> SweepBand:
    """Returns quantiles over all replicates of some points, every point with the same weight.

    Raises:
        StoreError: a file is damaged.
    """
    tally = CountTally(sweep.horizon.n_months)
    for point in points:
        for months, counts in _pieces(sweep, point, outcome):
            tally.add(months, counts, 1.0 / point.n_done)
    return SweepBand(*tally.quantiles(QUANTILES) / sweep.scale)


def _pieces(sweep: Sweep, point: SweepPoint, outcome: str) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
    """Yields months of the horizon and counts, in pieces."""
    import pyarrow.parquet as pq

    start = np.datetime64(sweep.horizon.start, "M")
    for name in point.files:
        with sweep.reading(name) as path, pq.ParquetFile(path) as file:
            for rows in file.iter_batches(_ROWS, columns=["month", outcome]):
                dates = rows["month"].to_numpy(zero_copy_only=False).astype("datetime64[M]")
                yield (dates - start).astype(np.int64), rows[outcome].to_numpy()
