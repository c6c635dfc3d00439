"""The regional floor: a share of every programme's money goes to firms outside the Capital pole first."""

from __future__ import annotations

import numpy as np

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class RegionalFloor(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "work plan of 17 December 2025 (seed_article in sources.csv), for 2026", "derived")
    stop: str = stops()
    share: float = fraction(
        0.4,
        "share of every programme's budget for firms outside the Capital pole first",
        "national_growth_fund.csv (at least 40 %)",
        "quoted",
    )


def apply(scenario: Scenario, p: RegionalFloor, problem: Problem) -> None:
    """Raises the programmes' floors; what a programme keeps for the regions by its own rules remains."""
    first, end = window(p, problem.horizon)
    for line in scenario.programmes():
        line.floor[first:end] = np.maximum(line.floor[first:end], p.share)


LEVER = Lever(
    name="regional_floor",
    title="Share of the money for the regions",
    apply=apply,
    neutral={"share": 0.0},
    parameters=RegionalFloor,
    source="work plan of 17 December 2025 (seed_article in sources.csv); national_growth_fund.csv",
)
