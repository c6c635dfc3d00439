"""Milieus: a shared pressure, and who decides next without looking at the others."""

from __future__ import annotations

from typing import Any

from aixsim.core.pressure import NEVER, UNIT
from aixsim.engines.compile import compiled, hazard_sum
from aixsim.engines.sorting import sort_pairs
from aixsim.engines.state import STALE_CELLS
from aixsim.engines.ties import press
from aixsim.engines.transitions import (
    POTENTIAL,
    commit,
    first_threshold,
)
from aixsim.mechanisms import mechanisms
from aixsim.sensing import visible_share

_NEVER, _UNIT = NEVER, UNIT
_visible_share = compiled(visible_share)
LEAST_BOUND = 1e-4
"""Pressure up to which firms are looked at when nothing tells how far it will go; a milieu that outgrows its bound looks again."""
MARGIN = 1.5
"""How much further than the pressure of a milieu that sees nothing its firms are looked at."""

milieu_hazard = hazard_sum(tuple(m for m in mechanisms().values() if m.level == "milieu"), ("peer_share", "park_service"))


@compiled
def take_hazard(c: Any, w: Any, s: Any, x: Any, milieu: int, month: int) -> None:
    """Senses the peers of a milieu and its park's service."""
    cell, park = w.milieu[milieu].cell, w.milieu[milieu].park
    seen = s.cell[cell].seen
    launched, operating, disappointing = seen[0], seen[1], seen[2]
    share = _visible_share(operating, launched, disappointing, w.cell[cell].firms, c.visibility, c.disappointment)
    service = x.park_service[park, month] if park >= 0 else 0.0
    s.hazard[milieu] = milieu_hazard(c.milieu_active, c.milieu_parameters, share, service)


@compiled
def sense_milieus(c: Any, w: Any, s: Any, x: Any, month: int) -> None:
    """Takes the hazards again of milieus whose peers have changed or that have a park."""
    for position in range(s.tally[0].stale_cells):
        cell = s.lists[STALE_CELLS, position]
        s.cell[cell].is_stale = False
        for milieu in range(w.cell[cell].first, w.cell[cell].stop):
            take_hazard(c, w, s, x, milieu, month)
    s.tally[0].stale_cells = 0
    for place in range(len(w.in_parks)):
        take_hazard(c, w, s, x, w.in_parks[place], month)


@compiled
def set_trigger(s: Any, milieu: int) -> None:
    """Notes at what pressure a milieu must be attended to."""
    queue = s.queue[milieu]
    s.trigger[milieu] = queue.bound + 1
    if queue.at < queue.end and s.needed[queue.at] < s.trigger[milieu]:
        s.trigger[milieu] = s.needed[queue.at]


@compiled
def may_decide_within(s: Any, x: Any, firm: int, bound: float) -> bool:
    """Whether a firm's first resistance may lie within a bound: ``-log(u) >= 1 - u`` spares the others the logarithm."""
    return 1.0 - (s.bits[firm >> 1, firm & 1] + 0.5) * 2.0**-52 <= x.susceptibility[firm] * bound * 1.000000001


@compiled
def look_at_all(w: Any, s: Any, x: Any, bound: float) -> None:
    """Lists the firms of all milieus whose thresholds lie within a bound, in one pass over memory."""
    limit = int(bound * _UNIT)
    for milieu in range(len(w.milieu)):
        queue = s.queue[milieu]
        queue.at = queue.end = w.milieu[milieu].first
        queue.bound = limit
    for firm in range(len(s.firm)):
        if may_decide_within(s, x, firm, bound):
            needed = first_threshold(s, x, firm)
            if needed <= limit:
                queue = s.queue[w.site[firm].milieu]
                s.queued[queue.end] = firm
                s.needed[queue.end] = needed
                queue.end += 1
    for milieu in range(len(w.milieu)):
        sort_pairs(s.needed, s.queued, s.queue[milieu].at, s.queue[milieu].end)
        set_trigger(s, milieu)


@compiled
def look_again(w: Any, s: Any, x: Any, milieu: int) -> None:
    """Lists the firms of a milieu up to twice its pressure."""
    bound = 2.0 * s.pressure[milieu] / _UNIT
    limit = int(min(2 * s.pressure[milieu], _NEVER - 1))
    queue = s.queue[milieu]
    queue.at = queue.end = w.milieu[milieu].first
    queue.bound = limit
    for place in range(w.milieu[milieu].first, w.milieu[milieu].stop):
        firm = w.firms[place]
        state = s.firm[firm]
        if may_decide_within(s, x, firm, bound) and state.stage == POTENTIAL and state.slot == 0:
            needed = first_threshold(s, x, firm)
            if needed <= limit:
                s.queued[queue.end] = firm
                s.needed[queue.end] = needed
                queue.end += 1
    sort_pairs(s.needed, s.queued, queue.at, queue.end)


@compiled
def first_bound(c: Any, x: Any) -> float:
    """Returns a pressure that most milieus will not outgrow: what one that sees nothing would gather, and some more."""
    pressure = 0.0
    for month in x.month:
        pressure += month.climate * milieu_hazard(c.milieu_active, c.milieu_parameters, 0.0, 0.0)
    return max(min(MARGIN * pressure, 1000.0), LEAST_BOUND)


@compiled
def decide_milieus(c: Any, w: Any, s: Any, x: Any, climate: float, month: int) -> None:
    """Pressure accumulates in every milieu; those at the front of its queue whose threshold is reached decide."""
    press(s.pressure, s.hazard, w.milieu_size, s.tally[0].attraction, climate, len(s.pressure))
    for milieu in range(len(s.pressure)):
        if s.pressure[milieu] >= s.trigger[milieu]:
            serve(c, w, s, x, milieu, month)


@compiled
def serve(c: Any, w: Any, s: Any, x: Any, milieu: int, month: int) -> None:
    """Lets the firms of a milieu decide whose thresholds are reached, and looks further when its bound is."""
    queue, reached = s.queue[milieu], s.pressure[milieu]
    while True:
        while queue.at < queue.end and s.needed[queue.at] <= reached:
            firm = s.queued[queue.at]
            # One with exposures of its own is stepped singly; one back from a pause has another threshold.
            if s.firm[firm].stage == POTENTIAL and s.firm[firm].slot == 0:
                commit(c, w, s, month, firm)
            queue.at += 1
        if reached <= queue.bound:
            break
        look_again(w, s, x, milieu)
    set_trigger(s, milieu)
