"""Indices and values of knowing from replicates alone: textbook functions, closed forms, and planted faults that fail."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from aixsim.errors import UserError
from aixsim.random.draws import uniforms
from aixsim.stats.given_data import (
    Resamples,
    cosines,
    explained,
    fit,
    places_of,
    refuse_not_finite,
    share_of_noise,
    shift,
    value_of_knowing,
)

Floats = NDArray[np.float64]


def unit(n: int, k: int, seed: int) -> Floats:
    return uniforms(seed, 0, 0, n * k).reshape(n, k)


def ishigami(n: int, seed: int) -> tuple[Floats, Floats, list[float]]:
    """Returns three numbers and a dummy, the function (a = 7, b = 0.1), and the first-order indices (Ishigami and Homma 1990)."""
    x = np.pi * (2.0 * unit(n, 4, seed) - 1.0)
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    parts = [0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 49.0 / 8.0]
    whole = 49.0 / 8.0 + 0.1 * np.pi**4 / 5.0 + 0.01 * np.pi**8 / 18.0 + 0.5
    return x, y, [parts[0] / whole, parts[1] / whole, 0.0, 0.0]


def g_function(n: int, seed: int) -> tuple[Floats, Floats, list[float]]:
    """Returns four numbers, the function of Sobol with a = 0, 1, 4.5, 9, and the first-order indices."""
    u, a = unit(n, 4, seed), np.array([0.0, 1.0, 4.5, 9.0])
    parts = 1.0 / (3.0 * (1.0 + a) ** 2)
    return u, np.prod((np.abs(4.0 * u - 2.0) + a) / (1.0 + a), axis=1), list(parts / (np.prod(1.0 + parts) - 1.0))


@pytest.mark.parametrize("function", [ishigami, g_function])
def test_first_order_indices_of_textbook_functions_within_two_hundredths_from_8192_samples(function: object) -> None:
    x, y, truth = function(8192, 1)  # type: ignore[operator]
    found = [float(fit(cosines([x[:, k]]), y[:, None])[0][0]) for k in range(4)]
    assert found == pytest.approx(truth, abs=0.02)
    # The planted fault: only the first cosine, which sees what rises or falls.
    blind = [float(fit(cosines([x[:, k]])[:, :1], y[:, None])[0][0]) for k in range(4)]
    assert blind != pytest.approx(truth, abs=0.02)


def test_numbers_together_explain_the_sum_of_their_parts() -> None:
    x, y, truth = ishigami(8192, 2)
    assert fit(cosines([x[:, 0], x[:, 1]]), y[:, None])[0] == pytest.approx(sum(truth), abs=0.02)
    assert cosines([np.arange(5.0), np.arange(5.0) ** 2]).shape == (5, 0), "three replicates a number"


def test_few_values_are_fitted_exactly() -> None:
    values = np.repeat([1.0, 2.0, 5.0], 40)
    outcome = np.where(values == 2.0, 7.0, values) + np.tile([-1.0, 1.0], 60)
    columns = cosines([values])
    assert columns.shape == (120, 2)
    share, means = fit(columns, outcome[:, None])
    between = np.array([1.0, 7.0, 5.0]).var() * 120  # sums of squares by hand: within, 120
    raw = between / (between + 120)
    assert share == pytest.approx(1 - (1 - raw) * 119 / 117)
    assert means.var() == pytest.approx(share[0] * outcome.var()), "the means have the adjusted share of the variance"


def coverage(widen: float) -> float:
    """Returns how often intervals hold the index, over the numbers of 40 samples of 500."""
    held = []
    for seed in range(40):
        x, y, truth = ishigami(500, 50 + seed)
        resamples = Resamples.of(500, seed)
        for k in range(4):
            share, _ = explained(cosines([x[:, k]]), y[:, None], resamples, k, [])
            held.append(abs(share.value[0] - truth[k]) < widen * 1.96 * share.error[0])
    return float(np.mean(held))


def test_intervals_hold_the_index_as_often_as_they_say() -> None:
    assert coverage(1.0) > 0.9
    assert coverage(0.5) < 0.9, "the planted fault: intervals of half the width"


def false_alarms(dummies: int) -> int:
    """Returns in how many of 40 runs one of ten numbers without influence is above the floor of some dummies of each, by share."""
    alarms = 0
    for seed in range(40):
        x, y = unit(200, 10, 100 + seed), unit(200, 11, 200 + seed)[:, 10:]
        resamples = Resamples.of(200, seed)
        found = [explained(cosines([x[:, k]]), y, resamples, k, [])[0] for k in range(10)]
        alarms += max(one.value[0] for one in found) > max(one.dummies[:dummies].max() for one in found)
    return alarms


def test_numbers_without_influence_are_seldom_above_the_floor() -> None:
    assert false_alarms(20) <= 6  # 2 of 40 are expected
    assert false_alarms(1) > 8  # the planted fault: one dummy a number; 20 of 40 are expected


def test_a_dummy_is_at_the_floor_by_every_measure_and_a_number_above_it() -> None:
    x, _, _ = ishigami(1000, 3)
    y = np.stack([x[:, 0] + 3.0 * unit(1000, 1, 4)[:, 0], (x[:, 0] > unit(1000, 1, 5)[:, 0]).astype(np.float64)], axis=1)
    resamples, places = Resamples.of(1000), places_of(y)
    for k, is_real in ((0, True), (3, False)):
        share, worth = explained(cosines([x[:, k]]), y, resamples, k, [1])
        for found in (share, worth, shift(x[:, k], places, resamples, k)):
            assert (found.value > found.dummies.max(axis=0)).all() == is_real


def closed_form(mean: float, spread: float) -> float:
    """Returns the worth of knowing a normal part of a net benefit: the unit normal loss."""
    d = abs(mean) / spread
    return spread * float(norm.pdf(d) - d * norm.sf(d))


@pytest.mark.parametrize("mean", [0.0, -0.4, 1.0])
def test_the_worth_of_knowing_is_that_of_the_closed_form(mean: float) -> None:
    x = norm.ppf(unit(8192, 3, 6))
    y = (mean + x[:, 0] + 0.5 * x[:, 1] + x[:, 2])[:, None]
    y += mean - y.mean()
    one, both = (float(value_of_knowing(fit(cosines(known), y)[1], 0.0)[0]) for known in ([x[:, 0]], [x[:, 0], x[:, 1]]))
    assert one == pytest.approx(closed_form(mean, 1.0), abs=0.02)
    assert both == pytest.approx(closed_form(mean, math.sqrt(1.25)), abs=0.02)
    # The planted fault: a threshold that is not the one of the decision.
    assert value_of_knowing(fit(cosines([x[:, 0]]), y)[1], 0.6)[0] != pytest.approx(closed_form(mean, 1.0), abs=0.02)


def bias(*, drawn_together: bool) -> float:
    """Returns by how much the worth of knowing a weak number is overestimated from 150 replicates, mean of 100 samples."""
    found = []
    for seed in range(100):
        x = norm.ppf(unit(150, 2, 300 + seed))
        y = (0.7 * x[:, 0] + 2.0 * x[:, 1])[:, None]
        y -= y.mean()
        columns = cosines([x[:, 0]])
        means = fit(columns, y)[1] if drawn_together else columns @ (columns.T @ y)
        found.append(value_of_knowing(means, 0.0)[0])
    return float(np.mean(found)) - closed_form(0.0, 0.7)


def test_noise_is_not_worth_knowing() -> None:
    assert abs(bias(drawn_together=True)) < 0.02
    assert bias(drawn_together=False) > 0.03, "the planted fault: means that follow the noise"


def test_a_shift_by_hand() -> None:
    number = np.repeat([0.0, 1.0], 500)
    reached = np.concatenate([np.arange(500) < 100, np.arange(500) < 400]).astype(np.float64)
    found = shift(number, places_of(reached[:, None]), Resamples.of(1000), 0)
    assert found.value[0] == pytest.approx(0.3), "0.2 and 0.8 are each 0.3 from one half"
    assert found.dummies.max() < 0.1


def test_the_share_of_noise_needs_replicates_with_equal_numbers() -> None:
    sets = norm.ppf(unit(300, 2, 7))
    numbers = np.repeat(sets, 3, axis=0)
    y = (numbers[:, 0] + numbers[:, 1] + math.sqrt(2.0) * norm.ppf(unit(900, 1, 8)[:, 0]))[:, None]
    found = share_of_noise(numbers, y)
    assert found is not None
    assert abs(found[0][0] - 0.5) < 3.0 * found[1][0] < 0.15
    assert share_of_noise(unit(900, 2, 9), y) is None
    shuffled = share_of_noise(numbers[np.argsort(unit(900, 1, 10)[:, 0])], y)
    assert shuffled is not None
    assert shuffled[0][0] > 0.85, "the planted fault: numbers of other replicates"


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_named(wrong: float) -> None:
    columns = {"good": np.ones(3), "bad": np.array([1.0, wrong, 2.0])}
    with pytest.raises(UserError, match=r"here: bad is not finite in 1 of 3 replicates, such as row 1"):
        refuse_not_finite(columns, "here")
