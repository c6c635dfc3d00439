"""Joint development: large firms develop AI together with their suppliers, so that what partners do weighs more.

Strength is what ties are multiplied by, reach how far down the supply chain: 0 the sites of large firms alone, 1 with the firms that sell
to them, 2 and 3 with those below.
"""

from __future__ import annotations

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, integer, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class JointDevelopment(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "work plan of 17 December 2025 (seed_article in sources.csv), for 2026", "derived")
    stop: str = stops()
    strength: float = real(
        1.5,
        "1",
        1.0,
        100.0,
        "what the hazard from partners and collaboration models is multiplied by",
        "assumed; behaviour_parameters.csv: external pressure matters, by sign only",
        "assumed",
        "1 to 3",
    )
    reach: int = integer(
        1,
        "tiers",
        0,
        3,
        "lowest tier of the supply chain that takes part",
        "assumed; behaviour_parameters.csv: additionality falls with the position in the subcontract hierarchy",
        "assumed",
        "1 to 3",
    )


def apply(scenario: Scenario, p: JointDevelopment, problem: Problem) -> None:
    """Multiplies the tie hazards of the tiers within reach."""
    first, end = window(p, problem.horizon)
    scenario.tie_factor[first:end, : p.reach + 1] *= p.strength


LEVER = Lever(
    name="joint_development",
    title="Joint development of large firms and their suppliers",
    apply=apply,
    neutral={"strength": 1.0},
    parameters=JointDevelopment,
    source="work plan of 17 December 2025 (seed_article in sources.csv)",
)
