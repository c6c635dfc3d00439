"""The kernel's months: the schedule, from an empty state to the end of the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.calls import fund
from aixsim.engines.kernel.compile import compiled, inlined, kept
from aixsim.engines.kernel.implementing import implement, operate, start_projects
from aixsim.engines.kernel.milieus import decide_milieus, first_bound, look_at_all, sense_milieus
from aixsim.engines.kernel.philox import fill_resistances
from aixsim.engines.kernel.pressing import firm_wakes, group_pressure, milieu_wakes, tie_pressure
from aixsim.engines.kernel.slots import POTENTIAL, fill, slot_for, touch
from aixsim.engines.kernel.ties import decide_singly, join_models, sense, tie_hazard, touch_models
from aixsim.engines.kernel.transitions import PROGRAMME, apply_uplifts, commit, log_event, publish, reconsider
from aixsim.model import pressure as fixed
from aixsim.model.economics import attraction, cost_now
from aixsim.model.history import Event

_LAUNCHED, _BEFORE = np.int64(Event.LAUNCHED), np.int64(-1)
_attraction, _cost_now, _pace = compiled(attraction), compiled(cost_now), compiled(fixed.pace)


@inlined
def clear(state: Any) -> None:
    """Empties the state; only firms with a slot have one."""
    tally = state.tally[0]
    for slot in range(tally.slots):
        state.slot_of[state.tie[slot].firm] = -1
    tally.events = tally.operated = tally.expected = tally.slots = tally.filled = tally.waiting = tally.gone = 0
    tally.touched = tally.changed = tally.stale_cells = tally.uplift = 0
    tally.contracts = tally.queue_first = tally.queue_last = tally.room_used = 0
    tally.own_time[:, :] = 0
    state.due[:] = -1
    for milieu in range(len(state.group)):
        group = state.group[milieu]
        group.pressure = group.rate = group.highest = group.since = 0
        group.first = -1
    for cell in state.cell:
        cell.seen[0] = cell.seen[1] = cell.seen[2] = 0
        cell.is_stale = False


@inlined
def adopt_initially(case: Any, state: Any) -> None:
    """Lets the first firms operate before the first month."""
    for firm in range(case.initial_adopters):
        slot = slot_for(state.slot_of, state.tie, state.wake, state.tally[0], firm)
        fill(case, state, _BEFORE + 1)
        commit(case, state, _BEFORE, slot)
        state.life[slot].route = PROGRAMME
        # Not launch(): it would put the firm on the list of projects under way as well.
        log_event(state.event, state.tally[0], _BEFORE, _LAUNCHED, firm, PROGRAMME)
        operate(case, state, _BEFORE, slot)
    state.tally[0].waiting = 0


@inlined
def carry_over(lines: Any, year: int) -> None:
    """Moves what some lines have left of last year to this one."""
    for k in range(len(lines.rules)):
        if lines.rules[k].carries:
            rest = lines.left[k, year - 1]
            lines.left[k, year - 1] -= rest
            lines.left[k, year] += rest
            lines.year[k, year - 1].budget -= rest
            lines.year[k, year].budget += rest


@inlined
def change_budgets(lines: Any, year: int) -> None:
    """Changes what a year is to have; a cut takes at most what no earlier call has reserved."""
    for k in range(len(lines.rules)):
        change = max(lines.change[k, year], -lines.left[k, year])
        lines.left[k, year] += change
        lines.year[k, year].budget += change


@inlined
def bound_pace(case: Any, state: Any, inputs: Any, month: int) -> None:
    """Computes how fast economic time can pass in the months ahead while not too many more factories operate."""
    tally, last = state.tally[0], len(inputs.month)
    tally.expected = 4 * tally.operated + 200
    cheapest = _cost_now(tally.expected, case.scale, case.economics)
    for size in range(len(inputs.month[0].support)):
        state.clock[last].fastest[size] = 1.0
        for ahead in range(last - 1, month - 1, -1):
            now = inputs.month[ahead]
            most = float(_pace(now.climate_index, _attraction(cheapest, now.support[size], case.economics)) + 1)
            state.clock[ahead].fastest[size] = max(state.clock[ahead + 1].fastest[size], most)


@compiled
def begin(case: Any, world: Any, state: Any, inputs: Any, ties: bool) -> None:
    """Empties the buffers, draws the resistances, lists who decides first, and lets everybody see the initial adopters."""
    clear(state)
    fill_resistances(case.seed, case.replicate, state.bits)
    look_at_all(world, state, case.class_factor, first_bound(case, world, inputs))
    join_models(case, state, inputs)
    adopt_initially(case, state)
    publish(case, world, state, inputs, ties or case.reuse.is_active, _BEFORE + 1)
    # A law that presses even those who see nothing leaves nobody out.
    if ties and tie_hazard(case.tie_active, case.laws, 0.0, 0.0) > 0.0:
        for firm in range(len(state.slot_of)):
            touch(state.lists, state.tie, state.tally[0], slot_for(state.slot_of, state.tie, state.wake, state.tally[0], firm))


@compiled
def open_month(case: Any, state: Any, inputs: Any, month: int, is_first: bool) -> float:
    """Lets economic time pass as the month's climate, cost and support say; returns the cost of a project.

    In the first month that the inputs are read, nothing that was looked up ahead holds any more.
    """
    now, operated = inputs.month[month], state.tally[0].operated
    if is_first or operated > state.tally[0].expected:
        bound_pace(case, state, inputs, month)
        for milieu in range(len(state.group)):
            group = state.group[milieu]
            state.milieu_wake[milieu] = milieu_wakes(state.clock, group, month)
        # Slot by slot, not milieu by milieu: so memory is read in a row.
        for slot in range(state.tally[0].filled):
            firm = state.firm[slot]
            state.wake[slot] = firm_wakes(state.clock, firm, state.group[firm.milieu], month)
    cost = _cost_now(operated, case.scale, case.economics)
    for size in range(len(now.support)):
        passed = _pace(now.climate_index, _attraction(cost, now.support[size], case.economics))
        state.clock[month + 1].time[size] = state.clock[month].time[size] + passed
    return cost


@kept
def simulate(world: Any, state: Any, ranking: Any, inputs: Any, lines: Any, first: int, stop: int) -> None:
    """Runs the months of a replicate from ``first`` to before ``stop``; the state must be as the month before left it, if there is one."""
    case = inputs.case[0]
    ties = case.tie_active.sum() > 0
    if first == 0:
        begin(case, world, state, inputs, ties)
    for month in range(first, stop):
        cost = open_month(case, state, inputs, month, month == first)
        year = inputs.month[month].year
        if month > 0 and inputs.month[month - 1].year != year:
            carry_over(lines, year)
        if month == 0 or inputs.month[month - 1].year != year:
            change_budgets(lines, year)
        reconsider(case, state, month)
        apply_uplifts(case, state, inputs, month)
        touch_models(state, inputs, month)
        sense_milieus(case, world, state, inputs, month)
        sense(case, state, inputs, month)
        decide_milieus(case, world, state, month)
        decide_singly(case, state, month)
        for model in inputs.model:
            if model.start == month and state.tie[state.slot_of[model.lead]].stage == POTENTIAL:
                commit(case, state, month, np.int64(state.slot_of[model.lead]))
        fund(case, state, ranking, inputs, lines, month, cost)
        implement(case, state, inputs, lines, month, year)
        if case.is_limited:
            start_projects(case, state, ranking, inputs, lines, month, year)
        publish(case, world, state, inputs, ties or case.reuse.is_active, month + 1)


@kept
def add_pressures(world: Any, state: Any, pressure: Any) -> None:
    """Fills what every firm has accumulated by the end, its milieu's pressure and that of its ties."""
    last = len(state.clock) - 1
    for milieu in range(len(state.group)):
        group = state.group[milieu]
        group.pressure = group_pressure(state.clock, group, last)
        group.since = last
    # Firm by firm: so memory is written in a row, and what is read lies close together.
    for firm in range(len(pressure)):
        pressure[firm] = state.group[world.milieu_of[firm]].pressure
    # Slots given away by the last month's news are not filled: what stands in them is of another replicate.
    for slot in range(state.tally[0].filled):
        firm = state.firm[slot]
        if state.tie[slot].stage == POTENTIAL:
            pressure[state.tie[slot].firm] += tie_pressure(state.clock, firm, last)
        else:
            pressure[state.tie[slot].firm] += firm.tie_pressure
