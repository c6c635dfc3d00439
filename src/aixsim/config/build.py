"""Builds what a study describes: the problem of each replicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aixsim.config.ensembles import ensemble_path, read_ensemble
from aixsim.config.models import NetworkTable, PopulationTable
from aixsim.config.study import Study
from aixsim.model.calendar import Horizon
from aixsim.model.ensemble import Ensemble
from aixsim.model.problem import Problem
from aixsim.model.registry import Registry
from aixsim.world.cache import korea_population, supply_network
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.population_file import read_network, read_population


@dataclass(frozen=True)
class Problems:
    """Gives every replicate its problem; picklable, so that workers can be given it.

    Attributes:
        population, network: what is to be built.
        folder: where paths in the config start.
        horizon, settings, seed, registry: as in ``model.problem.Problem``.
        shared: the problem that all replicates share; None when the population varies.
        ensemble: rows of values for some of the uncertain numbers.
    """

    population: PopulationTable
    network: NetworkTable
    folder: Path
    horizon: Horizon
    settings: Mapping[str, Any]
    seed: int
    registry: Registry
    shared: Problem | None = None
    ensemble: Ensemble | None = None

    def __call__(self, replicate: int) -> Problem:
        """Returns the problem of a replicate."""
        return self.shared or self.build(replicate)

    def build(self, replicate: int) -> Problem:
        """Builds population and network with the population's own seed; a varying one takes ``seed + replicate``."""
        seed = (self.population.seed + replicate) % 2**64
        population = _population(self.population, self.folder, seed)
        return Problem(
            horizon=self.horizon,
            population=population,
            network=_network(self.network, self.folder, population, self.population.scale, seed),
            settings=self.settings,
            scale=self.population.scale,
            seed=self.seed,
            registry=self.registry,
            ensemble=self.ensemble,
        )


def problems(study: Study) -> Problems:
    """Builds the problem that replicates share, or lets each build its own when the config says ``vary = true``.

    Raises:
        ValueError: the study has no seed yet.
    """
    if study.monte_carlo.seed is None:
        raise ValueError("the seed must be settled before anything is built")
    each = Problems(
        study.population,
        study.network,
        study.folder,
        study.horizon,
        study.settings,
        study.monte_carlo.seed,
        study.registry,
        ensemble=ensemble_of(study),
    )
    return each if study.population.vary else replace(each, shared=each.build(0))


def ensemble_of(study: Study) -> Ensemble | None:
    """Returns the rows of weighed values that a study names; None when it names none."""
    return None if study.ensemble is None else read_ensemble(ensemble_path(study.folder, study.ensemble))


def _population(table: PopulationTable, folder: Path, seed: int) -> Population:
    if table.firms is not None:
        return Population.homogeneous(table.firms, seed)
    if table.file is not None:
        return read_population(folder / table.file, seed)
    return korea_population(table.scale, seed)


def _network(table: NetworkTable, folder: Path, population: Population, scale: float, seed: int) -> Network:
    n = len(population)
    if table.file is not None:
        return read_network(folder / table.file, n)
    match table.kind:
        case "none":
            return Network.none(n)
        case "complete":
            return Network.complete(n)
        case "star":
            return Network.star(n)
        case "ring":
            return Network.ring(n)
        case _:
            return supply_network(population, scale, seed, table.links_per_firm)
