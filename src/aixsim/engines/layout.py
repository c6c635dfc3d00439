"""How the kernel sees the world: plain arrays in named tuples, prepared once for a problem."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.core.classification import CAPITAL, POLE_INDEX
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario
from aixsim.funding import log_employees
from aixsim.mechanisms import mechanisms

Array = Any
"""A NumPy array; the compiled code fixes its type."""


class World(NamedTuple):
    """What stays the same in every replicate. Shapes: n firms, G milieus, m directed ties."""

    milieu: Array
    """int32 (n,), milieu of each firm."""
    first: Array
    """int64 (G + 1,), where the firms of a milieu begin in ``firms``."""
    firms: Array
    """int32 (n,), firms sorted by milieu."""
    milieu_cell: Array
    milieu_size: Array
    milieu_park: Array
    cell: Array
    """int32 (n,), province and sector of each firm."""
    cell_firms: Array
    start: Array
    partner: Array
    kind: Array
    n_kind: Array
    """int64 (n, 3), ties of each firm by kind."""
    size: Array
    province: Array
    sector: Array
    agent_type: Array
    park: Array
    regional: Array
    """bool (n,), outside the Capital pole."""
    log_employees: Array


class Programme(NamedTuple):
    """Not an array each: the pots of a scenario, stacked. Shapes: K pots, Y years, T months."""

    budget: Array
    grant: Array
    instalments: Array
    calls: Array
    lag: Array
    size: Array
    province: Array
    sector: Array
    agent_type: Array
    tenants_only: Array
    quota: Array
    floor: Array
    carries: Array
    route: Array


class Numbers(NamedTuple):
    """The plain numbers of a scenario."""

    seed: Any
    replicate: Any
    elasticity: float
    learning_exponent: float
    experience: float
    visibility: float
    disappointment: float
    attempts: int
    patience: int
    open_funding: bool
    pause: int
    duration_sigma: float
    park_duration_factor: float
    abandonment: float
    initial_adopters: int


class Inputs(NamedTuple):
    """Arrays of a scenario; shapes as in ``core.scenario.Scenario``."""

    climate: Array
    support: Array
    park_open: Array
    park_service: Array
    model_of: Array
    model_lead: Array
    model_start: Array
    priority: Array
    weights: Array
    own_rate: Array
    own_burden: Array
    duration: Array
    success: Array
    ranking: Any
    year_of: Array
    """int64 (T,), position of each month's year."""
    milieu_active: Array
    milieu_parameters: Array
    tie_active: Array
    tie_parameters: Array


_worlds: WeakKeyDictionary[Any, World] = WeakKeyDictionary()


def world_of(problem: Problem) -> World:
    """Returns the arrays of a problem, made when it is first asked for."""
    milieus = problem.milieus
    if milieus not in _worlds:
        _worlds[milieus] = _prepare(problem)
    return _worlds[milieus]


def _prepare(problem: Problem) -> World:
    population, network, milieus = problem.population, problem.network, problem.milieus
    n, n_milieus = len(population), len(milieus.cell)
    firms = np.argsort(milieus.of_firm, kind="stable").astype(np.int32)
    first = np.zeros(n_milieus + 1, np.int64)
    np.cumsum(np.bincount(milieus.of_firm, minlength=n_milieus), out=first[1:])
    row = np.repeat(np.arange(n), np.diff(network.start))
    n_kind = np.bincount(row * 3 + network.kind, minlength=3 * n).reshape(n, 3).astype(np.int64)
    return World(
        milieu=milieus.of_firm,
        first=first,
        firms=firms,
        milieu_cell=milieus.cell.astype(np.int64),
        milieu_size=milieus.size,
        milieu_park=milieus.park,
        cell=milieus.cell_of_firm,
        cell_firms=milieus.cell_firms,
        start=network.start,
        partner=network.partner,
        kind=network.kind,
        n_kind=n_kind,
        size=population.size,
        province=population.province,
        sector=population.sector,
        agent_type=population.agent_type,
        park=population.park,
        regional=np.array(POLE_INDEX)[population.province] != CAPITAL,
        log_employees=np.array([log_employees(int(e)) for e in population.employees]),
    )


def programmes_of(scenario: Scenario, n_months: int, n_years: int) -> Programme:
    """Returns the pots of a scenario as stacked arrays."""
    pots = scenario.pots

    def stack(name: str, dtype: Any, *shape: int) -> Array:
        return np.array([getattr(pot, name) for pot in pots], dtype=dtype).reshape(len(pots), *shape)

    return Programme(
        budget=stack("budget", np.int64, n_years),
        grant=stack("grant", np.int64, n_years, 5),
        instalments=stack("instalments", np.int64),
        calls=stack("calls", np.bool_, n_months),
        lag=stack("lag", np.int64),
        size=stack("size", np.bool_, 5),
        province=stack("province", np.bool_, 17),
        sector=stack("sector", np.bool_, 23),
        agent_type=stack("agent_type", np.bool_, 3),
        tenants_only=stack("park_tenants_only", np.bool_),
        quota=stack("quota", np.float64),
        floor=stack("floor", np.float64),
        carries=stack("carries", np.bool_),
        route=stack("route", np.int64),
    )


def numbers_of(scenario: Scenario) -> Numbers:
    """Returns the plain numbers of a scenario, each of the type that the compiled code expects."""
    return Numbers(
        seed=np.uint64(scenario.seed),
        replicate=np.uint64(scenario.replicate),
        elasticity=float(scenario.elasticity),
        learning_exponent=float(scenario.learning_exponent),
        experience=float(scenario.experience),
        visibility=float(scenario.visibility),
        disappointment=float(scenario.disappointment),
        attempts=int(scenario.attempts),
        patience=int(scenario.patience),
        open_funding=bool(scenario.open_funding),
        pause=int(scenario.pause),
        duration_sigma=float(scenario.duration_sigma),
        park_duration_factor=float(scenario.park_duration_factor),
        abandonment=float(scenario.abandonment),
        initial_adopters=int(scenario.initial_adopters),
    )


def inputs_of(scenario: Scenario, problem: Problem) -> Inputs:
    """Returns the arrays of a scenario."""
    horizon = problem.horizon
    milieu_active, milieu_parameters = laws_of(scenario, "milieu")
    tie_active, tie_parameters = laws_of(scenario, "tie")
    return Inputs(
        climate=scenario.climate,
        support=scenario.support,
        park_open=scenario.park_open,
        park_service=scenario.park_service,
        model_of=scenario.model_of,
        model_lead=scenario.model_lead,
        model_start=scenario.model_start,
        priority=scenario.priority,
        weights=scenario.tie_weights,
        own_rate=scenario.own_rate,
        own_burden=scenario.own_burden,
        duration=scenario.duration,
        success=scenario.success,
        ranking=tuple(float(weight) for weight in scenario.ranking),
        year_of=np.array([horizon.year_index(t) for t in range(horizon.n_months)], np.int64),
        milieu_active=milieu_active,
        milieu_parameters=milieu_parameters,
        tie_active=tie_active,
        tie_parameters=tie_parameters,
    )


def laws_of(scenario: Scenario, level: str) -> tuple[Array, Array]:
    """Returns which mechanisms of a level are active, and the parameters of all of them in one row."""
    stated = {mechanism.name: values for mechanism, values in scenario.mechanisms}
    of_level = [mechanism for mechanism in mechanisms().values() if mechanism.level == level]
    active = np.array([mechanism.name in stated for mechanism in of_level], dtype=np.bool_)
    parameters = [stated.get(mechanism.name, (0.0,) * len(mechanism.cards)) for mechanism in of_level]
    return active, np.array([value for values in parameters for value in values], dtype=np.float64)
