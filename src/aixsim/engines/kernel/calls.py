"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined
from aixsim.engines.kernel.implementing import launch, spares, taken
from aixsim.engines.kernel.philox import fill_uniforms, open_unit
from aixsim.engines.kernel.slots import FUNDED, WITHDRAWN
from aixsim.engines.kernel.sorting import rank
from aixsim.engines.kernel.state import CONTRACT, PAUSE
from aixsim.engines.kernel.transitions import COLLABORATION, OWN, PROGRAMME, in_open_park, in_started_model, is_led, log_event, put
from aixsim.model import pressure as fixed
from aixsim.model.funding import award, award_rest, gives_up, merit, own_hazard
from aixsim.model.history import NO_ROUTE, PAYERS, Event
from aixsim.model.matching import applies, due_from_firm, grant_of, means_now, project_cost, scope
from aixsim.random.draws import Purpose, logistic

_FUNDED, _WITHDRAWN, _MERIT = np.int64(Event.FUNDED), np.int64(Event.WITHDRAWN), np.int64(Purpose.MERIT)
_NO_ROUTE, _NO_SHARE = np.int64(NO_ROUTE), 0.0
_STATE, _LEAD, _FIRM = range(len(PAYERS))
_logistic, _award, _merit, _own_hazard = compiled(logistic), compiled(award), compiled(merit), compiled(own_hazard)
_rate, _gives_up, _award_rest = compiled(fixed.rate), compiled(gives_up), compiled(award_rest)
_applies, _grant_of, _due_from_firm, _scope = compiled(applies), compiled(grant_of), compiled(due_from_firm), compiled(scope)
_means_now, _project_cost = compiled(means_now), compiled(project_cost)


@inlined
def is_eligible(entry: Any, rules: Any, park_open: Any, park_close: Any, month: int) -> bool:
    """Whether a firm may apply to a programme or to its park."""
    if rules.tenants_only and not in_open_park(park_open, park_close, entry.park, month):
        return False
    allowed = rules.size[entry.size] + rules.province[entry.province]
    allowed += rules.sector[entry.sector] + rules.agent_type[entry.agent_type]
    return allowed == 4


@compiled
def cost_of(case: Any, state: Any, inputs: Any, entry: Any, month: int, learning: float) -> int:
    """What the project of a waiting firm costs now, in won."""
    in_park = in_open_park(inputs.park_open, inputs.park_close, entry.park, month)
    park_share = case.park_cost_share if in_park else _NO_SHARE
    spared = spares(state, inputs, month, np.int64(entry.slot), case.reuse.cost)
    return _project_cost(entry.cost, learning, spared, park_share)


@compiled
def bill_of(case: Any, state: Any, inputs: Any, rules: Any, most: int, entry: Any, month: int, learning: float) -> Any:
    """What the project of a waiting firm costs, what the state gives, what the firm is to bring, and what it can, in won."""
    if not case.matches:
        return most, most, 0, 0
    cost, share = cost_of(case, state, inputs, entry, month, learning), rules.share[entry.size]
    if not rules.matches:
        rest = max(cost - most, 0)
        return most + rest, most, rest, rest
    lead_share = case.matching.lead_share if is_led(inputs.model, entry.model, month, entry.firm) else _NO_SHARE
    means = _means_now(entry.means, inputs.month[month].climate_index, inputs.month[month].credit[entry.pole])
    return cost, _grant_of(cost, most, share, lead_share), _due_from_firm(cost, most, share, lead_share), means


@compiled
def wants(case: Any, state: Any, inputs: Any, rules: Any, most: int, entry: Any, month: int, learning: float) -> bool:
    """Whether a firm that may apply does: the state gives something, and enough of the cost is paid for; notes what it gives."""
    entry.gives = most
    if not rules.matches:
        return True
    cost, entry.gives, due, means = bill_of(case, state, inputs, rules, most, entry, month, learning)
    return _applies(cost, entry.gives, due, means, case.matching)


@compiled
def list_applicants(case: Any, state: Any, ranking: Any, inputs: Any, rules: Any, grants: Any, month: int, learning: float) -> int:
    """Lists the firms that apply to a programme, and returns how many there are."""
    numbers, slots, n = ranking.firm[0], ranking.slot, np.int64(0)
    for place in range(state.tally[0].waiting):
        entry = state.waiting[place]
        if (
            not entry.is_gone
            and is_eligible(entry, rules, inputs.park_open, inputs.park_close, month)
            and wants(case, state, inputs, rules, grants[entry.size], entry, month, learning)
        ):
            numbers[n], slots[n] = entry.firm, entry.slot
            n += 1
    return n


@compiled
def rank_applicants(case: Any, state: Any, ranking: Any, inputs: Any, month: int, n: int) -> None:
    """Puts the best of n applicants first."""
    fill_uniforms(case.seed, case.replicate, _MERIT, month, ranking.firm[0, :n], ranking.points[0])
    for position in range(n):
        slot = ranking.slot[position]
        firm, life, noise = state.firm[slot], state.life[slot], _logistic(open_unit(ranking.as_number[0, position]))
        member = in_started_model(inputs.model, firm.model, month)
        ranking.as_number[0, position] = _merit(
            noise, life.log_employees, member, inputs.priority[month, firm.province, firm.sector], case.funding
        )
    rank(ranking.points[0], ranking.firm[0], ranking.points[1], ranking.firm[1], ranking.count, n)


@inlined
def hold_call(case: Any, state: Any, ranking: Any, inputs: Any, lines: Any, month: int, k: int, learning: float) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year, rules = inputs.month[month].year, lines.rules[k]
    spent = lines.year[k, year]
    n = list_applicants(case, state, ranking, inputs, rules, spent.grant, month, learning)
    rank_applicants(case, state, ranking, inputs, month, n)
    grant, member, regional, funded = ranking.grant[:n], ranking.is_marked[0, :n], ranking.is_marked[1, :n], ranking.is_marked[2, :n]
    for position in range(n):
        slot = state.slot_of[ranking.firm[0, position]]
        ranking.slot[position] = slot
        entry = state.waiting[np.int64(state.life[slot].place)]
        grant[position] = taken(rules.kind, entry.gives, rules.terms)
        member[position] = in_started_model(inputs.model, state.firm[slot].model, month)
        regional[position] = state.life[slot].regional
        funded[position] = False
    calls_left = 0
    for later in range(month, len(inputs.month)):
        if lines.calls[k, later] and inputs.month[later].year == year:
            calls_left += 1
    spent.applicants += n
    _award(
        grant, member, regional, lines.left[k], year, rules.instalments, lines.left[k, year] // calls_left,
        int(lines.quota[k, month] * spent.budget), int(lines.floor[k, month] * spent.budget), funded, case.scale < 1.0,
    )  # fmt: skip
    if case.scale < 1.0 and calls_left == 1:
        lines.lot[k] = _award_rest(grant, lines.left[k], lines.year[k].budget, year, rules.instalments, lines.lot[k], funded)
    for position in range(n):
        spent.funded += funded[position]
    for position in range(n):
        slot = np.int64(ranking.slot[position])
        life = state.life[slot]
        if not funded[position]:
            state.waiting[life.place].refused = month
            continue
        life.route = COLLABORATION if rules.route == PROGRAMME and member[position] else rules.route
        entry = state.waiting[np.int64(life.place)]
        total, gives, due, means = bill_of(case, state, inputs, rules, spent.grant[entry.size], entry, month, learning)
        life.paid_by, life.taken, life.scope = k, grant[position], _scope(total, due, means)
        paid = lines.paid[year, np.int64(life.route)]
        paid[_STATE] += grant[position]
        paid[_LEAD] += total - gives - due
        paid[_FIRM] += min(due, means)
        log_event(state.event, state.tally[0], month, _FUNDED, np.int64(ranking.firm[0, position]), np.int64(life.route))
        state.tie[slot].stage, entry.is_gone = FUNDED, True
        state.tally[0].gone += 1
        if rules.lag == 0:
            launch(case, state, inputs, month, slot)
        else:
            put(state.due, life, CONTRACT, month + rules.lag, slot)


@inlined
def launch_all(case: Any, state: Any, inputs: Any, month: int) -> None:
    """With open funding every decision is launched in its own month."""
    for place in range(state.tally[0].waiting):
        slot = np.int64(state.waiting[place].slot)
        state.life[slot].route = PROGRAMME
        launch(case, state, inputs, month, slot)
    state.tally[0].waiting = state.tally[0].gone = 0


@compiled
def wait(case: Any, state: Any, inputs: Any, lines: Any, month: int, cost: float) -> None:
    """Firms without a grant pay for the project, go on waiting, or withdraw."""
    now, own_time = inputs.month[month], state.tally[0].own_time
    for pole in range(len(own_time)):
        for size in range(len(now.own_rate)):
            burden = case.own_burden[size] * cost * (1.0 - now.credit[pole])
            own_time[pole, size] += _rate(_own_hazard(now.own_rate[size], burden))
    for place in range(state.tally[0].waiting):
        entry = state.waiting[place]
        if entry.is_gone:
            continue
        if entry.refused == month:
            entry.refusals += 1
        pays = own_time[entry.pole, entry.size] >= entry.target
        if not pays and not _gives_up(entry.refusals, month - entry.since, case.funding):
            continue
        slot = np.int64(entry.slot)
        entry.is_gone = True
        state.tally[0].gone += 1
        if pays:
            state.life[slot].route, state.life[slot].paid_by, state.life[slot].scope = OWN, -1, 1.0
            if case.matches:
                lines.paid[now.year, OWN, _FIRM] += cost_of(case, state, inputs, entry, month, cost)
            launch(case, state, inputs, month, slot)
        else:
            log_event(state.event, state.tally[0], month, _WITHDRAWN, np.int64(entry.firm), _NO_ROUTE)
            state.tie[slot].stage = WITHDRAWN
            put(state.due, state.life[slot], PAUSE, month + case.implementation.pause_months, slot)
    # Seldom, since every firm that moves must be told its new place.
    if 2 * state.tally[0].gone > state.tally[0].waiting:
        close_up(state)


@inlined
def close_up(state: Any) -> None:
    """Takes those who wait no longer from the list; the order of the others stays."""
    kept = 0
    for place in range(state.tally[0].waiting):
        entry = state.waiting[place]
        if not entry.is_gone:
            state.waiting[kept] = entry
            state.life[np.int64(entry.slot)].place = kept
            kept += 1
    state.tally[0].waiting, state.tally[0].gone = kept, 0


@inlined
def fund(case: Any, state: Any, ranking: Any, inputs: Any, lines: Any, month: int, cost: float) -> None:
    """Contracts start, calls are held, and firms without money wait, pay for the project or withdraw."""
    slot = np.int64(state.due[CONTRACT, month])
    while slot >= 0:
        following = np.int64(state.life[slot].next)
        launch(case, state, inputs, month, slot)
        slot = following
    if case.funding.is_open:
        launch_all(case, state, inputs, month)
        return
    for k in range(len(lines.rules)):
        if lines.calls[k, month] and lines.year[k, inputs.month[month].year].budget > 0:
            hold_call(case, state, ranking, inputs, lines, month, k, cost)
    wait(case, state, inputs, lines, month, cost)
