"""Times things side by side: rounds in which every contestant has its turn, so that a slow moment of the machine hits all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.estimate import Estimate, median


@dataclass
class Times:
    """What was measured of one contestant.

    Attributes:
        processor: seconds of processor time of each call, all threads of the process together.
        wall: seconds that passed meanwhile; far more than ``processor`` on one thread when others used the machine.
        results: what the calls returned.
    """

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median processor time, s."""
        return self.estimate.value

    @property
    def estimate(self) -> Estimate:
        """The same with its interval."""
        return median(self.processor)


@dataclass(frozen=True)
class Task:
    """One contestant.

    Attributes:
        begin: does what is not timed for a repeat (builds a model) and returns what is.
        repeats: how often.
    """

    begin: Callable[[int], Callable[[], Any]]
    repeats: int


def interleave(tasks: Mapping[str, Task], first: int = 1) -> dict[str, Times]:
    """Returns the times of all tasks; those with fewer repeats than others have their turns evenly spread.

    Args:
        tasks: by name.
        first: number of the first repeat, given to ``begin``; often the seed.
    """
    times = {name: Times() for name in tasks}
    gc.collect()
    gc.freeze()  # what imports left is looked at by no later collection: fair to those who make many objects
    rounds = max((task.repeats for task in tasks.values()), default=0)
    for turn in range(rounds):
        for name, task in tasks.items():
            k = turn * task.repeats // rounds
            if (turn + 1) * task.repeats // rounds > k:
                _time(task.begin(first + k), times[name])
    gc.unfreeze()
    return times


def _time(call: Callable[[], Any], into: Times) -> None:
    gc.collect()  # nobody pays for what another left behind
    processor, wall = time.process_time(), time.perf_counter()
    result = call()
    into.processor.append(time.process_time() - processor)
    into.wall.append(time.perf_counter() - wall)
    into.results.append(result)
