"""A study made ready to run: population, network, milieus and settings, the same for every replicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.ensemble import Ensemble
from aixsim.model.uncertainties import addresses_of, numbers_of, uncertainties_of
from aixsim.random.distributions import Distribution
from aixsim.world.arrays import ReadOnly, frozen
from aixsim.world.classification import SECTORS, SIZES
from aixsim.world.network import Network
from aixsim.world.population import Population

if TYPE_CHECKING:
    from aixsim.model.registry import Registry


@dataclass(frozen=True, eq=False)
class Milieus(ReadOnly):
    """Groups of firms that sense the same: province, sector, size class and park.

    Attributes:
        of_firm: int32 ``(n,)``, milieu of each firm.
        province, sector, size, park: shape ``(G,)``, what the firms of a milieu share.
        cell: int32 ``(G,)``, province and sector together: the circle of peers.
        cell_of_firm: int32 ``(n,)``; cell_firms: int64 ``(n_cells,)``, firms in each.
    """

    of_firm: NDArray[np.int32]
    province: NDArray[np.int64]
    sector: NDArray[np.int64]
    size: NDArray[np.int64]
    park: NDArray[np.int64]
    cell: NDArray[np.int32]
    cell_of_firm: NDArray[np.int32]
    cell_firms: NDArray[np.int64]

    @classmethod
    def of(cls, population: Population) -> Milieus:
        """Groups a population."""
        n_sectors, n_sizes, n_parks = len(SECTORS), len(SIZES), len(population.parks) + 1
        cell_key = population.province.astype(np.int64) * n_sectors + population.sector
        key = (cell_key * n_sizes + population.size) * n_parks + population.park + 1
        keys, of_firm = np.unique(key, return_inverse=True)
        cells, cell_of_firm = np.unique(cell_key, return_inverse=True)
        milieu_cell = keys // n_parks // n_sizes
        return cls(
            of_firm=of_firm.astype(np.int32),
            province=milieu_cell // n_sectors,
            sector=milieu_cell % n_sectors,
            size=keys // n_parks % n_sizes,
            park=keys % n_parks - 1,
            cell=np.searchsorted(cells, milieu_cell).astype(np.int32),
            cell_of_firm=cell_of_firm.astype(np.int32),
            cell_firms=np.bincount(cell_of_firm).astype(np.int64),
        )


@dataclass(frozen=True)
class Problem:
    """What stays the same in every replicate.

    Attributes:
        horizon: simulated months.
        population, network: who there is and who is tied to whom.
        settings: resolved config tables, nested and read-only, a ``Distribution`` at every leaf that is uncertain.
        scale: share of the national population.
        seed: Monte Carlo seed, 0 to 2**64 - 1.
        registry: the mechanisms and levers that the settings may name.
        ensemble: rows of values for some of the uncertain numbers; the others are drawn from their distributions.
    """

    horizon: Horizon
    population: Population
    network: Network
    settings: Mapping[str, Any]
    scale: float
    seed: int
    registry: Registry
    ensemble: Ensemble | None = None

    def __post_init__(self) -> None:
        """Makes the settings read-only: levers get the problem, and replicates share it."""
        object.__setattr__(self, "settings", frozen(self.settings))

    @cached_property
    def milieus(self) -> Milieus:
        """Groups of firms that sense the same."""
        return Milieus.of(self.population)

    def varied(
        self, horizon: Horizon, settings: Mapping[str, Any], seed: int, registry: Registry, ensemble: Ensemble | None = None
    ) -> Problem:
        """Returns a problem of the same firms and ties, with other settings; what is derived from the firms is shared, not made again."""
        other = replace(self, horizon=horizon, settings=settings, seed=seed, registry=registry, ensemble=ensemble)
        other.__dict__["milieus"] = self.milieus
        return other

    @cached_property
    def uncertainties(self) -> Mapping[str, Distribution]:
        """Every distribution of the settings by config key, such as ``mechanisms.peers.rate``."""
        return frozen(uncertainties_of(self.settings))

    @cached_property
    def addresses(self) -> Mapping[str, str]:
        """By what some of them are addressed, as from ``addresses_of``."""
        return frozen(addresses_of(self.settings))

    @cached_property
    def programmes(self) -> Mapping[str, int]:
        """The number by which each programme is addressed, as from ``numbers_of``."""
        return frozen(numbers_of(self.settings["programme"]))
