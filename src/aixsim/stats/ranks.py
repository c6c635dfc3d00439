"""Simulation-based calibration: the rank of the truth among a correct method's draws is uniform (Talts et al. 2018, arXiv:1804.06788)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 20
"""Bins of the histogram of ranks."""
Floats = NDArray[np.float64]


def rank(draws: Floats, truth: Floats) -> Floats:
    """Returns the share of draws below the truth, ties halved, in 0..1.

    Args:
        draws: equally weighted, shape ``(n, k)``.
        truth: shape ``(k,)``.
    """
    out: Floats = (draws < truth).mean(axis=0) + 0.5 * (draws == truth).mean(axis=0)
    return out


def histogram(ranks: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Returns how many ranks fall into equal parts of 0..1."""
    return np.histogram(ranks, bins=bins, range=(0.0, 1.0))[0]


def uniformity(ranks: Floats, bins: int = BINS) -> float:
    """Returns the p-value of a chi-square test that ranks are uniform; small when they are not."""
    from scipy.stats import chisquare

    return float(chisquare(histogram(ranks, bins)).pvalue)


def band(n: int, bins: int = BINS, level: float = 0.99) -> tuple[float, float]:
    """Returns the counts between which a bin of a uniform histogram lies with that probability."""
    from scipy.stats import binom

    return float(binom.ppf(0.5 - level / 2, n, 1.0 / bins)), float(binom.ppf(0.5 + level / 2, n, 1.0 / bins))
