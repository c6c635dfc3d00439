"""Park service: what a firm's AX park offers it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.sense import Sense


def values(scenario: Scenario, problem: Problem) -> NDArray[np.float64]:  # noqa: ARG001 - as of any sense
    """Returns the service level of every park, shape ``(n_months, n_parks)``."""
    return scenario.park_service.T


SENSE = Sense("park_service", "service level of the firm's park", values=values, by=("park",))
