"""The check that contestants of the benchmark simulate the same law: passes honest ones and notices a planted fault."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.clock import Task, interleave
from benchmarks.estimate import Estimate, difference, exponent, median, ratio
from benchmarks.korea import problem_at, tenfold
from benchmarks.last_table import YARDSTICK, Entry, read, slower, written
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


def test_a_ratio_has_an_interval_that_holds_it() -> None:
    rounds = np.arange(1.0, 22.0)
    halved = ratio(list(rounds), list(2.0 * rounds))
    # The same turns are drawn of both, so a disturbance that hits both alike leaves the ratio certain.
    assert (halved.value, halved.low, halved.high) == (0.5, 0.5, 0.5)
    assert halved.text("x") == "0.500 x [0.500, 0.500]"
    apart = ratio(list(rounds), list(2.0 * rounds[:-1]))
    assert apart.low < 0.5 < apart.high
    assert not apart.is_certain
    assert apart.text("x").startswith("not printed: the interval is ")


def test_a_number_measured_once_has_no_interval_and_is_not_printed() -> None:
    assert median([3.0]).text("s") == "not printed: measured once"
    assert median([3.0, 3.0, 3.3]).text("s") == "3.00 s [3.00, 3.30]"
    assert difference([5.0, 6.0, 7.0], [4.0, 5.0, 6.0]).text("ms") == "1.00 ms [1.00, 1.00]"


def test_the_exponent_of_a_square_is_two() -> None:
    power = exponent([1.0, 2.0, 4.0], [[1.0, 1.0], [4.0, 4.0], [16.0, 16.0]])
    assert power.value == pytest.approx(2.0)
    assert (power.low, power.high) == pytest.approx((2.0, 2.0))


def test_what_became_slower_is_told_in_units_of_the_yardstick() -> None:
    def entry(what: str, value: float) -> Entry:
        return Entry(what, Estimate(value, 0.99 * value, 1.01 * value, 9), "s", is_time=True)

    last = {item.what: item for item in (entry(YARDSTICK, 1.0), entry("a", 10.0), entry("b", 10.0))}
    # A machine half as fast: twenty is as before, thirty is half as much again.
    now = {item.what: item for item in (entry(YARDSTICK, 2.0), entry("a", 20.0), entry("b", 30.0), entry("c", 1.0))}
    assert slower(now, last) == ["b: 1.50 times as long as in the last table"]
    assert read(written(now.values())) == {what: now[what] for what in now}


def test_the_settings_of_the_benchmark_fit_the_config() -> None:
    """The benchmark itself is seldom run, and the config changes."""
    budget = problem_at(0.01, tenfold()).settings["programme"]["AI Factory lead projects"]["budget_krw_bn"]
    assert budget[2025] == pytest.approx(632.0)  # ten times 63.2
    assert budget[2030] == pytest.approx(2000.0)
