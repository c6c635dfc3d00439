"""Growth engines: firms of the industries a pole or special zone stands for are preferred in the ranking of applicants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import POLES
from aixsim.world.regions import growth_engines


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Adds the bonus for provinces and sectors of the poles' growth engines."""
    first, end = window(settings, problem.horizon)
    scenario.priority[first:end] += settings["bonus"] * growth_engines(settings["poles"])


LEVER = Lever(
    name="growth_engines",
    title="Growth engines of the five poles and three special zones",
    apply=apply,
    neutral={"bonus": 0.0},
    cards=(
        start_card("2026-01", "work plan of 17 December 2025 (seed_article in sources.csv), for 2026", "derived"),
        stop_card(),
        Card(
            "poles",
            list(POLES),
            "1",
            0,
            0,
            "poles and special zones whose growth engines are preferred",
            "pole_structure.csv; which sectors: region_specialisation.csv",
            "assumed",
            kind="names",
            choices=POLES,
        ),
        Card("bonus", 0.5, "1", 0.0, 100.0, "points in the ranking, beside the scale of the merit noise", "assumed", "assumed", "0 to 2"),
    ),
    source="work plan of 17 December 2025 (seed_article in sources.csv); pole_structure.csv",
)
