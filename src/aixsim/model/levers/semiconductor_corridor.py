"""The semiconductor corridor: packaging in Gwangju, materials and components in Gumi, power semiconductors in Busan.

Firms of the industry at the three places are preferred in the ranking, and what their partners do weighs more. Places are provinces here
(Gumi lies in Gyeongbuk), and industries are manufacturing divisions: which ones belong to a site is assumed.
"""

from __future__ import annotations

from typing import Final

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import PROVINCES, SECTORS

SITES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "Gwangju": ("Gwangju", ("electronics and semiconductors",)),
    "Gumi": ("Gyeongbuk", ("electronics and semiconductors", "chemicals")),
    "Busan": ("Busan", ("electronics and semiconductors", "electrical equipment")),
}
"""Province and sectors of packaging, of materials and components, and of power semiconductors."""


class SemiconductorCorridor(Parameters):
    """Settings of the lever."""

    start: str = starts("2027-01", "assumed; the plan of December 2025 gives no month", "assumed")
    stop: str = stops()
    sites: tuple[str, ...] = names(
        list(SITES),
        tuple(SITES),
        "packaging in Gwangju, materials and components in Gumi, power semiconductors in Busan",
        "work plan of 17 December 2025 (seed_article in sources.csv)",
        "quoted",
    )
    bonus: float = real(0.5, "1", 0.0, 100.0, "points in the ranking, beside the scale of the merit noise", "assumed", "assumed", "0 to 2")
    tie_factor: float = real(1.5, "1", 1.0, 100.0, "what the hazard from ties is multiplied by", "assumed", "assumed", "1 to 3")


def apply(scenario: Scenario, p: SemiconductorCorridor, problem: Problem) -> None:
    """Prefers the corridor's firms and strengthens their ties."""
    first, end = window(p, problem.horizon)
    for site in p.sites:
        province, sectors = SITES[site]
        for sector in sectors:
            cell = (slice(first, end), PROVINCES.index(province), SECTORS.index(sector))
            scenario.priority[cell] += p.bonus
            scenario.cell_tie_factor[cell] *= p.tie_factor


LEVER = Lever(
    name="semiconductor_corridor",
    title="Semiconductor corridor to Gwangju, Gumi and Busan",
    apply=apply,
    neutral={"bonus": 0.0, "tie_factor": 1.0},
    parameters=SemiconductorCorridor,
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
