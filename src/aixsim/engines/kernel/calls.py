"""The kernel's funding: calls, and who is left without money. It touches waiting firms only."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined
from aixsim.engines.kernel.philox import fill_uniforms, open_unit
from aixsim.engines.kernel.slots import DECIDED, FUNDED, WITHDRAWN
from aixsim.engines.kernel.sorting import rank
from aixsim.engines.kernel.state import CONTRACT, PAUSE
from aixsim.engines.kernel.transitions import COLLABORATION, OWN, PROGRAMME, in_open_park, in_started_model, launch, log_event, put, taken
from aixsim.model import pressure as fixed
from aixsim.model.funding import award, award_rest, gives_up, merit, own_hazard
from aixsim.model.history import NO_ROUTE, Event
from aixsim.random.draws import Purpose, logistic

_FUNDED, _WITHDRAWN, _MERIT = np.int64(Event.FUNDED), np.int64(Event.WITHDRAWN), np.int64(Purpose.MERIT)
_NO_ROUTE = np.int64(NO_ROUTE)
_logistic, _award, _merit, _own_hazard = compiled(logistic), compiled(award), compiled(merit), compiled(own_hazard)
_rate, _gives_up, _award_rest = compiled(fixed.rate), compiled(gives_up), compiled(award_rest)


@inlined
def is_eligible(life: Any, size: int, rules: Any, park_open: Any, park_close: Any, month: int) -> bool:
    """Whether a firm may apply to a programme or to its park."""
    if rules.tenants_only and not in_open_park(park_open, park_close, life.park, month):
        return False
    allowed = rules.size[size] + rules.province[life.province] + rules.sector[life.sector] + rules.agent_type[life.agent_type]
    return allowed == 4


@compiled
def list_applicants(state: Any, ranking: Any, inputs: Any, rules: Any, month: int) -> int:
    """Lists the firms that apply to a programme, and returns how many there are."""
    numbers, slots, n = ranking.firm[0], ranking.slot, np.int64(0)
    for place in range(state.tally[0].waiting):
        entry = state.waiting[place]
        slot = np.int64(entry.slot)
        if state.tie[slot].stage == DECIDED and is_eligible(
            state.life[slot], entry.size, rules, inputs.park_open, inputs.park_close, month
        ):
            numbers[n], slots[n] = state.tie[slot].firm, slot
            n += 1
    return n


@compiled
def rank_applicants(case: Any, state: Any, ranking: Any, inputs: Any, month: int, n: int) -> None:
    """Puts the best of n applicants first."""
    fill_uniforms(case.seed, case.replicate, _MERIT, month, ranking.firm[0, :n], ranking.points[0])
    for position in range(n):
        slot = ranking.slot[position]
        life, noise = state.life[slot], _logistic(open_unit(ranking.as_number[0, position]))
        member = in_started_model(inputs.model, state.firm[slot].model, month)
        ranking.as_number[0, position] = _merit(
            noise, life.log_employees, member, inputs.priority[month, life.province, life.sector], case.funding
        )
    rank(ranking.points[0], ranking.firm[0], ranking.points[1], ranking.firm[1], ranking.count, n)


@inlined
def hold_call(case: Any, state: Any, ranking: Any, inputs: Any, lines: Any, month: int, k: int) -> None:
    """Ranks the applicants of a programme and spends its budget from the top."""
    year, rules = inputs.month[month].year, lines.rules[k]
    spent = lines.year[k, year]
    n = list_applicants(state, ranking, inputs, rules, month)
    rank_applicants(case, state, ranking, inputs, month, n)
    grant, member, regional, funded = ranking.grant[:n], ranking.is_marked[0, :n], ranking.is_marked[1, :n], ranking.is_marked[2, :n]
    for position in range(n):
        slot = state.slot_of[ranking.firm[0, position]]
        ranking.slot[position] = slot
        grant[position] = taken(rules.kind, spent.grant[state.firm[slot].size], rules.terms)
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
        int(lines.quota[k, month] * spent.budget), int(lines.floor[k, month] * spent.budget), funded,
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
        life.paid_by = k * len(lines.year[k]) + year
        life.route = COLLABORATION if rules.route == PROGRAMME and member[position] else rules.route
        log_event(state.event, state.tally[0], month, _FUNDED, np.int64(ranking.firm[0, position]), np.int64(life.route))
        state.tie[slot].stage = FUNDED
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
    state.tally[0].waiting = 0


@compiled
def wait(case: Any, state: Any, inputs: Any, month: int, cost: float) -> None:
    """Whoever is left without a grant pays itself, goes on waiting, or withdraws."""
    now, own_time = inputs.month[month], state.tally[0].own_time
    for pole in range(len(own_time)):
        for size in range(len(now.own_rate)):
            burden = case.own_burden[size] * cost * (1.0 - now.credit[pole])
            own_time[pole, size] += _rate(_own_hazard(now.own_rate[size], burden))
    kept = 0
    for place in range(state.tally[0].waiting):
        entry = state.waiting[place]
        slot = np.int64(entry.slot)
        if state.tie[slot].stage != DECIDED:
            continue
        if entry.refused == month:
            entry.refusals += 1
        if own_time[entry.pole, entry.size] >= entry.target:
            state.life[slot].route, state.life[slot].paid_by = OWN, -1
            launch(case, state, inputs, month, slot)
        elif _gives_up(entry.refusals, month - entry.since, case.funding):
            log_event(state.event, state.tally[0], month, _WITHDRAWN, np.int64(state.tie[slot].firm), _NO_ROUTE)
            state.tie[slot].stage = WITHDRAWN
            put(state.due, state.life[slot], PAUSE, month + case.implementation.pause_months, slot)
        else:
            if kept < place:
                state.waiting[kept] = entry
                state.life[slot].place = kept
            kept += 1
    state.tally[0].waiting = kept


@inlined
def fund(case: Any, state: Any, ranking: Any, inputs: Any, lines: Any, month: int, cost: float) -> None:
    """Contracts fall due, calls are held, and who is left without money waits, pays itself or withdraws."""
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
            hold_call(case, state, ranking, inputs, lines, month, k)
    wait(case, state, inputs, month, cost)
