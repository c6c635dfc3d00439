"""Small studies for sweeps, and what tests need to run and compare them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aixsim.api import carry_out_sweep
from aixsim.config.sweep_study import SweepStudy, load_sweep
from aixsim.runs.executor import Executor, Finished, Report, Task
from aixsim.runs.job import Job
from aixsim.runs.progress import Status
from aixsim.runs.store import NOT_RESULTS

CONFIG = """
title = "A small nation"
horizon = { start = "2024-01", end = "2025-06" }
population = { kind = "homogeneous", firms = 60 }
network = { kind = "ring" }
funding = { mode = "open" }
[mechanisms.innovation]
rate = { dist = "uniform", low = 0.005, high = 0.02 }
[mechanisms.partners]
rate = 0.1
[[goal]]
name = "20 decided"
outcome = "decided"
at_least = 20
by = "2025-06"
[[goal]]
name = "10 launched"
outcome = "launched"
at_least = 10
by = "2025-01"
"""
STUDY = """
base = "small.toml"
[design]
kind = "factorial"
[factors]
"mechanisms.partners.rate" = [0.0, 0.1, 0.3]
"mechanisms.innovation.rate" = [0.005, 0.02]
[monte_carlo]
replicates = 12
seed = 7
"""


def write_study(folder: Path, study: str = STUDY, config: str = CONFIG) -> Path:
    """Writes a config and a study file, and returns the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.toml").write_text(config, encoding="utf-8")
    (folder / "tiny.toml").write_text(study, encoding="utf-8")
    return folder / "tiny.toml"


def small(folder: Path, study: str = STUDY) -> SweepStudy:
    return load_sweep(write_study(folder, study))


def sweep(study: SweepStudy, out: Path, start: Callable[[], Executor], **options: Any) -> Status:
    return carry_out_sweep(Job.of_sweep(study), out, start, **options)


class Inline:
    """Runs tasks in the test's own process, when they are waited for; ``run`` names the batches that it ran."""

    n_workers = 1

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.run: list[Any] = []

    @property
    def free(self) -> int:
        return 2 - len(self.tasks)

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def wait(self, seconds: float) -> list[Report]:  # noqa: ARG002 - nothing is waited for
        done: list[Report] = [Finished(task.key, task.run(lambda _: None)) for task in self.tasks]
        self.run += [task.key for task in self.tasks]
        self.tasks = []
        return done

    def close(self) -> None:
        self.tasks = []


class Stopping(Inline):
    """Stops after some tasks, as when the process ends."""

    def __init__(self, n_tasks: int) -> None:
        super().__init__()
        self.left = n_tasks

    def wait(self, seconds: float) -> list[Report]:
        if self.left <= 0:
            raise Ended
        self.left -= len(self.tasks)
        return super().wait(seconds)


class Ended(BaseException):
    pass


def stopped(place: Path, n_tasks: int = 6) -> Path:
    """Returns the folder of a sweep that ended early."""
    with pytest.raises(Ended):
        sweep(small(place), place / "out", lambda: Stopping(n_tasks), batch=5)
    return place / "out"


def run_inline(study: SweepStudy, out: Path, **options: Any) -> Status:
    return sweep(study, out, Inline, **{"batch": 5} | options)


def tree(folder: Path) -> dict[str, bytes]:
    """Returns the results of a sweep, file by file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (*NOT_RESULTS, "provenance.json") and "figures" not in path.parts
    }
