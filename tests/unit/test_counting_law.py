"""The law of the counts against SciPy, its moments against draws, and a planted fault."""

from __future__ import annotations

import numpy as np
from scipy.stats import nbinom

from aixsim.random.draws import Purpose, uniforms
from aixsim.stats.counting_law import log_mass, quantile, widened

MEANS = np.array([0.5, 7.0, 300.0, 5000.0])
DISPERSIONS = np.array([0.01, 0.04, 0.16, 1.0])


def test_it_is_the_negative_binomial_law_of_scipy() -> None:
    size = 1.0 / DISPERSIONS
    for count in (0, 3, 250, 6000):
        expected = nbinom.logpmf(count, size, size / (size + MEANS))
        assert np.allclose(log_mass(count, MEANS, DISPERSIONS), expected, rtol=1e-9)
        assert not np.allclose(log_mass(count, MEANS, 1.1 * DISPERSIONS), expected, rtol=1e-9), "the twin: another dispersion"


def test_draws_have_the_mean_and_the_variance_it_says() -> None:
    u = uniforms(7, 0, Purpose.COUNTING, 40_000)
    drawn = quantile(u, np.full(len(u), 300.0), np.full(len(u), 0.04))
    variance = 300.0 + 0.04 * 300.0**2
    assert abs(drawn.mean() - 300.0) < 4 * np.sqrt(variance / len(u))
    assert abs(drawn.var() / variance - 1) < 0.05
    assert abs(drawn.var() / (2 * variance) - 1) > 0.05, "the twin: twice the variance is noticed"


def test_an_error_of_its_own_adds_in_squares() -> None:
    assert np.isclose(widened(0.01, 0.3), 0.10)
