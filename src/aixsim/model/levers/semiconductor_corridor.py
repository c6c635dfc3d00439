"""The semiconductor corridor: packaging in Gwangju, materials and components in Gumi, power semiconductors in Busan.

Firms of the industry at the three places are preferred in the ranking, and what their partners do weighs more. Places are provinces here
(Gumi lies in Gyeongbuk), and industries are manufacturing divisions: which ones belong to a site is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import PROVINCES, SECTORS

SITES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "Gwangju": ("Gwangju", ("electronics and semiconductors",)),
    "Gumi": ("Gyeongbuk", ("electronics and semiconductors", "chemicals")),
    "Busan": ("Busan", ("electronics and semiconductors", "electrical equipment")),
}
"""Province and sectors of packaging, of materials and components, and of power semiconductors."""


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Prefers the corridor's firms and strengthens their ties."""
    first, end = window(settings, problem.horizon)
    for site in settings["sites"]:
        province, sectors = SITES[site]
        for sector in sectors:
            cell = (slice(first, end), PROVINCES.index(province), SECTORS.index(sector))
            scenario.priority[cell] += settings["bonus"]
            scenario.cell_tie_factor[cell] *= settings["tie_factor"]


LEVER = Lever(
    name="semiconductor_corridor",
    title="Semiconductor corridor to Gwangju, Gumi and Busan",
    apply=apply,
    neutral={"bonus": 0.0, "tie_factor": 1.0},
    cards=(
        start_card("2027-01", "assumed; the plan of December 2025 gives no month", "assumed"),
        stop_card(),
        Card(
            "sites",
            list(SITES),
            "1",
            0,
            0,
            "packaging in Gwangju, materials and components in Gumi, power semiconductors in Busan",
            "work plan of 17 December 2025 (seed_article in sources.csv)",
            "quoted",
            kind="names",
            choices=tuple(SITES),
        ),
        Card("bonus", 0.5, "1", 0.0, 100.0, "points in the ranking, beside the scale of the merit noise", "assumed", "assumed", "0 to 2"),
        Card("tie_factor", 1.5, "1", 1.0, 100.0, "what the hazard from ties is multiplied by", "assumed", "assumed", "1 to 3"),
    ),
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
