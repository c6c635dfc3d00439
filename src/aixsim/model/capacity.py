"""Capacity: vendors and engineers who carry projects out. At most so many projects run at once; the others wait in a queue.

A project is launched at its contract and starts when there is room, first in, first out; contracts of one month stand in an order drawn by
lot. Its duration begins with its start. Projects that firms pay themselves wait like the others. Smart factories of the SME ministry need
part of the same people.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.parameters import Parameters, fraction, integer, real

UNIT: Final = 1024
"""Room is counted in 1024ths of a project, so that it is a whole number."""
NO_LIMIT: Final = 2**62
"""Room that is never used up."""
_YEAR: Final = 2026


class Capacity(Parameters):
    """Projects that vendors and engineers can carry out at once."""

    projects: float = real(
        0.0,
        "projects",
        0.0,
        1e9,
        f"projects that can run at once in {_YEAR}; 0 for no limit",
        "assumed; ai_factory_targets_history.csv: 500 specialised firms are a target for 2030",
        "assumed",
        "loguniform, 150 to 1,500",
    )
    growth: float = real(0.2, "1/year", -0.9, 5.0, "yearly growth of that number", "assumed", "assumed", "0 to 0.4")
    smart_factory: float = fraction(
        0.1, "room of a project that a smart factory of the SME ministry takes", "assumed", "assumed", "0 to 0.2"
    )
    smart_factory_months: int = integer(12, "month", 1, 120, "months for which it takes it", "assumed", "assumed", "6 to 18")


def projects_at_once(p: Capacity, horizon: Horizon) -> NDArray[np.float64]:
    """Returns how many projects can run at once in each month, shape ``(n_months,)``; 0 for no limit."""
    years = horizon.years[0] - _YEAR + horizon.month_years + (horizon.calendar_months - 1) / 12.0
    return np.array([p.projects * math.pow(1.0 + p.growth, year) for year in years.tolist()])


def room(projects: NDArray[np.float64], equipped_from: NDArray[np.int64], p: Capacity, scale: float) -> NDArray[np.int64]:
    """Returns the room for projects by month in ``1 / UNIT`` of a project, shape ``(n_months,)``; ``NO_LIMIT`` without a limit.

    Args:
        projects: that can run at once in the nation, shape ``(n_months,)``; all 0 for no limit.
        equipped_from: months in which firms of the sample are given a smart factory, any shape.
        p: of the section.
        scale: share of the national population.
    """
    if not projects.any():
        return np.full(len(projects), NO_LIMIT, np.int64)
    started = np.bincount(equipped_from, minlength=len(projects))[: len(projects)]
    so_far = np.cumsum(started)
    ended = np.concatenate([np.zeros(p.smart_factory_months, np.int64), so_far])[: len(projects)]
    left = projects * scale - p.smart_factory * (so_far - ended)
    return np.rint(np.maximum(left, 0.0) * UNIT).astype(np.int64)
