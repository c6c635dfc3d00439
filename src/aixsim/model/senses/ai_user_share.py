"""AI users: firms that the SME ministry has given an AI smart factory, among those of a province and sector.

They are no AI factories and are in no goal, but others see them. The share is that of the year before, so that it changes once a year.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.sense import Sense
from aixsim.world.classification import PROVINCES, SECTORS


def values(scenario: Scenario, problem: Problem) -> NDArray[np.float64]:
    """Returns the share of firms equipped by the end of the year before, by province and sector, shape ``(n_months, 17, 23)``."""
    population, milieus, years = problem.population, problem.milieus, problem.horizon.month_years
    uplifts, shape = scenario.uplifts, (len(PROVINCES), len(SECTORS))
    firms, month = uplifts.firm[uplifts.equips], uplifts.month[uplifts.equips]
    by_year = (int(years[-1]) + 2, *shape)
    places = np.ravel_multi_index((years[month] + 1, population.province[firms], population.sector[firms]), by_year)
    equipped = np.bincount(places, minlength=math.prod(by_year)).reshape(by_year)
    n_firms = np.zeros(shape)
    n_firms[milieus.province, milieus.sector] = milieus.cell_firms[milieus.cell]
    share = np.cumsum(equipped, axis=0) / np.maximum(n_firms, 1.0)
    return np.minimum(share, 1.0)[years]


SENSE = Sense(
    "ai_user_share",
    "share of firms of the same sector and province that a programme has given a smart factory by the end of the year before",
    values=values,
    by=("province", "sector"),
)
