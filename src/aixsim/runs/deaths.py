"""What becomes of a task whose worker died."""

from __future__ import annotations

from typing import Any

from aixsim.model.problem import addresses_of, uncertainties_of
from aixsim.random.distributions import draw_all
from aixsim.runs.chunk import PointSpec, Task
from aixsim.runs.executor import Died
from aixsim.runs.folder import OPERATING_SYSTEM
from aixsim.runs.under_way import UnderWay

ATTEMPTS = 3
"""Times that a task is given to a worker before one of its replicates is given up: once, and two times more."""


def bury(run: UnderWay, report: Died) -> None:
    """Gives the task out again, in pieces, or without the replicate that ends its workers."""
    task, folder = report.task, run.folder
    replicate = report.replicate if report.replicate is not None or task.n > 1 else task.first
    is_last = report.overdue or folder.chunks[task.point, task.first].attempts + 1 >= ATTEMPTS
    if not is_last:
        folder.died(task, report.why, None)
    elif replicate is None:
        folder.split(task)
    else:
        folder.died(task, report.why, _given_up(run.specs[task.point], task, replicate, report))


def _given_up(spec: PointSpec, task: Task, replicate: int, report: Died) -> dict[str, Any]:
    settings, seed = spec.problems.settings, spec.problems.seed
    return {
        "point": task.point,
        "replicate": replicate,
        "origin": OPERATING_SYSTEM,
        "error": "TimeLimit" if report.overdue else "WorkerDied",
        "message": report.why + ("" if report.overdue else f" in each of {ATTEMPTS} attempts"),
        "traceback": "",
        "drawn": draw_all(uncertainties_of(settings), seed, replicate, addresses_of(settings)),
    }
