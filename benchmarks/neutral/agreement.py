"""Do two contestants draw the same adoption curve? Compared with Monte Carlo error, at half time and at the end."""

from __future__ import annotations

import numpy as np
from benchmarks.neutral.workload import MONTHS
from numpy.typing import ArrayLike

CHECKED = (MONTHS // 2, MONTHS)
"""Months at whose end curves are compared."""
HIGHEST_Z = 4.0
"""Some forty comparisons a run: an honest contestant is accused about once in four hundred runs."""


def largest_z(curves: ArrayLike, reference: ArrayLike) -> float:
    """Returns the larger of the standardised differences of the mean curves at the checked months.

    Args:
        curves: adopters by month of a contestant's replicates, ``(k, 60)``; one replicate is enough.
        reference: the same of the reference, ``(R, 60)``. Its standard deviation stands for both: few replicates say little about theirs.
    """
    months = [month - 1 for month in CHECKED]
    theirs, ours = np.asarray(curves, float)[:, months], np.asarray(reference, float)[:, months]
    error = ours.std(axis=0, ddof=1) * np.sqrt(1 / len(theirs) + 1 / len(ours))
    return float(np.abs((theirs.mean(axis=0) - ours.mean(axis=0)) / error).max())
