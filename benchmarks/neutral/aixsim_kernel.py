"""The workload as an aixsim study: customers are the in-neighbours, every decision is an adoption in its own month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray
from tests import worlds

from aixsim.engines.kernel.contagion import is_contagion
from aixsim.engines.kernel.contagion_months import spread
from aixsim.engines.kernel.contagion_state import fresh_spread
from aixsim.engines.kernel.inputs import case_of, months_of
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
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
    problem = problem_of(work)
    scenario: Scenario = draw_scenario(problem, 0)
    buffers = fresh_spread(problem, scenario)
    if buffers is None or not is_contagion(scenario):
        raise ValueError("the kernel would not take this way")
    (ties, state), case, months = buffers, case_of(scenario), months_of(scenario, problem)

    def run(replicate: int) -> NDArray[np.int64]:
        # What differs between replicates of this law is the luck alone.
        case["replicate"] = replicate
        events = state.event[: spread(case, months, ties, state)]
        return np.cumsum(np.bincount(events["month"][events["event"] == Event.LAUNCHED], minlength=MONTHS))

    return run
