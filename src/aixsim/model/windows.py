"""What of a scenario acts outside a lever's window, and whether two scenarios are the same to the last bit."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.lever import Windowed, whole_years, window
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

MONTHS = {
    "climate_index": 0,
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


def outside(without_it: Scenario, with_it: Scenario, p: Windowed, world: Problem) -> set[str]:
    """Returns the fields in which two scenarios differ outside the window of a lever."""
    first, end = window(p, world.horizon)
    years = whole_years(p, world.horizon)
    touched = {world.horizon.year_index(t) for t in range(first, end)}
    out = set()
    for field in fields(Scenario):
        a, b = getattr(without_it, field.name), getattr(with_it, field.name)
        if field.name in MONTHS:
            keep = np.ones(world.horizon.n_months, np.bool_)
            keep[first:end] = False
            differs = not np.array_equal(np.compress(keep, a, MONTHS[field.name]), np.compress(keep, b, MONTHS[field.name]))
        elif field.name in ("park_open", "park_close", "model_start", "model_stop"):
            differs = not equal(a, b) and _open_outside(with_it, field.name.partition("_")[0], first, end)
        elif field.name == "uplifts":
            differs = bool(((b.month < first) | (b.month >= end)).any())
        elif field.name == "lines":
            differs = _lines_differ(a, b, first, end, years, touched)
        elif field.name in THROUGH_OTHERS:
            differs = False
        else:
            differs = not equal(a, b)
        if differs:
            out.add(field.name)
    return out


def _open_outside(scenario: Scenario, what: str, first: int, end: int) -> bool:
    """Whether a park or model is open in a month of the horizon outside the window."""
    n_months = len(scenario.climate_index)
    opening, closing = (scenario.park_open, scenario.park_close) if what == "park" else (scenario.model_start, scenario.model_stop)
    inside = np.zeros(n_months, np.bool_)
    inside[first:end] = True
    months = np.arange(n_months)
    return any(bool(((a <= months) & (months < b) & ~inside).any()) for a, b in zip(opening, closing, strict=True))


def _lines_differ(a: list[Any], b: list[Any], first: int, end: int, years: NDArray[np.bool_], touched: set[int]) -> bool:
    """Lines that only the second has may have money in the years that the window touches alone."""
    for old, new in zip(a, b, strict=False):
        keep = np.ones(len(old.quota), np.bool_)
        keep[first:end] = False
        same = old.name == new.name and np.array_equal(old.budget, new.budget)
        same &= np.array_equal(old.change[~years], new.change[~years]) and np.array_equal(old.grant[~years], new.grant[~years])
        same &= np.array_equal(old.quota[keep], new.quota[keep]) and np.array_equal(old.floor[keep], new.floor[keep])
        if not same:
            return True
    return any(line.budget[year] > 0 for line in b[len(a) :] for year in range(len(line.budget)) if year not in touched)


def equal(a: Any, b: Any) -> bool:
    """Whether two values of a scenario are the same to the last bit."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if hasattr(a, "__dataclass_fields__") and not callable(a):
        return type(a) is type(b) and all(equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


def differing(a: Scenario, b: Scenario) -> list[str]:
    """Returns the fields in which two scenarios differ; mechanisms differ when the values of their parameters do."""
    same = {field.name: equal(getattr(a, field.name), getattr(b, field.name)) for field in fields(Scenario) if field.name != "drawn"}
    one, other = ([(law.name, *vars(p).items()) for law, p in scenario.mechanisms] for scenario in (a, b))
    same["mechanisms"] = equal(one, other)
    return [name for name, is_same in same.items() if not is_same]
