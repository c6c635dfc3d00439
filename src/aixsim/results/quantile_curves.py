"""Curves over time: pointwise quantiles of counts, and the probability of a goal by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.results.paths import Paths
from aixsim.stats.intervals import proportion

_AT_A_TIME = 500_000
"""Maximum number of counts in a call of ``quantile``."""


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles of a count, month by month. They are pointwise: a curve is not the path of one replicate.

    Attributes:
        months: first day of each month; counts are as of its end. Shape ``(n_months,)``.
        n: replicates.
        mean, p05, p25, p50, p75, p95: national counts, shape ``(n_months,)``.
    """

    months: list[dt.date]
    n: int
    mean: NDArray[np.float64]
    p05: NDArray[np.float64]
    p25: NDArray[np.float64]
    p50: NDArray[np.float64]
    p75: NDArray[np.float64]
    p95: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chance:
    """Probability that a count is at or above a target at the end of each month.

    Attributes:
        months: first day of each month, shape ``(n_months,)``.
        n: replicates.
        estimate, low, high: probability and its pointwise Clopper-Pearson interval, shape ``(n_months,)``.
    """

    months: list[dt.date]
    n: int
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def band(paths: Paths, scale: float) -> Band:
    """Returns pointwise quantiles of a count, scaled to the nation.

    Args:
        paths: of all replicates.
        scale: simulated share of the national population.
    """
    n_months = len(paths.months)
    # A few months at a time, because quantiles copy and sort their input.
    pieces = np.array_split(np.arange(n_months), min(max(paths.values.size // _AT_A_TIME, 1), n_months))
    values = (paths.values[:, months] / scale for months in pieces)
    parts = [[few.mean(axis=0), *np.quantile(few, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)] for few in values]
    return Band(paths.months, len(paths.values), *(np.concatenate(lines) for lines in zip(*parts, strict=True)))


def chance_by_month(paths: Paths, target: float, confidence: float) -> Chance:
    """Returns the probability that a count is at or above a target, month by month.

    At the deadline of a goal it is the probability in the headline. For a stock (``operating``) the curve can fall.

    Args:
        paths: of all replicates.
        target: simulated firms, see ``goals.target_in_sample``.
        confidence: of the intervals.
    """
    n = len(paths.values)
    chances = [proportion(int(k), n, confidence) for k in (paths.values >= target).sum(axis=0)]
    ends = np.array([(c.estimate, *c.clopper_pearson) for c in chances])
    return Chance(paths.months, n, ends[:, 0], ends[:, 1], ends[:, 2])
