"""Susceptibility: how strongly a firm reacts to pressure, with mean 1 over the population.

``a_i`` is the product of a factor of the size class, of readiness within the class, and of a frailty that no table shows.
Each factor has mean 1, the first over the population, the second over its class, the third in law.
"""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from aixsim.model.parameters import BySize, Parameters, by_size, choice, real
from aixsim.world.arrays import read_only
from aixsim.world.classification import SIZES
from aixsim.world.population import Population


class Susceptibility(Parameters):
    """How strongly firms react."""

    size: BySize = by_size(
        {"micro": 0.091, "small": 0.335, "medium": 0.781, "mid-size": 1.945, "large": 3.89},
        "1",
        0.0,
        1e6,
        "relative hazard by size class; only the ratios matter",
        "smart_factory_adoption_by_size_2024.csv: -ln(1 - adoption rate); large: twice mid-size",
        "derived",
        "large is assumed: 1 to 4 times mid-size",
    )
    readiness: float = real(
        3.0,
        "1",
        1.0,
        100.0,
        "hazard of a firm with a smart factory over that of one without, within a size class",
        "ai_adoption_rates.csv: AI adopted or planned by 5.2 % of smart-factory firms, 1.7 % of all, hence 6 across classes",
        "assumed",
        "1.5 to 6",
    )
    frailty: str = choice(
        "lognormal", ("none", "lognormal", "gamma"), "law of what makes firms differ beyond size and readiness", "assumed", "assumed"
    )
    frailty_variance: float = real(1.0, "1", 0.0, 100.0, "variance of the frailty, whose mean is 1", "assumed", "assumed", "0.25 to 4")


def factors(p: Susceptibility, population: Population) -> NDArray[np.float64]:
    """Returns the factor of size class and readiness, shape ``(5, 2)``, from the values of the section."""
    counts = population.firms_of_size.astype(np.float64)
    by_size = np.array(p.size)
    mean = float(by_size @ counts) / counts.sum()
    if mean <= 0.0:
        return np.zeros((len(SIZES), 2))
    ratio = p.readiness
    without = 1.0 / (1.0 + (ratio - 1.0) * population.ready_share)
    return (by_size / mean)[:, None] * np.array([1.0, ratio]) * without[:, None]


_frailties: WeakKeyDictionary[Population, dict[tuple[str, float], NDArray[np.float64]]] = WeakKeyDictionary()


def frailty(p: Susceptibility, population: Population) -> NDArray[np.float64]:
    """Returns the frailty of every site, shape ``(n,)``; the last one is kept, since most studies do not draw its variance; read-only."""
    law, variance = p.frailty, p.frailty_variance
    kept = _frailties.get(population, {})
    if (law, variance) not in kept:
        kept = _frailties[population] = {(law, variance): read_only(_frailty(law, variance, population))}
    return kept[law, variance]


def _frailty(law: str, variance: float, population: Population) -> NDArray[np.float64]:
    if law == "none" or variance == 0.0:
        return np.ones(len(population))
    if law == "gamma":
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(1.0 / variance, population.frailty) * variance, dtype=np.float64)
    sigma = math.sqrt(math.log1p(variance))
    # In place, because allocating memory takes as long as the computation.
    values = sigma * population.frailty_score
    values -= sigma * sigma / 2.0
    return np.exp(values, out=values)
