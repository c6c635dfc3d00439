"""Runs a batch of replicates of one point and returns their tables."""

from __future__ import annotations

import dataclasses
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import Problems
from aixsim.engines import engine, mesa_alone, prepare
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.money_alone import affordable
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.policy_rules import scenario_with
from aixsim.model.problem import Problem
from aixsim.model.projects import projects_of
from aixsim.model.scenario import Scenario
from aixsim.runs import tables

TRAJECTORIES: Final = "trajectories"
SPENT: Final = "spent_krw_bn"
"""Column of a sweep with what funding lines spend over the horizon, if the study keeps it."""
MESA_SECONDS_PER_FIRM_MONTH = 6e-6
"""Seconds of the Mesa model per firm and month on an ordinary laptop, to estimate the cost of a run; measuring takes too long."""


@dataclass(frozen=True, slots=True)
class Target:
    """A goal as a count of the simulated population: ``outcome`` of ``OUTCOMES``, smallest count, month of the horizon."""

    outcome: str
    count: int
    month: int


@dataclass(frozen=True)
class PointSpec:
    """Specification of a point for the workers; picklable and small.

    Attributes:
        problems: builds its problem.
        outcomes: outcomes that are stored.
        targets: its goals.
        parameters, money: whether the trajectories include the drawn values, and what funding lines spend (sweeps only).
        is_run: whether it is the point of a run, of which all tables are stored; of a sweep only the trajectories are.
        engine: name of the engine; the reference engine is also used if a law of a plugin cannot be compiled.
        as_bytes: tables are returned as Parquet files and not as tables in memory.
    """

    problems: Problems
    outcomes: tuple[str, ...]
    targets: tuple[Target, ...]
    parameters: bool = False
    money: bool = False
    is_run: bool = False
    engine: Literal["kernel", "mesa"] = "kernel"
    as_bytes: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Replicates of a point that are run together: ``first … first + n - 1`` without those in ``skip``."""

    point: int
    first: int
    n: int
    skip: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Result of a batch.

    Attributes:
        tables: by name, Parquet files or tables with the finished replicates; empty if there are none.
        n_done: number of finished replicates.
        successes: number of replicates that reach each goal.
        failures: one record per failed replicate.
        seconds: run time of the replicates, without building their firms.
        peak_bytes: peak memory of the process in bytes; None if unknown.
        engine: engine that was used, and the reason if it is not the requested one.
    """

    tables: dict[str, Any]
    n_done: int
    successes: tuple[int, ...]
    failures: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    peak_bytes: int | None = None
    engine: tuple[str, str | None] | None = None

    @property
    def n_bytes(self) -> int:
        """Size of the tables."""
        return sum(len(table) if isinstance(table, bytes) else table.nbytes for table in self.tables.values())


class NotANumber(ValueError):  # noqa: N818 - it reads as what it says
    """A replicate with NaN or infinity, or a negative factor or rate, in its scenario, or counts below zero in its result."""


@dataclass(slots=True)
class _Done:
    """Data of the finished replicates of a batch."""

    replicates: list[int] = field(default_factory=list)
    counts: list[NDArray[np.int32]] = field(default_factory=list)
    groups: list[NDArray[np.int32]] = field(default_factory=list)
    drawn: list[dict[str, float]] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    projects: list[NDArray[np.int32]] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    affordable: list[NDArray[np.float64]] = field(default_factory=list)


def run_batch(spec: PointSpec, batch: Batch, at: Callable[[int | None], object]) -> BatchResult:
    """Runs the replicates of a batch; a failed replicate is recorded and the others continue.

    Args:
        spec: specification of the point.
        batch: replicates to run.
        at: called with the number of each replicate when it starts (after its firms are built), and with None at the end.
    """
    from aixsim.engines.kernel.tabulate import tables as tabulate  # imported here because it loads Numba

    done, failures, seconds, used = _Done(), list[dict[str, Any]](), 0.0, None
    for replicate in range(batch.first, batch.first + batch.n):
        if replicate in batch.skip:
            continue
        scenario: Scenario | None = None
        try:
            problem = spec.problems(replicate)
            at(replicate)
            begun = perf_counter()
            scenario = draw_scenario(problem, replicate)
            _refuse_what_is_no_number(scenario)
            run, used = _engine_for(spec, problem, scenario)
            history = run(problem, scenario)
            counts, groups = tabulate(history, scenario.counts, problem.horizon.n_months, problem.population)
            if counts.min() < 0:
                raise NotANumber("a count is below zero")
            found = projects_of(history, problem.population) if spec.is_run else None
            money = affordable(scenario_with(problem, scenario, history.decisions).lines)
            seconds += perf_counter() - begun
        except Exception as error:  # noqa: BLE001 - a failed replicate is recorded and counted
            failures.append(_record(batch.point, replicate, error, scenario))
            continue
        done.replicates.append(replicate)
        done.counts.append(counts)
        done.drawn.append(scenario.drawn)
        done.spent.append(float(history.spent.sum()) / 1e9)
        if found is not None:
            done.groups.append(groups)
            done.projects.append(found)
            done.histories.append(history)
            done.affordable.append(money)
    if done.replicates:
        spec.problems.refuse_memory(done.replicates[-1])
    at(None)
    begun = perf_counter()
    made = _tables(spec, batch.point, done) if done.replicates else {}
    place = {name: k for k, name in enumerate(OUTCOMES)}
    reached = [sum(int(count[place[goal.outcome], goal.month]) >= goal.count for count in done.counts) for goal in spec.targets]
    seconds += perf_counter() - begun
    return BatchResult(made, len(done.replicates), tuple(reached), failures, seconds, _peak(), used)


def _tables(spec: PointSpec, point: int, done: _Done) -> dict[str, Any]:
    horizon, rows = spec.problems.horizon, done.replicates
    keys = spec.problems(rows[0]).uncertainties
    drawn = {key: np.array([values[key] for values in done.drawn]) for key in keys}
    counts = np.stack(done.counts)
    if spec.is_run:
        made = {
            TRAJECTORIES: tables.trajectories(rows, counts, horizon, spec.outcomes),
            "parameters": tables.parameters(rows, drawn),
            "money": tables.money(rows, done.histories, done.affordable, horizon.years),
            "payers": tables.payers(rows, done.histories, horizon.years),
            "projects": tables.projects(rows, done.projects, horizon),
            "groups_by_replicate": tables.groups_by_replicate(rows, done.groups),
        }
        if done.histories[0].decisions:
            made["rules"] = tables.rules(rows, done.histories)
    else:
        kept = (drawn if spec.parameters else {}) | ({SPENT: np.array(done.spent)} if spec.money else {})
        made = {TRAJECTORIES: tables.trajectories(rows, counts, horizon, spec.outcomes, point, kept)}
    return {name: tables.to_parquet(table) if spec.as_bytes else table for name, table in made.items()}


_prepared: set[Any] = set()


def _engine_for(spec: PointSpec, problem: Problem, scenario: Scenario) -> tuple[Any, tuple[str, str | None]]:
    """Returns the engine for a scenario, its name, and the reason if it is not the requested one; prints a message before compiling."""
    reason = mesa_alone(scenario) if spec.engine == "kernel" else None
    name = "mesa" if reason is not None or spec.engine == "mesa" else "kernel"
    laws = (name, tuple(mechanism for mechanism, _ in scenario.mechanisms))
    if laws not in _prepared:
        prepare(name, problem, scenario)
        _prepared.add(laws)
    return engine(name), (name, reason)


_NEVER_NEGATIVE: Final = ("class_factor", "frailty", "climate_index", "own_rate", "tie_factor", "cell_tie_factor", "projects_at_once")
"""Factors and rates: one below zero would take back the pressure that firms have accumulated."""


def _refuse_what_is_no_number(scenario: Scenario) -> None:
    for name in (item.name for item in dataclasses.fields(scenario)):
        values = getattr(scenario, name)
        if isinstance(values, np.ndarray) and values.dtype == np.float64 and not np.isfinite(values.sum()):
            raise NotANumber(f"{name} has a value that is not finite")
        if name in _NEVER_NEGATIVE and values.min(initial=0.0) < 0.0:
            raise NotANumber(f"{name} has a value below zero")
    for key, value in scenario.drawn.items():
        if not np.isfinite(value):
            raise NotANumber(f"{key} was drawn as {value}")


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


def _peak() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
