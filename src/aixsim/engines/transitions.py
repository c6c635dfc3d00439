"""What happens to a firm, one function a transition; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.core import pressure as fixed
from aixsim.core.draws import Purpose, exponential, normal
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import open_unit, uniform
from aixsim.engines.pressing import group_pressure, settle
from aixsim.engines.state import CHANGED, NO_MONTH, PAUSE, PROJECT, STALE_CELLS, TOUCHED
from aixsim.implementation import duration_factor, duration_months, lifetime_months

# NumPy's numbers, not Python's: for those Numba would compile a function anew for each value that it is given.
POTENTIAL, DECIDED, FUNDED, LAUNCHED, OPERATING, ABANDONED, FAILED, WITHDRAWN = np.arange(8)
SEEN_NOTHING, SEEN_LAUNCHED, SEEN_OPERATING, SEEN_DISAPPOINTING = np.arange(4)
PROGRAMME, COLLABORATION, PARK, OWN = np.arange(4)
_NO_ROUTE = np.int64(NO_ROUTE)

_DECIDED, _AGAIN, _LAUNCHED = np.int64(Event.DECIDED), np.int64(Event.DECIDED_AGAIN), np.int64(Event.LAUNCHED)
_OPERATING, _FAILED, _ABANDONED = np.int64(Event.OPERATING), np.int64(Event.FAILED), np.int64(Event.ABANDONED)
_EQUIPPED = np.int64(Event.EQUIPPED)
_OWN_RESISTANCE, _RESISTANCE = np.int64(Purpose.OWN_RESISTANCE), np.int64(Purpose.RESISTANCE)
_DURATION, _SUCCESS, _LIFETIME = np.int64(Purpose.DURATION), np.int64(Purpose.SUCCESS), np.int64(Purpose.LIFETIME)
_PACE_UNIT = fixed.PACE_UNIT

threshold, raised, lowered = compiled(fixed.threshold), compiled(fixed.raised), compiled(fixed.lowered)
_exponential, _normal = compiled(exponential), compiled(normal)
_duration_months, _lifetime_months, _duration_factor = compiled(duration_months), compiled(lifetime_months), compiled(duration_factor)


@compiled
def log_event(events: Any, tally: Any, month: int, event: int, firm: int, route: int) -> None:
    """Notes an event; beyond the room only counts it, and the run is repeated with more room."""
    k = tally.events
    if k < len(events):
        entry = events[k]
        entry.firm, entry.month, entry.event, entry.route = firm, month, event, route
    tally.events = k + 1


@compiled
def first_threshold(one_and_more: float, susceptibility: float) -> int:
    """Pressure at which a firm decides for the first time, from its draw in [1, 2)."""
    return threshold(_exponential(open_unit(one_and_more)), susceptibility)


@compiled
def activate(s: Any, firm: int, milieu: int, needed: int, month: int) -> None:
    """Lets a potential firm be stepped singly from the start of a month on, until it decides."""
    state, slot = s.firm[firm], s.tally[0].active
    s.active[slot], s.wake[slot] = firm, NO_MONTH
    s.tally[0].active = slot + 1
    state.slot, state.threshold, state.rate, state.since = slot + 1, needed, 0, month
    if not state.listed:
        state.listed = True
        group = s.group[milieu]
        s.life[firm].next_active, group.active = group.active, firm


@compiled
def deactivate(firms: Any, active: Any, wake: Any, tally: Any, slot: int) -> None:
    """Takes a firm off the active ones; the last of them moves into the gap."""
    firms[active[slot]].slot = 0
    last = tally.active - 1
    tally.active = last
    if slot < last:
        active[slot], wake[slot] = active[last], wake[last]
        firms[active[slot]].slot = slot + 1


@compiled
def touch(lists: Any, touched: Any, tally: Any, firm: int) -> None:
    """Notes that what a firm senses of its ties must be taken again before it decides."""
    n = tally.touched
    lists[TOUCHED, n] = firm
    tally.touched = n + (1 - touched[firm])
    touched[firm] = 1


@compiled
def look_like(lists: Any, tally: Any, life: Any, firm: int, seen: int) -> None:
    """Changes what others will see of a firm from the next month on."""
    # Once a month is enough: what happens to a firm in one month never leads back to how it looked before.
    if life.seen == life.shown:
        lists[CHANGED, tally.changed] = firm
        tally.changed += 1
    life.seen = seen


@compiled
def publish(c: Any, w: Any, s: Any, x: Any, ties: bool) -> None:
    """Tells cells, partners and collaboration models what has changed in a month."""
    for position in range(s.tally[0].changed):
        firm = np.int64(s.lists[CHANGED, position])
        life, site = s.life[firm], w.site[firm]
        before, seen = life.shown, life.seen
        life.shown = seen
        cell = s.cell[site.cell]
        if before != SEEN_NOTHING:
            cell.seen[before - 1] -= 1
        cell.seen[seen - 1] += 1
        if not cell.is_stale:
            cell.is_stale = True
            s.lists[STALE_CELLS, s.tally[0].stale_cells] = site.cell
            s.tally[0].stale_cells += 1
        if not ties:
            continue
        n = s.tally[0].touched
        for place in range(site.start, site.stop):
            weight = c.tie_weights[w.watcher[place] & 3]
            if weight == 0:
                continue
            partner = np.int64(w.watcher[place] >> 2)
            exposure = s.firm[partner].exposure
            if before != SEEN_NOTHING:
                exposure[before - 1] -= weight
            exposure[seen - 1] += weight
            # touch(), without a branch that nobody can foresee
            s.lists[TOUCHED, n] = partner
            n += 1 - s.touched[partner]
            s.touched[partner] = 1
        s.tally[0].touched = n
        model = x.model_of[firm]
        if model >= 0 and x.model[model].lead == firm:
            for place in range(x.model[model].first, x.model[model].last):
                touch(s.lists, s.touched, s.tally[0], np.int64(x.members[place]))
    s.tally[0].changed = 0


@compiled
def commit(c: Any, w: Any, s: Any, month: int, firm: int) -> None:
    """Becomes a firm that has decided."""
    state, life, site = s.firm[firm], s.life[firm], w.site[firm]
    log_event(s.event, s.tally[0], month, _AGAIN if life.episode else _DECIDED, firm, _NO_ROUTE)
    if state.slot > 0:
        settle(s.clock, state, site.size, month + 1)
        deactivate(s.firm, s.active, s.wake, s.tally[0], state.slot - 1)
    state.stage = DECIDED
    place = s.tally[0].waiting
    life.place = place
    entry = s.waiting[place]
    entry.firm, entry.pole, entry.size, entry.since = firm, site.pole, site.size, month
    entry.refusals, entry.refused = 0, -2
    # With open funding nobody waits, and nobody asks at what pressure a firm would pay itself.
    if not c.open_funding:
        needed = threshold(_exponential(uniform(c, _OWN_RESISTANCE, firm, np.int64(life.episode))), 1.0)
        entry.target = s.tally[0].own_time[site.pole, site.size] + (needed + _PACE_UNIT - 1) // _PACE_UNIT
    s.tally[0].waiting = place + 1


@compiled
def reconsider(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Firms whose pause is over are potential again, with a new resistance on top of the pressure they have withstood."""
    firm = np.int64(s.due[PAUSE, month])
    while firm >= 0:
        state, life = s.firm[firm], s.life[firm]
        life.episode += 1
        state.stage = POTENTIAL
        a = life.susceptibility if life.susceptibility > 0.0 else x.susceptibility[firm]
        resistance = threshold(_exponential(uniform(c, _RESISTANCE, firm, np.int64(life.episode))), a)
        milieu = w.site[firm].milieu
        needed = raised(group_pressure(s.clock, s.group[milieu], month), state.tie_pressure, resistance)
        activate(s, firm, milieu, needed, month)
        touch(s.lists, s.touched, s.tally[0], firm)
        firm = np.int64(life.next)


@compiled
def lift(w: Any, s: Any, x: Any, month: int) -> None:
    """Firms that a programme reaches this month react more strongly from now on."""
    while s.tally[0].uplift < len(x.uplift) and x.uplift[s.tally[0].uplift].month <= month:
        entry = x.uplift[s.tally[0].uplift]
        s.tally[0].uplift += 1
        if entry.month < month:
            continue
        firm = np.int64(entry.firm)
        state, life, site = s.firm[firm], s.life[firm], w.site[firm]
        if state.stage == POTENTIAL:
            if state.slot == 0:
                activate(s, firm, site.milieu, first_threshold(s.unit[firm], x.susceptibility[firm]), month)
            settle(s.clock, state, site.size, month)
            state.threshold = lowered(group_pressure(s.clock, s.group[site.milieu], month), state.tie_pressure, state.threshold, entry.factor)
            touch(s.lists, s.touched, s.tally[0], firm)
        life.susceptibility = (life.susceptibility if life.susceptibility > 0.0 else x.susceptibility[firm]) * entry.factor
        if entry.equips:
            log_event(s.event, s.tally[0], month, _EQUIPPED, firm, _NO_ROUTE)


@compiled
def put(due: Any, life: Any, what: int, month: int, firm: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < due.shape[1]:
        life.next = due[what, month]
        due[what, month] = firm


@compiled
def launch(c: Any, w: Any, s: Any, x: Any, month: int, firm: int) -> None:
    """Starts a project."""
    life, site = s.life[firm], w.site[firm]
    log_event(s.event, s.tally[0], month, _LAUNCHED, firm, np.int64(life.route))
    s.firm[firm].stage = LAUNCHED
    look_like(s.lists, s.tally[0], life, firm, SEEN_LAUNCHED)
    median = c.duration[site.size]
    months = 0
    if median > 0.0:
        zone = x.zone[max(month, 0), site.province, site.sector]
        factor = _duration_factor(in_open_park(x.park_open, x.park_close, site.park, month), c.park_duration_factor, zone, c.zone_duration_factor)
        months = _duration_months(_normal(uniform(c, _DURATION, firm, np.int64(life.episode))), median, c.duration_sigma, factor)
    put(s.due, life, PROJECT, month + months, firm)


@compiled
def operate(c: Any, s: Any, month: int, firm: int) -> None:
    """Goes into productive use for a geometric number of months."""
    life = s.life[firm]
    log_event(s.event, s.tally[0], month, _OPERATING, firm, np.int64(life.route))
    s.tally[0].operated += 1
    s.firm[firm].stage = OPERATING
    look_like(s.lists, s.tally[0], life, firm, SEEN_OPERATING)
    if c.abandonment > 0.0:
        put(s.due, life, PROJECT, month + _lifetime_months(uniform(c, _LIFETIME, firm, np.int64(life.episode)), c.abandonment), firm)


@compiled
def implement(c: Any, w: Any, s: Any, month: int) -> None:
    """Carries out what is due this month."""
    firm = np.int64(s.due[PROJECT, month])
    while firm >= 0:
        state, life = s.firm[firm], s.life[firm]
        following = np.int64(life.next)
        if state.stage == LAUNCHED:
            chance = c.success[life.route, w.site[firm].size]
            if chance >= 1.0 or uniform(c, _SUCCESS, firm, np.int64(life.episode)) < chance:
                operate(c, s, month, firm)
            else:
                log_event(s.event, s.tally[0], month, _FAILED, firm, np.int64(life.route))
                state.stage = FAILED
                look_like(s.lists, s.tally[0], life, firm, SEEN_DISAPPOINTING)
                put(s.due, life, PAUSE, month + c.pause, firm)
        else:
            log_event(s.event, s.tally[0], month, _ABANDONED, firm, np.int64(life.route))
            state.stage = ABANDONED
            look_like(s.lists, s.tally[0], life, firm, SEEN_DISAPPOINTING)
        firm = following


@compiled
def in_open_park(opening: Any, closing: Any, park: int, month: int) -> bool:
    """Whether a firm sits in a park, -1 for none, that is open."""
    return park >= 0 and opening[park] <= month and month < closing[park]


@compiled
def in_started_model(models: Any, model: int, month: int) -> bool:
    """Whether a firm belongs to a collaboration model, -1 for none, that has started and not stopped."""
    return model >= 0 and models[model].start <= month and month < models[model].stop
