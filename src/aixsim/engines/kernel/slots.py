"""Slots: the state of firms that have one of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled
from aixsim.engines.kernel.philox import open_unit
from aixsim.engines.kernel.state import NO_MONTH, TOUCHED
from aixsim.model import pressure as fixed
from aixsim.random.draws import exponential

# NumPy's numbers, not Python's: for those Numba would compile a function anew for each value that it is given.
POTENTIAL, DECIDED, FUNDED, LAUNCHED, OPERATING, ABANDONED, FAILED, WITHDRAWN = np.arange(8)

threshold = compiled(fixed.threshold)
_exponential = compiled(exponential)


@compiled
def slot_for(slot_of: Any, ties: Any, wake: Any, tally: Any, firm: int) -> int:
    """Returns the slot of a firm; gives it one when it has none, to be filled before it is read."""
    slot = slot_of[firm]
    if slot < 0:
        slot = tally.slots
        tally.slots = slot + 1
        slot_of[firm] = slot
        tie = ties[slot]
        tie.exposure[0] = tie.exposure[1] = tie.exposure[2] = 0
        tie.firm, tie.stage, tie.knows, tie.touched = firm, POTENTIAL, 0, False
        wake[slot] = NO_MONTH
    return np.int64(slot)


@compiled
def touch(lists: Any, ties: Any, tally: Any, slot: int) -> None:
    """Notes that what a firm senses of its ties must be taken again before it decides."""
    n, tie = tally.touched, ties[slot]
    lists[TOUCHED, n] = slot
    tally.touched = n + (1 - tie.touched)
    tie.touched = True


@compiled
def fill(case: Any, state: Any, month: int) -> None:
    """Copies into new slots what their firms are, as of the start of a month."""
    weights, total = case.sensing.tie_weights, 0.0
    # In so short a loop the processor waits for many sites at once instead of one by one.
    for slot in range(state.tally[0].filled, state.tally[0].slots):
        total += state.site[state.tie[slot].firm].log_employees + state.frailty[state.tie[slot].firm] + state.unit[state.tie[slot].firm]
    state.tally[0].fetched = total
    for slot in range(state.tally[0].filled, state.tally[0].slots):
        number = np.int64(state.tie[slot].firm)
        site, firm, life = state.site[number], state.firm[slot], state.life[slot]
        firm.total = (site.customers - site.large_customers) * weights[0] + site.large_customers * weights[3]
        firm.total += site.suppliers * weights[1] + site.siblings * weights[2]
        life.susceptibility = case.class_factor[2 * site.size + site.ready] * state.frailty[number]
        firm.threshold = threshold(_exponential(open_unit(state.unit[number])), life.susceptibility)
        firm.tie_pressure = firm.rate = 0
        firm.milieu, firm.size, firm.tier, firm.since, firm.model = site.milieu, site.size, site.tier, month, -1
        group = state.group[site.milieu]
        state.next_in_milieu[slot], group.first = group.first, slot
        life.log_employees = site.log_employees
        life.episode, life.route, life.paid_by, life.seen, life.shown, life.scope = 0, -1, -1, 0, 0, 1.0
        firm.province, firm.sector, life.park, life.agent_type = site.province, site.sector, site.park, site.agent_type
        life.pole, life.regional = site.pole, site.regional
    state.tally[0].filled = state.tally[0].slots
