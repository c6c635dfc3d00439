"""A smooth surface of a probability over two factors, through points that luck and other factors scatter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NODES = 16
"""Beyond 16 x 16 different places, those of one cell of such a grid are taken together: the work would grow with their cube."""
_STEEPEST = 6.9
"""Logit of 0.999: where all replicates succeed, nothing else keeps the surface finite."""
_SMOOTHINGS = np.logspace(-3, 2, 6)
_ROUNDS = 25


@dataclass(frozen=True)
class Surface:
    """A fitted surface.

    Attributes:
        smoothing: that was chosen.
    """

    smoothing: float
    _interpolator: Any
    _hull: Any
    _low: Floats
    _span: Floats

    def at(self, places: Floats) -> Floats:
        """Returns the probability at places, shape ``(n, 2)``; nan outside the hull of the points: nothing is extrapolated."""
        unit = (places - self._low) / self._span
        values: Floats = _expit(self._interpolator(unit)[:, 0])
        # Points of the hull's own edge are in it, whatever their last bits say.
        values[self._hull.find_simplex(unit, tol=1e-9) < 0] = np.nan
        return values


def fit_surface(places: Floats, shares: Floats) -> Surface | None:
    """Fits a thin-plate spline on the logit scale by penalised likelihood (O'Sullivan, Yandell and Raynor 1986, doi:10.2307/2287973).

    Unlike a spline through the logits of the shares it estimates the mean of the probability where other factors scatter it: the mean of
    logits is not the logit of a mean. The smoothing is chosen by leaving points out.

    Args:
        places: where the points lie, shape ``(n, 2)``.
        shares: of their replicates that reach the goal, shape ``(n,)``.

    Returns:
        None when fewer than six places are different or all lie on a line.
    """
    from scipy.spatial import Delaunay, QhullError

    low, span = places.min(axis=0), np.ptp(places, axis=0)
    if not span.all():
        return None
    unit, means, weights = _nodes((places - low) / span, shares)
    if len(unit) < 6:
        return None
    try:
        hull = Delaunay(unit if len(unit) == len(places) else (places - low) / span)
        losses = np.stack([_left_out(unit, means, weights, smoothing) for smoothing in _SMOOTHINGS])
    except (QhullError, np.linalg.LinAlgError):
        return None
    smoothing = float(_SMOOTHINGS[_smoothest(losses)])
    interpolator, _, _ = _fit(unit, means, weights, smoothing)
    return Surface(smoothing, interpolator, hull, low, span)


def _smoothest(losses: Floats) -> int:
    """Returns the smoothest fit that does not predict clearly worse than the best: by no more than one standard error of the difference.

    The rule of Breiman, Friedman, Olshen and Stone (1984, Classification and Regression Trees, 3.4.3): the best alone follows luck.

    Args:
        losses: of every node by smoothing, the smoothest last, shape ``(n_smoothings, n_nodes)``.
    """
    worse = losses - losses[losses.sum(axis=1).argmin()]
    error = worse.std(axis=1) / np.sqrt(losses.shape[1])
    return int(np.flatnonzero(worse.mean(axis=1) <= error).max())


def _nodes(unit: Floats, shares: Floats) -> tuple[Floats, Floats, Floats]:
    """Returns places, mean shares and numbers of points, those at the same place (of very many: in the same cell) taken together."""
    different, which = np.unique(unit, axis=0, return_inverse=True)
    if len(different) > _NODES**2:
        cells = np.minimum((unit * _NODES).astype(int), _NODES - 1)
        _, which = np.unique(cells[:, 0] * _NODES + cells[:, 1], return_inverse=True)
    which = which.ravel()
    n = np.bincount(which).astype(float)
    means = np.stack([np.bincount(which, column) / n for column in (unit[:, 0], unit[:, 1], shares)], axis=1)
    return means[:, :2], means[:, 2], n


def _fit(unit: Floats, means: Floats, weights: Floats, smoothing: float) -> tuple[Any, Floats, Floats]:
    """Returns the interpolator, the working response that it was fitted to and its weights, after iterated reweighting."""
    from scipy.interpolate import RBFInterpolator

    logit = np.clip(_logit(np.clip(means, 0.02, 0.98)), -_STEEPEST, _STEEPEST)
    interpolator, response, precision = None, logit, weights
    for _ in range(_ROUNDS):
        p = _expit(logit)
        precision = weights * p * (1.0 - p)
        # The working response of far-off points is bounded, as are the logits.
        response = logit + np.clip((means - p) / (p * (1.0 - p)), -4.0, 4.0)
        spread = smoothing * weights.sum() / len(weights) / precision
        interpolator = RBFInterpolator(unit, response[:, None], smoothing=spread, kernel="thin_plate_spline")
        new = np.clip(interpolator(unit)[:, 0], -_STEEPEST, _STEEPEST)
        if np.abs(new - logit).max() < 1e-4:
            break
        logit = new
    return interpolator, response, precision


def _left_out(unit: Floats, means: Floats, weights: Floats, smoothing: float) -> Floats:
    """Returns the weighted deviance of every node as the others predict it, but for what no prediction changes; shape ``(n_nodes,)``."""
    from scipy.interpolate import RBFInterpolator

    interpolator, response, precision = _fit(unit, means, weights, smoothing)
    spread = smoothing * weights.sum() / len(weights) / precision
    hat = np.diag(RBFInterpolator(unit, np.eye(len(unit)), smoothing=spread, kernel="thin_plate_spline")(unit))
    fitted = interpolator(unit)[:, 0]
    without = np.clip(fitted - hat * (response - fitted) / np.maximum(1.0 - hat, 1e-6), -_STEEPEST, _STEEPEST)
    p = _expit(without)
    return -weights * (means * np.log(p) + (1.0 - means) * np.log(1.0 - p))


def _logit(p: Floats) -> Floats:
    return np.log(p / (1.0 - p))


def _expit(x: Floats) -> Floats:
    bounded = np.clip(x, -_STEEPEST, _STEEPEST)
    return np.asarray(1.0 / (1.0 + np.exp(-bounded)), np.float64)
