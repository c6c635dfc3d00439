"""Firms with exposures of their own: the few that are stepped one by one."""

from __future__ import annotations

from typing import Any

from aixsim.core.draws import Purpose
from aixsim.engines.compile import compiled, hazard_sum
from aixsim.engines.philox import uniform
from aixsim.engines.state import PAUSE, REACHED, STALE
from aixsim.engines.transitions import (
    POTENTIAL,
    SEEN_LAUNCHED,
    SEEN_OPERATING,
    _exponential,
    activate,
    commit,
    first_threshold,
    in_started_model,
    increment,
    mark_stale,
    threshold,
)
from aixsim.mechanisms import mechanisms
from aixsim.sensing import visible_share

_RESISTANCE = int(Purpose.RESISTANCE)
_visible_share = compiled(visible_share)
tie_hazard = hazard_sum(tuple(m for m in mechanisms().values() if m.level == "tie"), ("partner_share", "lead_visible"))


@compiled
def reconsider(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Firms whose pause is over are potential again, with a new resistance on top of the pressure they have withstood."""
    firm = s.due[PAUSE, month]
    while firm >= 0:
        state = s.firm[firm]
        following = state.next
        state.episode += 1
        state.stage = POTENTIAL
        resistance = threshold(_exponential(uniform(c, _RESISTANCE, firm, state.episode)), x.susceptibility[firm])
        activate(w, s, firm, s.pressure[w.site[firm].milieu] + state.tie_pressure + resistance)
        firm = following


@compiled
def start_models(w: Any, s: Any, x: Any, month: int) -> None:
    """Members of a collaboration model that starts this month sense its lead from now on."""
    for model in x.model:
        if model.start != month:
            continue
        for place in range(model.first, model.stop):
            firm = x.members[place]
            if s.firm[firm].slot > 0:
                mark_stale(s, firm)
            elif s.firm[firm].stage == POTENTIAL:
                activate(w, s, firm, first_threshold(s, x, firm))


@compiled
def sense(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Takes the hazards again of firms whose partners or lead have changed."""
    for position in range(s.tally[0].stale):
        firm = s.lists[STALE, position]
        state = s.firm[firm]
        state.stale = False
        if state.slot == 0:
            continue
        site = w.site[firm]
        weights = c.tie_weights
        total = site.customers * weights[0] + site.suppliers * weights[1] + site.siblings * weights[2]
        launched, operating, disappointing = state.exposure[0], state.exposure[1], state.exposure[2]
        share = _visible_share(operating, launched, disappointing, total, c.visibility, c.disappointment)
        lead_visible = 0.0
        if in_started_model(x, month, firm):
            lead = x.model[x.model_of[firm]].lead
            seen = s.firm[lead].seen
            if lead != firm and (seen == SEEN_OPERATING or (seen == SEEN_LAUNCHED and c.visibility > 0.0)):
                lead_visible = 1.0
        s.active_hazard[state.slot - 1] = tie_hazard(c.tie_active, c.tie_parameters, share, lead_visible)
    s.tally[0].stale = 0


@compiled
def press(pressure: Any, hazard: Any, size: Any, attraction: Any, climate: float, n: int) -> None:
    """Adds a month's increment to the first n pressures; plain arrays, so that the processor takes several at a time."""
    for k in range(n):
        pressure[k] += increment(climate, attraction[size[k]], hazard[k])


@compiled
def find_reached(pressure: Any, threshold: Any, shared: Any, milieu: Any, n: int, found: Any) -> int:
    """Lists which of the first n pressures, with what their milieus share, reach their thresholds; without a branch, for few do."""
    n_found = 0
    for k in range(n):
        found[n_found] = k
        n_found += shared[milieu[k]] + pressure[k] >= threshold[k]
    return n_found


@compiled
def decide_active(c: Any, w: Any, s: Any, climate: float, month: int) -> None:
    """Firms with exposures of their own accumulate tie pressure; those that can resist no longer decide."""
    n, found = s.tally[0].active, s.lists[REACHED]
    press(s.active_pressure, s.active_hazard, s.active_size, s.tally[0].attraction, climate, n)
    n_found = find_reached(s.active_pressure, s.active_threshold, s.pressure, s.active_milieu, n, found)
    # Backwards, because the last one moves into the place of one that decides.
    for position in range(n_found - 1, -1, -1):
        commit(c, w, s, month, s.active[found[position]])
