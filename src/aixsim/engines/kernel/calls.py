"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled
from aixsim.engines.kernel.philox import fill_uniforms, open_unit
from aixsim.engines.kernel.slots import DECIDED, FUNDED, WITHDRAWN
from aixsim.engines.kernel.sorting import rank
from aixsim.engines.kernel.state import CONTRACT, PAUSE
from aixsim.engines.kernel.transitions import COLLABORATION, OWN, PROGRAMME, in_open_park, in_started_model, launch, log_event, put, taken
from aixsim.model import pressure as fixed
from aixsim.model.funding import award, gives_up, merit, own_hazard
from aixsim.model.history import NO_ROUTE, Event
from aixsim.random.draws import Purpose, logistic

_FUNDED, _WITHDRAWN, _MERIT = np.int64(Event.FUNDED), np.int64(Event.WITHDRAWN), np.int64(Purpose.MERIT)
_NO_ROUTE = np.int64(NO_ROUTE)
_logistic, _award, _merit, _own_hazard = compiled(logistic), compiled(award), compiled(merit), compiled(own_hazard)
_rate, _gives_up = compiled(fixed.rate), compiled(gives_up)


@compiled
def is_eligible(life: Any, size: int, rules: Any, park_open: Any, park_close: Any, month: int) -> bool:
    """Whether a firm may apply to a programme or to its park."""
    if rules.tenants_only and not in_open_park(park_open, park_close, life.park, month):
        return False
    allowed = rules.size[size] + rules.province[life.province] + rules.sector[life.sector] + rules.agent_type[life.agent_type]
    return allowed == 4


@compiled
def list_applicants(s: Any, d: Any, x: Any, rules: Any, month: int) -> int:
    """Lists the firms that apply to a programme, and returns how many there are."""
    numbers, slots, n = d.firm[0], d.slot, np.int64(0)
    for place in range(s.tally[0].waiting):
        entry = s.waiting[place]
        slot = np.int64(entry.slot)
        if s.tie[slot].stage == DECIDED and is_eligible(s.life[slot], entry.size, rules, x.park_open, x.park_close, month):
            numbers[n], slots[n] = s.tie[slot].firm, slot
            n += 1
    return n


@compiled
def rank_applicants(c: Any, s: Any, d: Any, x: Any, month: int, n: int) -> None:
    """Puts the best of n applicants first."""
    fill_uniforms(c.seed, c.replicate, _MERIT, month, d.firm[0, :n], d.points[0])
    for position in range(n):
        slot = d.slot[position]
        life, noise = s.life[slot], _logistic(open_unit(d.as_number[0, position]))
        member = in_started_model(x.model, s.firm[slot].model, month)
        d.as_number[0, position] = _merit(noise, life.log_employees, member, x.priority[month, life.province, life.sector], c.funding)
    rank(d.points[0], d.firm[0], d.points[1], d.firm[1], d.count, n)


@compiled
def hold_call(c: Any, s: Any, d: Any, x: Any, p: Any, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year, rules = x.month[month].year, p.rules[k]
    spent = p.year[k, year]
    n = list_applicants(s, d, x, rules, month)
    rank_applicants(c, s, d, x, month, n)
    grant, member, regional, funded = d.grant[:n], d.is_marked[0, :n], d.is_marked[1, :n], d.is_marked[2, :n]
    for position in range(n):
        slot = s.slot_of[d.firm[0, position]]
        d.slot[position] = slot
        grant[position] = taken(rules.kind, spent.grant[s.firm[slot].size], rules.terms)
        member[position] = in_started_model(x.model, s.firm[slot].model, month)
        regional[position] = s.life[slot].regional
        funded[position] = False
    calls_left = 0
    for later in range(month, len(x.month)):
        if p.calls[k, later] and x.month[later].year == year:
            calls_left += 1
    spent.applicants += n
    spent.funded += _award(
        grant, member, regional, p.left[k], year, rules.instalments, p.left[k, year] // calls_left,
        int(p.quota[k, month] * spent.budget), int(p.floor[k, month] * spent.budget), funded,
    )  # fmt: skip
    for position in range(n):
        slot = np.int64(d.slot[position])
        life = s.life[slot]
        if not funded[position]:
            s.waiting[life.place].refused = month
            continue
        life.paid_by = k * len(p.year[k]) + year
        life.route = COLLABORATION if rules.route == PROGRAMME and member[position] else rules.route
        log_event(s.event, s.tally[0], month, _FUNDED, np.int64(d.firm[0, position]), np.int64(life.route))
        s.tie[slot].stage = FUNDED
        if rules.lag == 0:
            launch(c, s, x, month, slot)
        else:
            put(s.due, life, CONTRACT, month + rules.lag, slot)


@compiled
def launch_all(c: Any, s: Any, x: Any, month: int) -> None:
    """With open funding every decision is launched in its own month."""
    for place in range(s.tally[0].waiting):
        slot = np.int64(s.waiting[place].slot)
        s.life[slot].route = PROGRAMME
        launch(c, s, x, month, slot)
    s.tally[0].waiting = 0


@compiled
def wait(c: Any, s: Any, x: Any, month: int, cost: float) -> None:
    """Whoever is left without a grant pays itself, goes on waiting, or withdraws."""
    now, own_time = x.month[month], s.tally[0].own_time
    for pole in range(len(own_time)):
        for size in range(len(now.own_rate)):
            burden = c.own_burden[size] * cost * (1.0 - now.credit[pole])
            own_time[pole, size] += _rate(_own_hazard(now.own_rate[size], burden))
    kept = 0
    for place in range(s.tally[0].waiting):
        entry = s.waiting[place]
        slot = np.int64(entry.slot)
        if s.tie[slot].stage != DECIDED:
            continue
        if entry.refused == month:
            entry.refusals += 1
        if own_time[entry.pole, entry.size] >= entry.target:
            s.life[slot].route, s.life[slot].paid_by = OWN, -1
            launch(c, s, x, month, slot)
        elif _gives_up(entry.refusals, month - entry.since, c.funding):
            log_event(s.event, s.tally[0], month, _WITHDRAWN, np.int64(s.tie[slot].firm), _NO_ROUTE)
            s.tie[slot].stage = WITHDRAWN
            put(s.due, s.life[slot], PAUSE, month + c.implementation.pause_months, slot)
        else:
            if kept < place:
                s.waiting[kept] = entry
                s.life[slot].place = kept
            kept += 1
    s.tally[0].waiting = kept


@compiled
def fund(c: Any, s: Any, d: Any, x: Any, p: Any, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
    slot = np.int64(s.due[CONTRACT, month])
    while slot >= 0:
        following = np.int64(s.life[slot].next)
        launch(c, s, x, month, slot)
        slot = following
    if c.funding.is_open:
        launch_all(c, s, x, month)
        return
    for k in range(len(p.rules)):
        if p.calls[k, month] and p.year[k, x.month[month].year].budget > 0:
            hold_call(c, s, d, x, p, month, k)
    wait(c, s, x, month, cost)
