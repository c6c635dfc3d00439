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


SITE = np.dtype(
    [
        ("start", np.int64),
        ("stop", np.int64),
        ("log_employees", np.float64),
        ("milieu", np.int32),
        ("cell", np.int32),
        ("customers", np.int32),
        ("suppliers", np.int32),
        ("siblings", np.int32),
        ("park", np.int16),
        ("size", np.int8),
        ("province", np.int8),
        ("sector", np.int8),
        ("agent_type", np.int8),
        ("regional", np.bool_),
    ],
    align=True,
)
"""What a firm is, together in memory because it is read together; ``start`` and ``stop`` enclose its ties."""

MILIEU = np.dtype(
    [("first", np.int64), ("stop", np.int64), ("cell", np.int32), ("park", np.int32)],
    align=True,
)
"""What a milieu is; ``first`` and ``stop`` enclose its firms."""


class World(NamedTuple):
    """What stays the same in every replicate. Shapes: n firms, G milieus, C cells, m directed ties."""

    site: Array
    """SITE (n,)."""
    firms: Array
    """int32 (n,), firms sorted by milieu."""
    milieu: Array
    """MILIEU (G,), sorted by cell."""
    milieu_size: Array
    """int8 (G,)."""
    in_parks: Array
    """int32, milieus of park tenants."""
    cell_first: Array
    """int64 (C + 1,), where the milieus of a cell begin."""
    cell_firms: Array
    """int64 (C,)."""
    partner: Array
    """int32 (m,)."""
    kind: Array
    """int8 (m,), what the partner is to the firm."""


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
    model_first: Array
    """int64 (C + 1,), where the members of a collaboration model begin in ``members``."""
    members: Array
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
    n, n_milieus, n_cells = len(population), len(milieus.cell), len(milieus.cell_firms)
    site = np.zeros(n, SITE)
    site["start"], site["stop"] = network.start[:-1], network.start[1:]
    site["milieu"], site["cell"] = milieus.of_firm, milieus.cell_of_firm
    row = np.repeat(np.arange(n), np.diff(network.start))
    n_kind = np.bincount(row * 3 + network.kind, minlength=3 * n).reshape(n, 3)
    for kind, name in enumerate(("customers", "suppliers", "siblings")):
        site[name] = n_kind[:, kind]
    for name in ("park", "size", "province", "sector", "agent_type"):
        site[name] = getattr(population, name)
    site["regional"] = np.array(POLE_INDEX)[population.province] != CAPITAL
    site["log_employees"] = [log_employees(int(e)) for e in population.employees]

    milieu = np.zeros(n_milieus, MILIEU)
    ends = np.cumsum(np.bincount(milieus.of_firm, minlength=n_milieus))
    milieu["first"][1:], milieu["stop"] = ends[:-1], ends
    milieu["cell"], milieu["park"] = milieus.cell, milieus.park
    return World(
        site=site,
        firms=np.argsort(milieus.of_firm, kind="stable").astype(np.int32),
        milieu=milieu,
        milieu_size=milieus.size.astype(np.int8),
        in_parks=np.flatnonzero(milieus.park >= 0).astype(np.int32),
        cell_first=np.searchsorted(milieus.cell, np.arange(n_cells + 1)).astype(np.int64),
        cell_firms=milieus.cell_firms,
        partner=network.partner,
        kind=network.kind,
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
    members = np.flatnonzero(scenario.model_of >= 0)
    members = members[np.argsort(scenario.model_of[members], kind="stable")].astype(np.int32)
    return Inputs(
        climate=scenario.climate,
        support=scenario.support,
        park_open=scenario.park_open,
        park_service=scenario.park_service,
        model_of=scenario.model_of,
        model_lead=scenario.model_lead,
        model_start=scenario.model_start,
        model_first=np.searchsorted(scenario.model_of[members], np.arange(len(scenario.model_lead) + 1)).astype(np.int64),
        members=members,
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
