"""A small Korea for levers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.world.classification import SIZES
from aixsim.world.korea import build_korea
from aixsim.world.supply_chain import build_supply_chain
from tests import worlds

START, STOP, END = "2025-07", "2027-01", "2027-12"
"""A start in the middle of a year, a stop at its end: budgets are by calendar year."""
LAWS: dict[str, dict[str, Any]] = {
    "innovation": {"rate": 0.004},
    "peers": {"rate": 0.3},
    "partners": {"rate": 0.1},
    "parks": {"rate": 0.01},
    "collaboration": {"rate": 0.05},
    "zones": {"rate": 0.01},
}
STRONG: dict[str, dict[str, Any]] = {
    "budget": {"budget_factor": {2026: 2.0, 2027: 3.0}, "grant_factor": 0.5},
    "collaboration": {"number": 30},
    "growth_engines": {"bonus": 5.0},
    "regional_floor": {"share": 1.0},
    "semiconductor_corridor": {"bonus": 5.0, "tie_factor": 50.0},
    "smart_factories": {"per_year": 300.0},
}
"""Settings beside the defaults under which a lever does something in the small world; a new lever needs none if its defaults do."""


def settings_of(name: str, **stated: Any) -> dict[str, Any]:
    """Defaults, then strong settings, then what is stated."""
    return worlds.REGISTRY.levers[name].parameters.defaults() | STRONG.get(name, {}) | stated


@cache
def small_korea() -> Problem:
    population = build_korea(0.005, 1)
    world = worlds.problem(worlds.settings(LAWS), population=population, network=build_supply_chain(population, 1, 4.0), end=END)
    return replace(world, scale=0.1)


def korea(instruments: dict[str, dict[str, Any]], *, open_funding: bool = False) -> Problem:
    """A small Korea with every law switched on; funded by calls, or with money for everybody."""
    base = small_korea()
    slow = {"median_months": dict.fromkeys(SIZES, 6.0), "abandonment_per_year": 0.0 if open_funding else 0.1}
    common = {"levers": instruments, "climate": {"volatility": 0.1}, "economics": {"elasticity": 0.7}}
    if open_funding:
        return replace(base, settings=worlds.settings(LAWS, implementation=slow, **common))
    lines = [
        worlds.programme(name="yearly", budget_krw_bn=dict.fromkeys(range(2024, 2029), 60.0), call_months=[3, 9]),
        worlds.programme(
            name="long", budget_krw_bn=dict.fromkeys(range(2024, 2029), 30.0), call_months=[5], instalments=3, sizes=["medium", "large"]
        ),
    ]
    return replace(
        base,
        settings=worlds.settings(
            LAWS,
            funding={"mode": "programmes", "own_rate": 0.05},
            programme=lines,
            sensing={"visibility": 0.4, "disappointment": 0.3},
            implementation={**slow, "success": dict.fromkeys(SIZES, 0.7)},
            **common,
        ),
    )


@cache
def without(open_funding: bool = False, replicate: int = 0) -> History:
    return worlds.simulate(korea({}, open_funding=open_funding), replicate)


def events(history: History, before: int | None = None) -> list[list[int]]:
    rows = history.canonical()
    return rows[rows[:, 0] < before].tolist() if before is not None else rows.tolist()
