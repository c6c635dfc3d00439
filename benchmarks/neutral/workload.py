"""The workload: n firms, eight in-neighbours each, 60 months, hazard ``p + q * adopted share`` of the in-neighbours a month.

All firms look at the state of the month before and decide at once; nobody gives up again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

P, Q, DEGREE, MONTHS = 0.0008, 0.05, 8, 60
Q_EACH = Q / DEGREE
"""What one adopted in-neighbour adds to the hazard, 1/month."""
CHANCE = tuple(-math.expm1(-(P + Q_EACH * seen)) for seen in range(DEGREE + 1))
"""Chance to adopt in a month by the number of adopted in-neighbours, for those who toss a coin every month."""


@dataclass(frozen=True)
class Workload:
    """What every contestant is given.

    Attributes:
        n: firms.
        sources: int32 ``(n, 8)``, in-neighbours of each firm, none twice and never itself.
    """

    n: int
    sources: NDArray[np.int32]

    def followers(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Returns the ties from the other end: who looks at firm i is ``target[start[i]:start[i + 1]]``."""
        order = np.argsort(self.sources.ravel(), kind="stable")
        start = np.zeros(self.n + 1, np.int32)
        np.cumsum(np.bincount(self.sources.ravel(), minlength=self.n), out=start[1:])
        return start, (order // DEGREE).astype(np.int32)


def workload(n: int) -> Workload:
    """Returns the workload of a size; the same in every run."""
    rng = np.random.default_rng(n)
    offsets = np.array([rng.choice(n - 1, DEGREE, replace=False) for _ in range(n)])
    return Workload(n, ((np.arange(n)[:, None] + 1 + offsets) % n).astype(np.int32))
