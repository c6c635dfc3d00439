"""Weights: their effective number, drawing by them, and quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.stats.weights import TooFewError, effective_sample_size, normalised, resample, weighted_quantile


def test_the_effective_number_of_equal_and_of_unequal_weights() -> None:
    assert effective_sample_size(np.full(50, 0.02)) == pytest.approx(50)
    assert effective_sample_size(np.array([1.0, 0.0, 0.0])) == 1
    assert normalised(np.array([-1000.0, -1000.0])).tolist() == [0.5, 0.5]
    assert normalised(np.array([-np.inf, -np.inf])).tolist() == [0.5, 0.5]
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not a number"):
            normalised(np.array([0.0, bad]))


def test_drawing_follows_the_weights_and_any_first_part_does_too() -> None:
    weights = np.array([0.1, 0.2, 0.7])
    drawn = resample(weights, 1000, 3)
    assert np.abs(np.bincount(drawn) / 1000 - weights).max() <= 1 / 1000
    assert np.abs(np.bincount(drawn[:200]) / 200 - weights).max() < 0.12
    assert (drawn == resample(weights, 1000, 3)).all()
    assert (drawn != resample(weights, 1000, 4)).any()


def test_quantiles_follow_the_weights() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25])
    assert weighted_quantile(values, weights, np.array([0.2, 0.25, 0.5, 0.51, 1.0])).tolist() == [1, 1, 2, 3, 3]


def test_too_few_says_how_few() -> None:
    error = TooFewError("a run", 43.4, 1000, "run more")
    assert (error.ess, error.n, error.least, error.exit_code) == (43.4, 1000, 100, 2)
    assert "43 of 1,000" in str(error)
