"""Values of sections and settings in a few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.parameters import Parameters
from aixsim.model.problem import Problem
from aixsim.model.programmes import Programme, programme_line
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.world.classification import PROVINCES, SECTORS, SIZES
from aixsim.world.population import Park, Population
from tests import worlds

P = TypeVar("P", bound=Parameters)
BN = 1_000_000_000
MICRO, SMALL, MEDIUM, MID_SIZE, LARGE = range(5)


def values(section: type[P], **stated: Any) -> P:
    """Returns the values of a section, its defaults where nothing is stated."""
    return section.read(section.defaults() | stated)


def by_size(*numbers: float) -> dict[str, float]:
    """Returns a table from micro to large."""
    return dict(zip(SIZES, numbers, strict=True))


def line(horizon: Horizon, scale: float = 1.0, replicate: int = 0, number: int = 0, **stated: Any) -> FundingLine:
    """Returns the funding line of a programme that anyone may apply to; replicate and number are those of its address."""
    table = worlds.programme(**stated)
    return programme_line("test", Programme.read(table), table, horizon, scale, (worlds.SEED, replicate, number))


def with_lever(name: str, world: Problem, replicate: int = 0, **stated: Any) -> Scenario:
    """Returns the scenario of a problem to which one lever is added."""
    settings = {**world.settings, "levers": {**world.settings["levers"], name: worlds.REGISTRY.levers[name].parameters.defaults() | stated}}
    return draw_scenario(replace(world, settings=settings), replicate)


def world_of(end: str = "2028-12", n_firms: int = 10, population: Population | None = None, **changes: Any) -> Problem:
    """Returns a textbook problem from January 2024, with some sections changed."""
    return worlds.problem(worlds.settings(changes.pop("mechanisms", None), **changes), n_firms, end=end, population=population)


def firms(**traits: Any) -> Population:
    """Returns some firms alike but for the traits given, each a list with one value a firm."""
    n = len(next(iter(traits.values())))
    alike = Population.homogeneous(n, 1)
    columns: dict[str, Any] = {name: np.array(value, getattr(alike, name).dtype) for name, value in traits.items()}
    return replace(alike, **columns)


def park(name: str, province: str, tenants: int) -> Park:
    """Returns an industrial park."""
    return Park(name, PROVINCES.index(province), (), tenants)


def cell(province: str, sector: str) -> tuple[int, int]:
    """Returns where a province and a sector stand in arrays."""
    return PROVINCES.index(province), SECTORS.index(sector)
