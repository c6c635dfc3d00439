"""Zone activity: how far the rules are lifted where a firm sits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.sense import Sense


def values(scenario: Scenario, problem: Problem) -> NDArray[np.float64]:  # noqa: ARG001 - as of any sense
    """Returns the activity of regulation-free zones by province and sector, shape ``(n_months, 17, 23)``."""
    return scenario.zone


SENSE = Sense(
    "zone_activity",
    "activity of the regulation-free zone of the firm's province and sector",
    values=values,
    by=("province", "sector"),
)
