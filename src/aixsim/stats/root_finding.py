"""The value at which a probability crosses a level, from replicates paired by common random numbers.

With common random numbers the estimated probability is one fixed function of the value, so that its root is found as that of any function;
what is random is the function as a whole (sample average approximation; Pasupathy and Schmeiser 2009, doi:10.1145/1502787.1502789). Its
interval holds every value at which the interval of the probability holds the level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.stats.differences import Difference

_GRID: Final = 401
_APART: Final = 0.1
"""Shares of the range within which no second value is tried."""
Floats = NDArray[np.float64]


def whole_percent(share: float) -> str:
    """Returns a probability in whole percent, with bounds instead of 0 and 100 unless it is exactly that."""
    return "<1" if 0.0 < share < 0.005 else ">99" if 0.995 < share < 1.0 else f"{100.0 * share:.0f}"


@dataclass(frozen=True, slots=True)
class Chance:
    """An estimated probability, with its interval."""

    estimate: float
    low: float
    high: float

    @property
    def short(self) -> str:
        """Percent and interval as text, in whole numbers."""
        return f"{whole_percent(self.estimate)} % [{whole_percent(self.low)}, {whole_percent(self.high)}]"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a probability crosses a level, as shares of the range.

    Attributes:
        at: estimate, 0 to 1.
        low, high: interval; None where it reaches that end of the range, beyond which nothing is known.
        rises: whether the probability rises there.
    """

    at: float
    low: float | None
    high: float | None
    rises: bool


@dataclass(frozen=True)
class Curve:
    """Whether a goal is reached, by value and replicate, beside what the same replicates and others do in the base.

    Attributes:
        places: ascending shares of the range, from 0 to 1, shape ``(k,)``.
        reached: zeros and ones, shape ``(k, n)``.
        paired: of the base, the same replicates, shape ``(n,)``.
        base: of the base, all its replicates, at least those of ``paired``, shape ``(n_base,)``.
        confidence: of intervals.
    """

    places: Floats
    reached: Floats
    paired: Floats
    base: Floats
    confidence: float

    def chances(self) -> list[Chance]:
        """Returns the probability at each value."""
        found = chances(self.reached, self.paired, self.base, self.confidence)
        return [Chance(*map(float, one)) for one in zip(*found, strict=True)]

    def change(self) -> Difference:
        """Returns the probability at the end of the range minus that at its start."""
        from scipy.special import ndtri

        (estimate,), (variance,) = _regressed(self.reached[-1:] - self.reached[:1], self.paired, self.base)
        reach = float(ndtri(0.5 + self.confidence / 2.0)) * float(np.sqrt(variance))
        return Difference(float(estimate), max(float(estimate) - reach, -1.0), min(float(estimate) + reach, 1.0))

    def crossing(self, level: float) -> Crossing | None:
        """Returns where the probability crosses a level; None if both ends of the range lie on the same side of it.

        Between two values a replicate counts in proportion. Of several crossings the middle one is returned.
        """
        grid = np.unique(np.concatenate([np.linspace(0.0, 1.0, _GRID), self.places]))
        after = np.clip(np.searchsorted(self.places, grid), 1, len(self.places) - 1)
        share = ((grid - self.places[after - 1]) / (self.places[after] - self.places[after - 1]))[:, None]
        between = (1.0 - share) * self.reached[after - 1] + share * self.reached[after]
        estimate, low, high = chances(between, self.paired, self.base, self.confidence)
        above = estimate >= level
        if above[0] == above[-1]:
            return None
        steps = np.flatnonzero(above[1:] != above[:-1])
        k = int(steps[len(steps) // 2])
        step = float((level - estimate[k]) / (estimate[k + 1] - estimate[k]))
        inside = np.flatnonzero((low <= level) & (level <= high))
        first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (k, k + 1)
        return Crossing(
            at=float(grid[k] + step * (grid[k + 1] - grid[k])),
            low=float(grid[first]) if first > 0 else None,
            high=float(grid[last]) if last < len(grid) - 1 else None,
            rises=bool(above[-1]),
        )

    def to_try(self, level: float) -> list[float]:
        """Returns the places whose replicates tell most about the crossing: first its own, then the ends of its interval.

        None if the interval is as wide as the range: then a number only seems to cross the level, as half of all do that have no effect
        where the base is near the level.
        """
        found = self.crossing(level)
        if found is None or (found.low is None and found.high is None):
            return []
        if self._is_apart(found.at):
            return [found.at]
        return [end for end in (found.low, found.high) if end is not None and self._is_apart(end)]

    def _is_apart(self, place: float) -> bool:
        return bool(np.abs(self.places - place).min() > _APART)


def chances(reached: Floats, paired: Floats, base: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Returns probabilities with the low and high ends of their intervals, each of shape ``(k,)``.

    The share of the n replicates is corrected by what all replicates of the base say of those n (regression estimator of double sampling;
    Cochran 1977, Sampling Techniques, section 12.6). The interval is that of Clopper and Pearson with the number of replicates that would
    give the same variance without the base (Korn and Graubard 1998, Survey Methodology 24, 193-201), at least n and at most ``n_base``.

    Args:
        reached: from 0 to 1, shape ``(k, n)``.
        paired, base, confidence: as in ``Curve``.
    """
    from scipy.special import betaincinv

    estimate, variance = _regressed(reached, paired, base)
    estimate = np.clip(estimate, 0.0, 1.0)
    n = np.clip(estimate * (1.0 - estimate) / variance, reached.shape[1], len(base))
    hits, tail = estimate * n, (1.0 - confidence) / 2.0
    low = np.where(hits > 0.0, betaincinv(np.maximum(hits, 1e-9), n - hits + 1.0, tail), 0.0)
    high = np.where(hits < n, betaincinv(hits + 1.0, np.maximum(n - hits, 1e-9), 1.0 - tail), 1.0)
    return estimate, low, high


def _regressed(y: Floats, paired: Floats, base: Floats) -> tuple[Floats, Floats]:
    """Returns means of replicates, corrected by the base, and their variances, each of shape ``(k,)``.

    Half a pair more that differs in either direction counts in the variance, so that it is not 0 where no pair differs (as in Agresti and
    Min 2005, doi:10.1002/sim.1781).
    """
    n, mean = len(paired), y.mean(axis=1)
    about = paired - paired.mean()
    spread = float(about @ about)
    slope = y @ about / spread if spread > 0.0 else np.zeros(len(y))
    rest = y - mean[:, None] - slope[:, None] * about
    whole = float(base.mean())
    variance = ((rest**2).sum(axis=1) + 1.0) / n**2 + slope**2 * whole * (1.0 - whole) / len(base)
    return mean + slope * (whole - paired.mean()), variance
