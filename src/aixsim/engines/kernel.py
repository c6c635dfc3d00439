"""The kernel: the same schedule over arrays, compiled; work follows events, not firms times months.

Milieus advance a shared pressure and find their next deciders at the front of a list sorted by threshold; only firms that a low bound
on their resistance does not rule out are in it, and a milieu whose pressure outgrows the bound looks again. Firms with a visible tie, in a
started collaboration model, or back from a pause are stepped singly. Funding and implementation touch decided firms only. It calls the
very same laws as the reference engine and must agree with it to the last bit, in pressures and in every event.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from aixsim.core.history import History
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario
from aixsim.engines.compile import is_compiled
from aixsim.engines.layout import Array, inputs_of, numbers_of, programmes_of, world_of
from aixsim.engines.loop import N_EVENTS, State
from aixsim.engines.month import simulate


class Queue(NamedTuple):
    """Firms by milieu, lowest threshold first, as far as the bound of the milieu reaches."""

    firm: Array
    needed: Array
    at: Array
    end: Array
    bound: Array


class Money(NamedTuple):
    """Where the money is, by pot and year."""

    budget: Array
    left: Array
    applicants: Array
    funded: Array


def warm_up(problem: Problem, scenario: Scenario) -> None:
    """Compiles before any worker starts, so that it happens once and is announced."""
    if not is_compiled():
        sys.stderr.write("compiling the model once, about a minute; later runs start at once\n")
    run(problem, scenario)


def run(problem: Problem, scenario: Scenario) -> History:
    """Simulates one replicate and returns its history; agrees with the reference engine in every number."""
    room = max(4096, len(problem.population) // 2)
    while True:
        state, money = _run(problem, scenario, room)
        n_events = int(state.number[N_EVENTS])
        if n_events <= room:
            break
        room = n_events
    events = state.events[:n_events]
    return History(
        month=events[:, 0].copy(),
        event=events[:, 1].copy(),
        firm=events[:, 2].copy(),
        route=events[:, 3].copy(),
        pressure=state.pressure[problem.milieus.of_firm] + state.tie_pressure,
        pots=tuple(pot.name for pot in scenario.pots),
        budget=money.budget,
        spent=money.budget - money.left,
        applicants=money.applicants,
        funded=money.funded,
    )


def _run(problem: Problem, scenario: Scenario, room: int) -> tuple[State, Money]:
    n, n_months, n_years = len(problem.population), problem.horizon.n_months, len(problem.horizon.years)
    world, pots = world_of(problem), programmes_of(scenario, n_months, n_years)
    shape = (len(scenario.pots), n_years)
    money = Money(pots.budget.copy(), pots.budget.copy(), np.zeros(shape, np.int64), np.zeros(shape, np.int64))
    n_milieus = len(world.milieu_cell)
    queue = Queue(
        firm=np.empty(n, np.int32),
        needed=np.empty(n, np.int64),
        at=np.zeros(n_milieus, np.int64),
        end=np.zeros(n_milieus, np.int64),
        bound=np.zeros(n_milieus),
    )
    state = empty_state(n, n_milieus, len(world.cell_firms), n_months, room)
    simulate(numbers_of(scenario), world, state, inputs_of(scenario, problem), scenario.susceptibility, pots, money, queue)
    return state, money


def empty_state(n: int, n_milieus: int, n_cells: int, n_months: int, room: int) -> State:
    """Returns the state before anything has happened; pages that no event touches cost nothing."""
    return State(
        stage=np.zeros(n, np.int8),
        seen=np.zeros(n, np.int8),
        tie_pressure=np.zeros(n, np.int64),
        threshold=np.zeros(n, np.int64),
        episode=np.zeros(n, np.int32),
        refusals=np.zeros(n, np.int32),
        since=np.zeros(n, np.int32),
        route=np.zeros(n, np.int8),
        own_pressure=np.zeros(n, np.int64),
        own_threshold=np.zeros(n, np.int64),
        exposure=np.zeros((n, 3), np.int64),
        is_active=np.zeros(n, np.bool_),
        active=np.empty(n, np.int32),
        waiting=np.empty(n, np.int32),
        refused=np.full(n, -2, np.int32),
        next=np.empty(n, np.int32),
        contract=np.full(n_months, -1, np.int32),
        project=np.full(n_months, -1, np.int32),
        pause=np.full(n_months, -1, np.int32),
        cells=np.zeros((n_cells, 3), np.int64),
        pressure=np.zeros(n_milieus, np.int64),
        number=np.zeros(4, np.int64),
        events=np.empty((room, 4), np.int32),
        words=np.empty(n, np.uint64),
    )
