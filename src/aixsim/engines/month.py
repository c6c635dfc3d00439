"""The kernel's months: the schedule, from an empty state to the end of the horizon."""

from __future__ import annotations

from typing import Any

from aixsim.core.history import Event
from aixsim.economics import attraction, cost_now
from aixsim.engines.calls import fund
from aixsim.engines.compile import compiled
from aixsim.engines.milieus import decide_milieus, first_bound, look_at_all, sense_milieus, take_hazard
from aixsim.engines.philox import draw_resistances
from aixsim.engines.ties import decide_active, reconsider, sense, start_models, tie_hazard
from aixsim.engines.transitions import (
    POTENTIAL,
    PROGRAMME,
    activate,
    commit,
    first_threshold,
    implement,
    log_event,
    operate,
    publish,
)

_LAUNCHED = int(Event.LAUNCHED)
_attraction, _cost_now = compiled(attraction), compiled(cost_now)


@compiled
def clear(s: Any) -> None:
    """Empties the state; a replicate touches few of the firms, and only those are written to."""
    n_events = s.tally[0].events
    if n_events > s.events.shape[1]:
        for firm in range(len(s.firm)):
            clear_firm(s, firm)
    else:
        for k in range(n_events):
            clear_firm(s, s.events[2, k])
        for slot in range(s.tally[0].active):
            clear_firm(s, s.active[slot])
    tally = s.tally[0]
    tally.events = tally.operated = tally.active = tally.waiting = tally.stale = tally.changed = tally.stale_cells = 0
    s.pressure[:] = 0
    s.due[:] = -1
    for cell in s.cell:
        cell.seen[0] = cell.seen[1] = cell.seen[2] = 0
        cell.is_stale = False


@compiled
def clear_firm(s: Any, firm: int) -> None:
    """Makes a firm potential, and forgets all it has seen and withstood."""
    state = s.firm[firm]
    state.exposure[0] = state.exposure[1] = state.exposure[2] = 0
    state.tie_pressure = 0
    state.slot = state.episode = 0
    state.stage = POTENTIAL
    state.route = -1
    state.seen = state.shown = 0
    state.stale = False


@compiled
def adopt_initially(c: Any, w: Any, s: Any) -> None:
    """Lets the first firms operate before the first month."""
    for firm in range(c.initial_adopters):
        commit(c, w, s, -1, firm)
        s.firm[firm].route = PROGRAMME
        # Not launch(): it would put the firm on the list of projects under way as well.
        log_event(s, -1, _LAUNCHED, firm, PROGRAMME)
        operate(c, s, -1, firm)
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
def begin(c: Any, w: Any, s: Any, x: Any, ties: bool) -> None:
    """Empties the buffers, draws the resistances, lists who decides first, and lets everybody see the initial adopters."""
    clear(s)
    draw_resistances(c, s.bits)
    look_at_all(w, s, x, first_bound(c, x))
    adopt_initially(c, w, s)
    publish(c, w, s, x, ties)
    for milieu in range(len(w.milieu)):
        take_hazard(c, w, s, x, milieu, 0)
    # A law that presses even those who see nothing leaves nobody out.
    if ties and tie_hazard(c.tie_active, c.tie_parameters, 0.0, 0.0) > 0.0:
        for firm in range(len(s.firm)):
            if s.firm[firm].stage == POTENTIAL and s.firm[firm].slot == 0:
                activate(w, s, firm, first_threshold(s, x, firm))


@compiled
def simulate(w: Any, s: Any, x: Any, p: Any) -> None:
    """Runs all months of a replicate."""
    c, tally = x.case[0], s.tally[0]
    ties = False
    for active in c.tie_active:
        ties = ties or active == 1
    begin(c, w, s, x, ties)
    for month in range(len(x.month)):
        now = x.month[month]
        cost = _cost_now(s.tally[0].operated, c.experience, c.learning_exponent)
        for size in range(len(now.support)):
            tally.attraction[size] = _attraction(cost, now.support[size], c.elasticity)
        if month > 0 and x.month[month - 1].year != now.year:
            carry_over(p, now.year)
        reconsider(c, w, s, x, month)
        start_models(w, s, x, month)
        sense(c, w, s, x, month)
        sense_milieus(c, w, s, x, month)
        decide_milieus(c, w, s, x, now.climate, month)
        decide_active(c, w, s, now.climate, month)
        for model in x.model:
            if model.start == month and s.firm[model.lead].stage == POTENTIAL:
                commit(c, w, s, month, model.lead)
        fund(c, w, s, x, p, month, cost)
        implement(c, w, s, month)
        publish(c, w, s, x, ties)


@compiled
def add_tie_pressures(s: Any, pressure: Any) -> None:
    """Adds what the firms' ties have pressed to what their milieus have; a firm may have many events, so each gives once."""
    for slot in range(s.tally[0].active):
        pressure[s.active[slot]] += s.active_pressure[slot]
    for k in range(s.tally[0].events):
        firm = s.events[2, k]
        if s.firm[firm].slot == 0:
            pressure[firm] += s.firm[firm].tie_pressure
            s.firm[firm].tie_pressure = 0
