"""An addressed lottery: which firms a programme reaches, and when."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.random.draws import Purpose, uniforms


def months_reached(
    eligible: NDArray[np.intp], yearly: NDArray[np.float64], horizon: Horizon, window: tuple[int, int], address: tuple[int, int, Purpose]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Returns the firms that are reached and the month of each, in that order.

    Every firm has one lot for the whole horizon and is reached once at most, a twelfth of a year's number in every month. The window
    leaves out months and moves none: who is reached in a month depends neither on the start nor on the stop.

    Args:
        eligible: firms that can be reached, in order.
        yearly: firms to reach in a calendar year, shape ``(n_years,)``; whole firms as soon as they add up.
        horizon: simulated months.
        window: first month, and first month no longer.
        address: seed, replicate and purpose of the lots.
    """
    seed, replicate, purpose = address
    until = np.floor(np.cumsum(yearly[horizon.month_years]) / 12.0 + 1e-9).astype(np.int64)
    until = np.minimum(until, len(eligible))
    month = np.repeat(np.arange(horizon.n_months), np.diff(until, prepend=0))
    if len(month) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int64)
    lot = uniforms(seed, replicate, purpose, int(eligible[-1]) + 1)[eligible]
    first = lowest(lot, len(month))
    firm = eligible[first].astype(np.int32)
    inside = (window[0] <= month) & (month < window[1])
    return firm[inside], month[inside]


def lowest(lot: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """Returns the positions of the k lowest lots, the lowest first.

    Args:
        lot: in (0, 1), shape ``(n,)``; k is at most n.
        k: how many.
    """
    # Lots are uniform, so six standard deviations above the expected number nearly always suffice; only those need an order.
    few = np.flatnonzero(lot < (k + 6.0 * math.sqrt(k)) / len(lot))
    if len(few) < k:
        few = np.arange(len(lot))
    return few[np.argsort(lot[few])[:k]]
