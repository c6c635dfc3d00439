"""A small Korea for levers, and what of a scenario acts outside a lever's window."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.core.classification import SIZES
from aixsim.core.history import History
from aixsim.core.korea import build_korea
from aixsim.core.lever import whole_years, window
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario
from aixsim.core.supply_chain import build_supply_chain
from aixsim.levers import levers
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
    return {card.name: card.default for card in levers()[name].cards} | STRONG.get(name, {}) | stated


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
    pots = [
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
            programme=pots,
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


# --- what of a scenario acts when

MONTHS = {
    "climate": 0,
    "support": 0,
    "park_service": 1,
    "priority": 0,
    "zone": 0,
    "tie_factor": 0,
    "cell_tie_factor": 0,
    "credit": 0,
    "own_rate": 0,
}
"""Fields with an axis of months, and which axis."""
THROUGH_OTHERS = {"park_duration_factor", "zone_duration_factor", "model_of", "model_lead"}
"""Fields that do nothing where parks are closed, zones inactive, and models not started."""


def outside(without_it: Scenario, with_it: Scenario, settings: dict[str, Any], world: Problem) -> set[str]:
    """Returns the fields in which two scenarios differ outside the window of a lever."""
    first, end = window(settings, world.horizon)
    years = whole_years(settings, world.horizon)
    touched = {world.horizon.year_index(t) for t in range(first, end)}
    out = set()
    for field in fields(Scenario):
        a, b = getattr(without_it, field.name), getattr(with_it, field.name)
        if field.name in MONTHS:
            keep = np.ones(world.horizon.n_months, np.bool_)
            keep[first:end] = False
            differs = not np.array_equal(np.compress(keep, a, MONTHS[field.name]), np.compress(keep, b, MONTHS[field.name]))
        elif field.name in ("park_open", "park_close", "model_start", "model_stop"):
            differs = _open_outside(with_it, field.name.partition("_")[0], first, end)
        elif field.name == "uplifts":
            differs = bool(((b.month < first) | (b.month >= end)).any())
        elif field.name == "pots":
            differs = _pots_differ(a, b, first, end, years, touched)
        elif field.name in THROUGH_OTHERS:
            differs = False
        else:
            differs = not equal(a, b)
        if differs:
            out.add(field.name)
    return out


def _open_outside(scenario: Scenario, what: str, first: int, end: int) -> bool:
    """Whether a park or model is open in a month of the horizon outside the window."""
    n_months = len(scenario.climate)
    opening, closing = (scenario.park_open, scenario.park_close) if what == "park" else (scenario.model_start, scenario.model_stop)
    inside = np.zeros(n_months, np.bool_)
    inside[first:end] = True
    months = np.arange(n_months)
    return any(bool(((a <= months) & (months < b) & ~inside).any()) for a, b in zip(opening, closing, strict=True))


def _pots_differ(a: list[Any], b: list[Any], first: int, end: int, years: NDArray[np.bool_], touched: set[int]) -> bool:
    """Pots that only the second has may have money in the years that the window touches alone."""
    for old, new in zip(a, b, strict=False):
        keep = np.ones(len(old.quota), np.bool_)
        keep[first:end] = False
        same = old.name == new.name and np.array_equal(old.budget, new.budget)
        same &= np.array_equal(old.change[~years], new.change[~years]) and np.array_equal(old.grant[~years], new.grant[~years])
        same &= np.array_equal(old.quota[keep], new.quota[keep]) and np.array_equal(old.floor[keep], new.floor[keep])
        if not same:
            return True
    return any(pot.budget[year] > 0 for pot in b[len(a) :] for year in range(len(pot.budget)) if year not in touched)


def equal(a: Any, b: Any) -> bool:
    """Whether two values of a scenario are the same to the last bit."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if hasattr(a, "__dataclass_fields__") and not callable(a):
        return type(a) is type(b) and all(equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)
