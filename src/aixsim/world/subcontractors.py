"""Who is a subcontractor, and how many large companies it sells to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import assumption, value
from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.classification import LARGE, SIZES, TIERS

OUTSIDE = TIERS - 1
"""Tier of firms outside subcontracting."""
_MOST = 1000
"""No number of large customers comes near; it ends a sum that rounding keeps below the largest quantiles."""


def published(target: str) -> float:
    """Returns a value of ``network_targets.csv``."""
    return value("network_targets.csv", "value", name=target)


def surveyed(size: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Returns which firms the surveys of subcontracting cover: those below large with ten or more employees."""
    return (size != LARGE) & (size != SIZES.index("micro"))


def first_tiers(size: NDArray[np.int8], employees: NDArray[np.int32], seed: int) -> NDArray[np.int8]:
    """Draws subcontractors by lot; those with large customers have tier 1, the others 2 until their links are known.

    Returns:
        int8, shape ``(n,)``: 0 large, 1, 2, and 4 outside subcontracting.
    """
    others = np.flatnonzero(size != LARGE)
    lot = uniforms(seed, BUILD, Purpose.SUBCONTRACTOR, len(size))[others]
    number = round(published("SME manufacturers that are subcontractors") / 100 * len(others))
    subcontractor = np.zeros(len(size), np.bool_)
    subcontractor[others[np.argsort(lot, kind="stable")[:number]]] = True
    sells_to_large = n_large_customers(size, employees, subcontractor, seed) > 0
    return np.where(size == LARGE, 0, np.where(subcontractor, np.where(sells_to_large, 1, 2), OUTSIDE)).astype(np.int8)


def n_large_customers(
    size: NDArray[np.int8], employees: NDArray[np.int32], subcontractor: NDArray[np.bool_], seed: int
) -> NDArray[np.int64]:
    """Draws the number of large customers: Poisson, its mean rising with employees; micro firms have none (assumed).

    Returns:
        shape ``(n,)``; the mean over subcontractors with ten or more employees is the published one.
    """
    firms = np.flatnonzero(subcontractor & surveyed(size))
    weight = employees[firms] ** assumption("large_customers_size_exponent")
    mean = np.minimum(
        published("large customers of a subcontractor") * weight / max(weight.mean(), 1e-300) if len(firms) else weight, _MOST
    )
    u = uniforms(seed, BUILD, Purpose.LARGE_CUSTOMERS, len(size))[firms]
    out = np.zeros(len(size), np.int64)
    out[firms] = poisson(u, mean)
    return out


def poisson(u: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the Poisson numbers at the quantiles ``u`` in (0, 1), by summing chances; shape of ``u``."""
    number = np.zeros(len(u), np.int64)
    chance = np.exp(-mean)
    total = chance.copy()
    open_ = np.flatnonzero(u > total)
    while len(open_) and number.max() < _MOST:
        number[open_] += 1
        chance[open_] *= mean[open_] / number[open_]
        total[open_] += chance[open_]
        open_ = open_[u[open_] > total[open_]]
    return number
