"""The workload: n firms, eight in-neighbours each, 60 months, hazard ``p + q * adopted share`` of the in-neighbours a month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

P, Q, DEGREE, MONTHS = 0.0008, 0.05, 8, 60


@dataclass(frozen=True)
class Workload:
    """What every contestant is given.

    Attributes:
        n: firms.
        sources: int32 ``(n, 8)``, in-neighbours of each firm, none twice and never itself.
    """

    n: int
    sources: NDArray[np.int32]


def workload(n: int) -> Workload:
    """Returns the workload of a size; the same in every run."""
    rng = np.random.default_rng(n)
    offsets = np.array([rng.choice(n - 1, DEGREE, replace=False) for _ in range(n)])
    return Workload(n, ((np.arange(n)[:, None] + 1 + offsets) % n).astype(np.int32))
