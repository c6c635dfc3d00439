"""Comparisons: intervals of differences by enumeration, and pairing that must be able to break."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multinomial, ttest_1samp, ttest_ind

from aixsim.analysis.comparison import ComparisonError, compare
from aixsim.analysis.differences import (
    Difference,
    independent_mean,
    independent_proportions,
    mcnemar,
    paired_mean,
    paired_proportions,
)
from aixsim.analysis.results import Result, open_result
from aixsim.core.draws import Purpose, uniforms
from tests.result_fixture import FakeGoal, make_result

SURE = 0.95
N = 24
TABLES = np.array([(a, b, c, N - a - b - c) for a, b, c in product(range(N + 1), repeat=3) if a + b + c <= N])
TRUTHS = [(0.30, 0.20, 0.05, 0.45), (0.02, 0.10, 0.02, 0.86), (0.88, 0.10, 0.01, 0.01), (0.45, 0.05, 0.05, 0.45), (0.1, 0.4, 0.1, 0.4)]


def wald(both: int, only_after: int, only_before: int, neither: int, confidence: float) -> Difference:
    """The planted fault: the normal interval, which is a point when no pair differs."""
    n = both + only_after + only_before + neither
    d = (only_after - only_before) / n
    reach = 1.959964 * math.sqrt(max((only_after + only_before) / n - d * d, 0.0) / n)
    return Difference(d, d - reach, d + reach)


def coverage(interval: object) -> list[float]:
    """Exact probability that the interval holds the true difference, for each truth."""
    ends = np.array([(d.low, d.high) for d in (interval(*map(int, t), SURE) for t in TABLES)])  # type: ignore[operator]
    out = []
    for truth in TRUTHS:
        held = (ends[:, 0] <= truth[1] - truth[2]) & (truth[1] - truth[2] <= ends[:, 1])
        out.append(float((multinomial.pmf(TABLES, N, truth) * held).sum()))
    return out


def test_newcombe_covers_pairs_and_wald_does_not() -> None:
    assert min(coverage(paired_proportions)) > 0.94
    assert min(coverage(wald)) < 0.93


def test_pairs_that_agree_narrow_the_interval_and_never_to_a_point() -> None:
    paired = paired_proportions(50, 0, 0, 50, SURE)
    apart = independent_proportions((50, 100), (50, 100), SURE)
    assert 0 < paired.high - paired.low < 0.4 * (apart.high - apart.low)
    assert paired.low == -paired.high


def test_exchanging_the_two_exchanges_the_ends() -> None:
    one, other = paired_proportions(10, 7, 2, 5, SURE), paired_proportions(10, 2, 7, 5, SURE)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_independent_proportions_by_the_published_formula() -> None:
    # Newcombe (1998), table II, example (a): 56/70 against 48/80, method 10.
    d = independent_proportions((56, 70), (48, 80), SURE)
    assert (round(d.low, 4), round(d.high, 4)) == (0.0524, 0.3339)


def test_mean_differences_agree_with_scipy() -> None:
    a, b = uniforms(1, 0, Purpose.MERIT, 40), 1.5 * uniforms(1, 1, Purpose.MERIT, 30)
    paired = paired_mean(a, SURE)
    assert (paired.low, paired.high) == pytest.approx(tuple(ttest_1samp(a, 0.0).confidence_interval(SURE)))
    welch = independent_mean(a, b, SURE)
    assert (welch.low, welch.high) == pytest.approx(tuple(ttest_ind(a, b, equal_var=False).confidence_interval(SURE)))


def test_mcnemar_is_the_exact_binomial() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 * 0.5**6)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    base = tmp_path_factory.mktemp("results")
    made = {
        "plan": make_result(base / "plan", 60),
        "lifted": make_result(base / "lifted", 60, lift=1.15),
        "some failed": make_result(base / "failed", 60, lift=1.15, failed=(0, 7)),
        "other seed": make_result(base / "seed", 60, seed=2, lift=1.15),
        "sample": make_result(base / "sample", 10, 0.05),
        "no goals": make_result(base / "goals", 5, goals=()),
        "one left": make_result(base / "one", 2, failed=(0,)),
    }
    return {name: open_result(path) for name, path in made.items()}


def test_a_result_does_not_differ_from_itself(results: dict[str, Result]) -> None:
    for change in compare([results["plan"], results["plan"]]).changes:
        assert (change.count.estimate, change.count.low, change.count.high) == (0, 0, 0)
        assert (change.gained, change.lost, change.variance_reduction, change.p_value) == (0, 0, None, 1.0)
        assert change.spent_krw_bn.estimate == 0


def test_a_lift_is_found_and_pairing_pays(results: dict[str, Result]) -> None:
    change, operating = compare([results["plan"], results["lifted"]]).changes
    assert change.paired
    assert change.n == 60
    assert change.count.low > 40
    assert change.lost == 0
    assert change.gained
    assert change.variance_reduction is not None
    assert change.variance_reduction > 20
    assert change.months is not None
    assert change.months.high < 0
    assert change.spent_krw_bn.low > 0
    assert operating.goal == "500 operating"
    plain = compare([results["plan"], results["lifted"]]).to_dict()["differences"][0]
    assert plain["count"] == [change.count.estimate, change.count.low, change.count.high]
    assert json.dumps(plain, allow_nan=False)


def test_broken_pairing_is_noticed(results: dict[str, Result]) -> None:
    """The planted fault: the replicates of one result exchanged; the advantage of pairs must go."""
    shuffled = Result(results["lifted"].path, results["lifted"].provenance)
    table = shuffled.trajectories.copy()
    table["replicate"] = 59 - table["replicate"]
    shuffled.__dict__["trajectories"] = table
    change = compare([results["plan"], shuffled]).changes[0]
    assert change.variance_reduction is not None
    assert change.variance_reduction < 2


def test_only_common_replicates_are_compared(results: dict[str, Result]) -> None:
    change = compare([results["plan"], results["some failed"]]).changes[0]
    assert change.n == 58
    full = compare([results["plan"], results["lifted"]]).changes[0]
    assert change.count.estimate == pytest.approx(full.count.estimate, abs=5)


def test_different_seeds_are_not_paired(results: dict[str, Result]) -> None:
    comparison = compare([results["plan"], results["other seed"]])
    change = comparison.changes[0]
    assert not change.paired
    assert (change.gained, change.variance_reduction, change.count_quantiles) == (None, None, None)
    assert "NOT paired: different seeds" in comparison.to_text()
    paired = compare([results["plan"], results["lifted"]]).changes[0]
    assert change.count.standard_error > 4 * paired.count.standard_error


@pytest.mark.parametrize(
    ("first", "other", "key"),
    [("plan", "sample", "scale"), ("no goals", "plan", "goals"), ("plan", "one left", "replicates")],
)
def test_what_cannot_be_compared_is_refused(results: dict[str, Result], first: str, other: str, key: str) -> None:
    with pytest.raises(ComparisonError) as caught:
        compare([results[first], results[other]])
    assert (caught.value.key, caught.value.baseline) == (key, results[first].path)
    assert caught.value.other == results[first if key == "goals" else other].path


def test_different_horizons_are_refused(results: dict[str, Result]) -> None:
    plan = results["plan"]
    later = Result(plan.path, {**plan.provenance, "horizon": {"start": "2024-01", "end": "2031-12"}})
    with pytest.raises(ComparisonError) as caught:
        compare([plan, later])
    assert caught.value.key == "horizon"


def test_words_fit_the_terminal(results: dict[str, Result]) -> None:
    text = compare([results["plan"], results["lifted"]]).to_text()
    assert max(len(line) for line in text.splitlines() if "/" not in line) <= 80


def test_counts_of_a_sample_are_scaled_to_the_nation(tmp_path: Path) -> None:
    goal = (FakeGoal("g", "launched", 500, "2030-12"),)
    plan, more = (open_result(make_result(tmp_path / str(lift), 30, 0.05, lift=lift, goals=goal)) for lift in (1.0, 1.15))
    (change,) = compare([plan, more]).changes
    assert 30 < change.count.estimate < 100
