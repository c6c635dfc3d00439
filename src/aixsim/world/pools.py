"""Draws of customers out of pools: one's own sector and province, sector, province, or everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.world.classification import PROVINCES, SECTORS
from aixsim.world.population import Population

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Pools:
    """Firms that can be customers, by pool; a draw takes one with chances in proportion to its pull.

    Args:
        population: of all firms.
        members: firms that can be drawn, ascending, shape ``(m,)``.
        pull: positive, shape ``(m,)``.
        shares: of draws that look into the pool of (sector and province, sector, province); all others look everywhere.
    """

    def __init__(self, population: Population, members: Ints, pull: Floats, shares: tuple[float, float, float]) -> None:
        sector, province = population.sector.astype(np.int64), population.province.astype(np.int64)
        self._edges = np.cumsum(shares)
        keys = (sector * len(PROVINCES) + province, sector, province, np.zeros(len(population), np.int64))
        sizes = (len(SECTORS) * len(PROVINCES), len(SECTORS), len(PROVINCES), 1)
        self._pools = [_Pool(key, size, members, pull) for key, size in zip(keys, sizes, strict=True)]

    def draw(self, firms: Ints, width: Floats, u: Floats) -> Ints:
        """Draws a customer for each firm; -1 when there is no member at all.

        Args:
            firms: shape ``(k,)``.
            width: uniform numbers that choose the pool; one that is empty gives way to the next wider one.
            u: uniform numbers that choose in it.
        """
        wants = np.searchsorted(self._edges, width, side="right")
        customer = np.full(len(firms), -1, np.int64)
        for place, pool in enumerate(self._pools):
            still = np.flatnonzero((customer < 0) & (wants <= place))
            customer[still] = pool.draw(firms[still], u[still])
        return customer


class _Pool:
    """Pools of one width: members in the order of their pool, and the sum of pull up to each."""

    def __init__(self, key: Ints, n_pools: int, members: Ints, pull: Floats) -> None:
        self._key = key
        order = np.argsort(key[members], kind="stable")
        self._members = members[order]
        self._sum = np.concatenate([[0.0], np.cumsum(pull[order])])
        self._borders = np.searchsorted(key[members][order], np.arange(n_pools + 1))

    def draw(self, firms: Ints, u: Floats) -> Ints:
        first, end = self._borders[self._key[firms]], self._borders[self._key[firms] + 1]
        low, high = self._sum[first], self._sum[end]
        place = np.searchsorted(self._sum, low + u * (high - low), "right") - 1
        found = end > first
        out = np.full(len(firms), -1, np.int64)
        # Rounding may lead one place beside the pool.
        out[found] = self._members[np.clip(place, first, end - 1)[found]]
        return out


def by_employees(population: Population, firms: Ints, exponent: float) -> Floats:
    """Returns the pull of firms, or of the companies of large sites: a power of employees, split among sites by employees.

    Args:
        population: of all firms.
        firms: shape ``(m,)``.
        exponent: 1 is in proportion to employees.
    """
    employees = population.employees[firms].astype(np.float64)
    company = np.bincount(population.company[firms], weights=employees, minlength=len(population))[population.company[firms]]
    pull: Floats = company**exponent * employees / company
    return pull
