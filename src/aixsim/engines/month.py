"""The kernel's months: the schedule, from an empty state to the end of the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.core.history import Event
from aixsim.economics import attraction, cost_now
from aixsim.engines.calls import fund
from aixsim.engines.compile import compiled
from aixsim.engines.milieus import decide_milieus, first_bound, look_at_all, sense_milieus, take_hazard
from aixsim.engines.philox import draw_resistances
from aixsim.engines.state import N_ACTIVE, N_EVENTS, N_OPERATED, N_WAITING
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
    n_events = s.number[N_EVENTS]
    if n_events > s.events.shape[1]:
        for firm in range(len(s.firm)):
            clear_firm(s, firm)
    else:
        for k in range(n_events):
            clear_firm(s, s.events[2, k])
        for slot in range(s.number[N_ACTIVE]):
            clear_firm(s, s.active.firm[slot])
    s.number[:] = 0
    s.pressure[:] = 0
    s.cells[:] = 0
    s.cell_is_stale[:] = False
    s.contract[:] = -1
    s.project[:] = -1
    s.pause[:] = -1


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
    s.number[N_WAITING] = 0


@compiled
def carry_over(p: Any, money: Any, year: int) -> None:
    """Moves what some pots have left of last year to this one."""
    for k in range(len(p.lag)):
        if p.carries[k]:
            rest = money.left[k, year - 1]
            money.left[k, year - 1] -= rest
            money.left[k, year] += rest
            money.budget[k, year - 1] -= rest
            money.budget[k, year] += rest


@compiled
def begin(c: Any, w: Any, s: Any, x: Any, a: Any, ties: bool) -> None:
    """Empties the buffers, draws the resistances, lists who decides first, and lets everybody see the initial adopters."""
    clear(s)
    draw_resistances(c, s.bits)
    look_at_all(w, s, a, first_bound(x))
    adopt_initially(c, w, s)
    publish(w, s, a, x, ties)
    for milieu in range(len(w.milieu)):
        take_hazard(c, w, s, x, milieu, 0)
    # A law that presses even those who see nothing leaves nobody out.
    if ties and tie_hazard(x.tie_active, x.tie_parameters, 0.0, 0.0) > 0.0:
        for firm in range(len(s.firm)):
            if s.firm[firm].stage == POTENTIAL and s.firm[firm].slot == 0:
                activate(w, s, firm, first_threshold(s, a, firm))


@compiled
def simulate(c: Any, w: Any, s: Any, x: Any, a: Any, p: Any, money: Any) -> None:
    """Runs all months of a replicate."""
    ties = bool(np.any(x.tie_active))
    begin(c, w, s, x, a, ties)
    for month in range(len(x.year_of)):
        cost = _cost_now(s.number[N_OPERATED], c.experience, c.learning_exponent)
        for size in range(len(s.attraction)):
            s.attraction[size] = _attraction(cost, x.support[month, size], c.elasticity)
        if month > 0 and x.year_of[month - 1] != x.year_of[month]:
            carry_over(p, money, x.year_of[month])
        reconsider(c, w, s, a, month)
        start_models(w, s, a, x, month)
        sense(c, w, s, x, month)
        sense_milieus(c, w, s, x, month)
        decide_milieus(c, w, s, a, x.climate[month], month)
        decide_active(c, w, s, x.climate[month], month)
        for model in range(len(x.model_lead)):
            lead = x.model_lead[model]
            if x.model_start[model] == month and s.firm[lead].stage == POTENTIAL:
                commit(c, w, s, month, lead)
        fund(c, w, s, x, p, money, month, cost)
        implement(c, w, s, x, month)
        publish(w, s, a, x, ties)


@compiled
def add_tie_pressures(s: Any, pressure: Any) -> None:
    """Adds what the firms' ties have pressed to what their milieus have; a firm may have many events, so each gives once."""
    for slot in range(s.number[N_ACTIVE]):
        pressure[s.active.firm[slot]] += s.active.pressure[slot]
    for k in range(s.number[N_EVENTS]):
        firm = s.events[2, k]
        if s.firm[firm].slot == 0:
            pressure[firm] += s.firm[firm].tie_pressure
            s.firm[firm].tie_pressure = 0
