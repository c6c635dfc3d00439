"""Numbers whose distribution differs between cases and others, so that a search for conditions leaves out those without effect.

Of many numbers without effect some would look effective at every step. Source: regionalised sensitivity analysis (Hornberger and Spear
1981, Journal of Environmental Management 12, 7-18).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FALSE: Final = 0.05
"""Expected share of numbers without effect among those that are found."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def differing(x: Floats, cases: Bools) -> list[int]:
    """Returns the numbers that differ by the test of Kolmogorov and Smirnov, at a false discovery rate of 5 %.

    The rate is controlled as by Benjamini and Hochberg (1995, doi:10.1111/j.2517-6161.1995.tb02031.x).

    Args:
        x: finite numbers, shape ``(n, n_numbers)``.
        cases: shape ``(n,)``; some, but not all.
    """
    from scipy.special import kolmogorov

    n, m = int(cases.sum()), int((~cases).sum())
    root = math.sqrt(n * m / (n + m))
    p_values = np.array([float(kolmogorov(root * distance(values[cases], values[~cases]))) for values in x.T])
    order = np.argsort(p_values, kind="stable")
    low_enough = np.flatnonzero(p_values[order] <= _FALSE * np.arange(1, len(order) + 1) / len(order))
    return sorted(order[: low_enough[-1] + 1].tolist()) if len(low_enough) else []


def distance(a: Floats, b: Floats) -> float:
    """Returns the largest difference of the distribution functions of two samples."""
    values = np.concatenate([a, b])
    shares = (np.searchsorted(np.sort(one), values, side="right") / len(one) for one in (a, b))
    return float(np.abs(np.subtract(*shares)).max())
