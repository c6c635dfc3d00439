"""Pressure that nobody adds up month by month: it is known from a start, a rate and the economic time since.

These functions are called for every event, so they are handed single records and arrays, never a whole state: Numba copies all that it
is handed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aixsim.engines.kernel.compile import compiled
from aixsim.engines.kernel.state import NO_MONTH
from aixsim.model import pressure as fixed
from aixsim.model.pressure import NEVER

_NEVER = NEVER
_BLOCK = 32
grown, to_rate = compiled(fixed.grown), compiled(fixed.rate)


@compiled
def group_pressure(clock: Any, group: Any, month: int) -> int:
    """Pressure of a milieu at the start of a month."""
    return grown(group.pressure, group.rate, clock[month].time[group.size] - clock[group.since].time[group.size])


@compiled
def tie_pressure(clock: Any, state: Any, month: int) -> int:
    """Pressure of a firm's ties at the start of a month."""
    return grown(state.tie_pressure, state.rate, clock[month].time[state.size] - clock[state.since].time[state.size])


@compiled
def record_tie_pressure(clock: Any, state: Any, month: int) -> None:
    """Writes down what a firm's ties have pressed by the start of a month; its rate may change afterwards."""
    state.tie_pressure = tie_pressure(clock, state, month)
    state.since = month


@compiled
def earliest(rest: int, rate: int, fastest: float, month: int, stop: int) -> int:
    """First month, from ``month`` on, by the end of which a pressure can have grown by ``rest``; never too late, for it must not be missed.

    Args:
        rest: pressure that is lacking at the start of ``month``.
        rate: the highest hazard that is allowed for.
        fastest: most economic time that a month can let pass.
        month: the next month whose economic time is still to pass.
        stop: the month after the last.
    """
    if rest <= 0:
        return month
    most = float(rate) * fastest * (1.0 + 1e-9)
    if rest > most * (stop - month) or rest >= _NEVER:
        return NO_MONTH
    return month + max(math.ceil(float(rest) / most) - 1, 0)


@compiled
def list_due(wake: Any, n: int, month: int, found: Any) -> int:
    """Lists the first n positions whose month has come, ascending, and returns how many.

    Args:
        wake: int16, months.
        n: positions that count.
        month: now.
        found: filled; as long as ``n``, and one more.
    """
    now, count, whole = np.int16(month), 0, n - n % _BLOCK
    # Most blocks hold none, and the processor compares many months at a time.
    for start in range(0, whole, _BLOCK):
        is_due = np.int16(0)
        for place in range(start, start + _BLOCK):
            is_due |= np.int16(wake[place] <= now)
        if is_due:
            for place in range(start, start + _BLOCK):
                found[count] = place
                count += wake[place] <= now
    for place in range(whole, n):
        found[count] = place
        count += wake[place] <= now
    return count


@compiled
def firm_wakes(clock: Any, state: Any, group: Any, month: int) -> int:
    """Returns when a firm must be looked at again."""
    return wakes_at(clock, state, group, tie_pressure(clock, state, month), month)


@compiled
def wakes_at(clock: Any, state: Any, group: Any, own: int, month: int) -> int:
    """Returns the same where the pressure of the firm's ties at the start of the month is known."""
    if state.threshold >= _NEVER:
        return NO_MONTH
    rest = state.threshold - group_pressure(clock, group, month) - own
    return earliest(rest, group.highest + state.rate, clock[month].fastest[state.size], month, len(clock) - 1)


@compiled
def milieu_wakes(clock: Any, group: Any, month: int) -> int:
    """Returns when a milieu must be looked at again, as long as its rate stays the same."""
    rest = group.need - group_pressure(clock, group, month)
    return earliest(rest, group.rate, clock[month].fastest[group.size], month, len(clock) - 1)
