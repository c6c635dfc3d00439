"""The kernel: the same schedule over arrays, compiled; work follows events, not firms times months.

Pressure is linear in economic time while a hazard stays the same, so nobody adds it up month by month: a milieu, and a firm with exposures
of its own, is known by a start, a rate and the economic time since, and is looked at in the first month in which it can decide. Milieus
find their next deciders at the front of a list sorted by threshold; only firms that a low bound on their resistance does not rule out
are in it, and a milieu whose pressure outgrows the bound looks again. Firms with a visible tie, in a collaboration model, uplifted, or
decided are given a slot: their state lies close together in the order of events, because what costs time at this speed is memory that is
far apart. Funding and implementation touch decided firms only. The kernel calls the very same laws as the reference engine and must agree
with it to the last bit, in pressures and in every event.
"""

from __future__ import annotations

import sys

import numpy as np

from aixsim.engines.kernel.buffers import fresh_state
from aixsim.engines.kernel.compile import is_compiled, keep, laws_of
from aixsim.engines.kernel.inputs import FundingLines, go_on_with, inputs_of, lines_of
from aixsim.engines.kernel.layout import world_of
from aixsim.engines.kernel.month import add_pressures, simulate
from aixsim.engines.kernel.state import State
from aixsim.engines.kernel.tabulate import tables
from aixsim.model.history import Decision, History
from aixsim.model.policy_rules import RuleBook
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

LAWS = laws_of("milieu") + laws_of("tie")
"""The laws that this kernel knows: those there were when its modules were read."""


def warm_up(problem: Problem, scenario: Scenario) -> None:
    """Compiles before any worker starts, so that it happens once and is announced; does nothing if the machine code is on disk."""
    if is_compiled("month.simulate"):
        return
    sys.stderr.write("compiling the model once, about half a minute; later runs start at once\n")
    tables(run(problem, scenario), scenario.counts, problem.horizon.n_months, problem.population)
    keep()


def run(problem: Problem, scenario: Scenario) -> History:
    """Simulates one replicate and returns its history; agrees with the reference engine in every number."""
    room = max(4096, len(problem.population) // 2)
    while True:
        state, lines, decisions = _run(problem, scenario, room)
        n_events = int(state.tally["events"][0])
        if n_events <= len(state.event):
            break
        room = n_events
    events = state.event[:n_events]
    year = lines.year[:, : len(problem.horizon.years)]
    pressure = np.empty(len(problem.population), np.int64)
    add_pressures(world_of(problem), state, pressure)
    return History(
        month=events["month"].astype(np.int32),
        event=events["event"].astype(np.int32),
        firm=events["firm"].copy(),
        route=events["route"].astype(np.int32),
        pressure=pressure,
        lines=tuple(line.name for line in scenario.lines),
        spent=year["budget"] - lines.left[:, : year.shape[1]],
        paid=lines.paid[: year.shape[1]],
        decisions=decisions,
        **{name: year[name].copy() for name in ("budget", "applicants", "funded", "repaid")},
    )


def _run(problem: Problem, scenario: Scenario, room: int) -> tuple[State, FundingLines, tuple[Decision, ...]]:
    (state, ranking), lines = fresh_state(problem, scenario.frailty, room), lines_of(scenario, problem)
    world, inputs, rules, first = world_of(problem), inputs_of(scenario, problem), RuleBook(problem, scenario), 0
    for month in rules.months:
        simulate(world, state, ranking, inputs, lines, first, month)
        events = state.event[: state.tally["events"][0]]
        if other := rules.check(month, events["event"], events["firm"], events["route"]):
            inputs = inputs_of(other, problem)
            go_on_with(other, problem, lines)
        first = month
    simulate(world, state, ranking, inputs, lines, first, problem.horizon.n_months)
    return state, lines, tuple(rules.decisions)
