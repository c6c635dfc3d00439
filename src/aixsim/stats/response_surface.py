"""Quadratic response surfaces: of a probability on the logit scale, and of a mean.

Box and Wilson (1951, Journal of the Royal Statistical Society B 13, 1-45).
A quadratic has few coefficients, ``(d + 1)(d + 2) / 2`` in d dimensions, so that all replicates of all points estimate it together; it is
fitted again around the points that matter. Its estimates are for a search only: what a search finds must be confirmed on new replicates.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Surface = Callable[[Floats], Floats]
"""From places in the unit cube, shape ``(m, d)``, to values, shape ``(m,)``."""
_RIDGE = 1e-2
"""Penalty of the coefficients: keeps them finite where all replicates of all points are alike."""
_STEPS = 100
_TOLERANCE = 1e-8
_FIRST, _NEAR, _BOXES = 2**13, 2**9, 10
"""Places over the cube, places in each box, and number of boxes."""


def terms(places: Floats) -> Floats:
    """Returns 1, every coordinate from -1 to 1, and every product of two, shape ``(m, (d + 1)(d + 2) / 2)``.

    Args:
        places: in the unit cube, shape ``(m, d)``.
    """
    x = 2.0 * places - 1.0
    ones = np.ones((len(x), 1))
    products = [x[:, i] * x[:, j] for i, j in combinations_with_replacement(range(x.shape[1]), 2)]
    return np.concatenate([ones, x, np.stack(products, axis=1)], axis=1)


def mean_surface(places: Floats, values: Floats) -> Surface:
    """Fits a mean by least squares with a small ridge penalty.

    Args:
        places: in the unit cube, shape ``(n, d)``.
        values: shape ``(n,)``.
    """
    x = terms(places)
    unit = float(np.abs(values).max()) or 1.0
    # Scaled, so that the penalty means the same for all units; the constant is not penalised.
    coefficients = np.linalg.solve(x.T @ x + 1e-6 * _penalty(x.shape[1]), x.T @ (values / unit))
    return lambda where: unit * (terms(where) @ coefficients)


def logit_surface(places: Floats, successes: Floats, trials: Floats) -> Surface:
    """Fits the logit of a probability by penalised maximum likelihood (Newton's method with halved steps).

    Args:
        places: in the unit cube, shape ``(n, d)``.
        successes: of the trials at each, shape ``(n,)``.
        trials: shape ``(n,)``, at least 1 each.
    """
    x, penalty = terms(places), _RIDGE * _penalty(1 + places.shape[1] + places.shape[1] * (places.shape[1] + 1) // 2)

    def loss(at: Floats) -> float:
        linear = x @ at
        return float(trials @ np.logaddexp(0.0, linear) - successes @ linear + at @ penalty @ at / 2.0)

    at = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ at, -500.0, 500.0)))
        slope = x.T @ (trials * chance - successes) + penalty @ at
        curve = x.T @ (x * (trials * chance * (1.0 - chance))[:, None]) + penalty
        step = np.linalg.solve(curve, slope)
        length, now = 1.0, loss(at)
        while loss(at - length * step) > now and length > _TOLERANCE:
            length /= 2.0
        at = at - length * step
        if float(np.abs(length * step).max()) < _TOLERANCE:
            break
    return lambda where: terms(where) @ at


def _penalty(n: int) -> Floats:
    """Returns the identity with 0 for the constant, which is hardly penalised, so that it is never singular."""
    found = np.eye(n)
    found[0, 0] = 1e-3
    return found


def cheapest(cost: Surface, height: Surface, level: float, n_axes: int, snapped: Callable[[Floats], Floats], seed: int) -> Floats | None:
    """Returns the cheapest place at which a surface is at least so high, shape ``(n_axes,)``; None where it is nowhere.

    Looks at a Sobol sequence over the cube, then in boxes around what was found, each half as wide as the one before.

    Args:
        cost: to be as small as possible.
        height: to be at least the level.
        level: of the height.
        n_axes: dimensions of the cube.
        snapped: moves places to those that can be set, such as whole numbers.
        seed: of the sequences.
    """
    from scipy.stats import qmc

    cloud, found = snapped(qmc.Sobol(n_axes, rng=seed).random(_FIRST)), None
    for number in range(_BOXES):
        value = np.where(height(cloud) >= level, cost(cloud), np.inf)
        at = int(np.argmin(value))
        if not np.isfinite(value[at]):
            break
        found = cloud[at]
        around = (qmc.Sobol(n_axes, rng=seed + number).random(_NEAR) - 0.5) * 0.5**number
        # What was found stays, so that it can only become cheaper.
        cloud = np.concatenate([found[None], snapped(np.clip(found + around, 0.0, 1.0))])
    return found
