"""What a contagion is kept in: the ties of a world, made once, and buffers that every replicate of a thread uses again.

Memory is what costs time here: a firm whose partners adopt is looked at in the order in which they do, so what is read then is 16 bytes.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.engines.kernel.layout import N_SIZES, Array, world_of
from aixsim.engines.kernel.state import EVENT, NO_MONTH, side_by_side
from aixsim.model.problem import Milieus, Problem
from aixsim.model.scenario import Scenario
from aixsim.world.classification import TIERS

BLOCK = 16
"""Firms that share an alarm."""

AT_ONCE = 16
"""Ties that are copied at a time."""

FIRM = np.dtype([("left", np.int64), ("place", np.int32), ("size", np.int8), ("kind", np.int8), ("stage", np.int8)], align=True)
"""A firm decides in the first month by whose end its rate, at ``place`` of ``Spread.rates``, times the economic time since the start
reaches ``left``: its threshold, corrected for the time in which its rate was another one. ``kind`` as in ``World.kind_of``."""

RATE = np.dtype([("rate", np.int64), ("inverse", np.float64)], align=True)
"""Rates of milieu and ties together, and one over them, a little too small."""

ROW = np.dtype([("first", np.int64), ("total", np.int64), ("tier", np.int64)], align=True)
"""Firms with the same ``total`` weight of ties and the same tier have the same rates: from ``first`` on, one for every weight that they may
see."""

CLOCK = np.dtype([("time", np.int64, (N_SIZES,)), ("inverse", np.float64, (N_SIZES,))], align=True)
"""By size class: economic time that has passed by the start of a month, and one over the most that a month from this one on lets pass, a
little too small."""


class Ties(NamedTuple):
    """What stays the same while tie weights do. Shapes: n firms, m directed ties that have a weight, R rows."""

    border: Array
    """int32 (n, 4), borders in ``watcher`` of who sees a firm as a customer, as a supplier, as a sibling."""
    watcher: Array
    """int32 (m + AT_ONCE,), as in ``layout.World``, without those who give the tie no weight."""
    unit: int
    """Greatest common divisor of the weights: what is seen changes in its multiples."""
    step: Array
    """int64 (3,), tie weights in units of it."""
    row: Array
    """ROW (R,)."""
    first_rate: Array
    """int32 (n,), place of each firm's rate when it sees nobody."""
    n_rates: int
    """Of all rows, and the one of those who have adopted."""


class Spread(NamedTuple):
    """Shapes: n firms, m directed ties, T months."""

    clock: Array
    """CLOCK (T + 1,)."""
    firm: Array
    """FIRM (n,)."""
    rates: Array
    """RATE (n_rates,): of those who have adopted, then of the rows."""
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
    frailty: Array
    """float64 (n,), of the scenario."""
    told: Array
    """int32 (m + AT_ONCE,), who sees somebody adopt this month, once a tie."""
    fetched: Array
    """float64 (1,), read by nobody."""
    event: Array
    """EVENT (3 n,), as nobody decides twice."""


_buffers = threading.local()


def ties_of(problem: Problem, scenario: Scenario) -> Ties | None:
    """Returns the ties of a problem as a scenario weighs them; None when there were too many rates to reckon them all."""
    world, weights = world_of(problem), scenario.tie_weights
    site, n = world.site, len(world.site)
    total = site["customers"] * weights[0] + site["suppliers"] * weights[1] + site["siblings"] * weights[2]
    unit = max(math.gcd(*weights.tolist()), 1)
    key, row_of = np.unique(total * TIERS + site["tier"], return_inverse=True)
    row = np.zeros(len(key), ROW)
    row["total"], row["tier"] = key // TIERS, key % TIERS
    ends = 1 + np.cumsum(row["total"] // unit + 1)
    if ends[-1] > 2 * (n + len(world.watcher)):
        return None
    row["first"][0], row["first"][1:] = 1, ends[:-1]
    counted = np.stack([site["suppliers"], site["customers"], site["siblings"]], axis=1)
    has_weight = np.repeat(np.tile(weights > 0, n), counted.ravel())
    counted *= weights > 0
    n_ties = int(has_weight.sum())
    arrays = side_by_side(border=(np.int32, n, 4), watcher=(np.int32, n_ties + AT_ONCE), first_rate=(np.int32, n))
    arrays["border"][:, 1:] = counted.ravel().cumsum().reshape(n, 3)
    arrays["border"][1:, 0] = arrays["border"][:-1, 3]
    arrays["watcher"][:n_ties], arrays["first_rate"][:] = world.watcher[has_weight], row["first"][row_of]
    return Ties(**arrays, unit=unit, step=weights // unit, row=row, n_rates=int(ends[-1]))


def fresh_spread(problem: Problem, scenario: Scenario) -> tuple[Ties, Spread] | None:
    """Returns ties and buffers that belong to this thread and problem; None when there are no such ties, as in ``ties_of``."""
    if not hasattr(_buffers, "kept"):
        _buffers.kept = WeakKeyDictionary[Milieus, _Kept]()
    key = (problem.horizon.n_months, *scenario.tie_weights.tolist())
    kept = _buffers.kept.get(problem.milieus)
    if kept is None or kept.key != key:
        ties = ties_of(problem, scenario)
        kept = _buffers.kept[problem.milieus] = _Kept(key, None if ties is None else (ties, _allocate(problem, ties)))
    # Copied, because it is read at random: where pages are small that costs as much again.
    if kept.buffers is not None and kept.frailty is not scenario.frailty:
        kept.buffers[1].frailty[:] = kept.frailty = scenario.frailty
    return kept.buffers


@dataclass
class _Kept:
    """Buffers, what they are for, and whose frailty is in them."""

    key: tuple[int, ...]
    buffers: tuple[Ties, Spread] | None
    frailty: Array = None


def _allocate(problem: Problem, ties: Ties) -> Spread:
    n, world = len(problem.population), world_of(problem)
    n_blocks = -(-n // BLOCK)
    arrays = side_by_side(
        clock=(CLOCK, problem.horizon.n_months + 1),
        firm=(FIRM, n),
        rates=(RATE, ties.n_rates),
        wake=(np.int16, n_blocks * BLOCK),
        alarm=(np.int16, n_blocks),
        bits=(np.uint64, n + n % 2),
        found=(np.int32, n + BLOCK),
        frailty=(np.float64, n),
        told=(np.int32, len(ties.watcher)),
        fetched=(np.float64, 1),
        event=(EVENT, 3 * n),
    )
    arrays["wake"][n:] = NO_MONTH
    arrays["firm"]["size"], arrays["firm"]["kind"] = world.site["size"], world.kind_of
    return Spread(**arrays, unit=arrays["bits"].view(np.float64))
