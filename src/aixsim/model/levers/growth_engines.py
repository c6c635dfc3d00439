"""Growth engines: firms of the industries a pole or special zone stands for are preferred in the ranking of applicants."""

from __future__ import annotations

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, names, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import POLES
from aixsim.world.regions import growth_engines


class GrowthEngines(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "work plan of 17 December 2025 (seed_article in sources.csv), for 2026", "derived")
    stop: str = stops()
    poles: tuple[str, ...] = names(
        list(POLES),
        POLES,
        "poles and special zones whose growth engines are preferred",
        "pole_structure.csv; which sectors: region_specialisation.csv",
        "assumed",
    )
    bonus: float = real(0.5, "1", 0.0, 100.0, "points in the ranking, beside the scale of the merit noise", "assumed", "assumed", "0 to 2")


def apply(scenario: Scenario, p: GrowthEngines, problem: Problem) -> None:
    """Adds the bonus for provinces and sectors of the poles' growth engines."""
    first, end = window(p, problem.horizon)
    scenario.priority[first:end] += p.bonus * growth_engines(p.poles)


LEVER = Lever(
    name="growth_engines",
    title="Growth engines of the five poles and three special zones",
    apply=apply,
    neutral={"bonus": 0.0},
    parameters=GrowthEngines,
    source="work plan of 17 December 2025 (seed_article in sources.csv); pole_structure.csv",
)
