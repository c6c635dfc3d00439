"""What happens to a firm, one function a transition; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined
from aixsim.engines.kernel.philox import uniform
from aixsim.engines.kernel.pressing import firm_wakes, group_pressure, record_tie_pressure
from aixsim.engines.kernel.slots import DECIDED, POTENTIAL, fill, slot_for, threshold, touch
from aixsim.engines.kernel.state import CHANGED, NO_MONTH, PAUSE, STALE_CELLS, TOUCHED
from aixsim.model import pressure as fixed
from aixsim.model import reuse
from aixsim.model.history import NO_ROUTE, Event
from aixsim.model.matching import cost_at_start, own_means
from aixsim.random.draws import Purpose, exponential, normal

SEEN_NOTHING, SEEN_LAUNCHED, SEEN_OPERATING, SEEN_DISAPPOINTING = np.arange(4)
PROGRAMME, COLLABORATION, PARK, OWN = np.arange(4)
SOLUTION, LARGE_FIRMS_SOLUTION = np.int64(reuse.SOLUTION), np.int64(reuse.LARGE_FIRMS_SOLUTION)
_LARGE_FIRM = 0
_NO_ROUTE = np.int64(NO_ROUTE)

_DECIDED, _AGAIN, _EQUIPPED = np.int64(Event.DECIDED), np.int64(Event.DECIDED_AGAIN), np.int64(Event.EQUIPPED)
_OWN_RESISTANCE, _RESISTANCE = np.int64(Purpose.OWN_RESISTANCE), np.int64(Purpose.RESISTANCE)
_PROJECT_COST, _OWN_MEANS, _ONCE = np.int64(Purpose.PROJECT_COST), np.int64(Purpose.OWN_MEANS), np.int64(0)
_PACE_UNIT, _NEVER = fixed.PACE_UNIT, fixed.NEVER

_raised, _lowered = compiled(fixed.raised), compiled(fixed.lowered)
_exponential, _normal = compiled(exponential), compiled(normal)
_cost_at_start, _own_means = compiled(cost_at_start), compiled(own_means)


@compiled
def log_event(events: Any, tally: Any, month: int, event: int, firm: int, route: int) -> None:
    """Notes an event; beyond the room only counts it, and the run is repeated with more room."""
    k = tally.events
    if k < len(events):
        entry = events[k]
        entry.firm, entry.month, entry.event, entry.route = firm, month, event, route
    tally.events = k + 1


@compiled
def look_like(lists: Any, tally: Any, life: Any, slot: int, seen: int) -> None:
    """Changes what others will see of a firm from the next month on."""
    # Once a month is enough: what happens to a firm in one month never leads back to how it looked before.
    if life.seen == life.shown:
        lists[CHANGED, tally.changed] = slot
        tally.changed += 1
    life.seen = seen


@compiled
def publish(case: Any, world: Any, state: Any, inputs: Any, ties: bool, following: int) -> None:
    """Tells cells, partners and collaboration models what has changed in the month before the following one."""
    for position in range(state.tally[0].changed):
        slot = np.int64(state.lists[CHANGED, position])
        life, firm = state.life[slot], state.firm[slot]
        before, seen = life.shown, life.seen
        life.shown = seen
        number = world.milieu[firm.milieu].cell
        cell = state.cell[number]
        if before != SEEN_NOTHING:
            cell.seen[before - 1] -= 1
        cell.seen[seen - 1] += 1
        if not cell.is_stale:
            cell.is_stale = True
            state.lists[STALE_CELLS, state.tally[0].stale_cells] = number
            state.tally[0].stale_cells += 1
        if ties:
            tell(
                case.sensing.tie_weights,
                case.reuse.is_active,
                world.watcher,
                state.site[state.tie[slot].firm],
                state.slot_of,
                state.tie,
                state.wake,
                state.lists,
                state.tally[0],
                before,
                seen,
            )
            if firm.model >= 0 and inputs.model[firm.model].lead == state.tie[slot].firm:
                touch_members(inputs.model[firm.model], inputs.members, state.slot_of, state.lists, state.tie, state.tally[0])
                if seen == SEEN_OPERATING and in_started_model(inputs.model, firm.model, following):
                    teach_members(inputs.model[firm.model], inputs.members, state.slot_of, state.tie)
    state.tally[0].changed = 0


@inlined
def fetch_ties(watcher: Any, site: Any, slot_of: Any, ties: Any, tally: Any) -> None:
    """Reads what will be needed of a firm's partners: in so short a loop the processor waits for many at once instead of one by one."""
    total = 0
    for place in range(site.start, site.stop):
        total += ties[max(np.int64(slot_of[watcher[place]]), 0)].stage
    tally.fetched = total


@compiled
def tell(
    weights: Any, teaches: bool, watcher: Any, site: Any, slot_of: Any, ties: Any, wake: Any, lists: Any, tally: Any, before: int, seen: int
) -> None:
    """Updates the exposure of a firm's partners, and what its suppliers and siblings know."""
    fetch_ties(watcher, site, slot_of, ties, tally)
    n, stop, is_large = tally.touched, np.int64(site.start), site.agent_type == _LARGE_FIRM
    solution = np.int64(0)
    if teaches and seen == SEEN_OPERATING:
        solution = LARGE_FIRMS_SOLUTION if is_large else SOLUTION
    # To its suppliers a firm is a customer, to its customers a supplier: in this order their weights stand.
    for kind, many in enumerate((site.suppliers, site.customers, site.siblings)):
        start, weight = stop, weights[3 if kind == 0 and is_large else kind]
        taught = 0 if kind == 1 else solution
        stop = start + many
        if weight == 0 and taught == 0:
            continue
        for place in range(start, stop):
            slot = slot_for(slot_of, ties, wake, tally, np.int64(watcher[place]))
            tie = ties[slot]
            if before != SEEN_NOTHING:
                tie.exposure[before - 1] -= weight
            tie.exposure[seen - 1] += weight
            tie.knows = max(tie.knows, taught)
            # touch(), without a branch that nobody can foresee
            lists[TOUCHED, n] = slot
            n += 1 - tie.touched
            tie.touched = True
    tally.touched = n


@inlined
def teach_members(model: Any, members: Any, slot_of: Any, ties: Any) -> None:
    """Lets the members of a collaboration model know what their lead operates."""
    for place in range(model.first, model.last):
        if members[place] != model.lead:
            ties[np.int64(slot_of[members[place]])].knows = LARGE_FIRMS_SOLUTION


@compiled
def touch_members(model: Any, members: Any, slot_of: Any, lists: Any, ties: Any, tally: Any) -> None:
    """Lets the members of a collaboration model look at their lead again."""
    for place in range(model.first, model.last):
        touch(lists, ties, tally, np.int64(slot_of[members[place]]))


@compiled
def commit(case: Any, state: Any, month: int, slot: int) -> None:
    """Becomes a firm that has decided."""
    tie, firm, life = state.tie[slot], state.firm[slot], state.life[slot]
    number = np.int64(tie.firm)
    log_event(state.event, state.tally[0], month, _AGAIN if life.episode else _DECIDED, number, _NO_ROUTE)
    record_tie_pressure(state.clock, firm, month + 1)
    tie.stage = DECIDED
    # Until it has paused, nothing wakes it.
    firm.threshold, state.wake[slot] = _NEVER, NO_MONTH
    place = state.tally[0].waiting
    life.place = place
    entry = state.waiting[place]
    entry.slot, entry.firm, entry.model, entry.since, entry.size = slot, number, firm.model, month, firm.size
    entry.park, entry.pole, entry.province, entry.sector = life.park, life.pole, firm.province, firm.sector
    entry.agent_type = life.agent_type
    entry.refusals, entry.refused, entry.is_gone = 0, -2, False
    # With open funding nobody waits, and nobody asks at what pressure a firm would pay itself.
    if not case.funding.is_open:
        needed = threshold(_exponential(uniform(case, _OWN_RESISTANCE, number, np.int64(life.episode))), 1.0)
        entry.target = state.tally[0].own_time[life.pole, firm.size] + (needed + _PACE_UNIT - 1) // _PACE_UNIT
    if case.matches:
        economics, log_sales = case.economics, life.log_employees + case.economics.log_sales_per_employee
        z = _normal(uniform(case, _PROJECT_COST, number, _ONCE))
        log_size = life.log_employees - case.log_mean_employees[firm.size]
        entry.cost = _cost_at_start(log_size, z, economics.class_cost_krw_bn[firm.size], case.matching)
        z = _normal(uniform(case, _OWN_MEANS, number, _ONCE))
        entry.means = _own_means(log_sales, z, firm.size, case.matching)
    state.tally[0].waiting = place + 1


@compiled
def reconsider(case: Any, state: Any, month: int) -> None:
    """Firms whose pause is over are potential again, with a new resistance on top of the pressure they have withstood."""
    slot = np.int64(state.due[PAUSE, month])
    while slot >= 0:
        tie, firm, life = state.tie[slot], state.firm[slot], state.life[slot]
        life.episode += 1
        tie.stage = POTENTIAL
        resistance = threshold(_exponential(uniform(case, _RESISTANCE, np.int64(tie.firm), np.int64(life.episode))), life.susceptibility)
        firm.threshold = _raised(group_pressure(state.clock, state.group[firm.milieu], month), firm.tie_pressure, resistance)
        firm.rate, firm.since = 0, month
        touch(state.lists, state.tie, state.tally[0], slot)
        slot = np.int64(life.next)


@compiled
def apply_uplifts(case: Any, state: Any, inputs: Any, month: int) -> None:
    """Firms that a programme reaches this month react more strongly from now on."""
    tally = state.tally[0]
    while tally.uplift < len(inputs.uplift) and inputs.uplift[tally.uplift].month < month:
        tally.uplift += 1
    first = tally.uplift
    while tally.uplift < len(inputs.uplift) and inputs.uplift[tally.uplift].month == month:
        if inputs.uplift[tally.uplift].factor != 1.0:
            slot_for(state.slot_of, state.tie, state.wake, tally, np.int64(inputs.uplift[tally.uplift].firm))
        tally.uplift += 1
    fill(case, state, month)
    for number in range(first, tally.uplift):
        entry = inputs.uplift[number]
        if entry.equips:
            log_event(state.event, tally, month, _EQUIPPED, np.int64(entry.firm), _NO_ROUTE)
        # A factor of 1 changes nothing, and a firm that it alone reaches needs no slot.
        if entry.factor == 1.0:
            continue
        slot = np.int64(state.slot_of[entry.firm])
        firm, life = state.firm[slot], state.life[slot]
        life.susceptibility *= entry.factor
        if state.tie[slot].stage == POTENTIAL:
            record_tie_pressure(state.clock, firm, month)
            firm.threshold = _lowered(
                group_pressure(state.clock, state.group[firm.milieu], month), firm.tie_pressure, firm.threshold, entry.factor
            )
            # What it senses is the same as before.
            state.wake[slot] = firm_wakes(state.clock, firm, state.group[firm.milieu], month)


@compiled
def put(due: Any, life: Any, what: int, month: int, slot: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < due.shape[1]:
        life.next = due[what, month]
        due[what, month] = slot


@compiled
def in_open_park(opening: Any, closing: Any, park: int, month: int) -> bool:
    """Whether a firm sits in a park, -1 for none, that is open."""
    return park >= 0 and opening[park] <= month < closing[park]


@compiled
def in_started_model(models: Any, model: int, month: int) -> bool:
    """Whether a firm belongs to a collaboration model, -1 for none, that has started and not stopped."""
    return model >= 0 and models[model].start <= month < models[model].stop


@compiled
def is_led(models: Any, model: int, month: int, number: int) -> bool:
    """Whether another firm leads firm ``number`` in a collaboration model, -1 for none, that has started and not stopped."""
    return in_started_model(models, model, month) and models[model].lead != number
