"""The investment climate: what nobody controls, one path a replicate.

``m(t) = scenario(t) * exp(x(t) - v / 2)`` with ``x(t) = rho * x(t-1) + sd * sqrt(1 - rho^2) * z(t)``, stationary with standard deviation
``sd``, hence variance ``v = sd^2`` and mean 1 around the trade scenario.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.core.draws import Purpose, normal, uniform
from aixsim.core.parameters import Card
from aixsim.core.section import Section

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
    ),
)


def climate_path(settings: Mapping[str, Any], n_months: int, seed: int, replicate: int) -> NDArray[np.float64]:
    """Returns m(t), shape ``(n_months,)``, from the values of ``SECTION``."""
    sd, rho = settings["volatility"], settings["persistence"]
    path = np.empty(n_months)
    x = 0.0
    for t in range(n_months):
        z = normal(uniform(seed, replicate, Purpose.CLIMATE, t))
        x = sd * z if t == 0 else rho * x + sd * math.sqrt(1.0 - rho * rho) * z
        path[t] = settings["level"] * math.exp(settings["trend"] * t / 12.0 + x - sd * sd / 2.0)
    return path
