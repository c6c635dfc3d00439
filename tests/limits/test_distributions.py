"""Slow statistical checks over many replicates (``make verify``): whole distributions, not only means."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, chisquare

from aixsim.engines.kernel import replicate as kernel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.tabulation import outcome_counts
from aixsim.world.network import Network
from tests import worlds

pytestmark = pytest.mark.verify
N, REPLICATES, MONTH = 400, 4000, 23


def decided(world: Problem) -> NDArray[np.int64]:
    """Firms that have decided by the month, in every replicate."""
    out = np.empty(REPLICATES, np.int64)
    for replicate in range(REPLICATES):
        scenario = draw_scenario(world, replicate)
        table = outcome_counts(kernel.run(world, scenario), scenario.counts, world.horizon.n_months, world.population)
        out[replicate] = table[OUTCOMES.index("decided"), MONTH]
    return out


def fits(observed: NDArray[np.int64], n: int, chance: float) -> bool:
    """Chi-square test of a binomial law in twelve classes of about equal weight, at one in ten thousand."""
    edges = binom.ppf(np.linspace(0, 1, 13)[1:-1], n, chance)
    expected = np.diff(np.concatenate([[0.0], binom.cdf(edges, n, chance), [1.0]])) * len(observed)
    counted = np.bincount(np.searchsorted(edges, observed), minlength=12)
    return bool(chisquare(counted, expected).pvalue > 1e-4)


def test_independent_firms_have_the_whole_binomial_law() -> None:
    p = 0.01
    observed = decided(worlds.problem(worlds.settings({"innovation": {"rate": p}}), N, end="2025-12"))
    assert fits(observed, N, 1 - np.exp(-p * (MONTH + 1)))
    assert not fits(observed, N, 1 - np.exp(-1.02 * p * (MONTH + 1)))


def test_leaves_of_a_star_have_the_whole_binomial_law() -> None:
    q = 0.01
    chosen = worlds.settings({"partners": {"rate": q}}, initial_adopters=1)
    observed = decided(worlds.problem(chosen, N + 1, network=Network.star(N + 1), end="2025-12")) - 1
    assert fits(observed, N, 1 - np.exp(-q * (MONTH + 1)))
    assert not fits(observed, N, 1 - np.exp(-1.02 * q * (MONTH + 1)))
