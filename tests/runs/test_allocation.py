"""Intervals that may be looked at all the time, and replicates that go where the answer is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aixsim.random.draws import uniforms
from aixsim.results.sweep_result import open_sweep
from aixsim.stats.allocation import Tally, allocate, is_open
from aixsim.stats.confidence_sequence import bernoulli_sequence
from aixsim.stats.intervals import proportion
from tests.runs.small_sweeps import STUDY, run_inline, small, tree

N, RUNS, P = 400, 400, 0.5


def ever_excluded(interval: Callable[[int, int], tuple[float, float]]) -> float:
    """Returns the share of runs in which the true probability was outside the interval at any of the looks."""
    missed = 0
    for run in range(RUNS):
        reached = np.cumsum(uniforms(11, run, 0, N) < P)
        looks = (interval(int(reached[n - 1]), n) for n in range(10, N + 1, 10))
        missed += any(not low <= P <= high for low, high in looks)
    return missed / RUNS


def test_the_sequence_holds_at_all_looks_together() -> None:
    assert ever_excluded(lambda k, n: bernoulli_sequence(k, n, 0.95)) <= 0.05


def test_an_interval_for_one_look_would_not() -> None:
    assert ever_excluded(lambda k, n: proportion(k, n, 0.95).clopper_pearson) > 0.10


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 500), (500, 500), (3, 10), (400, 500)])
def test_the_sequence_contains_the_fixed_interval(successes: int, n: int) -> None:
    low, high = bernoulli_sequence(successes, n, 0.95)
    fixed = proportion(successes, n, 0.95).wilson
    assert 0.0 <= low <= successes / n <= high <= 1.0
    assert low <= fixed[0] + 1e-9
    assert high >= fixed[1] - 1e-9


def test_replicates_go_to_the_points_nearest_to_the_level() -> None:
    tallies = {0: Tally(100, 500, 500), 1: Tally(405, 500, 500), 2: Tally(390, 500, 500), 3: Tally(500, 500, 500)}
    more = allocate(tallies, 0.8, 0.95, budget=3000, quantum=50, most=5000)
    assert set(more) == {1, 2}
    assert more[1] > 2 * more[2]
    assert sum(more.values()) == 3000


def test_nobody_gets_more_than_the_most_and_decided_points_nothing() -> None:
    tallies = {0: Tally(405, 500, 500), 1: Tally(10, 500, 500)}
    assert allocate(tallies, 0.8, 0.95, budget=1000, quantum=50, most=580) == {0: 80}
    assert not is_open(tallies[1], 0.8, 0.95)
    assert allocate({1: tallies[1]}, 0.8, 0.95, budget=1000, quantum=50, most=5000) == {}


def test_a_sweep_gives_more_only_where_it_is_open_and_the_same_whatever_the_batches(tmp_path: Path) -> None:
    study = small(tmp_path, STUDY.replace("seed = 7", "seed = 7\nmost_replicates = 150") + "[decision]\nprobability = 0.5\n")
    status = run_inline(study, tmp_path / "out", batch=5)
    given = {point.label: (point.n_done, sum(point.successes[:1]) / point.n_done) for point in open_sweep(tmp_path / "out").points}
    assert min(n for n, _ in given.values()) == 12
    assert max(n for n, _ in given.values()) == 150
    most = max(given.values())
    assert abs(most[1] - 0.5) <= min(abs(share - 0.5) for n, share in given.values() if n == 12)
    assert status.state == "complete"
    run_inline(study, tmp_path / "other", batch=64)
    assert tree(tmp_path / "other") == tree(tmp_path / "out")
