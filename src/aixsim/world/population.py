"""The population: one firm per factory site, as read-only arrays for both engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import BUILD, Purpose, uniforms
from aixsim.world.arrays import ReadOnly, cached_array, read_only
from aixsim.world.classification import LARGE, POLE_INDEX, SIZES


@dataclass(frozen=True, slots=True)
class Park:
    """An industrial park that may become an AX demonstration park.

    Attributes:
        name: name in the packaged table ``industrial_parks.csv``.
        province: index into ``PROVINCES``.
        sectors: indices into ``SECTORS`` of its specialisation; empty when unknown.
        n_tenants: number of firms of this population in the park.
    """

    name: str
    province: int
    sectors: tuple[int, ...]
    n_tenants: int


@dataclass(frozen=True, eq=False)
class Population(ReadOnly):
    """Factory sites; row ``i`` is the site with identity ``i``. All arrays have shape ``(n,)``.

    Attributes:
        province: int8, index into ``PROVINCES``.
        sector: int8, index into ``SECTORS``.
        size: int8, index into ``SIZES``.
        employees: int32.
        agent_type: int8, index into ``AGENT_TYPES``; a supplier is a firm of tier 1.
        tier: int8, steps to the nearest large firm along customers: 0 large, 1 sells to one, 2, 3 and more, 4 outside subcontracting.
        park: int16, index into ``parks``, -1 for none.
        company: int32, the ``firm_id`` that the sites of one large firm share; otherwise unique.
        ready: bool, whether the firm has a smart factory (readiness).
        frailty: float64, uniform in (0, 1): the firm's rank in unobserved heterogeneity.
        parks: every park of the packaged table, with or without tenants.
        weight: number of national firms per row (1 / scale).
    """

    province: NDArray[np.int8]
    sector: NDArray[np.int8]
    size: NDArray[np.int8]
    employees: NDArray[np.int32]
    agent_type: NDArray[np.int8]
    tier: NDArray[np.int8]
    park: NDArray[np.int16]
    company: NDArray[np.int32]
    ready: NDArray[np.bool_]
    frailty: NDArray[np.float64]
    parks: tuple[Park, ...]
    weight: float

    def __len__(self) -> int:
        return len(self.province)

    @classmethod
    def homogeneous(cls, n_firms: int, seed: int) -> Self:
        """Returns ``n_firms`` identical firms: small SMEs of one sector in one province, for textbook cases."""
        return cls(
            province=np.full(n_firms, 2, np.int8),
            sector=np.full(n_firms, 18, np.int8),
            size=np.full(n_firms, SIZES.index("small"), np.int8),
            employees=np.full(n_firms, 20, np.int32),
            agent_type=np.full(n_firms, 2, np.int8),
            tier=np.full(n_firms, 4, np.int8),
            park=np.full(n_firms, -1, np.int16),
            company=np.arange(n_firms, dtype=np.int32),
            ready=np.zeros(n_firms, np.bool_),
            frailty=uniforms(seed, BUILD, Purpose.FRAILTY, n_firms),
            parks=(),
            weight=1.0,
        )

    @cached_array
    def firms_of_size(self) -> NDArray[np.int64]:
        """Number of sites by size class, shape ``(5,)``."""
        return np.bincount(self.size, minlength=len(SIZES))

    @cached_array
    def mean_employees(self) -> NDArray[np.float64]:
        """Mean employees of a site by size class, shape ``(5,)``; 0 if there is none."""
        return np.bincount(self.size, weights=self.employees, minlength=len(SIZES)) / np.maximum(self.firms_of_size, 1)

    @cached_array
    def ready_share(self) -> NDArray[np.float64]:
        """Share of sites with a smart factory by size class, shape ``(5,)``; 0 if there is none."""
        return np.bincount(self.size, weights=self.ready, minlength=len(SIZES)) / np.maximum(self.firms_of_size, 1)

    @cached_array
    def size_and_readiness(self) -> NDArray[np.intp]:
        """2 * size class + readiness, shape ``(n,)``."""
        return 2 * self.size.astype(np.intp) + self.ready

    @cached_array
    def frailty_score(self) -> NDArray[np.float64]:
        """Standard normal deviate at the site's rank of frailty, shape ``(n,)``."""
        # scipy.special loads much faster than scipy.stats.
        from scipy.special import ndtri

        return np.asarray(ndtri(self.frailty), dtype=np.float64)

    @cached_array
    def largest_first(self) -> NDArray[np.intp]:
        """Sites by employees, the largest first and equal ones in order, shape ``(n,)``."""
        return np.argsort(-self.employees.astype(np.int64), kind="stable")

    @cached_array
    def place_by_size(self) -> NDArray[np.intp]:
        """Rank of each site in ``largest_first``, shape ``(n,)``."""
        place = np.empty(len(self), np.intp)
        place[self.largest_first] = np.arange(len(self))
        return place

    def of_sizes(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Returns the sites of some size classes, in order, read-only; cached, because levers need them in every replicate."""
        chosen = tuple(name in names for name in SIZES)
        if chosen not in self._sites:
            self._sites[chosen] = read_only(np.flatnonzero(np.array(chosen)[self.size]))
        return self._sites[chosen]

    @cached_property
    def _sites(self) -> dict[tuple[bool, ...], NDArray[np.intp]]:
        return {}

    def is_large(self) -> NDArray[np.bool_]:
        """Returns whether sites belong to large firms, shape ``(n,)``."""
        return self.size == LARGE


def firm_levels(population: Population) -> dict[str, NDArray[np.int64]]:
    """Returns the level of every firm in every group but ``route``, each shape ``(n,)``."""
    return {
        "agent_type": population.agent_type.astype(np.int64),
        "pole": np.array(POLE_INDEX)[population.province],
        "province": population.province.astype(np.int64),
        "size": population.size.astype(np.int64),
        "sector": population.sector.astype(np.int64),
    }
