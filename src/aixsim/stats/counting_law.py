"""The law of an observed count given the simulated one: negative binomial with mean ``m`` and variance ``m + d m^2``.

The dispersion ``d`` covers what the model leaves out and errors of counting; ``sqrt(d)`` is the relative error of a large
count. Source: Lawless (1987), doi:10.2307/3314912 (the NB2 form).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_mass(count: float, mean: Floats, dispersion: Floats) -> Floats:
    """Returns the logarithm of the chance of a count, shape as ``mean``.

    Args:
        count: 0 or more; need not be whole (a share times a number of firms).
        mean: simulated counts, positive.
        dispersion: positive, broadcastable.
    """
    from scipy.special import gammaln, xlogy

    size = 1.0 / dispersion
    # log1p keeps its digits where the law is close to Poisson.
    out: Floats = gammaln(count + size) - gammaln(size) - gammaln(count + 1.0) - size * np.log1p(mean / size)
    return out + xlogy(count, mean / (size + mean))


def quantile(u: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Returns the counts below which shares ``u`` in (0, 1) of the law lie, broadcast."""
    from scipy.stats import nbinom

    size = 1.0 / dispersion
    return np.asarray(nbinom.ppf(u, size, size / (size + mean)), dtype=np.float64)


def widened(dispersion: Any, relative_error: float) -> Any:
    """Returns the dispersion of a count that has a further relative error of its own."""
    return dispersion + relative_error**2
