"""Firms with exposures of their own: the few that are looked at one by one, and only when they can decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.core import pressure as fixed
from aixsim.engines.compile import compiled, hazard_sum
from aixsim.engines.pressing import firm_wakes, group_pressure, settle, tie_pressure, to_rate
from aixsim.engines.state import FOUND, TOUCHED
from aixsim.engines.transitions import (
    POTENTIAL,
    SEEN_LAUNCHED,
    SEEN_OPERATING,
    activate,
    commit,
    first_threshold,
    in_started_model,
    touch,
)
from aixsim.mechanisms import mechanisms
from aixsim.sensing import visible_share

_visible_share, _reaches = compiled(visible_share), compiled(fixed.reaches)
tie_hazard = hazard_sum(tuple(m for m in mechanisms().values() if m.level == "tie"), ("partner_share", "lead_visible"))


@compiled
def weigh_ties(c: Any, w: Any, s: Any) -> None:
    """Adds up the weights of every firm's ties, when they are not those of the last replicate."""
    tally, weights = s.tally[0], c.tie_weights
    if weights[0] == tally.tie_weights[0] and weights[1] == tally.tie_weights[1] and weights[2] == tally.tie_weights[2]:
        return
    tally.tie_weights[0], tally.tie_weights[1], tally.tie_weights[2] = weights[0], weights[1], weights[2]
    for firm in range(len(s.firm)):
        site = w.site[firm]
        s.firm[firm].total = site.customers * weights[0] + site.suppliers * weights[1] + site.siblings * weights[2]


@compiled
def touch_models(s: Any, x: Any, month: int) -> None:
    """Members of a collaboration model that starts or stops this month look at its lead."""
    for model in x.model:
        if model.start == month or model.stop == month:
            for place in range(model.first, model.last):
                touch(s.lists, s.touched, s.tally[0], np.int64(x.members[place]))


@compiled
def lead_visible(lives: Any, models: Any, model: int, visibility: float, month: int, firm: int) -> float:
    """1 when the firm's collaboration model has started and its lead, another firm, is visible."""
    if not in_started_model(models, model, month):
        return 0.0
    lead = models[model].lead
    seen = lives[lead].seen
    return 1.0 if lead != firm and (seen == SEEN_OPERATING or (seen == SEEN_LAUNCHED and visibility > 0.0)) else 0.0


@compiled
def sense(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Takes the hazards again of potential firms whose partners or lead have changed, or all when the force of ties has."""
    if x.month[month].ties_change:
        for slot in range(s.tally[0].active):
            touch(s.lists, s.touched, s.tally[0], np.int64(s.active[slot]))
    for position in range(s.tally[0].touched):
        firm = np.int64(s.lists[TOUCHED, position])
        s.touched[firm] = 0
        state = s.firm[firm]
        if state.stage != POTENTIAL:
            continue
        site = w.site[firm]
        if state.slot == 0:
            activate(s, firm, site.milieu, first_threshold(s.unit[firm], x.susceptibility[firm]), month)
        else:
            settle(s.clock, state, site.size, month)
        exposure = state.exposure
        share = _visible_share(exposure[1], exposure[0], exposure[2], state.total, c.visibility, c.disappointment)
        lead = lead_visible(s.life, x.model, x.model_of[firm], c.visibility, month, firm) if len(x.model) > 0 else 0.0
        factor = x.month[month].tie_factor[site.tier]
        state.rate = to_rate(tie_hazard(c.tie_active, c.tie_parameters, share, lead) * factor)
        s.wake[state.slot - 1] = firm_wakes(s.clock, state, s.group[site.milieu], month)
    s.tally[0].touched = 0


@compiled
def decide_active(c: Any, w: Any, s: Any, month: int) -> None:
    """Looks at the firms with exposures of their own that can decide this month; those that can resist no longer do."""
    found, n = s.lists[FOUND], 0
    for slot in range(s.tally[0].active):
        found[n] = slot
        n += s.wake[slot] <= month
    # Backwards, because the last one moves into the place of one that decides.
    for position in range(n - 1, -1, -1):
        firm = np.int64(s.active[found[position]])
        site, state = w.site[firm], s.firm[firm]
        group = s.group[site.milieu]
        shared, own = group_pressure(s.clock, group, month + 1), tie_pressure(s.clock, state, site.size, month + 1)
        if _reaches(shared, own, state.threshold):
            commit(c, w, s, month, firm)
        else:
            s.wake[state.slot - 1] = firm_wakes(s.clock, state, group, month + 1)
