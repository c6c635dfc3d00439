"""What is known of a contagion before its first month, compiled: economic time, and every rate that a firm may have."""

from __future__ import annotations

from typing import Any

from aixsim.engines.kernel.compile import compiled
from aixsim.engines.kernel.milieus import milieu_hazard
from aixsim.engines.kernel.pressing import to_rate
from aixsim.engines.kernel.ties import tie_hazard
from aixsim.model.economics import attraction, cost_now
from aixsim.model.pressure import CEILING, pace
from aixsim.model.sensing import visible_share

LESS = 1.0 - 1e-9
"""What keeps a bound a bound, however the numbers that make it are rounded."""

_attraction, _cost_now, _pace = compiled(attraction), compiled(cost_now), compiled(pace)
_visible_share = compiled(visible_share)


@compiled
def wind(c: Any, months: Any, clock: Any) -> None:
    """Lets economic time pass as it will, whoever adopts: the class of worlds is that in which this is known."""
    last = len(months)
    cost = _cost_now(0, c.experience, c.learning_exponent)
    for size in range(len(clock[0].time)):
        clock[0].time[size] = 0
        for month in range(last):
            now = months[month]
            clock[month + 1].time[size] = clock[month].time[size] + _pace(now.climate, _attraction(cost, now.support[size], c.elasticity))
        fastest = 1
        clock[last].inverse[size] = LESS
        for month in range(last - 1, -1, -1):
            fastest = max(fastest, clock[month + 1].time[size] - clock[month].time[size])
            clock[month].inverse[size] = LESS / fastest


@compiled
def fill_rates(c: Any, ties: Any, rates: Any, factor: Any) -> None:
    """Fills the rate of those who have adopted, which is the milieu's, and those of all that others may see.

    Args:
        c: case.
        ties: rows, and the unit in which what is seen changes.
        rates: filled.
        factor: float64 by tier, what tie hazards are multiplied by.
    """
    shared = to_rate(milieu_hazard(c.milieu_active, c.milieu_parameters, 0.0, 0.0, 0.0))
    rates[0].rate = shared
    for row in ties.row:
        for seen in range(row.total // ties.unit + 1):
            share = _visible_share(seen * ties.unit, 0, 0, row.total, c.visibility, c.disappointment)
            rates[row.first + seen].rate = shared + to_rate(tie_hazard(c.tie_active, c.tie_parameters, share, 0.0) * factor[row.tier])
    for entry in rates:
        entry.inverse = LESS / max(entry.rate, 1)


@compiled
def is_in_range(rates: Any, clock: Any) -> bool:
    """Whether no pressure can reach its ceiling, so that sums need not be capped."""
    highest, longest = 0, 0
    for entry in rates:
        highest = max(highest, entry.rate)
    for time in clock[len(clock) - 1].time:
        longest = max(longest, time)
    return float(highest) * float(longest) < LESS * CEILING
