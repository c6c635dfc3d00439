"""A smooth surface through scattered shares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NODES = 16
"""Beyond 16 x 16 places, those of one cell of such a grid are taken together: the work grows with their cube."""
_SMOOTHINGS = np.logspace(-4, 1, 6)
_FOLDS = 5


def smooth_surface(places: Floats, shares: Floats) -> Callable[[Floats], Floats] | None:
    """Fits a thin-plate spline to shares; its smoothing is the one that predicts points best that were left out, five folds.

    The shares themselves are smoothed, not their logits: where points scatter, their mean is wanted.

    Args:
        places: where the points lie, shape ``(n, 2)``.
        shares: 0 to 1, shape ``(n,)``.

    Returns:
        A function from places, shape ``(m, 2)``, to smooth shares; nan outside the hull of the points, where nothing is known. None when
        fewer than six places differ or all lie on a line.
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
