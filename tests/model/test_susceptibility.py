"""Susceptibility: the product of a factor of the size class with mean 1 over the population, a factor of readiness with mean 1 over the
class, and a frailty with mean 1 and the variance ``frailty_variance``.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.model import susceptibility
from aixsim.model.susceptibility import Susceptibility
from aixsim.world.population import Population
from tests.model.values import LARGE, MICRO, SMALL, by_size, firms, values

SIX = firms(size=[MICRO, MICRO, MICRO, SMALL, SMALL, LARGE], ready=[False, False, True, True, True, False])


def test_factors_by_hand() -> None:
    """Sizes 1, 4 and 7: mean (3 x 1 + 2 x 4 + 7) / 6 = 3. Ready shares 1/3, 1 and 0; readiness 4: not ready counts 1 / (1 + 3 x share)."""
    found = susceptibility.factors(values(Susceptibility, size=by_size(1.0, 4.0, 9.0, 9.0, 7.0), readiness=4.0), SIX)
    assert found[MICRO] == pytest.approx([1 / 3 / 2, 1 / 3 * 4 / 2])  # 1 + 3 / 3 = 2
    assert found[SMALL] == pytest.approx([4 / 3 / 4, 4 / 3])  # all are ready: 1 + 3 = 4
    assert found[LARGE] == pytest.approx([7 / 3, 28 / 3])  # none is ready


def test_the_mean_over_the_population_is_one() -> None:
    found = susceptibility.factors(values(Susceptibility), SIX)
    assert found[SIX.size, SIX.ready.astype(int)].mean() == pytest.approx(1.0)


def test_only_the_ratios_of_sizes_matter() -> None:
    one = susceptibility.factors(values(Susceptibility, size=by_size(1.0, 4.0, 9.0, 9.0, 7.0)), SIX)
    assert susceptibility.factors(values(Susceptibility, size=by_size(10.0, 40.0, 90.0, 90.0, 70.0)), SIX) == pytest.approx(one)


def test_readiness_one_makes_no_difference_and_nobody_susceptible_gives_zeros() -> None:
    found = susceptibility.factors(values(Susceptibility, readiness=1.0), SIX)
    assert (found[:, 0] == found[:, 1]).all()
    nobody = susceptibility.factors(values(Susceptibility, size=by_size(0.0, 0.0, 1.0, 1.0, 0.0)), SIX)
    assert nobody.tolist() == [[0.0, 0.0]] * 5


MANY = Population.homogeneous(20_000, 3)


def moments(law: str, variance: float) -> tuple[float, float]:
    found = susceptibility.frailty(values(Susceptibility, frailty=law, frailty_variance=variance), MANY)
    return float(found.mean()), float(found.var())


@pytest.mark.parametrize("law", ["lognormal", "gamma"])
def test_frailty_has_mean_one_and_its_variance(law: str) -> None:
    # At variance 0.25 four errors of 20,000 draws are 4 x 0.5 / 141 = 0.014 of the mean. The fourth central moment is 0.45 (log-normal)
    # or 0.28 (gamma), so the error of the variance is at most sqrt(0.45 - 0.0625) / 141 = 0.0044: four are 0.018.
    mean, variance = moments(law, 0.25)
    assert mean == pytest.approx(1.0, abs=0.014)
    assert variance == pytest.approx(0.25, abs=0.018)
    assert moments(law, 0.3)[1] != pytest.approx(0.25, abs=0.018), "the twin: a variance that is a fifth too large"


def at(law: str, variance: float, u: float) -> float:
    population = Population.homogeneous(1, 1)
    frail: NDArray[np.float64] = np.array([u])
    object.__setattr__(population, "frailty", frail)
    return float(susceptibility.frailty(values(Susceptibility, frailty=law, frailty_variance=variance), population)[0])


def test_quantiles_by_hand() -> None:
    # Log-normal: the median is 1 / sqrt(1 + variance), and one sigma up is e^sigma times that; sigma^2 = ln 2 at variance 1.
    sigma = math.sqrt(math.log(2.0))
    assert at("lognormal", 1.0, 0.5) == pytest.approx(1 / math.sqrt(2.0))
    assert at("lognormal", 1.0, 0.841344746) == pytest.approx(math.exp(sigma) / math.sqrt(2.0))
    # Gamma of variance 1 is the exponential law: quantile -ln(1 - u).
    assert at("gamma", 1.0, 0.5) == pytest.approx(math.log(2.0))
    assert at("gamma", 1.0, 0.9) == pytest.approx(math.log(10.0))


@pytest.mark.parametrize(("law", "variance"), [("none", 1.0), ("lognormal", 0.0), ("gamma", 0.0)])
def test_no_frailty_is_one(law: str, variance: float) -> None:
    assert moments(law, variance) == (1.0, 0.0)
