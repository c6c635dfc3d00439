"""What a worker does: runs some replicates of one point and returns their table, ready to be stored."""

from __future__ import annotations

import dataclasses
import io
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.config.build import Problems
from aixsim.engines import engine, mesa_alone
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem, uncertainties_of
from aixsim.model.scenario import Scenario

_KEPT_WORLDS = 4
"""Populations with their ties that a worker keeps at hand; points that differ only in settings share one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A goal as a count of the simulated population: ``outcome`` of ``OUTCOMES``, smallest count, month of the horizon."""

    outcome: str
    count: int
    month: int


@dataclass(frozen=True)
class PointSpec:
    """What a worker needs to know of a point; picklable and small.

    Attributes:
        problems: builds its problem.
        outcomes: what is kept.
        targets: its goals.
        parameters: whether the drawn uncertainties are kept.
    """

    problems: Problems
    outcomes: tuple[str, ...]
    targets: tuple[Target, ...]
    parameters: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Replicates of a point to be run: ``first … first + n - 1`` without those in ``skip``."""

    point: int
    first: int
    n: int
    skip: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What came of a task.

    Attributes:
        content: Parquet file with the finished replicates, None when there are none.
        n_done: how many those are.
        successes: how many of them reach each goal.
        failures: a record a failed replicate.
        seconds: what the replicates took, without building their firms.
        peak_bytes: most memory that the worker has had so far; None where the system does not tell.
    """

    content: bytes | None
    n_done: int
    successes: tuple[int, ...]
    failures: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    peak_bytes: int | None = None


class NotANumber(ValueError):  # noqa: N818 - it reads as what it says
    """A replicate with NaN or infinity in its scenario, or counts below zero in its result."""


def run_chunk(spec: PointSpec, task: Task, at: Callable[[int | None], object] | None = None) -> ChunkResult:
    """Runs the replicates of a task; one that fails is a record and ends nothing.

    Args:
        spec: of the point.
        task: which replicates.
        at: is told the number of each replicate when its firms are built and it begins, and None when all have ended.
    """
    done: list[int] = []
    counts: list[NDArray[np.int32]] = []
    drawn: list[dict[str, float]] = []
    failures = []
    seconds = 0.0
    for replicate in range(task.first, task.first + task.n):
        if replicate in task.skip:
            continue
        scenario: Scenario | None = None
        try:
            problem = problem_of(spec.problems, replicate)
            if at is not None:
                at(replicate)
            begun = perf_counter()
            scenario = draw_scenario(problem, replicate)
            counts.append(_simulate(problem, scenario))
            seconds += perf_counter() - begun
        except Exception as error:  # noqa: BLE001 - a failed replicate is a record, counted beside every estimate
            failures.append(_record(task.point, replicate, error, scenario))
        else:
            done.append(replicate)
            drawn.append(scenario.drawn)
    if at is not None:
        at(None)
    table = np.stack(counts) if counts else np.zeros((0, len(OUTCOMES), spec.problems.horizon.n_months), np.int32)
    reached = [int((table[:, OUTCOMES.index(goal.outcome), goal.month] >= goal.count).sum()) for goal in spec.targets]
    content = to_parquet(_rows(spec, task.point, done, table, drawn)) if done else None
    return ChunkResult(content, len(done), tuple(reached), failures, seconds, _peak())


def _peak() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def problem_of(problems: Problems, replicate: int) -> Problem:
    """Returns the problem of a replicate; its firms and ties are built once for all points that share them."""
    table = problems.population
    built = replicate if table.vary else 0  # whichever replicate a process begins with, the firms are those of the first
    key = (table, problems.network, problems.folder, problems.horizon, built)
    if key not in _worlds:
        _worlds[key] = problems.build(built)
        if len(_worlds) > _KEPT_WORLDS:
            _worlds.popitem(last=False)
    _worlds.move_to_end(key)
    return _worlds[key].varied(problems.horizon, problems.settings, problems.seed, problems.registry, problems.ensemble)


_worlds: OrderedDict[Any, Problem] = OrderedDict()


def _simulate(problem: Problem, scenario: Scenario) -> NDArray[np.int32]:
    """Returns the count of each outcome at the end of each month, shape ``(n_outcomes, n_months)``."""
    from aixsim.engines.kernel.tabulate import tables

    for name in (item.name for item in dataclasses.fields(scenario)):
        values = getattr(scenario, name)
        if isinstance(values, np.ndarray) and values.dtype == np.float64 and not np.isfinite(values.sum()):
            raise NotANumber(f"{name} holds a value that is no finite number")
    for key, value in scenario.drawn.items():
        if not np.isfinite(value):
            raise NotANumber(f"{key} was drawn as {value}")
    run = engine("kernel" if mesa_alone(scenario) is None else "mesa")
    counts, _ = tables(run(problem, scenario), scenario.counts, problem.horizon.n_months, problem.population)
    if counts.min() < 0:
        raise NotANumber("a count is below zero")
    return counts


def _record(point: int, replicate: int, error: Exception, scenario: Scenario | None) -> dict[str, Any]:
    origin = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "point": point,
        "replicate": replicate,
        "origin": f"{Path(origin.filename).name}:{origin.lineno} in {origin.name}",
        "error": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
        "drawn": scenario.drawn if scenario else {},
    }


def schema(spec: PointSpec) -> pa.Schema:
    """Returns the columns of every file with replicates: one row a replicate and month."""
    columns = [("point", pa.int32()), ("replicate", pa.int32()), ("month", pa.date32())]
    names = list(uncertainties_of(spec.problems.settings)) if spec.parameters else []
    return pa.schema(columns + [(name, pa.int32()) for name in spec.outcomes] + [(name, pa.float64()) for name in names])


def _rows(spec: PointSpec, point: int, done: list[int], counts: NDArray[np.int32], drawn: list[dict[str, float]]) -> pa.Table:
    months = _months(spec.problems.horizon)
    wanted, r, t = schema(spec), len(done), len(months)
    columns = [
        np.full(r * t, point, np.int32),
        np.repeat(np.array(done, np.int32), t),
        np.tile(months, r),
        *(counts[:, OUTCOMES.index(name)].ravel() for name in spec.outcomes),
    ]
    for name in wanted.names[len(columns) :]:
        columns.append(np.repeat(np.array([values[name] for values in drawn]), t))
    # From buffers, because pa.array would load pandas, which a worker needs for nothing else.
    return pa.Table.from_arrays(
        [
            pa.Array.from_buffers(kind, r * t, [None, pa.py_buffer(np.ascontiguousarray(column))])
            for kind, column in zip(wanted.types, columns, strict=True)
        ],
        schema=wanted,
    )


def _months(horizon: Horizon) -> NDArray[np.int32]:
    """Returns the first days of the months as days since 1970, shape ``(n_months,)``."""
    return np.array([horizon.date(t) for t in range(horizon.n_months)], "datetime64[D]").astype(np.int32)


def to_parquet(table: pa.Table) -> bytes:
    """Returns a table as the bytes of a Parquet file, always the same for the same rows."""
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd", row_group_size=1 << 20)
    return stream.getvalue()
