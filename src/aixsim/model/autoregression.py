"""The noise of the investment climate: one addressed path a replicate, which the climate and its insurance both read."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, normal, uniforms
from aixsim.world.arrays import read_only


@lru_cache(maxsize=1)
def log_deviations(volatility: float, persistence: float, n_months: int, seed: int, replicate: int) -> NDArray[np.float64]:
    """Returns the stationary AR(1) ``x(t) = rho * x(t-1) + sd * sqrt(1 - rho^2) * z(t)``, shape ``(n_months,)``, read-only.

    Kept for the next caller, because the climate and the lever that damps it ask for the same path in every replicate.

    Args:
        volatility: stationary standard deviation ``sd``.
        persistence: autocorrelation ``rho`` from month to month.
        n_months: of the horizon.
        seed, replicate: address of the numbers.
    """
    path = np.empty(n_months)
    x = 0.0
    for t, u in enumerate(uniforms(seed, replicate, Purpose.CLIMATE, n_months).tolist()):
        z = normal(u)
        x = volatility * z if t == 0 else persistence * x + volatility * math.sqrt(1.0 - persistence * persistence) * z
        path[t] = x
    return read_only(path)
