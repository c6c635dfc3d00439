"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

from aixsim.core.draws import Purpose, logistic
from aixsim.core.history import NO_ROUTE, Event
from aixsim.engines.compile import compiled
from aixsim.engines.philox import uniform
from aixsim.engines.sorting import sort_pairs
from aixsim.engines.state import CONTRACT, PAUSE
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
    rules = p.rules[k]
    if rules.tenants_only and not (site.park >= 0 and month >= x.park_open[site.park]):
        return False
    allowed = rules.size[site.size] + rules.province[site.province] + rules.sector[site.sector] + rules.agent_type[site.agent_type]
    return allowed == 4


@compiled
def hold_call(c: Any, w: Any, s: Any, x: Any, p: Any, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year, rules = x.month[month].year, p.rules[k]
    spent = p.year[k, year]
    n = 0
    for place in range(s.tally[0].waiting):
        firm = s.waiting[place].firm
        site = w.site[firm]
        if s.firm[firm].stage != DECIDED or not is_eligible(site, x, p, month, k):
            continue
        noise = _logistic(uniform(c, _MERIT, firm, month))
        priority = c.priority[site.province, site.sector]
        s.applicant[n].firm = firm
        s.applicant[n].points = -_merit(noise, site.log_employees, in_started_model(x, month, firm), priority, c.ranking)
        n += 1
    ranked = s.applicant[:n]
    sort_pairs(ranked.points, ranked.firm, 0, n)
    for applicant in ranked:
        firm = applicant.firm
        applicant.grant = spent.grant[w.site[firm].size]
        applicant.member = in_started_model(x, month, firm)
        applicant.regional = w.site[firm].regional
        applicant.funded = False
    calls_left = 0
    for later in range(month, len(x.month)):
        if p.calls[k, later] and x.month[later].year == year:
            calls_left += 1
    spent.applicants += n
    spent.funded += _award(
        ranked.grant, ranked.member, ranked.regional, p.left[k], year, rules.instalments, p.left[k, year] // calls_left,
        int(rules.quota * spent.budget), int(rules.floor * spent.budget), ranked.funded,
    )  # fmt: skip
    for applicant in ranked:
        firm = applicant.firm
        state = s.firm[firm]
        if not applicant.funded:
            s.waiting[state.place].refused = month
            continue
        state.route = COLLABORATION if rules.route == PROGRAMME and applicant.member else rules.route
        log_event(s, month, _FUNDED, firm, state.route)
        state.stage = FUNDED
        if rules.lag == 0:
            launch(c, w, s, x, month, firm)
        else:
            put(s, CONTRACT, month + rules.lag, firm)


@compiled
def launch_all(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """With open funding every decision is launched in its own month."""
    for place in range(s.tally[0].waiting):
        firm = s.waiting[place].firm
        s.firm[firm].route = PROGRAMME
        launch(c, w, s, x, month, firm)
    s.tally[0].waiting = 0


@compiled
def wait(c: Any, w: Any, s: Any, x: Any, month: int, cost: float) -> None:
    """Whoever is left without a grant pays itself, goes on waiting, or withdraws."""
    own = s.tally[0].own
    for size in range(len(own)):
        own[size] = increment(1.0, 1.0, _own_hazard(x.month[month].own_rate[size], c.own_burden[size] * cost))
    kept = 0
    for place in range(s.tally[0].waiting):
        entry = s.waiting[place]
        firm = entry.firm
        if s.firm[firm].stage != DECIDED:
            continue
        if entry.refused == month:
            entry.refusals += 1
        entry.pressure += own[entry.size]
        if entry.pressure >= entry.threshold:
            s.firm[firm].route = OWN
            launch(c, w, s, x, month, firm)
        elif entry.refusals >= c.attempts or month - entry.since >= c.patience:
            log_event(s, month, _WITHDRAWN, firm, NO_ROUTE)
            s.firm[firm].stage = WITHDRAWN
            put(s, PAUSE, month + c.pause, firm)
        else:
            s.waiting[kept] = entry
            s.firm[firm].place = kept
            kept += 1
    s.tally[0].waiting = kept


@compiled
def fund(c: Any, w: Any, s: Any, x: Any, p: Any, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
    firm = s.due[CONTRACT, month]
    while firm >= 0:
        following = s.firm[firm].next
        launch(c, w, s, x, month, firm)
        firm = following
    if c.open_funding:
        launch_all(c, w, s, x, month)
        return
    for k in range(len(p.rules)):
        if p.calls[k, month] and p.year[k, x.month[month].year].budget > 0:
            hold_call(c, w, s, x, p, month, k)
    wait(c, w, s, x, month, cost)
