"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

from aixsim.core.draws import Purpose, logistic
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import uniform
from aixsim.engines.sorting import sort_pairs
from aixsim.engines.state import N_WAITING
from aixsim.engines.transitions import (
    COLLABORATION,
    DECIDED,
    FUNDED,
    OWN,
    PROGRAMME,
    WITHDRAWN,
    in_started_model,
    increment,
    launch,
    log_event,
    put,
)
from aixsim.funding import award, merit, own_hazard

_FUNDED, _WITHDRAWN, _MERIT = int(Event.FUNDED), int(Event.WITHDRAWN), int(Purpose.MERIT)
_logistic, _award, _merit, _own_hazard = compiled(logistic), compiled(award), compiled(merit), compiled(own_hazard)


@compiled
def is_eligible(site: Any, x: Any, p: Any, month: int, k: int) -> bool:
    """Whether a firm may apply to a programme or to its park."""
    if p.tenants_only[k] and not (site.park >= 0 and month >= x.park_open[site.park]):
        return False
    return p.size[k, site.size] and p.province[k, site.province] and p.sector[k, site.sector] and p.agent_type[k, site.agent_type]


@compiled
def hold_call(c: Any, w: Any, s: Any, x: Any, p: Any, money: Any, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year = x.year_of[month]
    n = 0
    for place in range(s.number[N_WAITING]):
        firm = s.waiting.firm[place]
        site = w.site[firm]
        if s.firm[firm].stage != DECIDED or not is_eligible(site, x, p, month, k):
            continue
        noise = _logistic(uniform(c, _MERIT, firm, month))
        priority = x.priority[site.province, site.sector]
        s.applicants[n] = firm
        s.points[n] = -_merit(noise, site.log_employees, in_started_model(x, month, firm), priority, x.ranking)
        n += 1
    sort_pairs(s.points, s.applicants, 0, n)
    grants, members, regional, funded = s.grants[:n], s.flags[0, :n], s.flags[1, :n], s.flags[2, :n]
    for rank in range(n):
        firm = s.applicants[rank]
        grants[rank] = p.grant[k, year, w.site[firm].size]
        members[rank] = in_started_model(x, month, firm)
        regional[rank] = w.site[firm].regional
        funded[rank] = False
    calls_left = 0
    for later in range(month, len(x.year_of)):
        if p.calls[k, later] and x.year_of[later] == year:
            calls_left += 1
    budget = money.budget[k, year]
    money.applicants[k, year] += n
    money.funded[k, year] += _award(
        grants, members, regional, money.left[k], year, p.instalments[k], money.left[k, year] // calls_left,
        int(p.quota[k] * budget), int(p.floor[k] * budget), funded,
    )  # fmt: skip
    for rank in range(n):
        firm = s.applicants[rank]
        state = s.firm[firm]
        if not funded[rank]:
            s.waiting.refused[state.place] = month
            continue
        state.route = COLLABORATION if p.route[k] == PROGRAMME and members[rank] else p.route[k]
        log_event(s, month, _FUNDED, firm, state.route)
        state.stage = FUNDED
        if p.lag[k] == 0:
            launch(c, w, s, x, month, firm)
        else:
            put(s, s.contract, month + p.lag[k], firm)


@compiled
def launch_all(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """With open funding every decision is launched in its own month."""
    for place in range(s.number[N_WAITING]):
        firm = s.waiting.firm[place]
        s.firm[firm].route = PROGRAMME
        launch(c, w, s, x, month, firm)
    s.number[N_WAITING] = 0


@compiled
def keep_waiting(s: Any, place: int, kept: int) -> None:
    """Moves a waiting firm to the next place without a gap before it."""
    waiting = s.waiting
    waiting.firm[kept] = waiting.firm[place]
    waiting.size[kept] = waiting.size[place]
    waiting.since[kept] = waiting.since[place]
    waiting.refusals[kept] = waiting.refusals[place]
    waiting.refused[kept] = waiting.refused[place]
    waiting.pressure[kept] = waiting.pressure[place]
    waiting.threshold[kept] = waiting.threshold[place]
    s.firm[waiting.firm[kept]].place = kept


@compiled
def wait(c: Any, w: Any, s: Any, x: Any, month: int, cost: float) -> None:
    """Whoever is left without a grant pays itself, goes on waiting, or withdraws."""
    waiting = s.waiting
    for size in range(len(s.own)):
        s.own[size] = increment(1.0, 1.0, _own_hazard(x.own_rate[month, size], x.own_burden[size] * cost))
    kept = 0
    for place in range(s.number[N_WAITING]):
        firm = waiting.firm[place]
        if s.firm[firm].stage != DECIDED:
            continue
        if waiting.refused[place] == month:
            waiting.refusals[place] += 1
        waiting.pressure[place] += s.own[waiting.size[place]]
        if waiting.pressure[place] >= waiting.threshold[place]:
            s.firm[firm].route = OWN
            launch(c, w, s, x, month, firm)
        elif waiting.refusals[place] >= c.attempts or month - waiting.since[place] >= c.patience:
            log_event(s, month, _WITHDRAWN, firm, NO_ROUTE)
            s.firm[firm].stage = WITHDRAWN
            put(s, s.pause, month + c.pause, firm)
        else:
            keep_waiting(s, place, kept)
            kept += 1
    s.number[N_WAITING] = kept


@compiled
def fund(c: Any, w: Any, s: Any, x: Any, p: Any, money: Any, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
    firm = s.contract[month]
    while firm >= 0:
        following = s.firm[firm].next
        launch(c, w, s, x, month, firm)
        firm = following
    if c.open_funding:
        launch_all(c, w, s, x, month)
        return
    for k in range(len(p.lag)):
        if p.calls[k, month] and money.budget[k, x.year_of[month]] > 0:
            hold_call(c, w, s, x, p, money, month, k)
    wait(c, w, s, x, month, cost)
