"""The compiled month loop of the kernel."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from aixsim.core import pressure as fixed
from aixsim.core.draws import Purpose, exponential, logistic, normal
from aixsim.core.history import NO_ROUTE, Event
from aixsim.economics import attraction, cost_now
from aixsim.engines.compile import compiled, hazard_sum
from aixsim.engines.layout import Array
from aixsim.funding import award, merit, own_hazard
from aixsim.implementation import duration_months, lifetime_months
from aixsim.mechanisms import mechanisms
from aixsim.sensing import visible_share

# Stages, and what others see; the same words as in the reference engine.
POTENTIAL, DECIDED, FUNDED, LAUNCHED, OPERATING, ABANDONED, FAILED, WITHDRAWN = range(8)
SEEN_NOTHING, SEEN_LAUNCHED, SEEN_OPERATING, SEEN_DISAPPOINTING = range(4)
PROGRAMME, COLLABORATION, PARK, OWN = range(4)
N_EVENTS, N_OPERATED, N_ACTIVE, N_WAITING = range(4)

_DECIDED, _AGAIN, _FUNDED, _LAUNCHED = int(Event.DECIDED), int(Event.DECIDED_AGAIN), int(Event.FUNDED), int(Event.LAUNCHED)
_OPERATING, _FAILED, _ABANDONED, _WITHDRAWN = int(Event.OPERATING), int(Event.FAILED), int(Event.ABANDONED), int(Event.WITHDRAWN)
_NO_ROUTE = NO_ROUTE
_RESISTANCE, _OWN_RESISTANCE, _MERIT = int(Purpose.RESISTANCE), int(Purpose.OWN_RESISTANCE), int(Purpose.MERIT)
_DURATION, _SUCCESS, _LIFETIME = int(Purpose.DURATION), int(Purpose.SUCCESS), int(Purpose.LIFETIME)

_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ONE, _TWELVE, _TWENTY = np.uint64(1), np.uint64(12), np.uint64(20)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_UNIT = fixed.UNIT

increment = compiled(fixed.increment)
threshold = compiled(fixed.threshold)
_exponential, _logistic, _normal = compiled(exponential), compiled(logistic), compiled(normal)
_attraction, _cost_now, _visible_share = compiled(attraction), compiled(cost_now), compiled(visible_share)
_award, _merit, _own_hazard = compiled(award), compiled(merit), compiled(own_hazard)
_duration_months, _lifetime_months = compiled(duration_months), compiled(lifetime_months)

MILIEU_SENSES = ("peer_share", "park_service")
TIE_SENSES = ("partner_share", "lead_visible")
milieu_hazard = hazard_sum(tuple(m for m in mechanisms().values() if m.level == "milieu"), MILIEU_SENSES)
tie_hazard = hazard_sum(tuple(m for m in mechanisms().values() if m.level == "tie"), TIE_SENSES)


class State(NamedTuple):
    """What changes in a replicate; scalars live in ``number``."""

    stage: Array
    seen: Array
    tie_pressure: Array
    threshold: Array
    episode: Array
    refusals: Array
    since: Array
    route: Array
    own_pressure: Array
    own_threshold: Array
    exposure: Array
    is_active: Array
    active: Array
    waiting: Array
    refused: Array
    next: Array
    contract: Array
    project: Array
    pause: Array
    cells: Array
    pressure: Array
    number: Array
    events: Array
    words: Array


@compiled
def block(seed: Any, replicate: Any, purpose: Any, half_agent: Any, attempt: Any) -> Any:
    """Philox 4x32-10 in 64-bit registers; the same as ``core.draws.philox_block``."""
    c0, c1, c2, c3 = half_agent, attempt, purpose, replicate
    k0, k1 = seed & _MASK, seed >> _HALF
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _MASK, (p0 >> _HALF) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


@compiled
def uniform(c: Any, purpose: int, agent: int, attempt: int) -> float:
    """The same as ``core.draws.uniform``."""
    w0, w1, w2, w3 = block(c.seed, c.replicate, np.uint64(purpose), np.uint64(agent >> 1), np.uint64(attempt))
    bits = ((w2 << _TWENTY) | (w3 >> _TWELVE)) if agent & 1 else ((w0 << _TWENTY) | (w1 >> _TWELVE))
    return (np.float64(bits) + 0.5) * 2.0**-52


@compiled
def draw_resistances(c: Any, words: Array) -> None:
    """Fills the bits of every firm's first resistance in one pass."""
    n = len(words)
    for pair in range((n + 1) // 2):
        w0, w1, w2, w3 = block(c.seed, c.replicate, np.uint64(_RESISTANCE), np.uint64(pair), np.uint64(0))
        words[2 * pair] = (w0 << _TWENTY) | (w1 >> _TWELVE)
        if 2 * pair + 1 < n:
            words[2 * pair + 1] = (w2 << _TWENTY) | (w3 >> _TWELVE)


@compiled
def log_event(s: Any, month: int, event: int, firm: int, route: int) -> None:
    """Notes an event; beyond the room only counts it, and the run is repeated with more room."""
    k = s.number[N_EVENTS]
    if k < len(s.events):
        s.events[k, 0] = month
        s.events[k, 1] = event
        s.events[k, 2] = firm
        s.events[k, 3] = route
    s.number[N_EVENTS] = k + 1


@compiled
def activate(s: Any, a: Array, firm: int) -> None:
    """Lets a potential firm be stepped singly from now on."""
    if s.is_active[firm] or s.stage[firm] != POTENTIAL:
        return
    if s.episode[firm] == 0:
        s.threshold[firm] = threshold(_exponential((np.float64(s.words[firm]) + 0.5) * 2.0**-52), a[firm])
    s.is_active[firm] = True
    s.active[s.number[N_ACTIVE]] = firm
    s.number[N_ACTIVE] += 1


@compiled
def show(w: Any, s: Any, a: Array, weights: Array, ties: bool, firm: int, seen: int) -> None:
    """Changes what others see of a firm, in the counts of its cell and of its partners."""
    before = s.seen[firm]
    s.seen[firm] = seen
    cell = w.cell[firm]
    if before != SEEN_NOTHING:
        s.cells[cell, before - 1] -= 1
    s.cells[cell, seen - 1] += 1
    if not ties:
        return
    for tie in range(w.start[firm], w.start[firm + 1]):
        partner = w.partner[tie]
        # The kind says what the partner is to this firm; to the partner this firm is the reverse.
        kind = w.kind[tie]
        weight = weights[1 - kind] if kind < 2 else weights[2]
        if before != SEEN_NOTHING:
            s.exposure[partner, before - 1] -= weight
        s.exposure[partner, seen - 1] += weight
        activate(s, a, partner)


@compiled
def commit(c: Any, s: Any, month: int, firm: int) -> None:
    """Becomes a firm that has decided."""
    log_event(s, month, _AGAIN if s.episode[firm] else _DECIDED, firm, _NO_ROUTE)
    s.stage[firm] = DECIDED
    s.since[firm] = month
    s.refusals[firm] = 0
    s.own_pressure[firm] = 0
    s.own_threshold[firm] = threshold(_exponential(uniform(c, _OWN_RESISTANCE, firm, s.episode[firm])), 1.0)
    s.waiting[s.number[N_WAITING]] = firm
    s.number[N_WAITING] += 1


@compiled
def put(s: Any, heads: Array, month: int, firm: int) -> None:
    """Puts a firm on the list of a month; months beyond the horizon need none."""
    if month < len(heads):
        s.next[firm] = heads[month]
        heads[month] = firm


@compiled
def launch(c: Any, w: Any, s: Any, a: Array, x: Any, ties: bool, month: int, firm: int) -> None:
    """Starts a project."""
    park = w.park[firm]
    factor = c.park_duration_factor if park >= 0 and month >= x.park_open[park] else 1.0
    z = _normal(uniform(c, _DURATION, firm, s.episode[firm]))
    months = _duration_months(z, x.duration[w.size[firm]], c.duration_sigma, factor)
    log_event(s, month, _LAUNCHED, firm, s.route[firm])
    s.stage[firm] = LAUNCHED
    show(w, s, a, x.weights, ties, firm, SEEN_LAUNCHED)
    put(s, s.project, month + months, firm)


@compiled
def operate(c: Any, w: Any, s: Any, a: Array, x: Any, ties: bool, month: int, firm: int) -> None:
    """Goes into productive use for a geometric number of months."""
    log_event(s, month, _OPERATING, firm, s.route[firm])
    s.number[N_OPERATED] += 1
    s.stage[firm] = OPERATING
    show(w, s, a, x.weights, ties, firm, SEEN_OPERATING)
    put(s, s.project, month + _lifetime_months(uniform(c, _LIFETIME, firm, s.episode[firm]), c.abandonment), firm)


@compiled
def implement(c: Any, w: Any, s: Any, a: Array, x: Any, ties: bool, month: int) -> None:
    """Carries out what is due this month."""
    firm = s.project[month]
    while firm >= 0:
        following = s.next[firm]
        if s.stage[firm] == LAUNCHED:
            if uniform(c, _SUCCESS, firm, s.episode[firm]) < x.success[s.route[firm], w.size[firm]]:
                operate(c, w, s, a, x, ties, month, firm)
            else:
                log_event(s, month, _FAILED, firm, s.route[firm])
                s.stage[firm] = FAILED
                show(w, s, a, x.weights, ties, firm, SEEN_DISAPPOINTING)
                put(s, s.pause, month + c.pause, firm)
        else:
            log_event(s, month, _ABANDONED, firm, s.route[firm])
            s.stage[firm] = ABANDONED
            show(w, s, a, x.weights, ties, firm, SEEN_DISAPPOINTING)
        firm = following


@compiled
def in_started_model(x: Any, month: int, firm: int) -> bool:
    """Whether a firm belongs to a collaboration model that has started."""
    return x.model_of[firm] >= 0 and month >= x.model_start[x.model_of[firm]]
