"""Regulation-free zones: where the rules are suspended, projects take less time, and firms try things they would not try elsewhere.

The plan gives them to the growth engines of poles and special zones; its list was not found. The Capital pole is left out by default
(assumed: the plan is about the regions). That firms experiment more is the law of the mechanism ``zones``, which must be switched on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import CAPITAL, POLES
from aixsim.world.regions import growth_engines


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Activates the zones over the ramp-up and sets what a fully active one multiplies durations by."""
    first, end = window(settings, problem.horizon)
    age = np.arange(first, end) - problem.horizon.index(settings["start"])
    activity = settings["activity"] * np.minimum((age + 1) / settings["ramp_months"], 1.0)
    cells = growth_engines(settings["poles"])
    scenario.zone[first:end] = np.maximum(scenario.zone[first:end], activity[:, None, None] * cells)
    if activity.any():
        scenario.zone_duration_factor = settings["duration_factor"]


LEVER = Lever(
    name="regulation_free_zones",
    title="Regulation-free zones for the growth engines",
    apply=apply,
    neutral={"activity": 0.0},
    cards=(
        start_card("2026-07", "assumed; the plan announces them for 2026", "assumed"),
        stop_card(),
        Card(
            "poles",
            [pole for position, pole in enumerate(POLES) if position != CAPITAL],
            "1",
            0,
            0,
            "poles and special zones with a zone for their growth engines",
            "assumed; pole_structure.csv, region_specialisation.csv",
            "assumed",
            kind="names",
            choices=POLES,
        ),
        Card(
            "activity",
            1.0,
            "1",
            0.0,
            1.0,
            "share of the zones' firms and projects that the suspended rules concern",
            "assumed",
            "assumed",
            "0.1 to 1",
        ),
        Card("ramp_months", 12, "month", 1, 240, "months until a zone is fully active", "assumed", "assumed", "6 to 24", kind="integer"),
        Card(
            "duration_factor",
            0.85,
            "1",
            0.01,
            1.0,
            "what a fully active zone multiplies the duration of projects by",
            "assumed",
            "assumed",
            "0.6 to 1",
        ),
    ),
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
