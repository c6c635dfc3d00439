"""Readiness and training: firms whose people learn what AI can do for them react more strongly from then on."""

from __future__ import annotations

import numpy as np

from aixsim.model.calendar import over_years
from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.lottery import months_reached
from aixsim.model.parameters import ByYear, Parameters, by_year, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.random.draws import Purpose
from aixsim.world.classification import SIZES


class Training(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "assumed: no number of the plan was found", "assumed")
    stop: str = stops()
    per_year: ByYear = by_year(
        1000.0,
        "firms/year",
        0.0,
        1e6,
        "firms trained in a year, one number or by calendar year; years left out have none",
        "assumed",
        "assumed",
        "100 to 10,000",
    )
    sizes: tuple[str, ...] = names(["micro", "small", "medium", "mid-size"], SIZES, "size classes that are trained", "assumed", "assumed")
    factor: float = real(
        1.3,
        "1",
        1.0,
        100.0,
        "what a trained firm's susceptibility is multiplied by",
        "assumed; adoption_barriers.csv: 82.1 % neither recruit nor train AI staff, but no effect was found",
        "assumed",
        "1 to 3",
    )
    capacity_growth: float = real(
        0.0,
        "1/year",
        0.0,
        1.0,
        "yearly growth of vendors and engineers that training adds",
        "assumed",
        "assumed",
        "0 to 0.1",
    )


def apply(scenario: Scenario, p: Training, problem: Problem) -> None:
    """Trains the lottery's winners, and lets vendors and engineers grow faster while it acts."""
    eligible = problem.population.of_sizes(p.sizes)
    yearly = over_years(p.per_year, problem.horizon, fill=0.0) * problem.scale
    address = (scenario.seed, scenario.replicate, Purpose.TRAINING)
    firm, month = months_reached(eligible, yearly, problem.horizon, window(p, problem.horizon), address)
    first, end = window(p, problem.horizon)
    years = np.clip(np.arange(problem.horizon.n_months) - first, 0, end - first) / 12.0
    scenario.projects_at_once *= (1.0 + p.capacity_growth) ** years
    scenario.uplifts = scenario.uplifts.and_more(month, firm, np.full(len(firm), p.factor), equips=False)


LEVER = Lever(
    name="training",
    title="Readiness and training",
    apply=apply,
    neutral={"per_year": 0.0, "capacity_growth": 0.0},
    parameters=Training,
    source="adoption_barriers.csv",
)
