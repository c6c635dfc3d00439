"""The kernel's months: the schedule, from an empty state to the end of the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.calls import fund
from aixsim.engines.kernel.compile import compiled, kept
from aixsim.engines.kernel.milieus import decide_milieus, first_bound, look_at_all, sense_milieus, wake_all
from aixsim.engines.kernel.philox import fill_resistances
from aixsim.engines.kernel.pressing import group_pressure, milieu_wakes, tie_pressure
from aixsim.engines.kernel.slots import POTENTIAL, fill, slot_for, touch
from aixsim.engines.kernel.ties import decide_singly, join_models, sense, tie_hazard, touch_models
from aixsim.engines.kernel.transitions import PROGRAMME, commit, implement, lift, log_event, operate, publish, reconsider
from aixsim.model import pressure as fixed
from aixsim.model.economics import attraction, cost_now
from aixsim.model.history import Event

_LAUNCHED, _BEFORE = np.int64(Event.LAUNCHED), np.int64(-1)
_attraction, _cost_now, _pace = compiled(attraction), compiled(cost_now), compiled(fixed.pace)


@compiled
def clear(s: Any) -> None:
    """Empties the state; only firms with a slot have one."""
    tally = s.tally[0]
    for slot in range(tally.slots):
        s.slot_of[s.tie[slot].firm] = -1
    tally.events = tally.operated = tally.reckoned = tally.slots = tally.filled = tally.waiting = 0
    tally.touched = tally.changed = tally.stale_cells = tally.uplift = 0
    tally.own_time[:, :] = 0
    s.due[:] = -1
    for milieu in range(len(s.group)):
        group = s.group[milieu]
        group.pressure = group.rate = group.highest = group.since = 0
        group.first = -1
    for cell in s.cell:
        cell.seen[0] = cell.seen[1] = cell.seen[2] = 0
        cell.is_stale = False


@compiled
def adopt_initially(c: Any, s: Any) -> None:
    """Lets the first firms operate before the first month."""
    for firm in range(c.initial_adopters):
        slot = slot_for(s.slot_of, s.tie, s.wake, s.tally[0], firm)
        fill(c, s, _BEFORE + 1)
        commit(c, s, _BEFORE, slot)
        s.life[slot].route = PROGRAMME
        # Not launch(): it would put the firm on the list of projects under way as well.
        log_event(s.event, s.tally[0], _BEFORE, _LAUNCHED, firm, PROGRAMME)
        operate(c, s, _BEFORE, slot)
    s.tally[0].waiting = 0


@compiled
def carry_over(p: Any, year: int) -> None:
    """Moves what some pots have left of last year to this one."""
    for k in range(len(p.rules)):
        if p.rules[k].carries:
            rest = p.left[k, year - 1]
            p.left[k, year - 1] -= rest
            p.left[k, year] += rest
            p.year[k, year - 1].budget -= rest
            p.year[k, year].budget += rest


@compiled
def change_budgets(p: Any, year: int) -> None:
    """Changes what a year is to have; a cut takes at most what no earlier call has reserved."""
    for k in range(len(p.rules)):
        change = max(p.change[k, year], -p.left[k, year])
        p.left[k, year] += change
        p.year[k, year].budget += change


@compiled
def reckon(c: Any, s: Any, x: Any, month: int) -> None:
    """Reckons how fast economic time can pass in the months ahead while not too many more factories operate."""
    tally, last = s.tally[0], len(x.month)
    tally.reckoned = 4 * tally.operated + 200
    cheapest = _cost_now(tally.reckoned, c.scale, c.economics)
    for size in range(len(x.month[0].support)):
        s.clock[last].fastest[size] = 1.0
        for ahead in range(last - 1, month - 1, -1):
            now = x.month[ahead]
            most = float(_pace(now.climate_index, _attraction(cheapest, now.support[size], c.economics)) + 1)
            s.clock[ahead].fastest[size] = max(s.clock[ahead + 1].fastest[size], most)


@compiled
def begin(c: Any, w: Any, s: Any, x: Any, ties: bool) -> None:
    """Empties the buffers, draws the resistances, lists who decides first, and lets everybody see the initial adopters."""
    clear(s)
    fill_resistances(c.seed, c.replicate, s.bits)
    look_at_all(w, s, x, c.class_factor, first_bound(c, w, x))
    join_models(c, s, x)
    adopt_initially(c, s)
    publish(c, w, s, x, ties)
    # A law that presses even those who see nothing leaves nobody out.
    if ties and tie_hazard(c.tie_active, c.laws, 0.0, 0.0) > 0.0:
        for firm in range(len(s.slot_of)):
            touch(s.lists, s.tie, s.tally[0], slot_for(s.slot_of, s.tie, s.wake, s.tally[0], firm))


@compiled
def open_month(c: Any, s: Any, x: Any, month: int) -> float:
    """Lets economic time pass as the month's climate, cost and support say; returns the cost of a project."""
    now, operated = x.month[month], s.tally[0].operated
    if month == 0 or operated > s.tally[0].reckoned:
        reckon(c, s, x, month)
        for milieu in range(len(s.group)):
            group = s.group[milieu]
            s.milieu_wake[milieu] = milieu_wakes(s.clock, group, month)
            wake_all(s.clock, s.tie, s.firm, s.wake, group, month)
    cost = _cost_now(operated, c.scale, c.economics)
    for size in range(len(now.support)):
        passed = _pace(now.climate_index, _attraction(cost, now.support[size], c.economics))
        s.clock[month + 1].time[size] = s.clock[month].time[size] + passed
    return cost


@kept
def simulate(w: Any, s: Any, d: Any, x: Any, p: Any) -> None:
    """Runs all months of a replicate."""
    c = x.case[0]
    ties = c.tie_active.sum() > 0
    begin(c, w, s, x, ties)
    for month in range(len(x.month)):
        cost = open_month(c, s, x, month)
        year = x.month[month].year
        if month > 0 and x.month[month - 1].year != year:
            carry_over(p, year)
        if month == 0 or x.month[month - 1].year != year:
            change_budgets(p, year)
        reconsider(c, s, month)
        lift(c, s, x, month)
        touch_models(s, x, month)
        sense_milieus(c, w, s, x, month)
        sense(c, s, x, month)
        decide_milieus(c, w, s, x, month)
        decide_singly(c, s, month)
        for model in x.model:
            if model.start == month and s.tie[s.slot_of[model.lead]].stage == POTENTIAL:
                commit(c, s, month, np.int64(s.slot_of[model.lead]))
        fund(c, s, d, x, p, month, cost)
        implement(c, s, p, month, year)
        publish(c, w, s, x, ties)


@kept
def add_pressures(w: Any, s: Any, pressure: Any) -> None:
    """Fills what every firm has accumulated by the end, its milieu's pressure and that of its ties."""
    last = len(s.clock) - 1
    for milieu in range(len(s.group)):
        shared = group_pressure(s.clock, s.group[milieu], last)
        for place in range(w.milieu[milieu].first, w.milieu[milieu].stop):
            pressure[w.firms[place]] = shared
    # Slots given away by the last month's news are not filled: what stands in them is of another replicate.
    for slot in range(s.tally[0].filled):
        firm = s.firm[slot]
        if s.tie[slot].stage == POTENTIAL:
            pressure[s.tie[slot].firm] += tie_pressure(s.clock, firm, last)
        else:
            pressure[s.tie[slot].firm] += firm.tie_pressure
