"""What happens to a firm, one function a transition; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

from aixsim.core import pressure as fixed
from aixsim.core.draws import Purpose, exponential, normal
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import open_unit, uniform
from aixsim.engines.state import CHANGED, PAUSE, PROJECT, STALE, STALE_CELLS
from aixsim.implementation import duration_months, lifetime_months

POTENTIAL, DECIDED, FUNDED, LAUNCHED, OPERATING, ABANDONED, FAILED, WITHDRAWN = range(8)
SEEN_NOTHING, SEEN_LAUNCHED, SEEN_OPERATING, SEEN_DISAPPOINTING = range(4)
PROGRAMME, COLLABORATION, PARK, OWN = range(4)

_DECIDED, _AGAIN, _LAUNCHED = int(Event.DECIDED), int(Event.DECIDED_AGAIN), int(Event.LAUNCHED)
_OPERATING, _FAILED, _ABANDONED = int(Event.OPERATING), int(Event.FAILED), int(Event.ABANDONED)
_OWN_RESISTANCE = int(Purpose.OWN_RESISTANCE)
_DURATION, _SUCCESS, _LIFETIME = int(Purpose.DURATION), int(Purpose.SUCCESS), int(Purpose.LIFETIME)

increment = compiled(fixed.increment)
threshold = compiled(fixed.threshold)
_exponential, _normal = compiled(exponential), compiled(normal)
_duration_months, _lifetime_months = compiled(duration_months), compiled(lifetime_months)


@compiled
def log_event(s: Any, month: int, event: int, firm: int, route: int) -> None:
    """Notes an event; beyond the room only counts it, and the run is repeated with more room."""
    k = s.tally[0].events
    if k < s.events.shape[1]:
        s.events[0, k] = month
        s.events[1, k] = event
        s.events[2, k] = firm
        s.events[3, k] = route
    s.tally[0].events = k + 1


@compiled
def first_threshold(s: Any, x: Any, firm: int) -> int:
    """Pressure at which a firm decides for the first time."""
    return threshold(_exponential(open_unit(s.bits[firm >> 1, firm & 1])), x.susceptibility[firm])


@compiled
def activate(w: Any, s: Any, firm: int, needed: int) -> None:
    """Lets a potential firm be stepped singly from now on, until it decides."""
    state = s.firm[firm]
    slot = s.tally[0].active
    s.active[slot] = firm
    s.active_milieu[slot] = w.site[firm].milieu
    s.active_size[slot] = w.site[firm].size
    s.active_hazard[slot] = 0.0
    s.active_pressure[slot] = state.tie_pressure
    s.active_threshold[slot] = needed
    s.tally[0].active = slot + 1
    state.slot = slot + 1
    mark_stale(s, firm)


@compiled
def deactivate(s: Any, slot: int) -> None:
    """Takes a firm off the active ones; the last of them moves into the gap."""
    firm = s.active[slot]
    s.firm[firm].tie_pressure = s.active_pressure[slot]
    s.firm[firm].slot = 0
    last = s.tally[0].active - 1
    s.tally[0].active = last
    if slot < last:
        s.active[slot] = s.active[last]
        s.active_milieu[slot] = s.active_milieu[last]
        s.active_size[slot] = s.active_size[last]
        s.active_hazard[slot] = s.active_hazard[last]
        s.active_pressure[slot] = s.active_pressure[last]
        s.active_threshold[slot] = s.active_threshold[last]
        s.firm[s.active[slot]].slot = slot + 1


@compiled
def mark_stale(s: Any, firm: int) -> None:
    """Notes that the hazard of an active firm must be taken again before it decides."""
    if not s.firm[firm].stale:
        s.firm[firm].stale = True
        s.lists[STALE, s.tally[0].stale] = firm
        s.tally[0].stale += 1


@compiled
def look_like(s: Any, firm: int, seen: int) -> None:
    """Changes what others will see of a firm from the next month on."""
    state = s.firm[firm]
    # Once a month is enough: what happens to a firm in one month never leads back to how it looked before.
    if state.seen == state.shown:
        s.lists[CHANGED, s.tally[0].changed] = firm
        s.tally[0].changed += 1
    state.seen = seen


@compiled
def publish(c: Any, w: Any, s: Any, x: Any, ties: bool) -> None:
    """Tells cells, partners and collaboration models what has changed in a month."""
    for position in range(s.tally[0].changed):
        firm = s.lists[CHANGED, position]
        before, seen = s.firm[firm].shown, s.firm[firm].seen
        s.firm[firm].shown = seen
        cell = s.cell[w.site[firm].cell]
        if before != SEEN_NOTHING:
            cell.seen[before - 1] -= 1
        cell.seen[seen - 1] += 1
        if not cell.is_stale:
            cell.is_stale = True
            s.lists[STALE_CELLS, s.tally[0].stale_cells] = w.site[firm].cell
            s.tally[0].stale_cells += 1
        if not ties:
            continue
        for tie in range(w.site[firm].start, w.site[firm].stop):
            # The kind says what the partner is to this firm; to the partner this firm is the reverse.
            kind = w.tie[tie].kind
            weight = c.tie_weights[1 - kind] if kind < 2 else c.tie_weights[2]
            if weight == 0:
                continue
            partner = w.tie[tie].partner
            state = s.firm[partner]
            if before != SEEN_NOTHING:
                state.exposure[before - 1] -= weight
            state.exposure[seen - 1] += weight
            if state.slot > 0:
                mark_stale(s, partner)
            elif state.stage == POTENTIAL:
                activate(w, s, partner, first_threshold(s, x, partner))
        model = x.model_of[firm]
        if model >= 0 and x.model[model].lead == firm:
            for place in range(x.model[model].first, x.model[model].stop):
                if s.firm[x.members[place]].slot > 0:
                    mark_stale(s, x.members[place])
    s.tally[0].changed = 0


@compiled
def commit(c: Any, w: Any, s: Any, month: int, firm: int) -> None:
    """Becomes a firm that has decided."""
    state = s.firm[firm]
    log_event(s, month, _AGAIN if state.episode else _DECIDED, firm, NO_ROUTE)
    if state.slot > 0:
        deactivate(s, state.slot - 1)
    state.stage = DECIDED
    place = s.tally[0].waiting
    state.place = place
    entry = s.waiting[place]
    entry.firm, entry.size, entry.since = firm, w.site[firm].size, month
    entry.refusals, entry.refused, entry.pressure = 0, -2, 0
    # With open funding nobody waits, and nobody asks at what pressure a firm would pay itself.
    if not c.open_funding:
        entry.threshold = threshold(_exponential(uniform(c, _OWN_RESISTANCE, firm, state.episode)), 1.0)
    s.tally[0].waiting = place + 1


@compiled
def put(s: Any, what: int, month: int, firm: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < s.due.shape[1]:
        s.firm[firm].next = s.due[what, month]
        s.due[what, month] = firm


@compiled
def launch(c: Any, w: Any, s: Any, x: Any, month: int, firm: int) -> None:
    """Starts a project."""
    state, site = s.firm[firm], w.site[firm]
    log_event(s, month, _LAUNCHED, firm, state.route)
    state.stage = LAUNCHED
    look_like(s, firm, SEEN_LAUNCHED)
    median = c.duration[site.size]
    months = 0
    if median > 0.0:
        factor = c.park_duration_factor if site.park >= 0 and month >= x.park_open[site.park] else 1.0
        months = _duration_months(_normal(uniform(c, _DURATION, firm, state.episode)), median, c.duration_sigma, factor)
    put(s, PROJECT, month + months, firm)


@compiled
def operate(c: Any, s: Any, month: int, firm: int) -> None:
    """Goes into productive use for a geometric number of months."""
    state = s.firm[firm]
    log_event(s, month, _OPERATING, firm, state.route)
    s.tally[0].operated += 1
    state.stage = OPERATING
    look_like(s, firm, SEEN_OPERATING)
    if c.abandonment > 0.0:
        put(s, PROJECT, month + _lifetime_months(uniform(c, _LIFETIME, firm, state.episode), c.abandonment), firm)


@compiled
def implement(c: Any, w: Any, s: Any, month: int) -> None:
    """Carries out what is due this month."""
    firm = s.due[PROJECT, month]
    while firm >= 0:
        state = s.firm[firm]
        following = state.next
        if state.stage == LAUNCHED:
            chance = c.success[state.route, w.site[firm].size]
            if chance >= 1.0 or uniform(c, _SUCCESS, firm, state.episode) < chance:
                operate(c, s, month, firm)
            else:
                log_event(s, month, _FAILED, firm, state.route)
                state.stage = FAILED
                look_like(s, firm, SEEN_DISAPPOINTING)
                put(s, PAUSE, month + c.pause, firm)
        else:
            log_event(s, month, _ABANDONED, firm, state.route)
            state.stage = ABANDONED
            look_like(s, firm, SEEN_DISAPPOINTING)
        firm = following


@compiled
def in_started_model(x: Any, month: int, firm: int) -> bool:
    """Whether a firm belongs to a collaboration model that has started."""
    return x.model_of[firm] >= 0 and month >= x.model[x.model_of[firm]].start
