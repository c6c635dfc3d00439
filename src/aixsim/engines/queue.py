"""The kernel's queue: who in a milieu decides next, without looking at the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.engines.compile import compiled
from aixsim.engines.layout import Array
from aixsim.engines.loop import (
    _UNIT,
    POTENTIAL,
    SEEN_LAUNCHED,
    SEEN_OPERATING,
    _exponential,
    _visible_share,
    commit,
    increment,
    milieu_hazard,
    threshold,
)  # fmt: skip

INSERTION = 40
"""Length up to which sorting by insertion needs no memory and is the faster way."""
FIRST_BOUND = 0.03
"""Pressure up to which firms are looked at before the first month; milieus that outgrow it look again."""


@compiled
def sort_queue(queue: Any, begin: int, end: int) -> None:
    """Sorts a stretch of the queue by threshold; short ones, which most are, in place."""
    if end - begin > INSERTION:
        order = np.argsort(queue.needed[begin:end])
        queue.firm[begin:end] = queue.firm[begin:end][order]
        queue.needed[begin:end] = queue.needed[begin:end][order]
        return
    for place in range(begin + 1, end):
        needed, firm = queue.needed[place], queue.firm[place]
        at = place
        while at > begin and queue.needed[at - 1] > needed:
            queue.needed[at], queue.firm[at] = queue.needed[at - 1], queue.firm[at - 1]
            at -= 1
        queue.needed[at], queue.firm[at] = needed, firm


@compiled
def look(w: Any, s: Any, a: Array, queue: Any, milieu: int, bound: float) -> None:
    """Lists the firms of a milieu whose threshold lies within a bound, lowest first.

    ``-log(u) >= 1 - u``: a firm whose ``1 - u`` alone exceeds its susceptibility times the bound needs no logarithm.
    """
    limit = bound * _UNIT
    begin = w.first[milieu]
    end = begin
    for place in range(begin, w.first[milieu + 1]):
        firm = w.firms[place]
        u = (np.float64(s.words[firm]) + 0.5) * 2.0**-52
        if 1.0 - u > a[firm] * bound * 1.000000001:
            continue
        if s.stage[firm] != POTENTIAL or s.is_active[firm] or s.episode[firm] > 0:
            continue
        needed = threshold(_exponential(u), a[firm])
        if needed <= limit:
            queue.firm[end] = firm
            queue.needed[end] = needed
            end += 1
    sort_queue(queue, begin, end)
    queue.at[milieu] = begin
    queue.end[milieu] = end
    queue.bound[milieu] = bound


@compiled
def decide_milieus(c: Any, w: Any, s: Any, x: Any, a: Array, queue: Any, month: int, attractions: Array) -> None:
    """Pressure accumulates in every milieu; those at the front of its list whose resistance is reached decide."""
    for milieu in range(len(w.milieu_cell)):
        cell, park = w.milieu_cell[milieu], w.milieu_park[milieu]
        share = _visible_share(
            s.cells[cell, SEEN_OPERATING - 1],
            s.cells[cell, SEEN_LAUNCHED - 1],
            s.cells[cell, 2],
            w.cell_firms[cell],
            c.visibility,
            c.disappointment,
        )
        service = x.park_service[park, month] if park >= 0 else 0.0
        hazard = milieu_hazard(x.milieu_active, x.milieu_parameters, share, service)
        s.pressure[milieu] += increment(x.climate[month], attractions[w.milieu_size[milieu]], hazard)
        reached = s.pressure[milieu]
        while True:
            at = queue.at[milieu]
            while at < queue.end[milieu] and queue.needed[at] <= reached:
                firm = queue.firm[at]
                if s.stage[firm] == POTENTIAL and not s.is_active[firm]:
                    commit(c, s, month, firm)
                at += 1
            queue.at[milieu] = at
            if reached <= queue.bound[milieu] * _UNIT:
                break
            look(w, s, a, queue, milieu, 2.0 * reached / _UNIT)
