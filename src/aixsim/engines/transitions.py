"""What happens to a firm, one function a transition; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

from aixsim.core import pressure as fixed
from aixsim.core.draws import Purpose, exponential, normal
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import open_unit, uniform
from aixsim.engines.state import N_ACTIVE, N_CELLS, N_CHANGED, N_EVENTS, N_OPERATED, N_STALE, N_WAITING
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
    k = s.number[N_EVENTS]
    if k < s.events.shape[1]:
        s.events[0, k] = month
        s.events[1, k] = event
        s.events[2, k] = firm
        s.events[3, k] = route
    s.number[N_EVENTS] = k + 1


@compiled
def first_threshold(s: Any, susceptibility: Any, firm: int) -> int:
    """Pressure at which a firm decides for the first time."""
    return threshold(_exponential(open_unit(s.bits[firm >> 1, firm & 1])), susceptibility[firm])


@compiled
def activate(w: Any, s: Any, firm: int, needed: int) -> None:
    """Lets a potential firm be stepped singly from now on, until it decides."""
    state = s.firm[firm]
    slot = s.number[N_ACTIVE]
    s.active.firm[slot] = firm
    s.active.milieu[slot] = w.site[firm].milieu
    s.active.size[slot] = w.site[firm].size
    s.active.hazard[slot] = 0.0
    s.active.pressure[slot] = state.tie_pressure
    s.active.threshold[slot] = needed
    s.number[N_ACTIVE] = slot + 1
    state.slot = slot + 1
    mark_stale(s, firm)


@compiled
def deactivate(s: Any, slot: int) -> None:
    """Takes a firm off the active ones; the last of them moves into the gap."""
    firm = s.active.firm[slot]
    s.firm[firm].tie_pressure = s.active.pressure[slot]
    s.firm[firm].slot = 0
    last = s.number[N_ACTIVE] - 1
    s.number[N_ACTIVE] = last
    if slot < last:
        s.active.firm[slot] = s.active.firm[last]
        s.active.milieu[slot] = s.active.milieu[last]
        s.active.size[slot] = s.active.size[last]
        s.active.hazard[slot] = s.active.hazard[last]
        s.active.pressure[slot] = s.active.pressure[last]
        s.active.threshold[slot] = s.active.threshold[last]
        s.firm[s.active.firm[slot]].slot = slot + 1


@compiled
def mark_stale(s: Any, firm: int) -> None:
    """Notes that the hazard of an active firm must be taken again before it decides."""
    if not s.firm[firm].stale:
        s.firm[firm].stale = True
        s.stale[s.number[N_STALE]] = firm
        s.number[N_STALE] += 1


@compiled
def look_like(s: Any, firm: int, seen: int) -> None:
    """Changes what others will see of a firm from the next month on."""
    s.firm[firm].seen = seen
    s.changed[s.number[N_CHANGED]] = firm
    s.number[N_CHANGED] += 1


@compiled
def publish(w: Any, s: Any, a: Any, x: Any, ties: bool) -> None:
    """Tells cells, partners and collaboration models what has changed in a month."""
    for position in range(s.number[N_CHANGED]):
        firm = s.changed[position]
        before, seen = s.firm[firm].shown, s.firm[firm].seen
        if before == seen:
            continue
        s.firm[firm].shown = seen
        cell = w.site[firm].cell
        if before != SEEN_NOTHING:
            s.cells[cell, before - 1] -= 1
        s.cells[cell, seen - 1] += 1
        if not s.cell_is_stale[cell]:
            s.cell_is_stale[cell] = True
            s.stale_cells[s.number[N_CELLS]] = cell
            s.number[N_CELLS] += 1
        if not ties:
            continue
        for tie in range(w.site[firm].start, w.site[firm].stop):
            # The kind says what the partner is to this firm; to the partner this firm is the reverse.
            kind = w.kind[tie]
            weight = x.weights[1 - kind] if kind < 2 else x.weights[2]
            if weight == 0:
                continue
            partner = w.partner[tie]
            state = s.firm[partner]
            if before != SEEN_NOTHING:
                state.exposure[before - 1] -= weight
            state.exposure[seen - 1] += weight
            if state.slot > 0:
                mark_stale(s, partner)
            elif state.stage == POTENTIAL:
                activate(w, s, partner, first_threshold(s, a, partner))
        model = x.model_of[firm]
        if model >= 0 and x.model_lead[model] == firm:
            for place in range(x.model_first[model], x.model_first[model + 1]):
                if s.firm[x.members[place]].slot > 0:
                    mark_stale(s, x.members[place])
    s.number[N_CHANGED] = 0


@compiled
def commit(c: Any, w: Any, s: Any, month: int, firm: int) -> None:
    """Becomes a firm that has decided."""
    state = s.firm[firm]
    log_event(s, month, _AGAIN if state.episode else _DECIDED, firm, NO_ROUTE)
    if state.slot > 0:
        deactivate(s, state.slot - 1)
    state.stage = DECIDED
    place = s.number[N_WAITING]
    state.place = place
    s.waiting.firm[place] = firm
    s.waiting.size[place] = w.site[firm].size
    s.waiting.since[place] = month
    s.waiting.refusals[place] = 0
    s.waiting.refused[place] = -2
    s.waiting.pressure[place] = 0
    # With open funding nobody waits, and nobody asks at what pressure a firm would pay itself.
    if not c.open_funding:
        s.waiting.threshold[place] = threshold(_exponential(uniform(c, _OWN_RESISTANCE, firm, state.episode)), 1.0)
    s.number[N_WAITING] = place + 1


@compiled
def put(s: Any, heads: Any, month: int, firm: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < len(heads):
        s.firm[firm].next = heads[month]
        heads[month] = firm


@compiled
def launch(c: Any, w: Any, s: Any, x: Any, month: int, firm: int) -> None:
    """Starts a project."""
    state, site = s.firm[firm], w.site[firm]
    log_event(s, month, _LAUNCHED, firm, state.route)
    state.stage = LAUNCHED
    look_like(s, firm, SEEN_LAUNCHED)
    median = x.duration[site.size]
    months = 0
    if median > 0.0:
        factor = c.park_duration_factor if site.park >= 0 and month >= x.park_open[site.park] else 1.0
        months = _duration_months(_normal(uniform(c, _DURATION, firm, state.episode)), median, c.duration_sigma, factor)
    put(s, s.project, month + months, firm)


@compiled
def operate(c: Any, s: Any, month: int, firm: int) -> None:
    """Goes into productive use for a geometric number of months."""
    state = s.firm[firm]
    log_event(s, month, _OPERATING, firm, state.route)
    s.number[N_OPERATED] += 1
    state.stage = OPERATING
    look_like(s, firm, SEEN_OPERATING)
    if c.abandonment > 0.0:
        put(s, s.project, month + _lifetime_months(uniform(c, _LIFETIME, firm, state.episode), c.abandonment), firm)


@compiled
def implement(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Carries out what is due this month."""
    firm = s.project[month]
    while firm >= 0:
        state = s.firm[firm]
        following = state.next
        if state.stage == LAUNCHED:
            chance = x.success[state.route, w.site[firm].size]
            if chance >= 1.0 or uniform(c, _SUCCESS, firm, state.episode) < chance:
                operate(c, s, month, firm)
            else:
                log_event(s, month, _FAILED, firm, state.route)
                state.stage = FAILED
                look_like(s, firm, SEEN_DISAPPOINTING)
                put(s, s.pause, month + c.pause, firm)
        else:
            log_event(s, month, _ABANDONED, firm, state.route)
            state.stage = ABANDONED
            look_like(s, firm, SEEN_DISAPPOINTING)
        firm = following


@compiled
def in_started_model(x: Any, month: int, firm: int) -> bool:
    """Whether a firm belongs to a collaboration model that has started."""
    return x.model_of[firm] >= 0 and month >= x.model_start[x.model_of[firm]]
