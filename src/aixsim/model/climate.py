"""The investment climate: what nobody controls, one path a replicate.

``m(t) = scenario(t) * exp(x(t) - v / 2)`` with ``x(t) = rho * x(t-1) + sd * sqrt(1 - rho^2) * z(t)``, stationary with standard deviation
``sd``, hence variance ``v = sd^2`` and mean 1 around the trade scenario. In adverse years (tariffs, unfair competition) the
climate is lower; what a government does about trade is a lever and stands in ``levers/trade.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.autoregression import log_deviations
from aixsim.model.calendar import Horizon
from aixsim.model.parameters import Card
from aixsim.model.section import Section

SECTION = Section(
    name="climate",
    title="Investment climate",
    cards=(
        Card(
            "level",
            1.0,
            "1",
            0.0,
            100.0,
            "mean of the climate: 1 is the climate of the calibration years",
            "assumed",
            "assumed",
            "0.8 to 1.2",
        ),
        Card("trend", 0.0, "1/year", -1.0, 1.0, "yearly change of the logarithm of the level", "assumed", "assumed", "-0.03 to 0.03"),
        Card("volatility", 0.15, "1", 0.0, 3.0, "standard deviation of the logarithm of the climate", "assumed", "assumed", "0.05 to 0.30"),
        Card("persistence", 0.95, "1", 0.0, 0.9999, "autocorrelation from month to month", "assumed", "assumed", "0.90 to 0.98"),
        Card(
            "tariffs",
            0.0,
            "1",
            0.0,
            1.0,
            "share by which tariffs abroad lower the climate in adverse years",
            "assumed",
            "assumed",
            "0 to 0.4",
        ),
        Card(
            "unfair_competition",
            0.0,
            "1",
            0.0,
            1.0,
            "share by which unfair competition abroad lowers the climate in adverse years",
            "assumed",
            "assumed",
            "0 to 0.3",
        ),
        Card("adverse_start", "2027-01", "month", 0, 0, "first month of the adverse years", "assumed", "assumed", kind="month"),
        Card("adverse_stop", "2029-01", "month", 0, 0, "first month after the adverse years", "assumed", "assumed", kind="month"),
    ),
)


def climate_path(settings: Mapping[str, Any], n_months: int, seed: int, replicate: int) -> NDArray[np.float64]:
    """Returns m(t), shape ``(n_months,)``, from the values of ``SECTION``."""
    sd = settings["volatility"]
    path = np.empty(n_months)
    for t, x in enumerate(log_deviations(sd, settings["persistence"], n_months, seed, replicate).tolist()):
        path[t] = settings["level"] * math.exp(settings["trend"] * t / 12.0 + x - sd * sd / 2.0)
    return path


def adverse_exports(settings: Mapping[str, Any], horizon: Horizon) -> NDArray[np.float64]:
    """Returns what bad years for exports multiply the climate by, shape ``(n_months,)``: 1 outside of them."""
    factor = np.ones(horizon.n_months)
    months = slice(max(horizon.index(settings["adverse_start"]), 0), max(horizon.index(settings["adverse_stop"]), 0))
    factor[months] = (1.0 - settings["tariffs"]) * (1.0 - settings["unfair_competition"])
    return factor
