"""The kernel: the same schedule over arrays, compiled; work follows events, not firms times months.

Milieus advance a shared pressure and find their next deciders at the front of a list sorted by threshold; only firms that a low bound
on their resistance does not rule out are in it, and a milieu whose pressure outgrows the bound looks again. Firms with a visible tie, in a
started collaboration model, or back from a pause are stepped singly; what they sense is taken again only when it has changed. Funding and
implementation touch decided firms only. It calls the very same laws as the reference engine and must agree with it to the last bit, in
pressures and in every event.
"""

from __future__ import annotations

import sys

import numpy as np

from aixsim.core.history import History
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario
from aixsim.engines.compile import is_compiled
from aixsim.engines.layout import inputs_of, numbers_of, programmes_of, world_of
from aixsim.engines.month import add_tie_pressures, simulate
from aixsim.engines.state import N_EVENTS, Money, State, fresh_state


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
        if n_events <= state.events.shape[1]:
            break
        room = n_events
    month, event, firm, route = state.events[:, :n_events].copy()
    pressure = state.pressure[problem.milieus.of_firm]
    add_tie_pressures(state, pressure)
    return History(
        month=month,
        event=event,
        firm=firm,
        route=route,
        pressure=pressure,
        pots=tuple(pot.name for pot in scenario.pots),
        budget=money.budget,
        spent=money.budget - money.left,
        applicants=money.applicants,
        funded=money.funded,
    )


def _run(problem: Problem, scenario: Scenario, room: int) -> tuple[State, Money]:
    n_months, n_years = problem.horizon.n_months, len(problem.horizon.years)
    pots = programmes_of(scenario, n_months, n_years)
    shape = (len(scenario.pots), n_years)
    money = Money(pots.budget.copy(), pots.budget.copy(), np.zeros(shape, np.int64), np.zeros(shape, np.int64))
    state = fresh_state(problem, room)
    simulate(numbers_of(scenario), world_of(problem), state, inputs_of(scenario, problem), scenario.susceptibility, pots, money)
    return state, money
