"""What a contagion is kept in: the ties of a world, made once, and buffers that every replicate of a thread uses again.

Memory is what costs time here: a firm whose partners adopt is looked at in the order in which they do, so what is read then is 24 bytes.
"""

from __future__ import annotations

import math
import threading
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.core.classification import TIERS
from aixsim.core.problem import Milieus, Problem
from aixsim.core.scenario import Scenario
from aixsim.engines.layout import N_SIZES, Array, world_of
from aixsim.engines.state import EVENT, NO_MONTH, side_by_side

BLOCK = 16
"""Firms that share an alarm."""

FIRM = np.dtype(
    [("left", np.int64), ("rate", np.int64), ("law", np.int32), ("size", np.int8), ("kind", np.int8), ("stage", np.int8)], align=True
)
"""A firm decides in the first month by whose end ``rate`` times the economic time since the start reaches ``left``: its threshold, corrected
for the time in which its rate was another one. ``law`` is its place in ``Spread.law``; ``kind`` as in ``World.kind_of``."""

LAW = np.dtype([("rate", np.int64), ("inverse", np.float64)], align=True)
"""Milieu and tie rate together of a firm that sees so many adopters, and one over it, a little too small."""

ROW = np.dtype([("first", np.int64), ("total", np.int64), ("tier", np.int64)], align=True)
"""Firms with the same ``total`` weight of ties and the same tier: the same laws, from ``first`` on, one a step of what they may see."""

CLOCK = np.dtype([("time", np.int64, (N_SIZES,)), ("inverse", np.float64, (N_SIZES,))], align=True)
"""By size class: economic time that has passed by the start of a month, and one over the most that a month from this one on lets pass, a
little too small."""


class Ties(NamedTuple):
    """What stays the same while tie weights do. Shapes: n firms, m directed ties, R rows."""

    border: Array
    """int32 (n, 4), borders in ``watcher`` of who sees a firm as a customer, as a supplier, as a sibling."""
    watcher: Array
    """int32 (m,), as in ``layout.World``."""
    unit: int
    """Greatest common divisor of the weights: what is seen changes in its multiples."""
    step: Array
    """int64 (3,), tie weights in units of it."""
    row: Array
    """ROW (R,)."""
    law_of: Array
    """int32 (n,), first law of each firm: nobody is seen."""
    n_laws: int
    """Of all rows."""


class Spread(NamedTuple):
    """Shapes: n firms, m directed ties, T months."""

    clock: Array
    """CLOCK (T + 1,)."""
    firm: Array
    """FIRM (n,)."""
    law: Array
    """LAW (n_laws,)."""
    wake: Array
    """int16, first month in which a firm can decide; whole blocks, filled up with firms that never do."""
    alarm: Array
    """int16, by block, a month not after the first in ``wake``."""
    bits: Array
    """uint64 (n or n + 1,), of the numbers in ``unit``."""
    unit: Array
    """float64, the same memory: the resistances, as numbers in [1, 2)."""
    found: Array
    """int32 (n + BLOCK,), who must be looked at this month."""
    told: Array
    """int32 (m,), who sees somebody adopt this month, once a tie."""
    fetched: Array
    """float64 (1,), read by nobody."""
    event: Array
    """EVENT (3 n,), as nobody decides twice."""


_buffers = threading.local()


def ties_of(problem: Problem, scenario: Scenario) -> Ties | None:
    """Returns the ties of a problem as a scenario weighs them; None when the laws by what may be seen were more than firms and ties."""
    world, weights = world_of(problem), scenario.tie_weights
    site, n = world.site, len(world.site)
    total = site["customers"] * weights[0] + site["suppliers"] * weights[1] + site["siblings"] * weights[2]
    unit = max(math.gcd(*weights.tolist()), 1)
    key, row_of = np.unique(total * TIERS + site["tier"], return_inverse=True)
    row = np.zeros(len(key), ROW)
    row["total"], row["tier"] = key // TIERS, key % TIERS
    ends = np.cumsum(row["total"] // unit + 1)
    if ends[-1] > n + len(world.watcher):
        return None
    row["first"][1:] = ends[:-1]
    border = np.stack([site["start"], site["suppliers"], site["customers"], site["siblings"]], axis=1).cumsum(axis=1)
    return Ties(border.astype(np.int32), world.watcher, unit, weights // unit, row, row["first"][row_of].astype(np.int32), int(ends[-1]))


def fresh_spread(problem: Problem, scenario: Scenario) -> tuple[Ties, Spread] | None:
    """Returns ties and buffers that belong to this thread and problem; None when there are no such ties, as in ``ties_of``."""
    if not hasattr(_buffers, "kept"):
        _buffers.kept = WeakKeyDictionary[Milieus, tuple[Any, tuple[Ties, Spread] | None]]()
    key = (problem.horizon.n_months, *scenario.tie_weights.tolist())
    known, spread = _buffers.kept.get(problem.milieus, (None, None))
    if known != key:
        ties = ties_of(problem, scenario)
        spread = None if ties is None else (ties, _allocate(problem, ties))
        _buffers.kept[problem.milieus] = key, spread
    return spread


def _allocate(problem: Problem, ties: Ties) -> Spread:
    n, world = len(problem.population), world_of(problem)
    n_blocks = -(-n // BLOCK)
    arrays = side_by_side(
        clock=(CLOCK, problem.horizon.n_months + 1),
        firm=(FIRM, n),
        law=(LAW, ties.n_laws),
        wake=(np.int16, n_blocks * BLOCK),
        alarm=(np.int16, n_blocks),
        bits=(np.uint64, n + n % 2),
        found=(np.int32, n + BLOCK),
        told=(np.int32, len(ties.watcher)),
        fetched=(np.float64, 1),
        event=(EVENT, 3 * n),
    )
    arrays["wake"][n:] = NO_MONTH
    arrays["firm"]["size"], arrays["firm"]["kind"] = world.site["size"], world.kind_of
    return Spread(**arrays, unit=arrays["bits"].view(np.float64))
