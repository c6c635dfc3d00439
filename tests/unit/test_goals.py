"""Goals: intervals checked by enumerating every possible count, and records checked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from aixsim.config.models import Expect, target_in_sample
from aixsim.errors import UserError
from aixsim.model.calendar import Horizon
from aixsim.results.expectations import judge
from aixsim.results.goals import evaluate_goals, month_reached
from aixsim.stats.intervals import percent, proportion, wilson_half_width
from tests.result_fixture import FakeGoal

Interval = Callable[[int, int], tuple[float, float]]
SURE = 0.95
GRID = np.linspace(0.005, 0.995, 199)


def clopper_pearson(successes: int, n: int) -> tuple[float, float]:
    return proportion(successes, n, SURE).clopper_pearson


def wilson(successes: int, n: int) -> tuple[float, float]:
    return proportion(successes, n, SURE).wilson


def wald(successes: int, n: int) -> tuple[float, float]:
    """The planted fault: the textbook interval that shrinks to nothing at 0 and 1."""
    p = successes / n
    reach = 1.959964 * math.sqrt(p * (1 - p) / n)
    return p - reach, p + reach


def coverage(interval: Interval, n: int) -> np.ndarray:
    """Exact probability that the interval holds the truth, for every truth of the grid."""
    low, high = np.array([interval(k, n) for k in range(n + 1)]).T
    held = (low[:, None] <= GRID) & (high[:, None] >= GRID)
    covered: np.ndarray = (binom.pmf(np.arange(n + 1)[:, None], n, GRID) * held).sum(axis=0)
    return covered


@pytest.mark.parametrize("n", [5, 20, 100])
def test_clopper_pearson_never_covers_less_than_it_says_and_wald_does(n: int) -> None:
    assert coverage(clopper_pearson, n).min() >= SURE - 1e-12
    assert coverage(wald, n).min() < 0.5


@pytest.mark.parametrize("n", [5, 20, 100])
def test_wilson_covers_about_what_it_says_and_wald_does_not(n: int) -> None:
    assert abs(coverage(wilson, n).mean() - SURE) < 0.01
    assert coverage(wald, n).mean() < SURE - 0.015


def test_wilson_half_width_has_its_closed_form_and_shrinks() -> None:
    z, n, k = 1.959963984540054, 250, 40
    expected = z / (1 + z * z / n) * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    assert wilson_half_width(k, n, SURE) == pytest.approx(expected, rel=1e-9)
    assert wilson_half_width(160, 1000, SURE) < wilson_half_width(40, 250, SURE)


@pytest.mark.parametrize(
    ("successes", "n", "text"),
    [
        (0, 1000, "0 % (at most 0.4 %)"),
        (1000, 1000, "100 % (at least 99.6 %)"),
        (632, 1000, "63.2 % [60.1, 66.2]"),
        (1, 100_000, "0.001 % [0.00003, 0.01]"),
        (0, 100_000, "0 % (at most 0.004 %)"),
        (100_000, 100_000, "100 % (at least 99.996 %)"),
    ],
)
def test_words_never_claim_certainty(successes: int, n: int, text: str) -> None:
    found = proportion(successes, n, SURE)
    assert found.short == text
    assert str(found).startswith(("below", "above") if successes in (0, n) else text.partition(" %")[0])
    assert f"{successes:,} of {n:,}" in str(found)


def test_percent_is_0_or_100_only_when_it_is() -> None:
    assert (percent(0.0), percent(1.0)) == ("0 %", "100 %")
    assert percent(0.00004) == "0.004 %"
    assert percent(0.99996) == "99.996 %"


def test_nothing_counted_is_refused() -> None:
    with pytest.raises(UserError):
        proportion(0, 0, SURE)


def test_target_in_sample_is_exact_where_floats_are_not() -> None:
    assert target_in_sample(500, 0.05) == 25
    assert target_in_sample(102, 0.03) == 4
    assert target_in_sample(0, 0.03) == 0
    for per_cent in range(1, 101):
        assert target_in_sample(100, per_cent / 100) == per_cent
    assert any(not k >= 100 * (k / 100) for k in range(1, 101)), "the naive comparison has lost its trap; simplify"


HORIZON = Horizon("2030-01", "2030-06")


def world(paths: list[list[int]], outcome: str = "launched") -> dict[str, NDArray[np.int32]]:
    return {outcome: np.array(paths, np.int32).reshape(len(paths), HORIZON.n_months)}


def test_both_goals_by_hand() -> None:
    launched = world([[0, 0, 0, 0, 5, 9], [0, 0, 0, 0, 5, 9], [0, 0, 0, 0, 1, 9], [0, 0, 0, 0, 1, 9]])
    operating = world([[0, 0, 0, 0, 0, 3], [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 3], [0, 0, 0, 0, 0, 3]], "operating")
    goals = [FakeGoal("many", "launched", 40, "2030-05"), FakeGoal("few", "operating", 30, "2030-06")]
    first, second = evaluate_goals(launched | operating, goals, HORIZON, 0.1, 0, SURE)
    # Reached by replicates 0 and 1, and by 0, 2 and 3; by chance both would have 2 of 4 * 3 of 4.
    (both,) = first["jointly"]
    assert (both["with"], both["successes"], both["probability"]) == ("few", 1, 0.25)
    assert both["interval"] == {"low": pytest.approx(0.0063094, abs=1e-6), "high": pytest.approx(0.8058796, abs=1e-6)}
    assert second["jointly"] == [{**both, "with": "many"}]
    (alone,) = evaluate_goals(launched, goals[:1], HORIZON, 0.1, 0, SURE)
    assert alone["jointly"] == []


def test_a_goal_by_hand() -> None:
    counts = world([[0, 1, 2, 3, 4, 9], [0, 0, 0, 4, 5, 9], [0, 0, 0, 0, 5, 9], [0, 0, 0, 0, 1, 9]])
    (goal,) = evaluate_goals(counts, [FakeGoal("g", "launched", 40, "2030-05")], HORIZON, 0.1, 1, SURE)
    assert (goal["successes"], goal["n"], goal["n_failed"], goal["target_in_sample"]) == (3, 4, 1, 4)
    assert goal["probability"] == 0.75
    assert (goal["probability_if_failed_missed"], goal["probability_if_failed_reached"]) == (0.6, 0.8)
    assert goal["count_at_deadline_in_sample"]["mean"] == 3.75
    assert goal["count_at_deadline"]["p50"] == pytest.approx(45)
    assert goal["month_reached"] == {"p05": "2030-04", "p50": "2030-05", "p95": None}
    assert goal["shortfall_in_sample"] == pytest.approx({"mean": 0.75, "p05": 0, "p50": 0, "p95": 2.55})
    assert goal["shortfall"]["mean"] == pytest.approx(7.5)
    assert goal["interval_method"] == "Clopper-Pearson"
    assert goal["interval"]["low"] == clopper_pearson(3, 4)[0]
    assert goal["wilson_interval"]["high"] == wilson(3, 4)[1]


@pytest.mark.parametrize("scale", [0.01, 0.07, 1.0])
def test_an_expectation_is_national_as_a_goal_is(scale: float) -> None:
    """The same statement, of 100, 200, 300 and 400 national firms, has the same answer at every scale."""
    counts = np.rint(np.array([100, 200, 300, 400]) * scale).astype(np.int32)
    about: dict[str, Any] = {"name": "e", "outcome": "launched", "by": "2030-05"}
    (goal,) = evaluate_goals(
        {"launched": counts[:, None].repeat(6, axis=1)}, [FakeGoal("g", "launched", 300, "2030-05")], HORIZON, scale, 0, SURE
    )
    likely = judge(Expect(**about, statistic="probability", reaches=300, at_least=0.5), counts, scale)
    assert (likely.observed, likely.holds) == (goal["probability"], True)
    assert judge(Expect(**about, at_least=250), counts, scale).holds
    assert judge(Expect(**about, at_most=250), counts, scale).holds
    assert judge(Expect(**about, equals=250, within=0.0), counts, scale).holds
    assert judge(Expect(**about, statistic="p95", at_least=380), counts, scale).observed == pytest.approx(385)
    if scale < 1:
        assert not judge(Expect(**about, at_least=250), counts).holds, "the planted fault: firms of the sample"


def test_what_is_lost_before_the_deadline_does_not_count() -> None:
    counts = world([[0, 5, 5, 5, 5, 4]], "operating")
    (goal,) = evaluate_goals(counts, [FakeGoal("g", "operating", 5, "2030-06")], HORIZON, 1.0, 0, SURE)
    assert goal["successes"] == 0
    assert goal["month_reached"]["p50"] == "2030-02"


def test_months_are_order_statistics_of_all_replicates() -> None:
    reached = np.zeros((100, 6), np.bool_)
    reached[:5, 1:] = True
    assert month_reached(reached, HORIZON) == {"p05": "2030-02", "p50": None, "p95": None}
    reached[4] = False
    assert month_reached(reached, HORIZON)["p05"] is None


@pytest.mark.parametrize("by", ["2029-12", "2030-07"])
def test_a_deadline_outside_the_horizon_is_refused(by: str) -> None:
    with pytest.raises(UserError):
        evaluate_goals(world([[0] * 6]), [FakeGoal("g", "launched", 1, by)], HORIZON, 1.0, 0, SURE)


def test_no_replicate_no_record() -> None:
    assert evaluate_goals(world([]), [FakeGoal("g", "launched", 1, "2030-06")], HORIZON, 1.0, 3, SURE) == []
