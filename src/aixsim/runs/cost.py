"""What a run will cost, told before it starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.runs.runner import Engine, ProblemOf
from aixsim.runs.scratch import Layout, Scratch

WORTH_TELLING = 10.0
"""Seconds."""
MESA_SECONDS_PER_FIRM_MONTH = 6e-6
"""Of the Mesa model on an ordinary laptop, for the announcement alone: running one replicate to find out takes too long."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Expected cost of a run.

    Attributes:
        replicates, firms, workers: what will run.
        seconds: expected wall time.
        scratch_bytes: room that the scratch files take until the tables are written.
        folder: where they are.
    """

    replicates: int
    firms: int
    workers: int
    seconds: float
    scratch_bytes: int
    folder: Path

    def __str__(self) -> str:
        """Returns one line, such as ``about 40 s: 1,000 replicates of 164,843 firms on 2 workers; 150 MB of scratch space in DIR``."""
        on = "1 worker" if self.workers == 1 else f"{self.workers} workers"
        what = f"{self.replicates:,} replicates of {self.firms:,} firms on {on}"
        return f"about {duration(self.seconds)}: {what}; {size(self.scratch_bytes)} of scratch space in {self.folder}"


@dataclass(frozen=True, slots=True)
class Begun:
    """An engine that has run replicate 0 already: what was run to learn the cost is not run again. Picklable if the engine is.

    Attributes:
        engine: runs all others.
        first: the history of replicate 0.
    """

    engine: Engine
    first: History

    def __call__(self, problem: Problem, scenario: Scenario) -> History:
        """Returns the history of a replicate."""
        return self.first if scenario.replicate == 0 else self.engine(problem, scenario)


def begin(problem_of: ProblemOf, engine: Engine, layout: Layout, workers: int, *, is_slow: bool = False) -> tuple[Engine, Cost]:
    """Runs replicate 0, to learn the cost of a run; nothing is stored yet.

    Args:
        problem_of: gives the problem of a replicate.
        engine: ready to run.
        layout: of the scratch files, whose folder exists.
        workers: number of processes.
        is_slow: one replicate would take too long to find out; the cost is that of the Mesa model.

    Returns:
        The engine to go on with, and the cost. A replicate that fails is left to the run, which records it.
    """
    workers = min(workers, layout.n_replicates)
    problem = problem_of(0)
    run = engine
    with TemporaryDirectory(dir=layout.folder) as folder:
        scratch = Scratch(replace(layout, folder=Path(folder), n_replicates=1), create=True)
        n_bytes = sum(file.stat().st_size for file in Path(folder).iterdir())
        if is_slow:
            seconds = MESA_SECONDS_PER_FIRM_MONTH * len(problem.population) * layout.n_months
        else:
            started = perf_counter()
            try:
                problem = problem_of(0)
                scenario = draw_scenario(problem, 0)
                history = engine(problem, scenario)
                scratch.write(problem, scenario, history)
                run = Begun(engine, history)
            except Exception:  # noqa: BLE001, S110 - the run meets it again and keeps it as a record
                pass
            seconds = perf_counter() - started
    return run, Cost(
        replicates=layout.n_replicates,
        firms=len(problem.population),
        workers=workers,
        seconds=seconds * math.ceil(layout.n_replicates / workers),
        scratch_bytes=n_bytes * layout.n_replicates,
        folder=layout.folder,
    )


def duration(seconds: float) -> str:
    """Returns a time to two digits: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def size(n_bytes: float) -> str:
    """Returns a size to three digits: ``150 MB``."""
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < 999.5:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"
