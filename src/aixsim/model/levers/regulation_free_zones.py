"""Regulation-free zones: where the rules are suspended, projects take less time, and firms try things they would not try elsewhere.

The plan gives them to the growth engines of poles and special zones; its list was not found. The Capital pole is left out by default
(assumed: the plan is about the regions). That firms experiment more is the law of the mechanism ``zones``, which must be switched on.
"""

from __future__ import annotations

import numpy as np

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction, integer, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import CAPITAL, POLES
from aixsim.world.regions import growth_engines


class RegulationFreeZones(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-07", "assumed; the plan announces them for 2026", "assumed")
    stop: str = stops()
    poles: tuple[str, ...] = names(
        [pole for position, pole in enumerate(POLES) if position != CAPITAL],
        POLES,
        "poles and special zones with a zone for their growth engines",
        "assumed; pole_structure.csv, region_specialisation.csv",
        "assumed",
    )
    activity: float = fraction(
        1.0, "share of the zones' firms and projects that the suspended rules concern", "assumed", "assumed", "0.1 to 1"
    )
    ramp_months: int = integer(12, "month", 1, 240, "months until a zone is fully active", "assumed", "assumed", "6 to 24")
    duration_factor: float = real(
        0.85, "1", 0.01, 1.0, "what a fully active zone multiplies the duration of projects by", "assumed", "assumed", "0.6 to 1"
    )


def apply(scenario: Scenario, p: RegulationFreeZones, problem: Problem) -> None:
    """Activates the zones over the ramp-up and sets what a fully active one multiplies durations by."""
    first, end = window(p, problem.horizon)
    age = np.arange(first, end) - problem.horizon.index(p.start)
    activity = p.activity * np.minimum((age + 1) / p.ramp_months, 1.0)
    cells = growth_engines(p.poles)
    scenario.zone[first:end] = np.maximum(scenario.zone[first:end], activity[:, None, None] * cells)
    if activity.any():
        scenario.zone_duration_factor = p.duration_factor


LEVER = Lever(
    name="regulation_free_zones",
    title="Regulation-free zones for the growth engines",
    apply=apply,
    neutral={"activity": 0.0},
    parameters=RegulationFreeZones,
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
