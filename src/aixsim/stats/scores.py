"""Scores of a sample forecast against an observed count.

All scores are proper (Gneiting and Raftery 2007, doi:10.1198/016214506000001437); lower is better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS: Final = (0.5, 0.8, 0.95)
"""Levels of the central intervals whose coverage is computed."""


@dataclass(frozen=True, slots=True)
class Score:
    """Scores of one forecast.

    Attributes:
        counted: observed count.
        median: of the forecast.
        intervals: ends of the central interval by level.
        crps: continuous ranked probability score, in units of the count.
        log_score: minus the logarithm of the density at the count.
        pit: share of the forecast at or below the count, with half of the ties.
    """

    counted: float
    median: float
    intervals: Mapping[float, tuple[float, float]]
    crps: float
    log_score: float
    pit: float

    @property
    def error(self) -> float:
        """Median minus count, relative to the count; for a count of 0 it is 0 or infinite."""
        if self.counted == 0.0:
            return 0.0 if self.median == 0.0 else math.inf
        return self.median / self.counted - 1.0

    def covers(self, level: float) -> bool:
        """Returns whether the count lies in the interval of that level."""
        low, high = self.intervals[level]
        return low <= self.counted <= high


def score(sample: Floats, counted: float) -> Score:
    """Scores a forecast.

    Args:
        sample: equally likely values of the forecast, shape ``(n,)``.
        counted: observed count.
    """
    ends = {level: (0.5 - level / 2, 0.5 + level / 2) for level in LEVELS}
    return Score(
        counted=counted,
        median=float(np.median(sample)),
        intervals={level: (float(np.quantile(sample, low)), float(np.quantile(sample, high))) for level, (low, high) in ends.items()},
        crps=crps(sample, counted),
        log_score=log_score(sample, counted),
        pit=float((sample < counted).mean() + 0.5 * (sample == counted).mean()),
    )


def crps(sample: Floats, counted: float) -> float:
    """Returns the continuous ranked probability score ``E|X - y| - E|X - X'| / 2`` of the sample's distribution."""
    ordered = np.sort(sample)
    n = len(ordered)
    # Half the mean absolute difference of all pairs, computed by sorting.
    spread = float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum()) / n**2
    return float(np.abs(ordered - counted).mean()) - spread


def log_score(sample: Floats, counted: float) -> float:
    """Returns minus the log density of a Gaussian kernel estimate on the logarithm of one plus the count.

    Counts are skewed, so the kernel is applied to logarithms, with Silverman's bandwidth. Outside the sample the density falls like the
    kernel, so a count far outside has a large but finite score.
    """
    logs = np.log1p(np.maximum(sample, 0.0))
    spread = min(float(logs.std()), float(np.subtract(*np.quantile(logs, [0.75, 0.25]))) / 1.349) or float(logs.std())
    width = max(0.9 * spread * len(logs) ** -0.2, 1e-9)
    powers = -0.5 * np.square((math.log1p(counted) - logs) / width)
    log_density = float(np.logaddexp.reduce(powers)) - math.log(len(logs) * width * math.sqrt(2.0 * math.pi)) - math.log1p(counted)
    return -log_density


def diebold_mariano(scores: Sequence[float], others: Sequence[float], ahead: int) -> float:
    """Returns the two-sided p-value of the test that two forecasts are equally good; NaN for fewer than three origins or equal scores.

    The variance of the mean difference allows for the overlap of forecasts ``ahead`` years ahead; where that estimate is not positive, the
    overlap is left out. Few origins: the statistic is corrected and compared with Student's t.

    Args:
        scores, others: of the two forecasts, by origin.
        ahead: years ahead, at least 1.

    Source: Diebold and Mariano (1995), doi:10.1080/07350015.1995.10524599; Harvey, Leybourne and Newbold (1997),
    doi:10.1016/S0169-2070(96)00719-4.
    """
    from scipy.stats import t

    difference = np.asarray(scores, dtype=np.float64) - np.asarray(others, dtype=np.float64)
    n, centred = len(difference), difference - difference.mean() if len(difference) else difference
    if n < 3 or not centred.any():
        return math.nan
    covariances = [float(centred[lag:] @ centred[: n - lag]) / n for lag in range(min(ahead, n))]
    overlap = covariances[0] + 2.0 * sum(covariances[1:])
    variance, lags = (overlap, ahead) if overlap > 0.0 else (covariances[0], 1)
    correction = (n + 1 - 2 * lags + lags * (lags - 1) / n) / n
    statistic = float(difference.mean()) / math.sqrt(variance / n) * math.sqrt(max(correction, 0.0))
    return float(2.0 * t.sf(abs(statistic), n - 1))


def skill(crps_of_model: Sequence[float], crps_of_reference: Sequence[float]) -> float:
    """Returns 1 minus the ratio of the mean scores: 1 is perfect, 0 as good as the reference, below 0 worse."""
    return 1.0 - float(np.mean(crps_of_model)) / float(np.mean(crps_of_reference))
