"""Builds the problem of each replicate of a study."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aixsim.config.ensembles import ensemble_path, read_ensemble
from aixsim.config.models import NetworkTable, PopulationTable
from aixsim.config.shipped import find_file
from aixsim.config.study import Study
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.ensemble import Ensemble
from aixsim.model.plugins import PluginError
from aixsim.model.problem import Problem
from aixsim.model.registry import Registry
from aixsim.model.windows import differing
from aixsim.world.cache import korea_population, supply_network
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.population_file import read_network, read_population


@dataclass(frozen=True, eq=False)
class Problems:
    """Returns the problem of each replicate. It is small and picklable, so that it can be sent to workers.

    Each process builds firms and ties once.

    Attributes:
        population, network: tables of the config.
        folder: to which paths in the config are relative.
        horizon, settings, seed, registry: as in ``model.problem.Problem``.
        ensemble: rows of values for some of the uncertain parameters.
        files: hashes of the user's files; they change when the files change.
    """

    population: PopulationTable
    network: NetworkTable
    folder: Path
    horizon: Horizon
    settings: Mapping[str, Any]
    seed: int
    registry: Registry
    ensemble: Ensemble | None = None
    files: tuple[str, ...] = ()

    def __call__(self, replicate: int) -> Problem:
        """Returns the problem of a replicate."""
        # Shared firms are those of the first replicate, whichever replicate a process runs first.
        built = replicate if self.population.vary else 0
        key = (self.population, self.network, self.folder, self.files, self.horizon, built)
        last = _last.get(self)
        if last is None or last[0] != key:
            if key not in _worlds:
                _worlds[key] = self.build(built)
                if len(_worlds) > _KEPT_WORLDS:
                    _worlds.popitem(last=False)
            _worlds.move_to_end(key)
            last = key, _worlds[key].varied(self.horizon, self.settings, self.seed, self.registry, self.ensemble)
            _last[self] = last
        return last[1]

    def refuse_memory(self, replicate: int, given: Mapping[str, float] | None = None) -> None:
        """Draws a replicate as the lever of a plugin left things, and again with its code executed anew.

        Args:
            replicate: one that has been drawn.
            given: as in ``draw_scenario``.

        Raises:
            PluginError: they differ, so that results would depend on how replicates are shared out among processes.
        """
        levers = [(plugin, key) for plugin in self.registry.used(self.settings) for key in plugin.keys if key.startswith("levers.")]
        if not levers:
            return
        problem = self(replicate)
        afresh = draw_scenario(replace(problem, registry=self.registry.afresh()), replicate, given)
        if changed := differing(draw_scenario(problem, replicate, given), afresh):
            found = (
                f"{', '.join(key for _, key in levers)}: {', '.join(changed)} of replicate {replicate} are not the same when drawn again"
            )
            remedy = "let apply depend on scenario, p and problem alone, and draw random numbers with aixsim.random.draws"
            raise PluginError(levers[0][0].path, found, remedy)

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


_KEPT_WORLDS = 4
"""Populations with their ties, cached in each process; problems that differ only in settings share one."""
_worlds: OrderedDict[Any, Problem] = OrderedDict()
_last: WeakKeyDictionary[Problems, tuple[Any, Problem]] = WeakKeyDictionary()
"""The last problem, cached, so that values derived from settings are computed once."""


def problems(study: Study) -> Problems:
    """Returns the ``Problems`` of a study; nothing is built yet.

    Raises:
        ValueError: the study has no seed yet.
    """
    if study.monte_carlo.seed is None:
        raise ValueError("the study needs a seed before its problems are built")
    return Problems(
        study.population,
        study.network,
        study.folder.resolve(),
        study.horizon,
        study.settings,
        study.monte_carlo.seed,
        study.registry,
        ensemble=ensemble_of(study),
        files=tuple(study.inputs.values()),
    )


def ensemble_of(study: Study) -> Ensemble | None:
    """Returns the ensemble that a study names; None if it names none."""
    return None if study.ensemble is None else read_ensemble(ensemble_path(study.folder, study.ensemble))


def _population(table: PopulationTable, folder: Path, seed: int) -> Population:
    if table.firms is not None:
        return Population.homogeneous(table.firms, seed)
    if table.file is not None:
        return read_population(find_file(folder, table.file), seed)
    return korea_population(table.scale, seed)


def _network(table: NetworkTable, folder: Path, population: Population, scale: float, seed: int) -> Network:
    n = len(population)
    if table.file is not None:
        return read_network(find_file(folder, table.file), n)
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
