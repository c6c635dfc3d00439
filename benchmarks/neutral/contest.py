"""All contestants on the small law: who is how fast, and do all give the same adoption curve?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from benchmarks.clock import Task, Times, interleave
from benchmarks.neutral import scipy_sparse
from benchmarks.neutral.agreement import HIGHEST_Z, largest_z
from benchmarks.neutral.workload import Q, Workload, workload

SIZES = (10_000, 100_000)
REFERENCE = {10_000: 200, 100_000: 40}
"""Replicates of the reference by size; their seeds are nobody else's."""
REFERENCE_SEED = 1_000_000
PLANTED = "planted fault: q 10 % too low"


@dataclass(frozen=True)
class Contestant:
    """Somebody who can express the law.

    Attributes:
        name: as in the table.
        module: of this package.
        function: ``prepare`` gives what runs a replicate; ``build…`` gives what builds the model of a replicate, which is not timed.
        repeats: replicates at 10,000 and at 100,000 firms.
    """

    name: str
    module: str
    function: str
    repeats: tuple[int, int]


KERNEL, C_LOOP, SCIPY, MESA = "aixsim kernel", "C loop", "NumPy + scipy.sparse", "Mesa"
STARSIM, AMBR, AGENTPY = "Starsim", "ambr", "agentpy"
CONTESTANTS = (
    Contestant(KERNEL, "aixsim_kernel", "prepare", (60, 30)),
    Contestant(C_LOOP, "c_loop", "prepare", (60, 30)),
    Contestant(SCIPY, "scipy_sparse", "prepare", (60, 20)),
    Contestant(f"{SCIPY}, resistances", "scipy_sparse", "prepare_thresholds", (60, 20)),
    Contestant(AMBR, "ambr_columns", "build", (60, 15)),
    Contestant(STARSIM, "starsim_infection", "build", (60, 15)),
    Contestant(MESA, "mesa_agents", "build", (20, 3)),
    Contestant(f"{MESA}, told by adopters", "mesa_agents", "build_told", (30, 5)),
    Contestant(AGENTPY, "agentpy_agents", "build", (20, 3)),
)


@dataclass(frozen=True)
class Line:
    """What came out for one contestant at one size.

    Attributes:
        n: firms.
        name: of the contestant.
        times: of its replicates; None when it could not take part.
        z: largest standardised difference of its curve; None likewise.
        absent: why it could not take part.
    """

    n: int
    name: str
    times: Times | None = None
    z: float | None = None
    absent: str = ""

    @property
    def agrees(self) -> bool:
        """Whether its curve is the reference's; an absent one contradicts nobody."""
        return self.z is None or self.z <= HIGHEST_Z


def contest(n: int, *, quick: bool = False) -> list[Line]:
    """Returns the lines of one size, the planted fault last: it has no times and must disagree.

    Args:
        n: firms, one of ``SIZES``.
        quick: a tenth of the repeats, to try the program.
    """
    work = workload(n)
    tasks, absent = {}, {}
    for contestant in CONTESTANTS:
        repeats = contestant.repeats[SIZES.index(n)]
        try:
            tasks[contestant.name] = Task(_begin(contestant, work), max(1, repeats // 10) if quick else repeats)
        except (ImportError, OSError) as error:
            absent[contestant.name] = f"not installed ({error})"
    times = interleave(tasks)
    reference = [scipy_sparse.prepare(work)(REFERENCE_SEED + k) for k in range(REFERENCE[n])]
    wrong = scipy_sparse.prepare(work, q=0.9 * Q)
    planted = Line(n, PLANTED, z=largest_z([wrong(k) for k in range(SIZES[0] * 20 // n)], reference))
    lines = [
        Line(n, c.name, times[c.name], largest_z(np.array(times[c.name].results), reference))
        if c.name in times
        else Line(n, c.name, absent=absent[c.name])
        for c in CONTESTANTS
    ]
    return [*lines, planted]


def _begin(contestant: Contestant, work: Workload) -> Callable[[int], Callable[[], Any]]:
    """Returns what begins a replicate, after a small one that lets a compiler and late imports have their time."""
    function = getattr(import_module(f"benchmarks.neutral.{contestant.module}"), contestant.function)
    if contestant.function.startswith("build"):
        function(workload(1000))(0)()
        begin: Callable[[int], Callable[[], Any]] = function(work)
        return begin
    function(workload(1000))(0)
    run = function(work)
    run(0)
    return lambda replicate: partial(run, replicate)


def processor(lines: list[Line], n: int, name: str) -> list[float] | None:
    """Returns the processor times of a contestant, None when it did not take part."""
    line = next(line for line in lines if line.n == n and line.name == name)
    return line.times.processor if line.times else None
