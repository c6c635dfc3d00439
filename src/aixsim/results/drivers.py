"""Influence of uncertain parameters on a goal: rank correlations over the replicates of a run, and their significance threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.results.drawn_values import drawn_values
from aixsim.results.result import Result

LEAST: Final = 50
"""Minimum number of replicates; with fewer, the threshold for about forty parameters would be above 0.4."""
_DOUBT: Final = 0.05
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Driver:
    """Influence of an uncertain parameter.

    Attributes:
        key: config key.
        correlation: Spearman's rank correlation with the count at the deadline.
    """

    key: str
    correlation: float


def floor_of(n: int, n_numbers: int) -> float:
    """Returns the threshold that the largest correlation of parameters without influence exceeds with a probability of at most 5 %.

    Fisher's transformation with the standard error 1.06 / sqrt(n - 3) of rank correlations (Fieller, Hartley and Pearson 1957,
    doi:10.1093/biomet/44.3-4.470), and Bonferroni's correction.
    """
    from scipy.special import ndtri

    return math.tanh(float(ndtri(1.0 - _DOUBT / (2.0 * n_numbers))) * math.sqrt(1.06 / (n - 3)))


def drivers(result: Result, goal: dict[str, Any]) -> list[Driver] | None:
    """Returns the uncertain parameters whose correlation with the count at the deadline exceeds the threshold, the strongest first.

    Args:
        result: of the run.
        goal: a record of ``goals.json``.

    Returns:
        None if there are too few replicates, or no uncertain parameters.
    """
    counts = result.counts_in(goal["by"])[goal["outcome"]].astype(np.float64)
    drawn = {key: values for key, values in drawn_values(result).items() if np.ptp(values) > 0}
    if len(counts) < LEAST or not drawn:
        return None
    floor = floor_of(len(counts), len(drawn))
    found = [Driver(key, rank_correlation(values, counts)) for key, values in drawn.items()]
    return sorted((one for one in found if abs(one.correlation) > floor), key=lambda one: -abs(one.correlation))


def rank_correlation(a: Floats, b: Floats) -> float:
    """Returns Spearman's correlation, ties at their mean rank; 0 when one of the two is constant."""
    x, y = _ranks(a), _ranks(b)
    spread = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / spread if spread > 0.0 else 0.0


def _ranks(values: Floats) -> Floats:
    """Returns mean ranks, centred."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0
    out: Floats = ranks[inverse] - (len(values) + 1) / 2.0
    return out
