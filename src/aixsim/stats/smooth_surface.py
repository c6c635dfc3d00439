"""Smoothing of scattered shares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NODES = 16
"""With more than 16 x 16 points, the points of one cell of such a grid are averaged, because time grows with the cube of their number."""
_SMOOTHINGS = np.logspace(-4, 1, 6)
_FOLDS = 5


def smooth_surface(places: Floats, shares: Floats) -> Callable[[Floats], Floats] | None:
    """Fits a thin-plate spline to shares, with the smoothing chosen by five-fold cross-validation.

    Shares are smoothed and not logits, because the mean of scattered points is wanted.

    Args:
        places: coordinates of the points, shape ``(n, 2)``.
        shares: 0 to 1, shape ``(n,)``.

    Returns:
        A function from places, shape ``(m, 2)``, to smooth shares; nan outside the convex hull of the points. None if there are fewer than
        six distinct places, or all lie on a line.
    """
    from scipy.interpolate import RBFInterpolator
    from scipy.spatial import Delaunay, QhullError
    from scipy.stats import binned_statistic_2d

    low, span = places.min(axis=0), np.ptp(places, axis=0)
    if not span.all() or len(different := np.unique(places, axis=0)) < 6:
        return None
    unit = (places - low) / span
    try:
        hull = Delaunay(unit)
        if len(different) > _NODES**2:
            columns = (*unit.T, shares)
            means = np.stack([binned_statistic_2d(unit[:, 0], unit[:, 1], column, "mean", _NODES).statistic.ravel() for column in columns])
            x, y, shares = means[:, np.isfinite(means[0])]
            unit = np.stack([x, y], axis=1)
        folds = np.arange(len(unit)) % _FOLDS

        def error(smoothing: float) -> float:
            total = 0.0
            for k in range(_FOLDS):
                fit = RBFInterpolator(unit[folds != k], shares[folds != k], smoothing=smoothing)
                total += float(np.square(fit(unit[folds == k]) - shares[folds == k]).sum())
            return total

        fitted = RBFInterpolator(unit, shares, smoothing=min(_SMOOTHINGS, key=error))
    except (QhullError, np.linalg.LinAlgError):
        return None

    def at(where: Floats) -> Floats:
        inside = (where - low) / span
        return np.where(hull.find_simplex(inside, tol=1e-9) < 0, np.nan, np.clip(fitted(inside), 0.0, 1.0))

    return at
