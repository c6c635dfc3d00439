"""Runs particles: values of the uncertain parameters with the random numbers of a replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from aixsim.config.build import Problems
from aixsim.engines import engine, prepare
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.runs.executor import Executor, InProcess, Task, run_all
from aixsim.runs.processes import LocalProcesses
from aixsim.runs.signals import Request
from aixsim.world.classification import SIZES

Floats = NDArray[np.float64]
_CHUNK = 16


@dataclass(frozen=True, eq=False)
class Seen:
    """Simulated observations in national numbers; the first axis is the particle.

    Attributes:
        counts: cumulative or stock counts by outcome and observed month, shape ``(n, n_outcomes, n_months)``.
        applicants: applications by funding line and calendar year, shape ``(n, n_lines, n_years)``.
        granted: KRW m granted by funding line and calendar year, the same shape.
        funded: number of grants, the same shape.
        by_size: share of a class's firms that have ever launched, by observed month, shape ``(n, 5, n_months)``.
        by_park: the same share of a park's tenants, shape ``(n, n_parks, n_months)``; 0 for a park without tenants.
    """

    counts: Floats
    applicants: Floats
    granted: Floats
    funded: Floats
    by_size: Floats
    by_park: Floats

    @classmethod
    def stack(cls, parts: Sequence[Seen]) -> Seen:
        """Returns the particles of all parts."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def look(problem: Problem, replicate: int, given: dict[str, float], months: Sequence[int], run: Any) -> Seen:
    """Runs one particle and returns its observations at the end of the given months."""
    from aixsim.engines.kernel.tabulate import tables

    scenario = draw_scenario(problem, replicate, given)
    history = run(problem, scenario)
    counts = tables(history, scenario.counts, problem.horizon.n_months, problem.population)[0]
    first = np.full(len(problem.population), problem.horizon.n_months, np.int64)
    launched = history.event == int(Event.LAUNCHED)
    np.minimum.at(first, history.firm[launched], history.month[launched])
    population, n_parks = problem.population, len(problem.population.parks)
    size, park = population.size, population.park
    tenants = np.bincount(park[park >= 0], minlength=n_parks)
    by_size = np.empty((len(SIZES), len(months)))
    by_park = np.empty((n_parks, len(months)))
    for position, month in enumerate(months):
        has = first <= month
        by_size[:, position] = np.bincount(size[has], minlength=len(SIZES)) / np.maximum(population.firms_of_size, 1)
        by_park[:, position] = np.bincount(park[has & (park >= 0)], minlength=n_parks) / np.maximum(tenants, 1)
    return Seen(
        counts=counts[None, :, list(months)] / problem.scale,
        applicants=history.applicants[None] / problem.scale,
        granted=history.spent[None] / 1e6 / problem.scale,
        funded=history.funded[None] / problem.scale,
        by_size=by_size[None],
        by_park=by_park[None],
    )


def look_at_some(problems: Problems, replicates: Sequence[int], given: Sequence[dict[str, float]], months: Sequence[int]) -> Seen:
    """Runs some particles, in a worker; arguments as in ``look``, one per particle."""
    run = engine("kernel")
    seen = Seen.stack([look(problems(r), r, values, months, run) for r, values in zip(replicates, given, strict=True)])
    problems.refuse_memory(replicates[-1], given[-1])
    return seen


class Simulator:
    """Runs particles of one study; a context manager, because it owns processes.

    A failed particle ends the calculation: a missing weight would have the same effect as a weight of 0.
    """

    def __init__(self, problems: Problems, months: Sequence[int], workers: int, request: Request | None = None) -> None:
        """Defines what is run and observed; nothing starts yet.

        Args:
            problems: as from ``config.build.problems``.
            months: positions of the observed months.
            workers: number of processes; 1 runs in this process. Results do not depend on it.
            request: stop request of the user.
        """
        self.problems, self.months, self.workers, self._request = problems, tuple(months), workers, request
        self._executor: Executor = InProcess()

    def __enter__(self) -> Self:
        problem = self.problems(0)
        prepare("kernel", problem, draw_scenario(problem, 0))
        if self.workers > 1:
            self._executor = LocalProcesses(self.workers)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends the processes at once, including running particles."""
        self._executor.close()

    def of(self, problems: Problems) -> Simulator:
        """Returns a simulator for other problems, with the same processes."""
        other = Simulator(problems, self.months, self.workers, self._request)
        other._executor = self._executor
        return other

    def __call__(self, keys: Sequence[str], values: Floats, replicates: NDArray[np.int64], what: str = "particles") -> Seen:
        """Runs particles.

        Args:
            keys: config keys of ``values``; other uncertain parameters are drawn as in a run.
            values: shape ``(n, n_keys)``.
            replicates: whose random numbers each has, shape ``(n,)``.
            what: for the progress bar.

        Raises:
            Interrupted: the user stopped the program.
        """
        given = [dict(zip(keys, row, strict=True)) for row in values.tolist()]
        numbers = replicates.tolist()
        tasks = [
            Task(i, look_at_some, (self.problems, numbers[i : i + _CHUNK], given[i : i + _CHUNK], self.months))
            for i in range(0, len(given), _CHUNK)
        ]
        parts: dict[Any, Seen] = {}
        with tqdm(total=len(given), unit="run", desc=what, disable=None, leave=False) as bar:
            for key, seen in run_all(self._executor, tasks, self._request):
                parts[key] = seen
                bar.update(len(seen.applicants))
        return Seen.stack([parts[task.key] for task in tasks])
