"""The workload as an aixsim study: customers are the in-neighbours, every decision is an adoption in its own month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray
from tests import worlds

from aixsim.engines import engine
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.world.network import Network
from aixsim.world.population import Population

CUSTOMER, SUPPLIER = 0, 1


def problem_of(work: Workload) -> Problem:
    """Returns the study; a supplier sees its customers, a customer gives its suppliers no weight."""
    firm, customer = np.repeat(np.arange(work.n, dtype=np.int32), DEGREE), work.sources.ravel()
    return worlds.problem(
        worlds.settings(
            {"innovation": {"rate": P}, "partners": {"rate": Q}},
            sensing={"customer_weight": 1.0, "supplier_weight": 0.0, "sibling_weight": 0.0, "visibility": 1.0},
        ),
        population=Population.homogeneous(work.n, 1),
        network=Network.from_ties(work.n, firm, customer, np.zeros(len(firm), np.int8)),
        end=_end(),
        seed=1,
    )


def _end() -> str:
    horizon = Horizon("2024-01", "2024-01")
    return f"{horizon.date(MONTHS - 1):%Y-%m}"


def prepare(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``."""
    problem, simulate = problem_of(work), engine("kernel")
    drawn = draw_scenario(problem, 0)

    def run(replicate: int) -> NDArray[np.int64]:
        # Nothing in the scenario of this law is random, so replicates differ in their number alone.
        history = simulate(problem, replace(drawn, replicate=replicate))
        return np.cumsum(np.bincount(history.month[history.event == Event.LAUNCHED], minlength=MONTHS))

    return run
