"""Observation model: an observed count given the simulated one is negative binomial with mean ``m`` and variance ``m + d m^2``.

The dispersion ``d`` covers model error and counting error; ``sqrt(d)`` is the relative error of a large
count. Source: Lawless (1987), doi:10.2307/3314912 (the NB2 form).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_mass(count: float, mean: Floats, dispersion: Floats) -> Floats:
    """Returns the log probability of a count, shape as ``mean``.

    Args:
        count: 0 or more; may be fractional (a share times a number of firms).
        mean: simulated counts, positive.
        dispersion: positive, broadcastable.
    """
    from scipy.special import gammaln, xlogy

    size = 1.0 / dispersion
    # log1p is accurate near the Poisson limit.
    out: Floats = gammaln(count + size) - gammaln(size) - gammaln(count + 1.0) - size * np.log1p(mean / size)
    return out + xlogy(count, mean / (size + mean))


def quantile(u: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Returns the quantiles at ``u`` in (0, 1), broadcast."""
    from scipy.stats import nbinom

    size = 1.0 / dispersion
    return np.asarray(nbinom.ppf(u, size, size / (size + mean)), dtype=np.float64)


def widened(dispersion: Any, relative_error: float) -> Any:
    """Returns the dispersion of a count with an additional relative error."""
    return dispersion + relative_error**2
