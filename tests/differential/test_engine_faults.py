"""Faults planted in what one engine is given: they show that the comparison of engines sees what it must see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.kernel.layout import world_of
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.capacity import UNIT
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import SIZES
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain
from tests import worlds
from tests.differential.test_engines import equal
from tests.lever_worlds import settings_of

HALF = dict.fromkeys(SIZES, 0.5)
STATED: dict[str, dict[str, Any]] = {
    "parks": {"public_share": 0.6, "cost_share": 0.1, "staff_share": 0.3},
    "training": {"capacity_growth": 0.1},
}


@pytest.fixture(scope="module")
def korea() -> Problem:
    """A small Korea in which every law and lever does something."""
    population = build_korea(0.005, 1)
    rates = {"innovation": 0.004, "peers": 0.3, "partners": 0.1, "parks": 0.01, "collaboration": 0.05, "zones": 0.01}
    chosen = worlds.settings(
        {name: {"rate": rate} for name, rate in rates.items()},
        levers={name: settings_of(name, **STATED.get(name, {})) for name in worlds.REGISTRY.levers},
        funding={"mode": "programmes", "own_rate": 0.05},
        sensing={"visibility": 0.4, "disappointment": 0.3, "large_customer_factor": 2.5},
        matching={"own_share": 0.05, "least_scope": 0.3},
        reuse={"cost": 0.3, "duration": 0.4, "success": 0.5},
        capacity={"projects": 120.0, "growth": 0.2, "smart_factory": 0.2},
        adequacy={"success_exponent": 0.5, "duration_exponent": 0.5},
        programme=[
            worlds.programme(budget_krw_bn=dict.fromkeys(range(2024, 2029), 9.3), call_months=[3, 9], instalments=3, regional_floor=0.4),
            worlds.programme(name="half", budget_krw_bn=dict.fromkeys(range(2024, 2029), 300.0), grant_krw_bn=2.0, public_share=HALF),
            worlds.programme(name="loans", budget_krw_bn={2024: 9.3}, kind="loan", repaid_share=0.9, recovered_share=0.4),
        ],
        implementation={"median_months": dict.fromkeys(SIZES, 6.0), "success": dict.fromkeys(SIZES, 0.7), "abandonment_per_year": 0.1},
    )
    return replace(worlds.problem(chosen, population=population, network=build_supply_chain(population, 1, 4.0)), scale=0.1)


def wrong_count(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """A circle of peers one firm too large."""
    milieus = replace(world.milieus, cell_firms=world.milieus.cell_firms + 1)
    changed = replace(world)
    changed.__dict__["milieus"] = milieus
    return changed, scenario


def wrong_hazard(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """A rate off by one part in ten million."""
    laws = tuple((m, replace(p, rate=p.rate * (1 + 1e-7)) if m.name == "innovation" else p) for m, p in scenario.mechanisms)
    return world, replace(scenario, mechanisms=laws)


def wrong_call(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Calls a month late."""
    lines = [replace(line, calls=np.roll(line.calls, 1)) for line in scenario.lines]
    return world, replace(scenario, lines=lines)


def wrong_lot(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Chances of what a sample has left below one grant that begin half a grant higher or lower."""
    return world, replace(scenario, lines=[replace(line, lot=(line.lot + 0.5) % 1.0) for line in scenario.lines])


def wrong_repayment(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """One won too much of every loan of ten million."""
    lines = [
        replace(line, terms=replace(line.terms, **{item.name: getattr(line.terms, item.name) + 1e-7 for item in line.terms.declared}))
        for line in scenario.lines
    ]
    return world, replace(scenario, lines=lines)


def wrong_cost(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Costs that rise with employees by a power that is too high by one part in ten million."""
    return world, replace(scenario, matching=replace(scenario.matching, cost_exponent=scenario.matching.cost_exponent + 1e-7))


def wrong_reuse(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """A known solution that spares one part in ten million too much of the cost."""
    return world, replace(scenario, reuse=replace(scenario.reuse, cost=scenario.reuse.cost + 1e-7))


def wrong_room(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """A quarter of a project less room."""
    return world, replace(scenario, room=scenario.room - UNIT // 4)


def wrong_scope(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """A scope that makes projects longer by a power of 0.6 instead of 0.5."""
    return world, replace(scenario, adequacy=replace(scenario.adequacy, duration_exponent=0.6))


def wrong_climate(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Last month's climate."""
    return world, replace(scenario, climate_index=np.roll(scenario.climate_index, 1) * (1 + 1e-12))


def wrong_visibility(world: Problem, scenario: Scenario) -> tuple[Problem, Scenario]:
    """Ties weighed by 1/1024 too much."""
    weight = scenario.sensing.customer_weight + 1 / 1024
    return world, replace(scenario, sensing=replace(scenario.sensing, customer_weight=weight))


Fault = Callable[[Problem, Scenario], tuple[Problem, Scenario]]


FAULTS = (
    wrong_count,
    wrong_hazard,
    wrong_call,
    wrong_lot,
    wrong_repayment,
    wrong_cost,
    wrong_reuse,
    wrong_room,
    wrong_scope,
    wrong_climate,
    wrong_visibility,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(korea: Problem, fault: Fault) -> None:
    scenario = draw_scenario(korea, 0)
    expected = reference.run(korea, scenario)
    assert equal(kernel.run(korea, scenario), expected)
    assert not equal(kernel.run(*fault(korea, scenario)), expected)


NEUTRAL: dict[str, dict[str, Any]] = {
    "matching": {"least_scope": 0.0, "lead_share": 0.0},
    "reuse": {"cost": 0.0, "duration": 0.0, "success": 0.0},
    "capacity": {"projects": 0.0},
    "adequacy": {"success_exponent": 0.0, "duration_exponent": 0.0},
}


@pytest.mark.parametrize("law", NEUTRAL)
def test_every_law_acts(korea: Problem, law: str) -> None:
    """Or a fault in it could not be seen."""
    without = replace(korea, settings={**korea.settings, law: {**korea.settings[law], **NEUTRAL[law]}})
    assert not equal(kernel.run(without, draw_scenario(without, 0)), kernel.run(korea, draw_scenario(korea, 0)))


def test_milieus_that_are_wrongly_taken_for_alike_are_caught(korea: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    """All milieus of a cell take the hazard of its first, those in a park as well."""
    scenario = draw_scenario(korea, 0)
    expected, world = kernel.run(korea, scenario), world_of(korea)
    milieu = world.milieu.copy()
    milieu["alike"] = world.cell["first"][milieu["cell"]]
    monkeypatch.setattr(kernel, "world_of", lambda _: world._replace(milieu=milieu))
    assert not equal(kernel.run(korea, scenario), expected)


def test_what_is_seen_the_same_month_is_caught(korea: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours read after the update instead of at the start of the month: the order of the schedule matters."""
    from aixsim.model import schedule

    scenario = draw_scenario(korea, 0)
    expected = kernel.run(korea, scenario)
    by_name = {step.name: step for step in schedule.SCHEDULE}
    wrong = ("environment", "fund", "implement", "sense", "decide", "record")
    monkeypatch.setattr(schedule, "SCHEDULE", tuple(by_name[name] for name in wrong))
    assert not equal(reference.run(korea, scenario), expected)


def test_more_events_than_expected_room(korea: Problem) -> None:
    restless: dict[str, Any] = {**korea.settings, "implementation": {**korea.settings["implementation"], "pause_months": 1}}
    restless["mechanisms"] = {"innovation": {"rate": 1.0}}
    world = replace(korea, settings=restless, population=Population.homogeneous(900, 1), network=Network.none(900))
    scenario = draw_scenario(world, 0)
    assert equal(kernel.run(world, scenario), reference.run(world, scenario))
    assert len(kernel.run(world, scenario).firm) > 4096
