"""What becomes of a project between its contract and the end of its factory; the same words as in the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import chosen, compiled, inlined
from aixsim.engines.kernel.inputs import KINDS
from aixsim.engines.kernel.philox import uniform
from aixsim.engines.kernel.slots import ABANDONED, FAILED, LAUNCHED, OPERATING
from aixsim.engines.kernel.sorting import rank
from aixsim.engines.kernel.state import PAUSE, PROJECT
from aixsim.engines.kernel.transitions import (
    SEEN_DISAPPOINTING,
    SEEN_LAUNCHED,
    SEEN_OPERATING,
    in_open_park,
    log_event,
    look_like,
    put,
)  # fmt: skip
from aixsim.model.adequacy import power_of_scope
from aixsim.model.capacity import UNIT
from aixsim.model.history import Event
from aixsim.model.implementation import duration_factor, duration_months, lifetime_months, success_chance
from aixsim.model.matching import ADEQUATE
from aixsim.model.reuse import spared, surer
from aixsim.random.draws import Purpose, normal

_LAUNCHED, _SHORT, _OPERATING = np.int64(Event.LAUNCHED), np.int64(Event.SHORT), np.int64(Event.OPERATING)
_FAILED, _ABANDONED = np.int64(Event.FAILED), np.int64(Event.ABANDONED)
_QUEUED, _STARTED, _QUEUE = np.int64(Event.QUEUED), np.int64(Event.STARTED), np.int64(Purpose.QUEUE)
_DURATION, _SUCCESS, _LIFETIME = np.int64(Purpose.DURATION), np.int64(Purpose.SUCCESS), np.int64(Purpose.LIFETIME)

taken = chosen({kind.name: kind.on_call for kind in KINDS}, "money")
on_operate = chosen({kind.name: kind.on_operate for kind in KINDS}, "0")
on_fail = chosen({kind.name: kind.on_fail for kind in KINDS}, "0")

_normal, _spared, _surer, _power_of_scope = compiled(normal), compiled(spared), compiled(surer), compiled(power_of_scope)
_duration_months, _lifetime_months, _duration_factor = compiled(duration_months), compiled(lifetime_months), compiled(duration_factor)
_success_chance = compiled(success_chance)


@compiled
def launch(case: Any, state: Any, inputs: Any, month: int, slot: int) -> None:
    """Has a contract: its project starts at once, or waits for vendors and engineers."""
    tie, life, tally = state.tie[slot], state.life[slot], state.tally[0]
    log_event(state.event, tally, month, _LAUNCHED, np.int64(tie.firm), np.int64(life.route))
    if life.scope < ADEQUATE:
        log_event(state.event, tally, month, _SHORT, np.int64(tie.firm), np.int64(life.route))
    tie.stage = LAUNCHED
    look_like(state.lists, tally, life, slot, SEEN_LAUNCHED)
    if case.is_limited:
        life.contract = month
        state.contracts[tally.contracts] = slot
        tally.contracts += 1
    else:
        put(state.due, life, PROJECT, month + duration(case, state, inputs, month, slot), slot)


@compiled
def spares(state: Any, inputs: Any, month: int, slot: int, share: float) -> float:
    """The share that the solution a firm knows spares, of the share that the solution of a partner spares."""
    return _spared(share, state.tie[slot].knows, inputs.month[month].tie_factor[state.firm[slot].tier])


@compiled
def duration(case: Any, state: Any, inputs: Any, month: int, slot: int) -> int:
    """Months that a project takes which starts now."""
    life, firm, size = state.life[slot], state.firm[slot], state.firm[slot].size
    if case.implementation.median_months[size] <= 0.0:
        return 0
    zone = inputs.zone[month, firm.province, firm.sector]
    in_park = in_open_park(inputs.park_open, inputs.park_close, life.park, month)
    factor = _duration_factor(in_park, case.park_duration_factor, zone, case.zone_duration_factor)
    factor *= 1.0 - spares(state, inputs, month, slot, case.reuse.duration)
    factor /= _power_of_scope(life.scope, case.adequacy.duration_exponent)
    z = _normal(uniform(case, _DURATION, np.int64(state.tie[slot].firm), np.int64(life.episode)))
    return _duration_months(z, size, factor, case.implementation)


@compiled
def operate(case: Any, state: Any, month: int, slot: int) -> None:
    """Goes into productive use for a geometric number of months."""
    tie, life, tally = state.tie[slot], state.life[slot], state.tally[0]
    number = np.int64(tie.firm)
    log_event(state.event, tally, month, _OPERATING, number, np.int64(life.route))
    tally.operated += 1
    tie.stage = OPERATING
    look_like(state.lists, tally, life, slot, SEEN_OPERATING)
    if case.implementation.abandonment > 0.0:
        months = _lifetime_months(uniform(case, _LIFETIME, number, np.int64(life.episode)), case.implementation)
        put(state.due, life, PROJECT, month + months, slot)


@inlined
def pay_back(lines: Any, life: Any, year: int, operates: bool) -> None:
    """Gives the programme that paid a project what is due when it starts operating, or when it fails."""
    k = np.int64(life.paid_by)
    if k < 0:
        return
    rules = lines.rules[k]
    back = on_operate(rules.kind, life.taken, rules.terms) if operates else on_fail(rules.kind, life.taken, rules.terms)
    lines.left[k, year] += back
    lines.year[k, year].budget += back
    lines.year[k, year].repaid += back


@compiled
def finish(case: Any, state: Any, inputs: Any, lines: Any, month: int, year: int, slot: int) -> None:
    """A project reaches production or fails."""
    tie, life, tally = state.tie[slot], state.life[slot], state.tally[0]
    number = np.int64(tie.firm)
    chance = _success_chance(life.route, state.firm[slot].size, case.implementation)
    chance *= _power_of_scope(life.scope, case.adequacy.success_exponent)
    chance = _surer(chance, spares(state, inputs, month, slot, case.reuse.success))
    operates = chance >= 1.0 or uniform(case, _SUCCESS, number, np.int64(life.episode)) < chance
    if case.is_limited:
        tally.room_used -= life.room
    pay_back(lines, life, year, operates)
    if operates:
        operate(case, state, month, slot)
    else:
        log_event(state.event, tally, month, _FAILED, number, np.int64(life.route))
        tie.stage = FAILED
        look_like(state.lists, tally, life, slot, SEEN_DISAPPOINTING)
        put(state.due, life, PAUSE, month + case.implementation.pause_months, slot)


@compiled
def implement(case: Any, state: Any, inputs: Any, lines: Any, month: int, year: int) -> None:
    """Carries out what is due this month."""
    slot = np.int64(state.due[PROJECT, month])
    while slot >= 0:
        tie, life = state.tie[slot], state.life[slot]
        following = np.int64(life.next)
        if tie.stage == LAUNCHED:
            finish(case, state, inputs, lines, month, year, slot)
        else:
            log_event(state.event, state.tally[0], month, _ABANDONED, np.int64(tie.firm), np.int64(life.route))
            tie.stage = ABANDONED
            look_like(state.lists, state.tally[0], life, slot, SEEN_DISAPPOINTING)
        slot = following


@inlined
def join_queue(case: Any, state: Any, ranking: Any) -> None:
    """Puts the month's contracts at the end of the queue, in an order drawn by lot."""
    tally, n = state.tally[0], state.tally[0].contracts
    for place in range(n):
        slot = np.int64(state.contracts[place])
        number = np.int64(state.tie[slot].firm)
        ranking.firm[0, place] = number
        ranking.as_number[0, place] = uniform(case, _QUEUE, number, np.int64(state.life[slot].episode))
    if n > 0:
        rank(ranking.points[0], ranking.firm[0], ranking.points[1], ranking.firm[1], ranking.count, n)
    for place in range(n):
        state.queue[tally.queue_last % len(state.queue)] = state.slot_of[ranking.firm[0, place]]
        tally.queue_last += 1
    tally.contracts = 0


@inlined
def start_projects(case: Any, state: Any, ranking: Any, inputs: Any, lines: Any, month: int, year: int) -> None:
    """Starts projects in the order of the queue until there is no more room."""
    join_queue(case, state, ranking)
    tally, room = state.tally[0], inputs.month[month].room
    while tally.queue_first < tally.queue_last:
        slot = np.int64(state.queue[tally.queue_first % len(state.queue)])
        life = state.life[slot]
        needed = UNIT
        if in_open_park(inputs.park_open, inputs.park_close, life.park, month):
            needed = round(UNIT * (1.0 - case.park_staff_share))
        if tally.room_used + needed > room:
            break
        tally.queue_first += 1
        if life.contract < month:
            log_event(state.event, tally, month, _STARTED, np.int64(state.tie[slot].firm), np.int64(life.route))
        life.room = needed
        tally.room_used += needed
        months = duration(case, state, inputs, month, slot)
        if months == 0:
            finish(case, state, inputs, lines, month, year, slot)
        else:
            put(state.due, life, PROJECT, month + months, slot)
    # The month's contracts are the last of the queue.
    place = tally.queue_last - 1
    while place >= tally.queue_first:
        slot = np.int64(state.queue[place % len(state.queue)])
        if state.life[slot].contract < month:
            break
        log_event(state.event, tally, month, _QUEUED, np.int64(state.tie[slot].firm), np.int64(state.life[slot].route))
        place -= 1
