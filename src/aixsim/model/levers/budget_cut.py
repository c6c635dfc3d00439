"""A budget cut from a date, as the one that halved the smart-factory programme in 2023, and how soon the money returns.

Smart-factory money fell from KRW 346.6 bn in 2022 to 167.1 in 2023 (-52 %), was 219.1 and 236.1 in the two years after, and was to be
436.6 in the fourth. A cut takes what no earlier call has reserved.
"""

from __future__ import annotations

import numpy as np

from aixsim.model.lever import Lever, programme_named, starts, stops, whole_years
from aixsim.model.parameters import Parameters, fraction, integer
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class BudgetCut(Parameters):
    """Settings of the lever."""

    start: str = starts("2028-01", "assumed: any year could be cut", "assumed")
    stop: str = stops()
    programme: str = programme_named()
    share: float = fraction(
        0.52,
        "share of the budget that is cut in the first year",
        "smart_factory_dropout_and_demand.csv (-51.8 % from 2022 to 2023)",
        "derived",
    )
    recovery_years: int = integer(
        3,
        "year",
        1,
        1000,
        "years after which the budget is whole again; the cut shrinks by equal steps",
        "smart_factory_budgets.csv (346.6 in 2022; then 167.1, 219.1, 236.1 and 436.6)",
        "derived",
    )


def apply(scenario: Scenario, p: BudgetCut, problem: Problem) -> None:
    """Takes the share of the programmes' budgets in whole years of the window, less of it every year."""
    years = whole_years(p, problem.horizon)
    age = np.cumsum(years) - 1
    cut = p.share * np.maximum(1.0 - age / p.recovery_years, 0.0)
    for line in scenario.programmes(p.programme):
        line.multiply(np.where(years, 1.0 - cut, 1.0))


LEVER = Lever(
    name="budget_cut",
    title="A budget cut from a date",
    apply=apply,
    neutral={"share": 0.0},
    parameters=BudgetCut,
    source="smart_factory_budgets.csv",
)
