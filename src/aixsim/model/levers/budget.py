"""The money of the programmes: more or less a year, and larger or smaller grants, over what the ``[[programme]]`` tables state.

A budget is by calendar year, so the lever acts on years that lie in its window as a whole; and nobody expects it beforehand: a
grant over several years reserves no money that a lever adds later (``FundingLine.change``).
"""

from __future__ import annotations

import numpy as np

from aixsim.model.calendar import over_years
from aixsim.model.lever import Lever, programme_named, starts, stops, whole_years
from aixsim.model.parameters import ByYear, Parameters, by_year
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class Budget(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "assumed: the year after the work plan", "assumed")
    stop: str = stops()
    programme: str = programme_named()
    budget_factor: ByYear = by_year(
        1.0,
        "1",
        0.0,
        100.0,
        "what a year's budget is multiplied by, one number or by calendar year; years left out keep theirs",
        "a decision; ai_factory_budgets.csv: 52.75 of 145.0 were tendered in 2026, 200 are expected for 2030",
        "assumed",
    )
    grant_factor: ByYear = by_year(
        1.0,
        "1",
        0.01,
        100.0,
        "what the money for one project is multiplied by, one number or by calendar year of the call",
        "a decision; ai_factory_budgets.csv: 7.31 a project in 2024, 0.83 in 2025, 1.65 in 2026",
        "assumed",
    )


def apply(scenario: Scenario, p: Budget, problem: Problem) -> None:
    """Multiplies budgets and grants of the programmes in whole years of the window."""
    years = whole_years(p, problem.horizon)
    factor, grant = (np.where(years, over_years(value, problem.horizon, fill=1.0), 1.0) for value in (p.budget_factor, p.grant_factor))
    for line in scenario.programmes(p.programme):
        line.multiply(factor)
        line.grant = np.maximum(np.rint(line.grant * grant[:, None]), 1.0).astype(np.int64)


LEVER = Lever(
    name="budget",
    title="Programme budgets and size of grants",
    apply=apply,
    neutral={"budget_factor": 1.0, "grant_factor": 1.0},
    parameters=Budget,
    source="ai_factory_budgets.csv; work plan of 17 December 2025 (seed_article in sources.csv)",
)
