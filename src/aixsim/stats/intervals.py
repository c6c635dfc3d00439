"""Probabilities with their intervals and n."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from aixsim.errors import UserError
from aixsim.random.draws import normal


@dataclass(frozen=True, slots=True)
class Proportion:
    """An estimated probability.

    Attributes:
        successes, n: number of successes and trials.
        confidence: of both intervals, two-sided.
        clopper_pearson: exact interval, coverage at least ``confidence`` (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404).
        wilson: score interval, coverage about ``confidence`` (Wilson 1927, doi:10.1080/01621459.1927.10502953).
    """

    successes: int
    n: int
    confidence: float
    clopper_pearson: tuple[float, float]
    wilson: tuple[float, float]

    @property
    def estimate(self) -> float:
        """Successes over n."""
        return self.successes / self.n

    @property
    def short(self) -> str:
        """Percent and interval as text; for 0 and n successes the bound instead of an interval."""
        low, high = self.clopper_pearson
        if self.successes == 0:
            return f"0 % (at most {outward(high, up=True)})"
        if self.successes == self.n:
            return f"100 % (at least {outward(low, up=False)})"
        return f"{percent(self.estimate)} [{percent(low).removesuffix(' %')}, {percent(high).removesuffix(' %')}]"

    def __str__(self) -> str:
        """Returns percent, interval and counts as text; for 0 and n successes only the bound, such as ``below 0.4 % (… 0 of 1,000)``."""
        low, high = self.clopper_pearson
        sure, counted = f"{100 * self.confidence:g} %", f"{self.successes:,} of {self.n:,}"
        if self.successes == 0:
            return f"below {outward(high, up=True)} ({sure} bound; {counted})"
        if self.successes == self.n:
            return f"above {outward(low, up=False)} ({sure} bound; {counted})"
        return f"{percent(self.estimate)} [{percent(low)}, {percent(high)}] ({sure} interval; {counted})"


def percent(share: float) -> str:
    """Returns a share in percent, with enough decimals to show 0 or 100 only for exact values."""
    value = 100.0 * share
    if value in (0.0, 100.0):
        return f"{value:.0f} %"
    decimals = 1
    while decimals < 9 and float(f"{value:.{decimals}f}") in (0.0, 100.0):
        decimals += 1
    return f"{value:.{decimals}f} %"


def outward(share: float, *, up: bool) -> str:
    """Returns a bound in percent, rounded outwards."""
    value = 100.0 * share
    decimals = 1
    while decimals < 9 and (value < 10.0**-decimals if up else 100.0 - value < 10.0**-decimals):
        decimals += 1
    step = 10.0**decimals
    return f"{(math.ceil(value * step) if up else math.floor(value * step)) / step:.{decimals}f} %"


@lru_cache(maxsize=4096)
def proportion(successes: int, n: int, confidence: float) -> Proportion:
    """Estimates a probability.

    Args:
        successes: 0 to ``n``.
        n: trials, 1 or more.
        confidence: of the intervals, two-sided, such as 0.95.

    Raises:
        UserError: ``n`` is 0.
    """
    if n < 1:
        raise UserError("no replicate finished; see failures.jsonl")
    tail = (1.0 - confidence) / 2.0
    share, z = successes / n, normal(1.0 - tail)
    middle = (share + z * z / (2 * n)) / (1.0 + z * z / n)
    margin = z / (1.0 + z * z / n) * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    exact, wilson = _clopper_pearson(successes, n, tail), (max(middle - margin, 0.0), min(middle + margin, 1.0))
    return Proportion(successes, n, confidence, exact, wilson)


def _clopper_pearson(successes: int, n: int, tail: float) -> tuple[float, float]:
    if successes in (0, n):  # closed form, so that small runs need not load SciPy
        limit = tail ** (1.0 / n)
        return (limit, 1.0) if successes else (0.0, 1.0 - limit)
    # scipy.stats.binomtest gives the same interval, but its import takes a second longer.
    from scipy.special import betaincinv

    low = betaincinv(successes, n - successes + 1, tail)
    high = betaincinv(successes + 1, n - successes, 1.0 - tail)
    return float(low), float(high)


def wilson_half_width(successes: int, n: int, confidence: float) -> float:
    """Returns half the width of the Wilson interval, 0 to 0.5, which a fixed-width stopping rule uses."""
    low, high = proportion(successes, n, confidence).wilson
    return (high - low) / 2.0
