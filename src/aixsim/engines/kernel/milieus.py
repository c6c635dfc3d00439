"""Milieus: a shared pressure, and who decides next without looking at the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, hazard_sum, inlined, laws_of
from aixsim.engines.kernel.layout import SENSES
from aixsim.engines.kernel.philox import open_unit
from aixsim.engines.kernel.pressing import firm_wakes, group_pressure, list_due, milieu_wakes, to_rate
from aixsim.engines.kernel.slots import fill, slot_for, threshold
from aixsim.engines.kernel.sorting import sort_pairs
from aixsim.engines.kernel.state import FOUND, STALE_CELLS
from aixsim.engines.kernel.transitions import commit
from aixsim.model.pressure import NEVER, UNIT
from aixsim.model.sensing import visible_share
from aixsim.random.draws import exponential

_NEVER, _UNIT = NEVER, UNIT
_visible_share, _exponential = compiled(visible_share), compiled(exponential)
LEAST_BOUND = 1e-4
"""Pressure up to which firms are looked at when nothing tells how far it will go; a milieu that outgrows its bound looks again."""
MARGIN = 3.0
"""How much further than the pressure of a milieu that sees nothing its firms are looked at."""

milieu_hazard = compiled(
    hazard_sum(
        laws_of("milieu"), ("peer_share", "now", "column"), {sense.name: f"now[column[{number}]]" for number, sense in enumerate(SENSES)}
    )
)


@compiled
def wake_all(clock: Any, firms: Any, following: Any, wake: Any, group: Any, month: int) -> None:
    """Notes anew when the firms of a milieu that are stepped singly must be looked at."""
    slot = np.int64(group.first)
    while slot >= 0:
        wake[slot] = firm_wakes(clock, firms[slot], group, month)
        slot = np.int64(following[slot])


@compiled
def rate_of(case: Any, world: Any, inputs: Any, milieu: int, share: float, month: int) -> int:
    """Returns the hazard of a milieu at the start of a month, in ``1 / RATE_UNIT``, of which the share of visible peers is known."""
    return to_rate(milieu_hazard(case.milieu_active, case.laws, share, inputs.sensed[month], world.column[milieu]))


@compiled
def take_rate(state: Any, milieu: int, rate: int, month: int) -> None:
    """Gives a milieu another hazard from the start of a month on."""
    group = state.group[milieu]
    if rate == group.rate:
        return
    group.pressure = group_pressure(state.clock, group, month)
    group.rate, group.since = rate, month
    state.milieu_wake[milieu] = milieu_wakes(state.clock, group, month)
    if rate > group.highest:
        # Half as much again, so that not every peer makes the kernel look again; but where nobody is seen ever, no more.
        group.highest = rate + rate // 2 if group.highest > 0 else rate
        wake_all(state.clock, state.firm, state.next_in_milieu, state.wake, group, month)


@compiled
def peer_share(case: Any, world: Any, state: Any, cell: int) -> float:
    """Share of the firms of a cell that others see."""
    seen = state.cell[cell].seen
    return _visible_share(seen[1], seen[0], seen[2], world.cell[cell].firms, case.sensing)


@compiled
def take_hazards(case: Any, world: Any, state: Any, inputs: Any, cell: int, month: int) -> None:
    """Lets all milieus of a cell sense."""
    share = peer_share(case, world, state, cell)
    for milieu in range(world.cell[cell].first, world.cell[cell].stop):
        alike = np.int64(world.milieu[milieu].alike)
        rate = rate_of(case, world, inputs, milieu, share, month) if alike == milieu else state.group[alike].rate
        take_rate(state, milieu, rate, month)


@compiled
def sense_milieus(case: Any, world: Any, state: Any, inputs: Any, month: int) -> None:
    """Takes the hazards again of milieus that sense something else than in the month before."""
    for position in range(state.tally[0].stale_cells):
        cell = np.int64(state.lists[STALE_CELLS, position])
        state.cell[cell].is_stale = False
        take_hazards(case, world, state, inputs, cell, month)
    state.tally[0].stale_cells = 0
    if month == 0:
        for cell in range(len(world.cell)):
            take_hazards(case, world, state, inputs, cell, month)
    for position in range(inputs.new_first[month], inputs.new_first[month + 1]):
        column = inputs.new_column[position]
        for place in range(world.reader_first[column], world.reader_first[column + 1]):
            milieu = np.int64(world.readers[place])
            share = peer_share(case, world, state, np.int64(world.milieu[milieu].cell))
            take_rate(state, milieu, rate_of(case, world, inputs, milieu, share, month), month)


@compiled
def note_need(needed: Any, group: Any) -> None:
    """Notes at what pressure a milieu must be attended to."""
    group.need = group.bound + 1
    if group.at < group.end and needed[group.at] < group.need:
        group.need = needed[group.at]


@inlined
def may_decide_within(one_and_more: float, susceptibility: float, bound: float) -> bool:
    """Whether a firm's first resistance may lie within a bound: ``-log(u) >= 1 - u`` spares the others the logarithm."""
    return 2.0 - one_and_more <= susceptibility * bound * 1.000000001 + 1e-15


@inlined
def look_at_all(world: Any, state: Any, kinds: Any, bound: float) -> None:
    """Lists the firms of all milieus whose thresholds lie within a bound, in one pass over memory."""
    limit = int(min(bound * _UNIT, float(_NEVER - 1)))
    for milieu in range(len(world.milieu)):
        group = state.group[milieu]
        group.at = group.end = world.milieu[milieu].first
        group.bound = limit
    found, n = state.lists[FOUND], 0
    for firm in range(len(world.firms)):
        found[n] = firm
        n += may_decide_within(state.unit[firm], kinds[world.kind_of[firm]] * state.frailty[firm], bound)
    for position in range(n):
        firm = np.int64(found[position])
        needed = threshold(_exponential(open_unit(state.unit[firm])), kinds[world.kind_of[firm]] * state.frailty[firm])
        if needed <= limit:
            group = state.group[world.milieu_of[firm]]
            state.queued[group.end], state.needed[group.end] = firm, needed
            group.end += 1
    for milieu in range(len(world.milieu)):
        sort_pairs(state.needed, state.queued, state.group[milieu].at, state.group[milieu].end)
        note_need(state.needed, state.group[milieu])


@inlined
def look_again(world: Any, state: Any, kinds: Any, milieu: int, reached: int) -> None:
    """Lists the firms of a milieu up to twice the pressure that it has reached."""
    bound = 2.0 * reached / _UNIT
    limit = min(2 * reached, _NEVER - 1)
    group = state.group[milieu]
    group.at = group.end = world.milieu[milieu].first
    group.bound = limit
    for place in range(world.milieu[milieu].first, world.milieu[milieu].stop):
        firm = np.int64(world.firms[place])
        if state.slot_of[firm] < 0 and may_decide_within(state.unit[firm], kinds[world.kind_of[firm]] * state.frailty[firm], bound):
            needed = threshold(_exponential(open_unit(state.unit[firm])), kinds[world.kind_of[firm]] * state.frailty[firm])
            if needed <= limit:
                state.queued[group.end], state.needed[group.end] = firm, needed
                group.end += 1
    sort_pairs(state.needed, state.queued, group.at, group.end)


@inlined
def first_bound(case: Any, world: Any, inputs: Any) -> float:
    """Returns a pressure that most milieus will not outgrow: what one that sees nothing would gather, and some more."""
    pressure, nowhere = 0.0, world.column[len(world.milieu)]
    hazard = milieu_hazard(case.milieu_active, case.laws, 0.0, inputs.sensed[0], nowhere)
    for month in inputs.month:
        pressure += month.climate_index * hazard
    return max(min(MARGIN * pressure, 100.0), LEAST_BOUND)


@compiled
def decide_milieus(case: Any, world: Any, state: Any, month: int) -> None:
    """Attends to the milieus in which somebody may decide this month."""
    found = state.lists[FOUND]
    for position in range(list_due(state.milieu_wake, len(state.milieu_wake), month, found)):
        serve(case, world, state, np.int64(found[position]), month)


@inlined
def serve(case: Any, world: Any, state: Any, milieu: int, month: int) -> None:
    """Lets the firms of a milieu decide whose thresholds are reached, and looks further when its bound is."""
    group = state.group[milieu]
    reached = group_pressure(state.clock, group, month + 1)
    while True:
        while group.at < group.end and state.needed[group.at] <= reached:
            firm = np.int64(state.queued[group.at])
            # One with a slot is stepped singly, or has decided already.
            if state.slot_of[firm] < 0:
                slot = slot_for(state.slot_of, state.tie, state.wake, state.tally[0], firm)
                fill(case, state, month + 1)
                commit(case, state, month, slot)
            group.at += 1
        if reached <= group.bound:
            break
        look_again(world, state, case.class_factor, milieu, reached)
    note_need(state.needed, group)
    state.milieu_wake[milieu] = milieu_wakes(state.clock, group, month + 1)
