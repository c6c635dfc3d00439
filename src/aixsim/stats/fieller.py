"""Ratio of two means with Fieller's interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.differences import Difference


def fieller(numerator: NDArray[np.float64], denominator: NDArray[np.float64], confidence: float) -> Difference | None:
    """Returns the mean of the numerator over that of the denominator with Fieller's interval of pairs.

    The interval holds every ratio r for which the mean of ``numerator - r * denominator`` does not differ from 0 by Student's test
    (Fieller 1954, Journal of the Royal Statistical Society B 16, 175-185; Franz 2007, arXiv:0710.2024).

    Args:
        numerator, denominator: one value a pair, shape ``(n,)``, two or more.
        confidence: of the interval.

    Returns:
        None if the interval of the denominator's mean contains 0: then the ratio has no bounded interval.
    """
    from scipy.special import stdtrit

    n = len(numerator)
    a, b = float(numerator.mean()), float(denominator.mean())
    (v_a, cov), (_, v_b) = np.cov(numerator, denominator, ddof=1) / n
    t = float(stdtrit(n - 1, 0.5 + confidence / 2.0))
    bounded = b * b - t * t * v_b
    if bounded <= 0.0:
        return None
    middle = a * b - t * t * cov
    reach = math.sqrt(max(middle * middle - bounded * (a * a - t * t * v_a), 0.0))
    return Difference(a / b, (middle - reach) / bounded, (middle + reach) / bounded)
