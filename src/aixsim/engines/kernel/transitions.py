"""What happens to a firm, one function a transition; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import chosen, compiled, inlined
from aixsim.engines.kernel.inputs import KINDS
from aixsim.engines.kernel.philox import uniform
from aixsim.engines.kernel.pressing import group_pressure, record_tie_pressure
from aixsim.engines.kernel.slots import ABANDONED, DECIDED, FAILED, LAUNCHED, OPERATING, POTENTIAL, fill, slot_for, threshold, touch
from aixsim.engines.kernel.state import CHANGED, NO_MONTH, PAUSE, PROJECT, STALE_CELLS, TOUCHED
from aixsim.model import pressure as fixed
from aixsim.model.history import NO_ROUTE, Event
from aixsim.model.implementation import duration_factor, duration_months, lifetime_months, success_chance
from aixsim.random.draws import Purpose, exponential, normal

SEEN_NOTHING, SEEN_LAUNCHED, SEEN_OPERATING, SEEN_DISAPPOINTING = np.arange(4)
PROGRAMME, COLLABORATION, PARK, OWN = np.arange(4)
_NO_ROUTE = np.int64(NO_ROUTE)

_DECIDED, _AGAIN, _LAUNCHED = np.int64(Event.DECIDED), np.int64(Event.DECIDED_AGAIN), np.int64(Event.LAUNCHED)
_OPERATING, _FAILED, _ABANDONED = np.int64(Event.OPERATING), np.int64(Event.FAILED), np.int64(Event.ABANDONED)
_EQUIPPED = np.int64(Event.EQUIPPED)
_OWN_RESISTANCE, _RESISTANCE = np.int64(Purpose.OWN_RESISTANCE), np.int64(Purpose.RESISTANCE)
_DURATION, _SUCCESS, _LIFETIME = np.int64(Purpose.DURATION), np.int64(Purpose.SUCCESS), np.int64(Purpose.LIFETIME)
_PACE_UNIT = fixed.PACE_UNIT

taken = chosen({kind.name: kind.on_call for kind in KINDS}, "money")
on_operate = chosen({kind.name: kind.on_operate for kind in KINDS}, "0")
on_fail = chosen({kind.name: kind.on_fail for kind in KINDS}, "0")

_raised, _lowered = compiled(fixed.raised), compiled(fixed.lowered)
_exponential, _normal = compiled(exponential), compiled(normal)
_duration_months, _lifetime_months, _duration_factor = compiled(duration_months), compiled(lifetime_months), compiled(duration_factor)
_success_chance = compiled(success_chance)


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
def publish(case: Any, world: Any, state: Any, inputs: Any, ties: bool) -> None:
    """Tells cells, partners and collaboration models what has changed in a month."""
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
    state.tally[0].changed = 0


@compiled
def tell(weights: Any, watcher: Any, site: Any, slot_of: Any, ties: Any, wake: Any, lists: Any, tally: Any, before: int, seen: int) -> None:
    """Tells everybody who sees a firm that it looks different."""
    n, stop = tally.touched, np.int64(site.start)
    # To its suppliers a firm is a customer, to its customers a supplier: in this order their weights stand.
    for kind, many in enumerate((site.suppliers, site.customers, site.siblings)):
        start, weight = stop, weights[kind]
        stop = start + many
        if weight == 0:
            continue
        for place in range(start, stop):
            slot = slot_for(slot_of, ties, wake, tally, np.int64(watcher[place]))
            tie = ties[slot]
            if before != SEEN_NOTHING:
                tie.exposure[before - 1] -= weight
            tie.exposure[seen - 1] += weight
            # touch(), without a branch that nobody can foresee
            lists[TOUCHED, n] = slot
            n += 1 - tie.touched
            tie.touched = True
    tally.touched = n


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
    state.wake[slot] = NO_MONTH
    place = state.tally[0].waiting
    life.place = place
    entry = state.waiting[place]
    entry.slot, entry.pole, entry.size, entry.since = slot, life.pole, firm.size, month
    entry.refusals, entry.refused = 0, -2
    # With open funding nobody waits, and nobody asks at what pressure a firm would pay itself.
    if not case.funding.is_open:
        needed = threshold(_exponential(uniform(case, _OWN_RESISTANCE, number, np.int64(life.episode))), 1.0)
        entry.target = state.tally[0].own_time[life.pole, firm.size] + (needed + _PACE_UNIT - 1) // _PACE_UNIT
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
    while tally.uplift < len(inputs.uplift) and inputs.uplift[tally.uplift].month <= month:
        entry = inputs.uplift[tally.uplift]
        tally.uplift += 1
        if entry.month < month:
            continue
        slot = slot_for(state.slot_of, state.tie, state.wake, tally, np.int64(entry.firm))
        if slot >= tally.filled:
            fill(case, state, month)
        firm, life = state.firm[slot], state.life[slot]
        life.susceptibility *= entry.factor
        if state.tie[slot].stage == POTENTIAL:
            record_tie_pressure(state.clock, firm, month)
            firm.threshold = _lowered(
                group_pressure(state.clock, state.group[firm.milieu], month), firm.tie_pressure, firm.threshold, entry.factor
            )
            touch(state.lists, state.tie, tally, slot)
        if entry.equips:
            log_event(state.event, tally, month, _EQUIPPED, np.int64(entry.firm), _NO_ROUTE)


@compiled
def put(due: Any, life: Any, what: int, month: int, slot: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < due.shape[1]:
        life.next = due[what, month]
        due[what, month] = slot


@compiled
def launch(case: Any, state: Any, inputs: Any, month: int, slot: int) -> None:
    """Starts a project."""
    tie, life, size = state.tie[slot], state.life[slot], state.firm[slot].size
    number = np.int64(tie.firm)
    log_event(state.event, state.tally[0], month, _LAUNCHED, number, np.int64(life.route))
    tie.stage = LAUNCHED
    look_like(state.lists, state.tally[0], life, slot, SEEN_LAUNCHED)
    months = 0
    if case.implementation.median_months[size] > 0.0:
        zone = inputs.zone[max(month, 0), life.province, life.sector]
        in_park = in_open_park(inputs.park_open, inputs.park_close, life.park, month)
        factor = _duration_factor(in_park, case.park_duration_factor, zone, case.zone_duration_factor)
        z = _normal(uniform(case, _DURATION, number, np.int64(life.episode)))
        months = _duration_months(z, size, factor, case.implementation)
    put(state.due, life, PROJECT, month + months, slot)


@compiled
def operate(case: Any, state: Any, month: int, slot: int) -> None:
    """Goes into productive use for a geometric number of months."""
    tie, life, tally = state.tie[slot], state.life[slot], state.tally[0]
    number = np.int64(tie.firm)
    log_event(state.event, tally, month, _OPERATING, number, np.int64(life.route))
    tally.operated += 1
    tie.stage = OPERATING
    look_like(state.lists, tally, life, slot, SEEN_OPERATING)
    if case.implementation.abandonment > 0.0:
        months = _lifetime_months(uniform(case, _LIFETIME, number, np.int64(life.episode)), case.implementation)
        put(state.due, life, PROJECT, month + months, slot)


@inlined
def pay_back(lines: Any, paid_by: int, size: int, year: int, operates: bool) -> None:
    """Gives the programme that paid a project what is due when it starts operating, or when it fails."""
    if paid_by < 0:
        return
    k = paid_by // lines.left.shape[1]
    rules = lines.rules[k]
    money = taken(rules.kind, lines.year[k, paid_by % lines.left.shape[1]].grant[size], rules.terms)
    back = on_operate(rules.kind, money, rules.terms) if operates else on_fail(rules.kind, money, rules.terms)
    lines.left[k, year] += back
    lines.year[k, year].budget += back
    lines.year[k, year].repaid += back


@compiled
def implement(case: Any, state: Any, lines: Any, month: int, year: int) -> None:
    """Carries out what is due this month."""
    slot = np.int64(state.due[PROJECT, month])
    while slot >= 0:
        tie, life, tally = state.tie[slot], state.life[slot], state.tally[0]
        number, following = np.int64(tie.firm), np.int64(life.next)
        if tie.stage == LAUNCHED:
            chance = _success_chance(life.route, state.firm[slot].size, case.implementation)
            operates = chance >= 1.0 or uniform(case, _SUCCESS, number, np.int64(life.episode)) < chance
            pay_back(lines, np.int64(life.paid_by), state.firm[slot].size, year, operates)
            if operates:
                operate(case, state, month, slot)
            else:
                log_event(state.event, tally, month, _FAILED, number, np.int64(life.route))
                tie.stage = FAILED
                look_like(state.lists, tally, life, slot, SEEN_DISAPPOINTING)
                put(state.due, life, PAUSE, month + case.implementation.pause_months, slot)
        else:
            log_event(state.event, tally, month, _ABANDONED, number, np.int64(life.route))
            tie.stage = ABANDONED
            look_like(state.lists, tally, life, slot, SEEN_DISAPPOINTING)
        slot = following


@compiled
def in_open_park(opening: Any, closing: Any, park: int, month: int) -> bool:
    """Whether a firm sits in a park, -1 for none, that is open."""
    return park >= 0 and opening[park] <= month < closing[park]


@compiled
def in_started_model(models: Any, model: int, month: int) -> bool:
    """Whether a firm belongs to a collaboration model, -1 for none, that has started and not stopped."""
    return model >= 0 and models[model].start <= month < models[model].stop
