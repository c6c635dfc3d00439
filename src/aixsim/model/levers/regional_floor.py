"""The regional floor: a share of every programme's money goes to firms outside the Capital pole first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import ROUTES


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Raises the programmes' floors; what a programme keeps for the regions by its own rules remains."""
    first, end = window(settings, problem.horizon)
    for pot in scenario.pots:
        if pot.route == ROUTES.index("programme"):
            pot.floor[first:end] = np.maximum(pot.floor[first:end], settings["share"])


LEVER = Lever(
    name="regional_floor",
    title="Share of the money for the regions",
    apply=apply,
    neutral={"share": 0.0},
    cards=(
        start_card("2026-01", "work plan of 17 December 2025 (seed_article in sources.csv), for 2026", "derived"),
        stop_card(),
        Card(
            "share",
            0.4,
            "1",
            0.0,
            1.0,
            "share of every programme's budget for firms outside the Capital pole first",
            "national_growth_fund.csv (at least 40 %)",
            "quoted",
        ),
    ),
    source="work plan of 17 December 2025 (seed_article in sources.csv); national_growth_fund.csv",
)
