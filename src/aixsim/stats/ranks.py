"""Simulation-based calibration: ranks of true values among posterior draws are uniform (Talts et al. 2018, arXiv:1804.06788)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 20
"""Number of bins of the histogram of ranks."""
Floats = NDArray[np.float64]


def rank(draws: Floats, truth: Floats) -> Floats:
    """Returns the share of draws below the true value, with half of the ties, in 0..1.

    Args:
        draws: equally weighted, shape ``(n, k)``.
        truth: shape ``(k,)``.
    """
    out: Floats = (draws < truth).mean(axis=0) + 0.5 * (draws == truth).mean(axis=0)
    return out


def histogram(ranks: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Returns the histogram of ranks over 0..1."""
    return np.histogram(ranks, bins=bins, range=(0.0, 1.0))[0]


def uniformity(ranks: Floats, bins: int = BINS) -> float:
    """Returns the p-value of a chi-square test that ranks are uniform; small if they are not."""
    from scipy.stats import chisquare

    return float(chisquare(histogram(ranks, bins)).pvalue)


def band(n: int, bins: int = BINS, level: float = 0.99) -> tuple[float, float]:
    """Returns the range in which the count of a bin of a uniform histogram lies with that probability."""
    from scipy.stats import binom

    return float(binom.ppf(0.5 - level / 2, n, 1.0 / bins)), float(binom.ppf(0.5 + level / 2, n, 1.0 / bins))
