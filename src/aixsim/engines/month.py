"""The kernel's month: deciding with ties, funding, and the loop over all months."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.compile import compiled
from aixsim.engines.layout import Array
from aixsim.engines.loop import (
    _FUNDED,
    _LAUNCHED,
    _MERIT,
    _NO_ROUTE,
    _RESISTANCE,
    _WITHDRAWN,
    COLLABORATION,
    DECIDED,
    FUNDED,
    N_ACTIVE,
    N_OPERATED,
    N_WAITING,
    OWN,
    POTENTIAL,
    PROGRAMME,
    SEEN_LAUNCHED,
    SEEN_OPERATING,
    WITHDRAWN,
    _attraction,
    _award,
    _cost_now,
    _exponential,
    _logistic,
    _merit,
    _own_hazard,
    _visible_share,
    activate,
    commit,
    draw_resistances,
    implement,
    in_started_model,
    increment,
    launch,
    log_event,
    operate,
    put,
    threshold,
    tie_hazard,
    uniform,
)  # fmt: skip
from aixsim.engines.queue import FIRST_BOUND, decide_milieus, look


@compiled
def decide_active(c: Any, w: Any, s: Any, x: Any, month: int, attractions: Array) -> None:
    """Firms with exposures of their own accumulate tie pressure and decide; those that have decided leave the list."""
    kept = 0
    for position in range(s.number[N_ACTIVE]):
        firm = s.active[position]
        if s.stage[firm] != POTENTIAL:
            s.is_active[firm] = False
            continue
        total = np.int64(0)
        for kind in range(3):
            total += w.n_kind[firm, kind] * x.weights[kind]
        share = _visible_share(
            s.exposure[firm, SEEN_OPERATING - 1],
            s.exposure[firm, SEEN_LAUNCHED - 1],
            s.exposure[firm, 2],
            total,
            c.visibility,
            c.disappointment,
        )
        lead_visible = 0.0
        if in_started_model(x, month, firm):
            lead = x.model_lead[x.model_of[firm]]
            if lead != firm and (s.seen[lead] == SEEN_OPERATING or (s.seen[lead] == SEEN_LAUNCHED and c.visibility > 0.0)):
                lead_visible = 1.0
        hazard = tie_hazard(x.tie_active, x.tie_parameters, share, lead_visible)
        s.tie_pressure[firm] += increment(x.climate[month], attractions[w.size[firm]], hazard)
        if s.pressure[w.milieu[firm]] + s.tie_pressure[firm] >= s.threshold[firm]:
            commit(c, s, month, firm)
            s.is_active[firm] = False
            continue
        s.active[kept] = firm
        kept += 1
    s.number[N_ACTIVE] = kept


@compiled
def reconsider(c: Any, w: Any, s: Any, a: Array, month: int) -> None:
    """Firms whose pause is over are potential again, with a new resistance on top of the pressure they have withstood."""
    firm = s.pause[month]
    while firm >= 0:
        following = s.next[firm]
        s.episode[firm] += 1
        resistance = threshold(_exponential(uniform(c, _RESISTANCE, firm, s.episode[firm])), a[firm])
        s.threshold[firm] = s.pressure[w.milieu[firm]] + s.tie_pressure[firm] + resistance
        s.stage[firm] = POTENTIAL
        activate(s, a, firm)
        firm = following


@compiled
def hold_call(c: Any, w: Any, s: Any, x: Any, a: Array, p: Any, money: Any, ties: bool, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year = x.year_of[month]
    n = 0
    applicants = np.empty(s.number[N_WAITING], np.int64)
    for position in range(s.number[N_WAITING]):
        firm = s.waiting[position]
        park = w.park[firm]
        if s.stage[firm] != DECIDED or (p.tenants_only[k] and not (park >= 0 and month >= x.park_open[park])):
            continue
        if (
            p.size[k, w.size[firm]]
            and p.province[k, w.province[firm]]
            and p.sector[k, w.sector[firm]]
            and p.agent_type[k, w.agent_type[firm]]
        ):
            applicants[n] = firm
            n += 1
    ranked = np.sort(applicants[:n])
    below = np.empty(n, np.float64)
    for position in range(n):
        firm = ranked[position]
        noise = _logistic(uniform(c, _MERIT, firm, month))
        priority = x.priority[w.province[firm], w.sector[firm]]
        below[position] = -_merit(noise, w.log_employees[firm], in_started_model(x, month, firm), priority, x.ranking)
    ranked = ranked[np.argsort(below, kind="mergesort")]
    grants, funded = np.empty(n, np.int64), np.zeros(n, np.bool_)
    members, regional = np.empty(n, np.bool_), np.empty(n, np.bool_)
    for position in range(n):
        firm = ranked[position]
        grants[position] = p.grant[k, year, w.size[firm]]
        members[position] = in_started_model(x, month, firm)
        regional[position] = w.regional[firm]
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
    for position in range(n):
        firm = ranked[position]
        if not funded[position]:
            s.refused[firm] = month
            continue
        s.route[firm] = COLLABORATION if p.route[k] == PROGRAMME and members[position] else p.route[k]
        log_event(s, month, _FUNDED, firm, s.route[firm])
        s.stage[firm] = FUNDED
        if p.lag[k] == 0:
            launch(c, w, s, a, x, ties, month, firm)
        else:
            put(s, s.contract, month + p.lag[k], firm)


@compiled
def fund(c: Any, w: Any, s: Any, x: Any, a: Array, p: Any, money: Any, ties: bool, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
    firm = s.contract[month]
    while firm >= 0:
        following = s.next[firm]
        launch(c, w, s, a, x, ties, month, firm)
        firm = following
    if c.open_funding:
        for position in range(s.number[N_WAITING]):
            s.route[s.waiting[position]] = PROGRAMME
            launch(c, w, s, a, x, ties, month, s.waiting[position])
        s.number[N_WAITING] = 0
        return
    for k in range(len(p.lag)):
        if p.calls[k, month] and money.budget[k, x.year_of[month]] > 0:
            hold_call(c, w, s, x, a, p, money, ties, month, k)
    kept = 0
    for position in range(s.number[N_WAITING]):
        firm = s.waiting[position]
        if s.stage[firm] != DECIDED:
            continue
        if s.refused[firm] == month:
            s.refusals[firm] += 1
        size = w.size[firm]
        s.own_pressure[firm] += increment(1.0, 1.0, _own_hazard(x.own_rate[month, size], x.own_burden[size] * cost))
        if s.own_pressure[firm] >= s.own_threshold[firm]:
            s.route[firm] = OWN
            launch(c, w, s, a, x, ties, month, firm)
        elif s.refusals[firm] >= c.attempts or month - s.since[firm] >= c.patience:
            log_event(s, month, _WITHDRAWN, firm, _NO_ROUTE)
            s.stage[firm] = WITHDRAWN
            put(s, s.pause, month + c.pause, firm)
        else:
            s.waiting[kept] = firm
            kept += 1
    s.number[N_WAITING] = kept


@compiled
def simulate(c: Any, w: Any, s: Any, x: Any, a: Array, p: Any, money: Any, queue: Any) -> None:
    """Runs all months of a replicate on empty state."""
    ties = bool(np.any(x.tie_active))
    attractions = np.ones(5)
    draw_resistances(c, s.words)
    for firm in range(c.initial_adopters):
        commit(c, s, -1, firm)
        s.route[firm] = PROGRAMME
        # Not launch(): it would put the firm on the list of projects under way as well.
        log_event(s, -1, _LAUNCHED, firm, PROGRAMME)
        operate(c, w, s, a, x, ties, -1, firm)
    s.number[N_WAITING] = 0
    for milieu in range(len(w.milieu_cell)):
        look(w, s, a, queue, milieu, FIRST_BOUND)
    for month in range(len(x.year_of)):
        cost = _cost_now(s.number[N_OPERATED], c.experience, c.learning_exponent)
        for size in range(5):
            attractions[size] = _attraction(cost, x.support[month, size], c.elasticity)
        year = x.year_of[month]
        if month > 0 and x.year_of[month - 1] != year:
            for k in range(len(p.lag)):
                if p.carries[k]:
                    rest = money.left[k, year - 1]
                    money.left[k, year - 1] -= rest
                    money.left[k, year] += rest
                    money.budget[k, year - 1] -= rest
                    money.budget[k, year] += rest
        reconsider(c, w, s, a, month)
        for firm in range(len(x.model_of)) if month in x.model_start else range(0):
            if x.model_of[firm] >= 0 and x.model_start[x.model_of[firm]] == month:
                activate(s, a, firm)
        decide_milieus(c, w, s, x, a, queue, month, attractions)
        decide_active(c, w, s, x, month, attractions)
        for consortium in range(len(x.model_lead)):
            lead = x.model_lead[consortium]
            if x.model_start[consortium] == month and s.stage[lead] == POTENTIAL:
                commit(c, s, month, lead)
        fund(c, w, s, x, a, p, money, ties, month, cost)
        implement(c, w, s, a, x, ties, month)
