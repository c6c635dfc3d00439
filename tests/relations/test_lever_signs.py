"""Which way every lever pushes, where theory says so, and that the money it moves is conserved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.engines.reference.diffusion_model import DiffusionModel, run
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import CAPITAL, POLE_INDEX, POLES
from aixsim.world.regions import growth_engines
from tests import worlds
from tests.lever_worlds import korea, settings_of, without

Measure = Callable[[Problem, Scenario, History], float]


def funded(world: Problem, scenario: Scenario, history: History) -> float:
    return float(history.funded.sum())


def funded_where(cells: NDArray[np.bool_]) -> Measure:
    """Share of the funded projects in some provinces and sectors."""

    def measure(world: Problem, scenario: Scenario, history: History) -> float:
        firm = history.firm[history.event == Event.FUNDED]
        return float(cells[world.population.province[firm], world.population.sector[firm]].mean())

    return measure


def count_of(event: Event, route: int | None = None) -> Measure:
    def measure(world: Problem, scenario: Scenario, history: History) -> float:
        return float(((history.event == event) & (route is None or history.route == route)).sum())

    return measure


def priority(world: Problem, scenario: Scenario, history: History) -> float:
    return float(scenario.priority.sum())


def swings(world: Problem, scenario: Scenario, history: History) -> float:
    """Standard deviation of the climate inside the window."""
    return float(np.log(scenario.climate_index[world.horizon.index("2026-01") :]).std())


REGIONS = np.repeat((np.array(POLE_INDEX) != CAPITAL)[:, None], 23, axis=1)
SIGNS: list[tuple[str, dict[str, Any], Measure, int]] = [
    ("budget", {"budget_factor": 2.0, "grant_factor": 1.0}, funded, +1),
    ("budget", {"budget_factor": 1.0, "grant_factor": 3.0}, funded, -1),
    ("budget_cut", {"start": "2025-01"}, funded, -1),
    ("collaboration", {"start": "2024-06"}, count_of(Event.LAUNCHED, 1), +1),
    ("parks", {"first_opening": "2024-06"}, count_of(Event.LAUNCHED, 2), +1),
    ("growth_engines", {"start": "2024-01"}, funded_where(growth_engines(POLES)), +1),
    ("regional_floor", {"start": "2024-01"}, funded_where(REGIONS), +1),
    ("growth_fund", {"start": "2024-01"}, count_of(Event.LAUNCHED, 3), +1),
    ("semiconductor_corridor", {"start": "2024-01"}, priority, +1),
    ("trade", {"diversification": 0.0, "cptpp": 0.0, "insurance_damping": 0.5}, swings, -1),
    ("smart_factories", {}, count_of(Event.EQUIPPED), +1),
]
"""Where theory gives a sign: settings, what is measured, and which way it goes."""
SOONER: list[tuple[str, dict[str, Any]]] = [
    ("collaboration", {"start": "2024-06"}),
    ("parks", {"first_opening": "2024-06"}),
    ("growth_fund", {}),
    ("joint_development", {}),
    ("regulation_free_zones", {}),
    ("semiconductor_corridor", {"start": "2024-06"}),
    ("smart_factories", {}),
    ("sme_subsidy", {}),
    ("trade", {"diversification": 0.1, "insurance_krw_tn": 0.0}),
    ("training", {"per_year": 300.0}),
]
"""Levers under which no firm decides later and some decide sooner, where there is money for everybody."""


def has_sign(sign: int, before: float, after: float) -> bool:
    return sign * (after - before) > 0


@pytest.mark.parametrize(("lever", "stated", "measure", "sign"), SIGNS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_lever_pushes_the_right_way(lever: str, stated: dict[str, Any], measure: Measure, sign: int) -> None:
    worlds_of = korea({}), korea({lever: settings_of(lever, **stated)})
    totals = []
    for world in worlds_of:
        scenario = draw_scenario(world, 0)
        totals.append(measure(world, scenario, without() if world is worlds_of[0] else run(world, scenario)))
    before, after = totals
    assert has_sign(sign, before, after), (before, after)
    assert not has_sign(sign, after, before), "the twin: a lever that pushes the other way"
    assert not has_sign(sign, before, before), "the twin: a lever that does nothing"


@pytest.mark.parametrize(("lever", "stated"), SOONER, ids=lambda value: value if isinstance(value, str) else "")
def test_no_firm_decides_later(lever: str, stated: dict[str, Any]) -> None:
    world = korea({lever: settings_of(lever, **stated)}, open_funding=True)
    n = len(world.population)
    before, after = (worlds.first_month(history, Event.DECIDED, n) for history in (without(True), worlds.simulate(world)))
    assert (after <= before).all()
    assert (after < before).any(), "the lever must reach somebody, or the relation says nothing"
    assert not (before <= after).all(), "the twin: the same lever with its sign turned"


def test_signs_are_those_of_levers() -> None:
    """That a lever without a row acts at all is asked in ``test_levers``."""
    assert {row[0] for row in SIGNS} | {row[0] for row in SOONER} <= set(worlds.REGISTRY.levers)


# --- money


@dataclass
class Ledger:
    """Double entry of the lines: what was planned, what levers changed, what was spent, what is left."""

    planned: NDArray[np.int64]
    history: History
    left: NDArray[np.int64]


def ledger(instruments: dict[str, dict[str, Any]]) -> Ledger:
    world = replace(korea(instruments), scale=1.0)  # a sample rounds its budgets to whole grants
    scenario = draw_scenario(world, 0)
    model = DiffusionModel(world, scenario)
    for _ in range(world.horizon.n_months):
        model.step()
    left = np.array([by_year[: len(world.horizon.years)] for by_year in model.accounts.left])
    return Ledger(np.array([line.budget for line in scenario.lines]), model.history(), left)


def test_changed_budgets_are_conserved_to_the_won() -> None:
    cut = ledger({"budget_cut": settings_of("budget_cut", start="2026-01", share=0.99)})
    assert np.array_equal(cut.history.spent + cut.left, cut.history.budget)
    assert (cut.left >= 0).all()
    assert (cut.history.spent >= 0).all()
    assert np.array_equal(cut.history.budget[:, :2], cut.planned[:, :2])
    assert cut.history.budget[0, 2] == round(cut.planned[0, 2] * 0.01)
    reserved = ledger({})
    assert np.array_equal(cut.history.spent[:, :2], reserved.history.spent[:, :2])
    assert cut.history.budget[1, 2] > cut.planned[1, 2] // 100, "what earlier calls have reserved is not cut"
    more = ledger({"budget": settings_of("budget", budget_factor=2.0, grant_factor=1.0)})
    assert np.array_equal(more.history.budget[:, 2:], 2 * more.planned[:, 2:])
    assert np.array_equal(more.history.spent + more.left, more.history.budget)
