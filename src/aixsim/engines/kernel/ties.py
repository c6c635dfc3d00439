"""Firms with exposures of their own: the few that are looked at one by one, and only when they can decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, hazard_sum, laws_of
from aixsim.engines.kernel.pressing import firm_wakes, group_pressure, list_due, tie_pressure, to_rate, wakes_at
from aixsim.engines.kernel.slots import POTENTIAL, fill, slot_for, touch
from aixsim.engines.kernel.state import FOUND, TOUCHED
from aixsim.engines.kernel.transitions import SEEN_LAUNCHED, SEEN_OPERATING, commit, in_started_model, touch_members
from aixsim.model import pressure as fixed
from aixsim.model.sensing import visible_share

_visible_share, _reaches = compiled(visible_share), compiled(fixed.reaches)
tie_hazard = compiled(hazard_sum(laws_of("tie"), ("partner_share", "lead_visible")))


@compiled
def join_models(c: Any, s: Any, x: Any) -> None:
    """Gives the firms of all collaboration models a slot."""
    tally, month = s.tally[0], np.int64(0)
    for model in x.model:
        for place in range(model.first, model.last):
            slot_for(s.slot_of, s.tie, s.wake, tally, np.int64(x.members[place]))
    fill(c, s, month)
    for number in range(len(x.model)):
        model = x.model[number]
        for place in range(model.first, model.last):
            slot = np.int64(s.slot_of[x.members[place]])
            s.firm[slot].model = number
            # Its threshold counts from now on, whatever it senses.
            touch(s.lists, s.tie, tally, slot)


@compiled
def touch_models(s: Any, x: Any, month: int) -> None:
    """Members of a collaboration model that starts or stops this month look at its lead."""
    for model in x.model:
        if month in (model.start, model.stop):
            touch_members(model, x.members, s.slot_of, s.lists, s.tie, s.tally[0])


@compiled
def lead_visible(lives: Any, slot_of: Any, models: Any, model: int, visibility: float, month: int, number: int) -> float:
    """1 when the firm's collaboration model has started and its lead, another firm, is visible."""
    if not in_started_model(models, model, month):
        return 0.0
    lead = models[model].lead
    seen = lives[slot_of[lead]].seen
    return 1.0 if lead != number and (seen == SEEN_OPERATING or (seen == SEEN_LAUNCHED and visibility > 0.0)) else 0.0


@compiled
def fetch(touched: Any, ties: Any, firms: Any, groups: Any, tally: Any) -> None:
    """Reads what will be needed of the touched firms: in so short a loop the processor waits for many at once instead of one by one."""
    total = 0
    for position in range(tally.touched):
        slot = touched[position]
        total += ties[slot].stage + groups[firms[slot].milieu].since
    tally.fetched = total


@compiled
def sense(c: Any, s: Any, x: Any, month: int) -> None:
    """Takes the hazards again of potential firms whose partners or lead have changed, or all when the force of ties has."""
    fill(c, s, month)
    if x.month[month].ties_change:
        for slot in range(s.tally[0].slots):
            touch(s.lists, s.tie, s.tally[0], slot)
    fetch(s.lists[TOUCHED], s.tie, s.firm, s.group, s.tally[0])
    for position in range(s.tally[0].touched):
        slot = np.int64(s.lists[TOUCHED, position])
        tie = s.tie[slot]
        tie.touched = False
        if tie.stage != POTENTIAL:
            continue
        firm = s.firm[slot]
        firm.tie_pressure, firm.since = tie_pressure(s.clock, firm, month), month
        share = _visible_share(tie.exposure[1], tie.exposure[0], tie.exposure[2], firm.total, c.sensing)
        lead = lead_visible(s.life, s.slot_of, x.model, firm.model, c.sensing.visibility, month, np.int64(tie.firm))
        # Multiplied one after the other, as in the reference engine: another order would round otherwise.
        hazard = tie_hazard(c.tie_active, c.laws, share, lead) * x.month[month].tie_factor[firm.tier]
        # Where all cells are alike the factor is 1, and a life that nobody reads is not fetched.
        if x.month[month].cells_differ:
            life = s.life[slot]
            hazard *= x.cell_tie_factor[month, life.province, life.sector]
        firm.rate = to_rate(hazard)
        s.wake[slot] = wakes_at(s.clock, firm, s.group[firm.milieu], firm.tie_pressure, month)
    s.tally[0].touched = 0


@compiled
def decide_singly(c: Any, s: Any, month: int) -> None:
    """Looks at the firms with a slot that can decide this month; those that can resist no longer do."""
    found = s.lists[FOUND]
    for position in range(list_due(s.wake, s.tally[0].slots, month, found)):
        slot = np.int64(found[position])
        firm = s.firm[slot]
        group = s.group[firm.milieu]
        shared, own = group_pressure(s.clock, group, month + 1), tie_pressure(s.clock, firm, month + 1)
        if _reaches(shared, own, firm.threshold):
            commit(c, s, month, slot)
        else:
            s.wake[slot] = firm_wakes(s.clock, firm, group, month + 1)
