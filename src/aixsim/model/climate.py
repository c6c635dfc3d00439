"""The investment climate: an exogenous random path, one per replicate.

``m(t) = scenario(t) * exp(x(t) - v / 2)`` with ``x(t) = rho * x(t-1) + sd * sqrt(1 - rho^2) * z(t)``, stationary with standard deviation
``sd``, hence variance ``v = sd^2`` and mean 1 around the trade scenario. In adverse years (tariffs, unfair competition) the
climate is lower; what a government does about trade is a lever and stands in ``levers/trade.py``.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.delivery import deviations
from aixsim.model.parameters import Parameters, fraction, month, real
from aixsim.random.draws import Purpose, normal, uniforms
from aixsim.world.arrays import read_only


class Climate(Parameters):
    """Investment climate."""

    level: float = real(
        1.0, "1", 0.0, 100.0, "mean of the climate: 1 is the climate of the calibration years", "assumed", "assumed", "0.8 to 1.2"
    )
    trend: float = real(0.0, "1/year", -1.0, 1.0, "yearly change of the logarithm of the level", "assumed", "assumed", "-0.03 to 0.03")
    volatility: float = real(
        0.15, "1", 0.0, 3.0, "standard deviation of the logarithm of the climate", "assumed", "assumed", "0.05 to 0.30"
    )
    persistence: float = real(0.95, "1", 0.0, 0.9999, "autocorrelation from month to month", "assumed", "assumed", "0.90 to 0.98")
    tariffs: float = fraction(0.0, "share by which tariffs abroad lower the climate in adverse years", "assumed", "assumed", "0 to 0.4")
    unfair_competition: float = fraction(
        0.0, "share by which unfair competition abroad lowers the climate in adverse years", "assumed", "assumed", "0 to 0.3"
    )
    adverse_start: str = month("2027-01", "first month of the adverse years", "assumed", "assumed")
    adverse_stop: str = month("2029-01", "first month after the adverse years", "assumed", "assumed")


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
    variates = [normal(u) for u in uniforms(seed, replicate, Purpose.CLIMATE, n_months).tolist()]
    return read_only(np.array(deviations(volatility, persistence, variates)))


def climate_path(p: Climate, n_months: int, seed: int, replicate: int) -> NDArray[np.float64]:
    """Returns m(t), shape ``(n_months,)``, from the values of the section."""
    sd = p.volatility
    path = np.empty(n_months)
    for t, x in enumerate(log_deviations(sd, p.persistence, n_months, seed, replicate).tolist()):
        path[t] = p.level * math.exp(p.trend * t / 12.0 + x - sd * sd / 2.0)
    return path


def adverse_exports(p: Climate, horizon: Horizon) -> NDArray[np.float64]:
    """Returns what bad years for exports multiply the climate by, shape ``(n_months,)``: 1 outside of them."""
    factor = np.ones(horizon.n_months)
    months = slice(max(horizon.index(p.adverse_start), 0), max(horizon.index(p.adverse_stop), 0))
    factor[months] = (1.0 - p.tariffs) * (1.0 - p.unfair_competition)
    return factor
