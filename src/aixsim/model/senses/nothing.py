"""Nothing: for laws that no state of the world touches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.sense import Sense


def values(scenario: Scenario, problem: Problem) -> NDArray[np.float64]:  # noqa: ARG001 - as of any sense
    """Returns 0 for every month."""
    return np.zeros(problem.horizon.n_months)


SENSE = Sense("nothing", "0", values=values)
