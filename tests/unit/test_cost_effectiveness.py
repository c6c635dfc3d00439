"""What one more factory costs: Fieller's interval by hand and by its definition, its coverage, and results by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from aixsim.random.draws import normal, uniforms
from aixsim.report.text.comparison_text import comparison_text
from aixsim.results.comparison import compare
from aixsim.stats.fieller import fieller
from tests.result_fixture import make_result

SURE = 0.95


def test_by_hand() -> None:
    # Means 12 and 5, variances of the means 4/3 and 1/3, covariance 2/3, t = 4.302653.
    found = fieller(np.array([10.0, 12.0, 14.0]), np.array([4.0, 5.0, 6.0]), SURE)
    assert found is not None
    assert (found.estimate, found.low, found.high) == pytest.approx((2.4, 2.26733, 2.79489), abs=1e-4)


def test_the_ends_are_where_the_test_just_rejects() -> None:
    a, b = (10.0 + 3.0 * values(40, seed) for seed in (1, 2))
    found = fieller(a, b, SURE)
    assert found is not None
    for end in (found.low, found.high):
        assert stats.ttest_1samp(a - end * b, 0.0).pvalue == pytest.approx(1.0 - SURE, abs=1e-9)


def test_a_proportional_effect_is_certain() -> None:
    b = np.array([1.0, 2.0, 4.0])
    found = fieller(0.5 * b, b, SURE)
    assert found is None  # 7/3 with a standard error of 0.88: the effect itself is not certain
    b = b + 100.0
    found = fieller(0.5 * b, b, SURE)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.5, 0.5))


def values(n: int, seed: int) -> NDArray[np.float64]:
    return np.array([normal(u) for u in uniforms(seed, 0, 0, n)])


def covered(narrower: float) -> float:
    """Returns how often the interval holds the true ratio 2; ``narrower`` is a planted fault, the factor of its width."""
    held, n = 0, 400
    for seed in range(n):
        b = 3.0 + 4.0 * values(20, 2 * seed)
        found = fieller(2.0 * b + 6.0 * values(20, 2 * seed + 1), b, SURE)
        if found is None:
            held += 1  # no bounded interval: every ratio is possible
            continue
        low, high = (found.estimate + narrower * (end - found.estimate) for end in (found.low, found.high))
        held += low <= 2.0 <= high
    return held / n


def test_the_interval_holds_the_ratio_as_often_as_it_says() -> None:
    assert 0.92 <= covered(1.0) <= 0.98
    assert covered(0.6) < 0.92


def test_results_by_hand(tmp_path: Path) -> None:
    base, more = (make_result(tmp_path / name, lift=lift) for name, lift in (("base", 1.0), ("more", 1.2)))
    comparison = compare(base, more)
    (policy,) = comparison.policies
    costs = policy.costs
    launched = costs.factories["launched"].paired.estimate
    each = costs.each["launched", "public"]
    assert each is not None
    assert each.estimate == pytest.approx(policy.spent_krw_bn.paired.estimate / launched)
    assert each.low < each.estimate < each.high
    frame = comparison.to_frame()
    row = frame[(frame["quantity"] == "public money for one more") & (frame["outcome"] == "launched")].iloc[0]
    assert (row["difference"], row["unit"]) == (each.estimate, "KRW bn")
    assert f"for one more: launched {each.estimate:,.2f} [" in comparison_text(comparison, 200)


def test_without_an_effect_it_is_not_defined(tmp_path: Path) -> None:
    base, same = (make_result(tmp_path / name) for name in ("base", "same"))
    comparison = compare(base, same)
    assert set(comparison.policies[0].costs.each.values()) == {None}
    assert "launched not defined; operating not defined" in comparison_text(comparison, 200)
    assert comparison.to_dict()["costs"][0]["each"][0]["krw_bn"] is None
