"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.core import pressure as fixed
from aixsim.core.draws import Purpose, logistic
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import fill_uniforms, open_unit
from aixsim.engines.sorting import rank
from aixsim.engines.state import CONTRACT, PAUSE
from aixsim.engines.transitions import (
    COLLABORATION,
    DECIDED,
    FUNDED,
    OWN,
    PROGRAMME,
    WITHDRAWN,
    in_open_park,
    in_started_model,
    launch,
    log_event,
    put,
)
from aixsim.funding import award, merit, own_hazard

_FUNDED, _WITHDRAWN, _MERIT = np.int64(Event.FUNDED), np.int64(Event.WITHDRAWN), np.int64(Purpose.MERIT)
_NO_ROUTE = np.int64(NO_ROUTE)
_logistic, _award, _merit, _own_hazard = compiled(logistic), compiled(award), compiled(merit), compiled(own_hazard)
_rate = compiled(fixed.rate)


@compiled
def is_eligible(site: Any, rules: Any, park_open: Any, park_close: Any, month: int) -> bool:
    """Whether a firm may apply to a programme or to its park."""
    if rules.tenants_only and not in_open_park(park_open, park_close, site.park, month):
        return False
    allowed = rules.size[site.size] + rules.province[site.province] + rules.sector[site.sector] + rules.agent_type[site.agent_type]
    return allowed == 4


@compiled
def rank_applicants(c: Any, w: Any, s: Any, d: Any, x: Any, p: Any, month: int, k: int) -> int:
    """Lists the applicants of a programme, the best first; returns how many there are."""
    firms, n = d.applicant[0], np.int64(0)
    for place in range(s.tally[0].waiting):
        firm = np.int64(s.waiting[place].firm)
        if s.firm[firm].stage == DECIDED and is_eligible(w.site[firm], p.rules[k], x.park_open, x.park_close, month):
            firms[n] = firm
            n += 1
    fill_uniforms(c.seed, c.replicate, _MERIT, month, firms[:n], d.points[0])
    for position in range(n):
        firm = np.int64(firms[position])
        site, noise = w.site[firm], _logistic(open_unit(d.as_number[0, position]))
        member = in_started_model(x.model, x.model_of[firm], month)
        d.as_number[0, position] = _merit(
            noise, site.log_employees, member, x.priority[month, site.province, site.sector], c.ranking
        )
    rank(d.points[0], firms, d.points[1], d.applicant[1], d.count, n)
    return n


@compiled
def hold_call(c: Any, w: Any, s: Any, d: Any, x: Any, p: Any, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year, rules = x.month[month].year, p.rules[k]
    spent = p.year[k, year]
    n = rank_applicants(c, w, s, d, x, p, month, k)
    ranked, grant = d.applicant[0, :n], d.grant[:n]
    member, regional, funded = d.is_marked[0, :n], d.is_marked[1, :n], d.is_marked[2, :n]
    for position in range(n):
        site = w.site[ranked[position]]
        grant[position] = spent.grant[site.size]
        member[position] = in_started_model(x.model, x.model_of[ranked[position]], month)
        regional[position] = site.regional
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
        firm = np.int64(ranked[position])
        life = s.life[firm]
        if not funded[position]:
            s.waiting[life.place].refused = month
            continue
        life.route = COLLABORATION if rules.route == PROGRAMME and member[position] else rules.route
        log_event(s.event, s.tally[0], month, _FUNDED, firm, np.int64(life.route))
        s.firm[firm].stage = FUNDED
        if rules.lag == 0:
            launch(c, w, s, x, month, firm)
        else:
            put(s.due, life, CONTRACT, month + rules.lag, firm)


@compiled
def launch_all(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """With open funding every decision is launched in its own month."""
    for place in range(s.tally[0].waiting):
        firm = np.int64(s.waiting[place].firm)
        s.life[firm].route = PROGRAMME
        launch(c, w, s, x, month, firm)
    s.tally[0].waiting = 0


@compiled
def wait(c: Any, w: Any, s: Any, x: Any, month: int, cost: float) -> None:
    """Whoever is left without a grant pays itself, goes on waiting, or withdraws."""
    now, own_time = x.month[month], s.tally[0].own_time
    for pole in range(len(own_time)):
        for size in range(len(now.own_rate)):
            burden = c.own_burden[size] * cost * (1.0 - now.credit[pole])
            own_time[pole, size] += _rate(_own_hazard(now.own_rate[size], burden))
    kept = 0
    for place in range(s.tally[0].waiting):
        entry = s.waiting[place]
        firm = np.int64(entry.firm)
        if s.firm[firm].stage != DECIDED:
            continue
        if entry.refused == month:
            entry.refusals += 1
        if own_time[entry.pole, entry.size] >= entry.target:
            s.life[firm].route = OWN
            launch(c, w, s, x, month, firm)
        elif entry.refusals >= c.attempts or month - entry.since >= c.patience:
            log_event(s.event, s.tally[0], month, _WITHDRAWN, firm, _NO_ROUTE)
            s.firm[firm].stage = WITHDRAWN
            put(s.due, s.life[firm], PAUSE, month + c.pause, firm)
        else:
            if kept < place:
                s.waiting[kept] = entry
                s.life[firm].place = kept
            kept += 1
    s.tally[0].waiting = kept


@compiled
def fund(c: Any, w: Any, s: Any, d: Any, x: Any, p: Any, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
    firm = np.int64(s.due[CONTRACT, month])
    while firm >= 0:
        following = np.int64(s.life[firm].next)
        launch(c, w, s, x, month, firm)
        firm = following
    if c.open_funding:
        launch_all(c, w, s, x, month)
        return
    for k in range(len(p.rules)):
        if p.calls[k, month] and p.year[k, x.month[month].year].budget > 0:
            hold_call(c, w, s, d, x, p, month, k)
    wait(c, w, s, x, month, cost)
