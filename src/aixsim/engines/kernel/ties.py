"""Firms with exposures of their own: the few that are looked at one by one, and only when they can decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, hazard_sum, inlined, laws_of
from aixsim.engines.kernel.pressing import firm_wakes, group_pressure, list_due, tie_pressure, to_rate, wakes_at
from aixsim.engines.kernel.slots import POTENTIAL, fill, slot_for, touch
from aixsim.engines.kernel.state import FOUND, TOUCHED
from aixsim.engines.kernel.transitions import SEEN_LAUNCHED, SEEN_OPERATING, commit, is_led, teach_members, touch_members
from aixsim.model import pressure as fixed
from aixsim.model.sensing import visible_share

_visible_share, _reaches = compiled(visible_share), compiled(fixed.reaches)
tie_hazard = compiled(hazard_sum(laws_of("tie"), ("partner_share", "lead_visible")))


@inlined
def join_models(case: Any, state: Any, inputs: Any) -> None:
    """Gives the firms of all collaboration models a slot."""
    tally, month = state.tally[0], np.int64(0)
    for model in inputs.model:
        for place in range(model.first, model.last):
            slot_for(state.slot_of, state.tie, state.wake, tally, np.int64(inputs.members[place]))
    fill(case, state, month)
    for number in range(len(inputs.model)):
        model = inputs.model[number]
        for place in range(model.first, model.last):
            slot = np.int64(state.slot_of[inputs.members[place]])
            state.firm[slot].model = number
            # Its threshold counts from now on, whatever it senses.
            touch(state.lists, state.tie, tally, slot)


@inlined
def touch_models(state: Any, inputs: Any, month: int) -> None:
    """Members of a collaboration model that starts or stops this month look at its lead, and learn what it operates at the start."""
    for model in inputs.model:
        if month in (model.start, model.stop):
            touch_members(model, inputs.members, state.slot_of, state.lists, state.tie, state.tally[0])
        if month == model.start and state.life[state.slot_of[model.lead]].seen == SEEN_OPERATING:
            teach_members(model, inputs.members, state.slot_of, state.tie)


@inlined
def lead_visible(lives: Any, slot_of: Any, models: Any, model: int, visibility: float, month: int, number: int) -> float:
    """1 when the firm's collaboration model has started and its lead, another firm, is visible."""
    if not is_led(models, model, month, number):
        return 0.0
    seen = lives[slot_of[models[model].lead]].seen
    return 1.0 if seen == SEEN_OPERATING or (seen == SEEN_LAUNCHED and visibility > 0.0) else 0.0


@inlined
def fetch(slots: Any, n: int, ties: Any, firms: Any, groups: Any, tally: Any) -> None:
    """Reads what will be needed of n firms: in so short a loop the processor waits for many at once instead of one by one."""
    total = 0
    for position in range(n):
        slot = slots[position]
        total += ties[slot].stage + groups[firms[slot].milieu].since
    tally.fetched = total


@compiled
def sense(case: Any, state: Any, inputs: Any, month: int) -> None:
    """Takes the hazards again of potential firms whose partners or lead have changed, or all when the force of ties has."""
    fill(case, state, month)
    if inputs.month[month].ties_change:
        for slot in range(state.tally[0].slots):
            touch(state.lists, state.tie, state.tally[0], slot)
    fetch(state.lists[TOUCHED], state.tally[0].touched, state.tie, state.firm, state.group, state.tally[0])
    for position in range(state.tally[0].touched):
        slot = np.int64(state.lists[TOUCHED, position])
        tie = state.tie[slot]
        tie.touched = False
        if tie.stage != POTENTIAL:
            continue
        firm = state.firm[slot]
        firm.tie_pressure, firm.since = tie_pressure(state.clock, firm, month), month
        share = _visible_share(tie.exposure[1], tie.exposure[0], tie.exposure[2], firm.total, case.sensing)
        lead = lead_visible(state.life, state.slot_of, inputs.model, firm.model, case.sensing.visibility, month, np.int64(tie.firm))
        # Multiplied one after the other, as in the reference engine: another order would round otherwise.
        hazard = tie_hazard(case.tie_active, case.laws, share, lead) * inputs.month[month].tie_factor[firm.tier]
        # Where all cells are alike the factor is 1.
        if inputs.month[month].cells_differ:
            hazard *= inputs.cell_tie_factor[month, firm.province, firm.sector]
        firm.rate = to_rate(hazard)
        state.wake[slot] = wakes_at(state.clock, firm, state.group[firm.milieu], firm.tie_pressure, month)
    state.tally[0].touched = 0


@compiled
def decide_singly(case: Any, state: Any, month: int) -> None:
    """Looks at the firms with a slot that can decide this month; those that can resist no longer do."""
    found = state.lists[FOUND]
    n = list_due(state.wake, state.tally[0].slots, month, found)
    fetch(found, n, state.tie, state.firm, state.group, state.tally[0])
    for position in range(n):
        slot = np.int64(found[position])
        firm = state.firm[slot]
        group = state.group[firm.milieu]
        shared, own = group_pressure(state.clock, group, month + 1), tie_pressure(state.clock, firm, month + 1)
        if _reaches(shared, own, firm.threshold):
            commit(case, state, month, slot)
        else:
            state.wake[slot] = firm_wakes(state.clock, firm, group, month + 1)
