"""The model as a Mesa model: firms and parks as agents, one step per month."""

from __future__ import annotations

import secrets
from functools import partial
from os import PathLike
from typing import Any

from mesa import DataCollector

from aixsim.arguments import whole_number
from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.study import Study
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.tabulation import outcome_counts

MOST_REPLICATES = 2**32 - 1
"""Number of replicates per seed."""


class Model(DiffusionModel):
    """One replicate of a study as a Mesa model, stepped month by month.

    Slow, since every firm is an agent: use a small population, and ``aixsim.run`` for Monte Carlo. The same seed and replicate give the
    same events as ``run``. Works with ``mesa.batch_run``: every argument may be a list.

    Args:
        study: as from ``aixsim.load``, or the name or path of a config.
        replicate: number of the replicate, 0 or more.
        seed: Monte Carlo seed, instead of the study's; a study without one gets a random seed.
        settings: settings by config key, so that ``mesa.batch_run`` can vary them; otherwise use ``Study.with_``.

    Attributes:
        agents: all agents; by kind in ``agents_by_type`` (``LargeFirm``, ``Supplier``, ``SME``, ``AXPark``).
        running: whether months are left.
        steps: number of simulated months.
        month: index of the last simulated month; -1 before the first.
        problem: data that all replicates share: horizon, population, network, settings, seed.
        case: values drawn for this replicate.
        datacollector: counts of all outcomes at the end of every month.

    Raises:
        ConfigError: the config or a setting is invalid.
        ArgumentError: an argument is invalid.
    """

    def __init__(self, study: Study | str | PathLike[str], replicate: int = 0, *, seed: int | None = None, **settings: Any) -> None:
        """Builds population and network and draws uncertain parameters; no month is simulated yet."""
        if not isinstance(study, Study):
            study = load(study)
        if settings:
            study = study.with_(settings)
        if seed is not None or study.monte_carlo.seed is None:
            study = study.with_seed(secrets.randbelow(2**63) if seed is None else whole_number(seed, "seed", least=0, most=2**64 - 1))
        replicate = whole_number(replicate, "replicate", least=0, most=MOST_REPLICATES - 1)
        problem = problems(study)(replicate)
        super().__init__(problem, draw_scenario(problem, replicate))
        self.study = study
        self.datacollector = DataCollector(model_reporters={name: partial(_count, outcome=name) for name in OUTCOMES})

    @property
    def date(self) -> str | None:
        """The last month that was simulated, ``YYYY-MM``; None before the first."""
        return f"{self.problem.horizon.date(self.month):%Y-%m}" if self.month >= 0 else None

    def counts(self) -> dict[str, int]:
        """Returns the current count of every outcome, in simulated firms."""
        horizon, population = self.problem.horizon, self.problem.population
        table = outcome_counts(self.history(), self.case.counts, horizon.n_months, population)
        return dict(zip(OUTCOMES, table[:, max(self.month, 0)].tolist(), strict=True))

    def step(self) -> None:
        """Simulates one month.

        Raises:
            HorizonError: no month is left, so ``running`` is false.
        """
        super().step()
        self._counted = self.counts()
        self.datacollector.collect(self)


def _count(model: Model, outcome: str) -> int:
    return model._counted[outcome]
