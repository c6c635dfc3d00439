"""Importance weights: effective sample size and resampling."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.random.draws import Purpose, uniform, uniforms

LEAST_ESS: Final = 100.0
"""Minimum effective sample size; with less, quantiles are too uncertain."""

Floats = NDArray[np.float64]


class TooFewError(UserError):
    """The effective sample size of weights is too small.

    Attributes:
        ess: effective sample size.
        n: number of particles.
        least: minimum effective sample size.
    """

    def __init__(self, what: str, ess: float, n: int, remedy: str, least: float = LEAST_ESS) -> None:
        super().__init__(f"{what}: the effective sample size is {ess:.0f} of {n:,}, and at least {least:.0f} is needed; {remedy}")
        self.ess, self.n, self.least = ess, n, least


def normalised(log_weights: Floats) -> Floats:
    """Returns weights that sum to 1, shape as given; if all log weights are minus infinity, weights are equal.

    Raises:
        ValueError: a log weight is not a number, or plus infinity.
    """
    top = float(log_weights.max())
    if math.isnan(top) or top == math.inf:
        raise ValueError("a log weight is not a number")
    if top == -math.inf:
        return np.full(len(log_weights), 1.0 / len(log_weights))
    weights = np.exp(log_weights - top)
    out: Floats = weights / weights.sum()
    return out


def effective_sample_size(weights: Floats) -> float:
    """Returns Kish's effective sample size ``(sum w)^2 / sum w^2`` of weights that sum to 1."""
    return float(1.0 / np.square(weights).sum())


def resample(weights: Floats, n: int, seed: int, attempt: int = 0) -> NDArray[np.int64]:
    """Returns positions of ``n`` equally weighted particles, shuffled, so that the first k are also a sample.

    Systematic resampling (Kitagawa 1996, doi:10.2307/1390750) followed by an addressed shuffle.

    Args:
        weights: shape ``(n_particles,)``, sum 1.
        n: number of positions.
        attempt: distinguishes several uses with one seed.
    """
    points = (np.arange(n) + uniform(seed, 0, Purpose.RESAMPLING, 0, attempt)) / n
    chosen = np.searchsorted(np.cumsum(weights), points).clip(max=len(weights) - 1)
    return chosen[np.argsort(uniforms(seed, 1, Purpose.RESAMPLING, n, attempt), kind="stable")].astype(np.int64)


def weighted_quantile(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Returns quantiles of weighted values: the smallest value with at least that share of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return values[order][np.searchsorted(cumulative, levels * cumulative[-1] - 1e-12).clip(max=len(values) - 1)]
