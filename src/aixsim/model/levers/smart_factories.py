"""AI smart factories of the SME ministry: 12,000 by 2030, counted apart from the 500 (outcome ``equipped``).

450 are planned for 2026 (``mss_ai_smart_factory_plan_2026.csv``); the way from there to 12,000 is split evenly over 2027 to 2030 (assumed).
Small and medium firms are reached by an addressed lottery, as many each month as the year's number says. A firm that ran no smart factory
until then becomes as ready as one that did: its susceptibility rises by the readiness ratio. One that ran one already is counted, not
raised.
"""

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


class SmartFactories(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "mss_ai_smart_factory_plan_2026.csv", "quoted")
    stop: str = stops()
    per_year: ByYear = by_year(
        {2026: 450.0, 2027: 2887.5, 2028: 2887.5, 2029: 2887.5, 2030: 2887.5},
        "firms/year",
        0.0,
        1e6,
        "firms to be equipped by calendar year; years left out have none",
        "mss_ai_smart_factory_plan_2026.csv (450 in 2026); ai_factory_targets_history.csv (12,000 by 2030); even split assumed",
        "derived",
    )
    delivered_share: float = real(1.0, "1", 0.0, 5.0, "share of the plan that is delivered", "assumed", "assumed", "0.3 to 1")
    sizes: tuple[str, ...] = names(
        ["small", "medium"],
        SIZES,
        "size classes that can be reached",
        "assumed; ai_factory_targets_history.csv: out of about 70,000 eligible SMEs",
        "assumed",
    )
    strength: float = real(
        1.0,
        "1",
        0.0,
        3.0,
        "power of the readiness ratio by which the susceptibility of a firm rises that was not ready",
        "assumed",
        "assumed",
        "0 to 1",
    )


def apply(scenario: Scenario, p: SmartFactories, problem: Problem) -> None:
    """Equips the lottery's winners and raises those that were not ready."""
    population = problem.population
    eligible = population.of_sizes(p.sizes)
    yearly = over_years(p.per_year, problem.horizon, fill=0.0) * p.delivered_share * problem.scale
    address = (scenario.seed, scenario.replicate, Purpose.SMART_FACTORY)
    firm, month = months_reached(eligible, yearly, problem.horizon, window(p, problem.horizon), address)
    factor = np.where(population.ready[firm], 1.0, max(scenario.susceptibility.readiness**p.strength, 1.0))
    scenario.uplifts = scenario.uplifts.and_more(month, firm, factor, equips=True)


LEVER = Lever(
    name="smart_factories",
    title="AI smart factories of the SME ministry",
    apply=apply,
    neutral={"delivered_share": 0.0},
    parameters=SmartFactories,
    source="mss_ai_smart_factory_plan_2026.csv; ai_factory_targets_history.csv",
)
