"""Cases whose answer is known, each with a wrong parameter that must be noticed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import gamma as gamma_law

from aixsim.engines.kernel import replicate as kernel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.world.classification import SIZES
from aixsim.world.network import Network
from tests import worlds

MONTHS = np.arange(1, 61)


def counts(world: Problem, outcome: str = "decided") -> NDArray[np.int32]:
    """As ``worlds.counts``, on the kernel: so many firms take the reference engine ten seconds, and the two agree in every event."""
    return worlds.counts(world, outcome, engine=kernel.run)


def binomial_z(observed: NDArray[np.int32], n: int, share: NDArray[np.floating[Any]]) -> float:
    """Largest deviation from Binomial(n, share), in standard deviations, over the months."""
    return float(np.max(np.abs(observed - n * share) / np.sqrt(n * share * (1.0 - share))))


def test_independent_firms_decide_by_the_exponential_law() -> None:
    n, p = 20_000, 0.01
    observed = counts(worlds.problem(worlds.settings({"innovation": {"rate": p}}), n))
    assert binomial_z(observed, n, 1 - np.exp(-p * MONTHS)) < 4
    assert binomial_z(observed, n, 1 - np.exp(-1.06 * p * MONTHS)) > 4


def bass(p: float, q: float) -> NDArray[np.float64]:
    share, path = 0.0, []
    for _ in MONTHS:
        share += (1.0 - share) * (1.0 - np.exp(-(p + q * share)))
        path.append(share)
    return np.array(path)


def test_peers_follow_the_discrete_bass_curve() -> None:
    n, p, q = 20_000, 0.004, 0.12
    observed = counts(worlds.problem(worlds.settings({"innovation": {"rate": p}, "peers": {"rate": q}}), n)) / n
    assert np.max(np.abs(observed - bass(p, q))) < 0.02
    assert np.max(np.abs(observed - bass(p, 1.1 * q))) > 0.02


def test_leaves_of_a_star_follow_their_hub() -> None:
    n, q = 10_001, 0.02
    chosen = worlds.settings({"partners": {"rate": q}}, initial_adopters=1)
    leaves = counts(worlds.problem(chosen, n, network=Network.star(n))) - 1
    assert binomial_z(leaves, n - 1, 1 - np.exp(-q * MONTHS)) < 4
    assert binomial_z(leaves, n - 1, 1 - np.exp(-1.06 * q * MONTHS)) > 4


def test_a_budget_for_n_projects_a_year_launches_exactly_n_a_year() -> None:
    chosen = worlds.settings(
        {"innovation": {"rate": 0.5}},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1200},
        programme=[worlds.programme(budget_krw_bn=dict.fromkeys(range(2024, 2029), 7.0), call_months=[6])],
    )
    launched = counts(worlds.problem(chosen, 500), "launched")
    assert launched[11::12].tolist() == [7, 14, 21, 28, 35]
    too_dear = worlds.settings(**{**chosen, "programme": [worlds.programme(grant_krw_bn=1.01, budget_krw_bn={2024: 7.0}, call_months=[6])]})
    assert counts(worlds.problem(too_dear, 500), "launched")[11] == 6


@pytest.mark.parametrize("variance", [0.5, 2.0])
def test_gamma_frailty_slows_the_curve_down(variance: float) -> None:
    n, p = 20_000, 0.02
    chosen = worlds.settings({"innovation": {"rate": p}}, susceptibility={"frailty": "gamma", "frailty_variance": variance})
    observed = counts(worlds.problem(chosen, n))
    assert binomial_z(observed, n, 1 - (1 + variance * p * MONTHS) ** (-1 / variance)) < 4
    assert binomial_z(observed, n, 1 - np.exp(-p * MONTHS)) > 4
    assert gamma_law(1 / variance, scale=variance).mean() == pytest.approx(1.0)


def test_abandonment_leaves_geometric_survivors() -> None:
    n, yearly = 20_000, 0.2
    chosen = worlds.settings({}, implementation={"abandonment_per_year": yearly}, initial_adopters=n)
    operating = counts(worlds.problem(chosen, n), "operating")
    assert binomial_z(operating, n, (1 - yearly) ** (MONTHS / 12)) < 4
    assert binomial_z(operating, n, (1 - 1.06 * yearly) ** (MONTHS / 12)) > 4


def test_implementation_takes_its_median_and_fails_as_often_as_it_should() -> None:
    n = 20_000
    chosen = worlds.settings(
        {"innovation": {"rate": 900.0}},
        implementation={"median_months": dict.fromkeys(SIZES, 20.0), "sigma": 0.4, "success": dict.fromkeys(SIZES, 0.8)},
    )
    world = worlds.problem(chosen, n)
    history = kernel.run(world, draw_scenario(world, 0))
    ended = np.minimum(worlds.first_month(history, Event.OPERATING, n), worlds.first_month(history, Event.FAILED, n))
    assert abs(np.median(ended) - 20.0) <= 1.0
    n_failed = int(np.count_nonzero(worlds.first_month(history, Event.FAILED, n) < 10**6))
    n_ended = int(np.count_nonzero(ended < 10**6))
    assert abs(n_failed / n_ended - 0.2) < 4 * np.sqrt(0.16 / n_ended)
    assert abs(n_failed / n_ended - 0.22) > 4 * np.sqrt(0.16 / n_ended)
