"""NumPy with a sparse adjacency matrix: one product a month gives everybody's adopted in-neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray
from scipy.sparse import csr_array


def prepare(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``."""
    start = np.arange(work.n + 1) * DEGREE
    adjacency = csr_array((np.full(work.n * DEGREE, 1.0 / DEGREE), work.sources.ravel(), start), shape=(work.n, work.n))

    def run(replicate: int) -> NDArray[np.int64]:
        rng = np.random.default_rng(replicate)
        adopted, out = np.zeros(work.n), np.empty(MONTHS, np.int64)
        for month in range(MONTHS):
            chance = -np.expm1(-(P + Q * (adjacency @ adopted)))
            adopted[rng.random(work.n) < chance] = 1.0
            out[month] = adopted.sum()
        return out

    return run
