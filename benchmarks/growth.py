"""How the cost of a replicate grows with firms, ties, months and events, and that of a run with replicates and workers."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.clock import Task, interleave
from benchmarks.estimate import Estimate, exponent, median, ratio
from benchmarks.korea import CONFIG, problem_at

from aixsim import load, run
from aixsim.engines.kernel import replicate as kernel
from aixsim.model.draw_scenario import draw_scenario

_TURNS = 25
_REPLICATES = 6
"""Replicates that a turn runs: they differ, and all steps run the same."""

STEPS: Mapping[str, Mapping[float, Mapping[str, Any]]] = {
    "firms": {n: {"population.scale": n} for n in (0.1, 0.3, 1.0, 3.0)},
    "supply links of a firm": {n: {"network.links_per_firm": n} for n in (4.0, 8.0, 16.0)},
    "months": {12.0 * (year - 2023): {"horizon.end": f"{year}-12"} for year in (2030, 2033, 2037)},
    "events": {n: {"mechanisms.innovation.rate": 2.6e-4 * n} for n in (1.0, 2.0, 4.0)},
}
"""Settings of every step, by what grows and its size; for events, the size is how many there are."""


@dataclass(frozen=True)
class Growth:
    """Cost by size.

    Attributes:
        what: grows.
        sizes: of the steps.
        seconds: median processor time of a replicate at each size; wall time of a whole run if replicates or workers grow.
        events: mean number of events of a replicate at each size; empty for a whole run.
        power: exponent of the size.
    """

    what: str
    sizes: Sequence[float]
    seconds: Sequence[Estimate]
    events: Sequence[float]
    power: Estimate


def growth(*, quick: bool = False) -> list[Growth]:
    """Measures the kernel on one core; the scenarios are drawn before."""
    out = []
    for what, steps in STEPS.items():
        calls = {str(size): _replicates(settings) for size, settings in steps.items()}
        events = [call() for call in calls.values()]  # the first call loads what is needed
        times = interleave({name: Task(_task(call), 1 if quick else _TURNS) for name, call in calls.items()})
        seconds = [[value / _REPLICATES for value in times[name].processor] for name in calls]
        sizes = events if what == "events" else list(steps)
        out.append(Growth(what, sizes, list(map(median, seconds)), events, exponent(sizes, seconds)))
    return out


def _task(call: Callable[[], Any]) -> Callable[[int], Callable[[], Any]]:
    return lambda _: call


def _replicates(settings: Mapping[str, Any]) -> Callable[[], float]:
    """Returns what runs the replicates of a step, and returns how many events one has on average."""
    problem = problem_at(settings.get("population.scale", 1.0), settings)
    scenarios = [draw_scenario(problem, number) for number in range(_REPLICATES)]
    return lambda: float(np.mean([len(kernel.run(problem, scenario).event) for scenario in scenarios]))


def size_in_words(size: float) -> str:
    """Returns the size of a step; counts are whole numbers."""
    return f"{size:,.0f}" if size >= 100 else f"{size:g}"


@dataclass(frozen=True)
class Workers:
    """Runs through the public API with one and two workers, in turns; tables written, no figures.

    Attributes:
        few, many: replicates of the shorter and of the longer run.
        seconds: wall time of each turn by (workers, replicates), s.
    """

    few: int
    many: int
    seconds: Mapping[tuple[int, int], list[float]]

    def per_second(self, workers: int) -> Estimate:
        """Replicates per second once started."""
        return median([(self.many - self.few) / each for each in self._started(workers)])

    @property
    def ratio(self) -> Estimate:
        """Replicates per second of two workers over those of one, their start left out."""
        return ratio(self._started(1), self._started(2))

    @property
    def whole(self) -> Estimate:
        """Time of the longer run with one worker over that with two, their start included."""
        return ratio(self.seconds[1, self.many], self.seconds[2, self.many])

    def growth(self) -> list[Growth]:
        """Returns how the time of a whole run grows with replicates on one worker, and with workers."""
        steps: dict[str, dict[float, list[float]]] = {
            "replicates, one worker": {n: self.seconds[1, n] for n in (self.few, self.many)},
            f"workers, {self.many} replicates": {k: self.seconds[k, self.many] for k in (1, 2)},
        }
        return [
            Growth(what, list(sizes), list(map(median, sizes.values())), [], exponent(list(sizes), list(sizes.values())))
            for what, sizes in steps.items()
        ]

    def _started(self, workers: int) -> list[float]:
        return [long - short for long, short in zip(self.seconds[workers, self.many], self.seconds[workers, self.few], strict=True)]


def workers(turns: int = 7, few: int = 20, many: int = 140) -> Workers:
    """Runs the national config with one and two workers in turn."""
    seconds: dict[tuple[int, int], list[float]] = {(k, n): [] for n in (few, many) for k in (1, 2)}
    for turn in range(turns):
        for number, replicates in sorted(seconds, reverse=turn % 2 == 1):
            study = load(CONFIG, {"monte_carlo.replicates": replicates})
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                run(study, workers=number, out=Path(folder) / "result")
                seconds[number, replicates].append(time.perf_counter() - started)
    return Workers(few, many, seconds)
