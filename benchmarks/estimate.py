"""Medians, their ratios and differences with intervals by bootstrap; what is too uncertain is not printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import uniforms

WIDEST = 0.15
"""Width of a 95 % interval, as a share of the number, above which the number is not printed."""
_RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval.

    Attributes:
        value, low, high: the number and its interval; both ends are NaN where it was measured once.
        n: how often it was measured.
    """

    value: float
    low: float
    high: float
    n: int

    @property
    def is_certain(self) -> bool:
        """Whether the interval is narrow enough for the number to be printed."""
        return self.high - self.low <= WIDEST * abs(self.value)

    def text_of_exponent(self) -> str:
        """Returns an exponent, which may be 0, with its interval: ``WIDEST`` is the width itself, not a share."""
        width = self.high - self.low
        if width > WIDEST:
            return f"not printed: the interval is {width:.2f} wide"
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"

    def text(self, unit: str = "") -> str:
        """Returns the number with its interval, or why it is not printed."""
        if np.isnan(self.low):
            return "not printed: measured once"
        if not self.is_certain:
            width = 100.0 * (self.high - self.low) / abs(self.value) if self.value else np.inf
            return f"not printed: the interval is {width:,.0f} % wide"
        return f"{number(self.value)}{unit and ' ' + unit} [{number(self.low)}, {number(self.high)}]"


def median(sample: Sequence[float]) -> Estimate:
    """Returns the median of a sample."""
    return _estimate(np.median(_drawn(sample, 0), axis=1), float(np.median(sample)), len(sample))


def ratio(a: Sequence[float], b: Sequence[float]) -> Estimate:
    """Returns the median of a over that of b; samples of one length are taken as pairs, measured in the same turn."""
    x, y = _both(a, b)
    return _estimate(np.median(x, axis=1) / np.median(y, axis=1), float(np.median(a) / np.median(b)), min(len(a), len(b)))


def difference(a: Sequence[float], b: Sequence[float]) -> Estimate:
    """Returns the median of a less that of b, pairs as in ``ratio``."""
    x, y = _both(a, b)
    return _estimate(np.median(x, axis=1) - np.median(y, axis=1), float(np.median(a) - np.median(b)), min(len(a), len(b)))


def exponent(size: Sequence[float], seconds: Sequence[Sequence[float]]) -> Estimate:
    """Returns the power of the size by which the median time grows: the slope of a line through the logarithms.

    Args:
        size: of each step, two or more.
        seconds: sample of each step.
    """
    x = np.log(size)
    slopes = np.polyfit(x, np.log([np.median(_drawn(sample, k), axis=1) for k, sample in enumerate(seconds)]), 1)[0]
    middle = np.polyfit(x, np.log([np.median(sample) for sample in seconds]), 1)[0]
    return _estimate(slopes, float(middle), min(map(len, seconds)))


def _both(a: Sequence[float], b: Sequence[float]) -> tuple[NDArray[Any], NDArray[Any]]:
    return _drawn(a, 0), _drawn(b, 0 if len(a) == len(b) else 1)


def _drawn(sample: Sequence[float], seed: int) -> NDArray[np.float64]:
    """Returns resamples, shape ``(_RESAMPLES, n)``; the same seed draws the same places."""
    values = np.asarray(sample, np.float64)
    places = uniforms(seed, 0, 0, _RESAMPLES * len(values)) * len(values)
    return values[places.astype(np.intp).reshape(_RESAMPLES, len(values))]


def _estimate(resampled: NDArray[np.float64], value: float, n: int) -> Estimate:
    low, high = np.quantile(resampled, [0.025, 0.975]) if n > 1 else (np.nan, np.nan)
    return Estimate(value, float(low), float(high), n)


def number(value: float) -> str:
    """Returns three digits that mean something, never an exponent."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:#.3g}"
