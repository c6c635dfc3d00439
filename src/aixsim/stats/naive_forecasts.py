"""Naive forecasts, which continue the past: random walks of counts or unit costs, and planned numbers.

Their error distributions are estimated from past errors: Student's t for a walk of counts, because the sample is short, and normal for
logarithms, because the exponential of a t variable has no finite mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, uniforms

Floats = NDArray[np.float64]
LEAST_CHANGES = 2
"""Minimum number of yearly changes to estimate a spread."""


def drift(new: Floats, n_ahead: int, n: int, seed: int) -> Floats:
    """Continues the yearly new counts as a random walk with drift (Hyndman and Athanasopoulos 2021, section 5.2).

    Args:
        new: counted new adopters of the years so far, at least three.
        n_ahead: years ahead.
        n: size of the sample.

    Returns:
        New counts, shape ``(n, n_ahead)``, never below 0.
    """
    changes = np.diff(new)
    return np.maximum(new[-1] + _walk(changes, n_ahead, n, seed, with_drift=True), 0.0)


def unit_cost(new: Floats, budgets: Floats, budgets_ahead: Floats, seed: int) -> Floats:
    """Divides the budgets of the years ahead by the last cost of a new adopter, which follows a random walk.

    Args:
        new: counted new adopters of the years so far, at least three.
        budgets: of the same years, in any unit.
        budgets_ahead: sample of budgets of the years ahead, shape ``(n, n_ahead)``.

    Returns:
        New counts, shape ``(n, n_ahead)``.
    """
    cost = np.log(budgets / new)
    n, n_ahead = budgets_ahead.shape
    return budgets_ahead / np.exp(cost[-1] + _walk(np.diff(cost), n_ahead, n, seed, with_drift=False))


def planned_numbers(new: Floats, planned: Floats, planned_ahead: Floats, seed: int) -> Floats:
    """Multiplies the planned numbers of the years ahead by the share delivered in the past, log-normal with the same mean and spread.

    Args:
        new: counted new adopters of the years so far, at least two.
        planned: numbers that were planned for the same years.
        planned_ahead: sample of the numbers planned for the years ahead, shape ``(n, n_ahead)``.

    Returns:
        New counts, shape ``(n, n_ahead)``.
    """
    from scipy.special import ndtri

    delivered = np.log(new / planned)
    spread = float(delivered.std(ddof=1))
    n, n_ahead = planned_ahead.shape
    u = np.stack([uniforms(seed, 7, Purpose.COUNTING, n, ahead) for ahead in range(n_ahead + 1)], axis=1)
    shocks = spread * ndtri(u)
    # The mean share delivered is estimated, and its error depends on the number of past years.
    return planned_ahead * np.exp(delivered.mean() + shocks[:, :1] / np.sqrt(len(delivered)) + shocks[:, 1:])


def _walk(changes: Floats, n_ahead: int, n: int, seed: int, *, with_drift: bool) -> Floats:
    """Returns sums of future changes, shape ``(n, n_ahead)``; with drift their mean is estimated, else it is 0."""
    from scipy.special import ndtri, stdtrit

    k = len(changes)
    if k < LEAST_CHANGES:
        raise ValueError(f"{k} yearly changes are too few to estimate a spread; at least {LEAST_CHANGES} are needed")
    mean = float(changes.mean()) if with_drift else 0.0
    freedom = k - 1 if with_drift else k
    spread = float(np.sqrt(np.square(changes - mean).sum() / freedom))
    u = np.stack([uniforms(seed, 2, Purpose.COUNTING, n, ahead) for ahead in range(n_ahead + 1)], axis=1)
    shocks = spread * (stdtrit(freedom, u) if with_drift else ndtri(u))
    trend = mean + (shocks[:, :1] / np.sqrt(k) if with_drift else 0.0)
    out: Floats = np.cumsum(shocks[:, 1:] + trend, axis=1)
    return out
