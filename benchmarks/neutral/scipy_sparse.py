"""NumPy with a sparse adjacency matrix: one product a month gives everybody's adopted in-neighbours.

The law word for word, everybody tossing a coin every month; so it is also what the others' curves are compared with.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray
from scipy.sparse import csr_array


def prepare(work: Workload, q: float = Q) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``.

    Args:
        work: the workload.
        q: imitation coefficient, 1/month; another one than the workload's is a planted fault.
    """
    start = np.arange(work.n + 1) * DEGREE
    adjacency = csr_array((np.full(work.n * DEGREE, 1.0 / DEGREE), work.sources.ravel(), start), shape=(work.n, work.n))

    def run(replicate: int) -> NDArray[np.int64]:
        rng = np.random.default_rng(replicate)
        adopted, out = np.zeros(work.n), np.empty(MONTHS, np.int64)
        for month in range(MONTHS):
            chance = -np.expm1(-(P + q * (adjacency @ adopted)))
            adopted[rng.random(work.n) < chance] = 1.0
            out[month] = adopted.sum()
        return out

    return run


def prepare_thresholds(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns the same with one resistance a firm instead of a coin a month, which is less work: what the kernel and the C loop do."""
    start = np.arange(work.n + 1) * DEGREE
    adjacency = csr_array((np.full(work.n * DEGREE, 1.0 / DEGREE), work.sources.ravel(), start), shape=(work.n, work.n))

    def run(replicate: int) -> NDArray[np.int64]:
        resistance = np.random.default_rng(replicate).standard_exponential(work.n)
        adopted, pressure, out = np.zeros(work.n), np.zeros(work.n), np.empty(MONTHS, np.int64)
        for month in range(MONTHS):
            pressure += P + Q * (adjacency @ adopted)
            adopted[pressure >= resistance] = 1.0
            out[month] = adopted.sum()
        return out

    return run
