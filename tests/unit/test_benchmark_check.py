"""The check that contestants of the benchmark simulate the same law: passes honest ones and notices a planted fault."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.clock import Task, interleave
from benchmarks.korea import problem_at, tenfold
from benchmarks.neutral import mesa_agents, scipy_sparse
from benchmarks.neutral.agreement import HIGHEST_Z, largest_z
from benchmarks.neutral.workload import DEGREE, MONTHS, Q, Workload, workload
from numpy.typing import NDArray


@pytest.fixture(scope="module")
def work() -> Workload:
    return workload(4000)


@pytest.fixture(scope="module")
def reference(work: Workload) -> NDArray[np.int64]:
    run = scipy_sparse.prepare(work)
    return np.array([run(1000 + k) for k in range(60)])


def test_everybody_has_eight_different_neighbours(work: Workload) -> None:
    assert all(len({*sources, firm}) == DEGREE + 1 for firm, sources in enumerate(work.sources.tolist()))
    start, target = work.followers()
    assert all(firm in work.sources[follower] for firm in range(50) for follower in target[start[firm] : start[firm + 1]])


def test_honest_contestants_pass(work: Workload, reference: NDArray[np.int64]) -> None:
    for prepare in (scipy_sparse.prepare, scipy_sparse.prepare_thresholds):
        run = prepare(work)
        assert largest_z([run(k) for k in range(40)], reference) <= HIGHEST_Z
    for build in (mesa_agents.build, mesa_agents.build_told):
        curve = build(work)(3)()
        assert curve.shape == (MONTHS,)
        assert largest_z([curve], reference) <= HIGHEST_Z


def test_a_planted_fault_fails(work: Workload, reference: NDArray[np.int64]) -> None:
    run = scipy_sparse.prepare(work, q=0.9 * Q)
    assert largest_z([run(k) for k in range(40)], reference) > HIGHEST_Z


def test_contestants_take_turns() -> None:
    turns: list[str] = []

    def task(name: str, repeats: int) -> Task:
        return Task(lambda k: lambda: turns.append(f"{name}{k}"), repeats)

    times = interleave({"a": task("a", 4), "b": task("b", 2)})
    assert turns == ["a1", "a2", "b1", "a3", "a4", "b2"]
    assert [len(times[name].processor) for name in "ab"] == [4, 2]


def test_the_settings_of_the_benchmark_fit_the_config() -> None:
    """The benchmark itself is seldom run, and the config changes."""
    budget = problem_at(0.01, tenfold()).settings["programme"]["AI Factory lead projects"]["budget_krw_bn"]
    assert budget[2025] == pytest.approx(632.0)  # ten times 63.2
    assert budget[2030] == pytest.approx(2000.0)
