"""Intervals cover what they say, checked by enumeration, with an interval that does not."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, sqrt

import numpy as np
import pytest
from scipy.stats import binomtest

from aixsim.config.models import Goal
from aixsim.errors import UserError
from aixsim.model.calendar import Horizon
from aixsim.results.goals import evaluate_goals
from aixsim.stats.intervals import proportion

N, CONFIDENCE = 40, 0.95


def exact(k: int) -> tuple[float, float]:
    return proportion(k, N, CONFIDENCE).clopper_pearson


def wald(k: int) -> tuple[float, float]:
    p = k / N
    margin = 1.96 * sqrt(p * (1 - p) / N)
    return p - margin, p + margin


def lowest_coverage(interval: Callable[[int], tuple[float, float]]) -> float:
    intervals = [interval(k) for k in range(N + 1)]
    worst = 1.0
    for p in np.linspace(0.01, 0.99, 99):
        covered = sum(comb(N, k) * p**k * (1 - p) ** (N - k) for k, (low, high) in enumerate(intervals) if low <= p <= high)
        worst = min(worst, covered)
    return worst


def test_clopper_pearson_never_covers_less_than_it_says() -> None:
    assert lowest_coverage(exact) >= CONFIDENCE
    assert lowest_coverage(wald) < 0.8, "the twin: the textbook normal interval fails"


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 7, 1000])
def test_both_intervals_are_scipys(n: int, confidence: float) -> None:
    for k in sorted({0, 1, n // 3, n - 1, n}):
        test, ours = binomtest(k, n), proportion(k, n, confidence)
        exactly, score = test.proportion_ci(confidence, method="exact"), test.proportion_ci(confidence, method="wilson")
        np.testing.assert_allclose(ours.clopper_pearson, (exactly.low, exactly.high), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ours.wilson, (score.low, score.high), rtol=1e-9, atol=1e-12)


def test_never_zero_or_hundred_percent_without_its_bound() -> None:
    assert str(proportion(0, 1000, 0.95)) == "below 0.4 % (95 % bound; 0 of 1,000)"
    assert str(proportion(1000, 1000, 0.95)) == "above 99.6 % (95 % bound; 1,000 of 1,000)"
    assert str(proportion(500, 1000, 0.95)) == "50.0 % [46.9 %, 53.1 %] (95 % interval; 500 of 1,000)"
    with pytest.raises(UserError):
        proportion(0, 0, 0.95)


def test_goals_by_hand() -> None:
    paths = {"launched": np.array([[0, 2, 5], [1, 3, 6], [0, 0, 1], [4, 5, 9]], np.int32)}
    goal = Goal(name="g", outcome="launched", at_least=50.0, by="2024-03")
    (found,) = evaluate_goals(paths, [goal], Horizon("2024-01", "2024-03"), 0.1, 1, 0.95)
    assert (found["successes"], found["n"], found["n_failed"]) == (3, 4, 1)
    assert found["count_at_deadline"]["p50"] == 55.0
    assert found["month_reached"] == {"p05": "2024-02", "p50": "2024-03", "p95": None}
    assert found["shortfall"]["mean"] == 10.0
    assert (found["probability_if_failed_missed"], found["probability_if_failed_reached"]) == (0.6, 0.8)
