"""Both engines on the same replicate of korea-2030, and whether the kernel's cost follows events rather than firms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.clock import Task, Times, interleave
from benchmarks.estimate import Estimate, difference, median, ratio

from aixsim import load, run
from aixsim.config.build import problems
from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.kernel.tabulate import tables
from aixsim.engines.reference import diffusion_model as reference
from aixsim.evidence.as_of import middle
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.keys import dotted
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

CONFIG = Path(__file__).parents[1] / "configs" / "korea-2030.toml"
SCALES = (0.01, 0.1, 1.0, 10.0)
REFERENCE_REPEATS = {0.01: 5, 0.1: 5, 1.0: 1}
"""Replicates of the reference engine; the whole nation takes it a minute or two, ten nations too long."""
KERNEL_REPEATS = {0.01: 30, 0.1: 30, 1.0: 30, 10.0: 5}


@dataclass(frozen=True)
class Engines:
    """Both engines at one scale.

    Attributes:
        scale, n_firms: of the population.
        draw: times of drawing the scenario, which both engines are given.
        kernel: times of the kernel.
        reference: times of the reference engine; None where it is not asked.
        same: whether both gave the same events and pressures; None likewise.
    """

    scale: float
    n_firms: int
    draw: Times
    kernel: Times
    reference: Times | None
    same: bool | None


def problem_at(scale: float, overrides: Mapping[str, Any] | None = None) -> Problem:
    """Returns korea-2030 at a scale."""
    return problems(load(CONFIG, {"population.scale": scale, **(overrides or {})}))(0)


def engines(scale: float, *, quick: bool = False) -> Engines:
    """Runs replicate 0 with both engines, its scenario drawn afresh each time."""
    problem = problem_at(scale)
    kernel.run(problem, draw_scenario(problem, 0))
    repeats = REFERENCE_REPEATS.get(scale, 0) if not quick or scale < 0.1 else 0
    tasks = {
        "draw": Task(lambda _: lambda: draw_scenario(problem, 0) and None, KERNEL_REPEATS[scale]),
        "kernel": Task(_begin(kernel.run, problem), KERNEL_REPEATS[scale]),
    }
    if repeats:
        tasks["reference"] = Task(_begin(reference.run, problem), repeats)
    times = interleave(tasks)
    slow = times.get("reference")
    same = _same(times["kernel"].results[0], slow.results[0]) if slow else None
    return Engines(scale, len(problem.population), times["draw"], times["kernel"], slow, same)


def _begin(run: Callable[[Problem, Scenario], History], problem: Problem) -> Callable[[int], Callable[[], Any]]:
    def begin(_: int) -> Callable[[], Any]:
        scenario = draw_scenario(problem, 0)
        return lambda: run(problem, scenario)

    return begin


@dataclass(frozen=True)
class Replicates:
    """National replicates in this process, milliseconds of processor time of each.

    Attributes:
        all_in: scenario drawn, months simulated, rows of all tables made.
        in_memory: ``aixsim.run`` of one replicate in memory.
    """

    all_in: list[float]
    in_memory: list[float]

    def entries(self) -> list[tuple[str, Estimate]]:
        """Returns the rows of the table: what, and its median."""
        return [
            ("one national replicate all in (draw, kernel, record), one core", median(self.all_in)),
            ("one in-memory national replicate from the API, on top of that", difference(self.in_memory, self.all_in)),
        ]


def replicates(turns: int = 40) -> Replicates:
    """Runs replicate 0 both ways in turn."""
    study = load(CONFIG, {"monte_carlo.replicates": 1, "monte_carlo.seed": 20301231})
    problem = problems(study)(0)

    def all_in() -> object:
        scenario = draw_scenario(problem, 0)
        return tables(kernel.run(problem, scenario), scenario.counts, problem.horizon.n_months, problem.population)

    calls: dict[str, Callable[[], Any]] = {"all in": all_in, "in memory": lambda: run(study).goals}
    for call in calls.values():
        call()
    times = interleave({name: Task(partial(_given, call), turns) for name, call in calls.items()})
    return Replicates(*([1e3 * value for value in times[name].processor] for name in calls))


def _given(call: Callable[[], Any], _: int) -> Callable[[], Any]:
    return call


def _same(a: History, b: History) -> bool:
    return np.array_equal(a.canonical(), b.canonical()) and np.array_equal(a.pressure, b.pressure)


@dataclass(frozen=True)
class Events:
    """The same number of factories in one firm out of ten and in all.

    Attributes:
        times: kernel, by scale.
        launched: factories launched by the replicates that were timed, by scale.
    """

    times: dict[float, Times]
    launched: dict[float, int]

    @property
    def ratio(self) -> Estimate:
        """Time of the tenth over time of the whole."""
        return ratio(self.times[0.1].processor, self.times[1.0].processor)


def tenfold() -> dict[str, Any]:
    """Returns what lets a tenth of the firms launch as many: ten times the money, uncertain budgets at their median, and ten times the
    unprompted hazards."""
    study = load(CONFIG)
    budgets = {
        f"{dotted(('programme', name, 'budget_krw_bn'))}.{year}": 10 * middle(budget)
        for name, programme in study.settings["programme"].items()
        for year, budget in programme["budget_krw_bn"].items()
    }
    return budgets | {
        "mechanisms.innovation.rate": {"dist": "lognormal", "median": 2.6e-3, "sigma": 0.25},
        "mechanisms.parks.rate": {"dist": "loguniform", "low": 3.0e-3, "high": 3.0e-2},
        "mechanisms.collaboration.rate": {"dist": "loguniform", "low": 0.05, "high": 0.8},
    }


def events(replicates: int = 20) -> Events:
    """Times the kernel on replicates 1, 2, … of both."""
    worlds = {0.1: problem_at(0.1, tenfold()), 1.0: problem_at(1.0)}

    def begin(problem: Problem) -> Callable[[int], Callable[[], Any]]:
        def at(replicate: int) -> Callable[[], Any]:
            scenario = draw_scenario(problem, replicate)
            return lambda: int((kernel.run(problem, scenario).event == Event.LAUNCHED).sum())

        return at

    for problem in worlds.values():
        begin(problem)(0)()
    named = interleave({str(scale): Task(begin(problem), replicates) for scale, problem in worlds.items()})
    times = {scale: named[str(scale)] for scale in worlds}
    return Events(times, {scale: sum(times[scale].results) for scale in worlds})
