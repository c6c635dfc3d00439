"""The months of a contagion, compiled.

A firm's rate is one of few, so all are reckoned before the first month, by the laws themselves, and looked up. Pressure is never added
up: a firm that sees one more adopter gets another rate, and what it still lacks is corrected for the time that has passed, so that rate
times time since the start is right again. Then the month in which it can decide is known, never too late.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled, inlined
from aixsim.engines.kernel.contagion_rates import LESS, fill_rates, is_in_range, wind
from aixsim.engines.kernel.contagion_state import AT_ONCE, BLOCK
from aixsim.engines.kernel.philox import fill_resistances, open_unit
from aixsim.engines.kernel.slots import threshold
from aixsim.engines.kernel.state import NO_MONTH
from aixsim.engines.kernel.transitions import PROGRAMME
from aixsim.model.history import NO_ROUTE, Event
from aixsim.random.draws import exponential

UNDRAWN, DRAWN, ADOPTED = np.arange(3)
"""Stages of a firm; of an undrawn one only a bound on its threshold is known, which spares most of them the logarithm."""

_DECIDED, _LAUNCHED, _OPERATING = np.int64(Event.DECIDED), np.int64(Event.LAUNCHED), np.int64(Event.OPERATING)
_BEFORE, _NO_ROUTE, _NO_MONTH = np.int64(-1), np.int64(NO_ROUTE), np.int16(NO_MONTH)
_BLOCK = np.uint64(BLOCK)
_FAR = 2.0**14
"""Months ahead that no horizon reaches."""
_FIRST, _EACH, _THIRD = np.int64(0), np.int64(1), np.int64(3)
_exponential = compiled(exponential)


@inlined
def wakes(left: int, inverse: float, now: Any, size: int, month: int) -> Any:
    """First month, from ``month`` on, by whose end a firm can decide; never too late. In one go, without a branch to guess."""
    ahead = math.ceil((float(left) * inverse - now.time[size]) * now.inverse[size]) - 1.0
    return np.int16(month + int(min(max(ahead, 0.0), _FAR)))


@inlined
def wake_at(s: Any, firm: int, month: Any) -> None:
    """Notes when a firm must be looked at."""
    s.wake[firm] = month
    block = np.uint64(firm) // _BLOCK
    s.alarm[block] = min(s.alarm[block], month)


@inlined
def needed(c: Any, s: Any, firm: int, drawn: bool) -> int:
    """The threshold of a firm, or a bound on it: ``-log(u) > 1 - u``."""
    u = open_unit(s.unit[firm])
    resistance = _exponential(u) if drawn else (1.0 - u) * LESS
    return threshold(resistance, c.susceptibility[s.firm[firm].kind] * s.frailty[firm])


@inlined
def draw(c: Any, s: Any, firm: int) -> None:
    """Replaces the bound on a firm's threshold by the threshold."""
    s.firm[firm].left += needed(c, s, firm, True) - needed(c, s, firm, False)
    s.firm[firm].stage = DRAWN


@compiled
def begin(c: Any, ties: Any, s: Any) -> None:
    """Draws the resistances, and lets everybody see nobody."""
    fill_resistances(c.seed, c.replicate, s.bits)
    s.alarm[:] = _NO_MONTH
    now = s.clock[0]
    for number in range(len(s.firm)):
        firm, place, left = s.firm[number], ties.first_rate[number], needed(c, s, number, False)
        firm.left, firm.place, firm.stage = left, place, UNDRAWN
        wake_at(s, number, wakes(left, s.rates[np.uint64(place)].inverse, now, np.uint64(firm.size), 0))


@inlined
def log_event(entry: Any, firm: int, month: int, event: int, route: int) -> None:
    """Notes an event."""
    entry.firm, entry.month, entry.event, entry.route = firm, month, event, route


@inlined
def adopt(s: Any, number: int, time: int) -> None:
    """From now on only the firm's milieu presses."""
    firm = s.firm[number]
    firm.left += (s.rates[0].rate - s.rates[firm.place].rate) * time
    firm.place, firm.stage = 0, ADOPTED
    s.wake[number] = _NO_MONTH


@compiled
def adopt_initially(c: Any, s: Any) -> int:
    """Lets the first firms operate before the first month; returns how many events that makes."""
    n = 0
    for number in range(c.initial_adopters):
        draw(c, s, number)
        adopt(s, number, 0)
        log_event(s.event[n], number, _BEFORE, _DECIDED, _NO_ROUTE)
        log_event(s.event[n + 1], number, _BEFORE, _LAUNCHED, PROGRAMME)
        log_event(s.event[n + 2], number, _BEFORE, _OPERATING, PROGRAMME)
        n += 3
    return n


@compiled
def list_due(s: Any, month: int) -> int:
    """Lists who must be looked at this month, ascending, and returns how many."""
    now, count = np.int16(month), 0
    for block in range(len(s.alarm)):
        if s.alarm[block] <= now:
            first = np.int64(_NO_MONTH)
            for number in range(block * BLOCK, (block + 1) * BLOCK):
                wake = np.int64(s.wake[np.uint64(number)])
                s.found[np.uint64(count)] = number
                # A number, not a branch: nobody could guess it.
                is_due = np.int64(wake <= month)
                count += is_due
                first = min(first, wake + is_due * _NO_MONTH)
            s.alarm[block] = first
    return count


@compiled
def decide(c: Any, s: Any, month: int, n: int) -> int:
    """Looks at who can decide this month; those that can resist no longer do.

    Args:
        c: case.
        s: state.
        month: now.
        n: events so far.

    Returns:
        Events so far, a decision each.
    """
    count, after = list_due(s, month), s.clock[month + 1]
    # In so short a loop the processor waits for many firms at once instead of one by one.
    total = 0.0
    for position in range(count):
        number = np.uint64(s.found[position])
        total += s.firm[number].left + s.unit[number] + s.frailty[number]
    s.fetched[0] = total
    for position in range(count):
        number = np.uint64(s.found[position])
        firm = s.firm[number]
        felt, size = s.rates[np.uint64(firm.place)], np.uint64(firm.size)
        reached = felt.rate * after.time[size]
        if firm.stage == UNDRAWN and firm.left <= reached:
            draw(c, s, number)
        if firm.left <= reached:
            adopt(s, number, after.time[size])
            log_event(s.event[n], number, month, _DECIDED, _NO_ROUTE)
            n += 1
        else:
            wake_at(s, number, wakes(firm.left, felt.inverse, after, size, month + 1))
    return n


@compiled
def launch_and_operate(s: Any, month: int, first: int, n: int) -> int:
    """Notes that all who have decided this month, from event ``first`` on, launch, and then that all operate; returns the events so far."""
    stop = n
    for entry in range(first, stop):
        log_event(s.event[n], s.event[entry].firm, month, _LAUNCHED, PROGRAMME)
        n += 1
    for entry in range(first, stop):
        log_event(s.event[n], s.event[entry].firm, month, _OPERATING, PROGRAMME)
        n += 1
    return n


@compiled
def list_told(ties: Any, s: Any, first: int, stop: int, stride: int, kind: int) -> int:
    """Lists who sees an adopter through ties of a kind, once a tie, and returns how many ties that are.

    Args:
        ties: who sees whom.
        s: state.
        first, stop: enclose the adopters among the events.
        stride: from the event of one adopter to that of the next.
        kind: column of ``Ties.border``.
    """
    count, total = np.int64(0), 0
    # In so short loops the processor waits for many lines of memory at once instead of one by one.
    for entry in range(first, stop, stride):
        total += ties.border[s.event[entry].firm, kind]
    for entry in range(first, stop, stride):
        adopter = np.uint64(s.event[entry].firm)
        start = ties.border[adopter, kind]
        many = ties.border[adopter, kind + 1] - start
        # So many at a time that for most adopters once is enough: how often cannot be guessed. What is too much is written over.
        for already in range(0, many, AT_ONCE):
            for tie in range(already, already + AT_ONCE):
                s.told[np.uint64(count + tie)] = ties.watcher[np.uint64(start + tie)]
        count += many
    for position in range(count):
        total += s.firm[np.uint64(s.told[position])].place
    s.fetched[0] = total
    return count


@compiled
def tell(ties: Any, s: Any, first: int, stop: int, stride: int, month: int) -> None:
    """Lets everybody who sees an adopter feel so from the start of a month on; adopters as in ``list_told``."""
    now = s.clock[month]
    for kind in range(3):
        step = ties.step[kind]
        if step == 0:
            continue
        for position in range(list_told(ties, s, first, stop, stride, kind)):
            number = np.uint64(s.told[position])
            firm = s.firm[number]
            if firm.stage != ADOPTED:
                before, size = s.rates[np.uint64(firm.place)].rate, np.uint64(firm.size)
                firm.place += step
                felt = s.rates[np.uint64(firm.place)]
                firm.left += (felt.rate - before) * now.time[size]
                wake_at(s, number, wakes(firm.left, felt.inverse, now, size, month))


@compiled
def spread(case: Any, months: Any, ties: Any, s: Any) -> int:
    """Runs all months of a replicate.

    Args:
        case: CASE (1,), as in ``inputs``.
        months: MONTH (T,), likewise.
        ties: ``contagion_state.Ties``.
        s: ``contagion_state.Spread``, left as it is at the end.

    Returns:
        The number of events; -1 when pressures might reach their ceiling, and nothing has been simulated.
    """
    c = case[0]
    wind(c, months, s.clock)
    fill_rates(c, ties, s.rates, months[0].tie_factor)
    if not is_in_range(s.rates, s.clock):
        return -1
    begin(c, ties, s)
    n = adopt_initially(c, s)
    tell(ties, s, _FIRST, n, _THIRD, _FIRST)
    for month in range(len(months)):
        first = n
        stop = decide(c, s, month, first)
        n = launch_and_operate(s, month, first, stop)
        tell(ties, s, first, stop, _EACH, month + 1)
    return n


@compiled
def add_up(case: Any, s: Any, pressure: Any) -> None:
    """Fills what every firm has accumulated by the end, its milieu's pressure and that of its ties."""
    last = s.clock[len(s.clock) - 1]
    for number in range(len(s.firm)):
        firm = s.firm[number]
        pressure[number] = needed(case[0], s, number, firm.stage != UNDRAWN) - firm.left + s.rates[firm.place].rate * last.time[firm.size]
