"""Simpler forecasts from the same data: growth curves with the same observation model, and naive forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.evidence.announced_money import Money
from aixsim.evidence.prior import DISPERSION, Prior
from aixsim.random.distributions import Distribution
from aixsim.random.draws import Purpose, uniforms
from aixsim.stats.counting_law import log_mass, quantile
from aixsim.stats.growth_curves import CURVES, Curve
from aixsim.stats.naive_forecasts import LEAST_CHANGES, drift, planned_numbers, unit_cost
from aixsim.stats.sequential_monte_carlo import Payload, posterior

Floats = NDArray[np.float64]
DRIFT: Final = "drift"
UNIT_COST: Final = "budget over last unit cost"
PLANNED: Final = "planned number"
_N_CURVE: Final = 1000
_MOVES: Final = 8


@dataclass(frozen=True, slots=True)
class Counted:
    """Observed new adopters.

    Attributes:
        first: position of the first year of each count, from the first year of the horizon; a count may span several years.
        last: position of its last year.
        new: adopters counted in those years.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    new: tuple[float, ...]

    @property
    def yearly(self) -> tuple[Floats, tuple[int, ...]]:
        """Counts of single years and their positions: the latest consecutive years."""
        single = [k for k in range(len(self.new)) if self.first[k] == self.last[k]]
        return np.array([self.new[k] for k in single]), tuple(self.last[k] for k in single)


def curve_forecast(curve: Curve, counted: Counted, dispersion: Distribution, n_years: int, *, n_each: int, seed: int) -> Floats:
    """Fits a growth curve and returns its new adopters in the years after the last count, shape ``(n, n_ahead)``.

    Args:
        curve: growth curve.
        counted: observed data.
        dispersion: prior of the dispersion of the counts.
        n_years: years from the start of the horizon to the last forecast year.
        n_each: counts drawn for each of the fitted curves.
    """
    prior = Prior({**curve.priors, DISPERSION: dispersion})

    def simulate(z: Floats, _replicates: NDArray[np.int64]) -> Payload:
        values = prior.values(z)
        return {"new": curve.new(values[:, :-1], n_years), "dispersion": values[:, -1]}

    def log_likelihood(payload: Payload, _z: Floats) -> Floats:
        total = np.zeros(len(payload["new"]))
        for first, last, new in zip(counted.first, counted.last, counted.new, strict=True):
            mean = payload["new"][:, first : last + 1].sum(axis=1)
            total += log_mass(new, np.maximum(mean, 0.5), payload["dispersion"])
        return total

    particles = posterior(simulate, log_likelihood, _N_CURVE, len(prior.laws), n_moves=_MOVES, seed=seed)
    return count_ahead(particles.payload["new"][:, counted.last[-1] + 1 :], particles.payload["dispersion"], n_each, seed)


def count_ahead(means: Floats, dispersion: Floats, n_each: int, seed: int) -> Floats:
    """Returns counts drawn around simulated new adopters, shape ``(n * n_each, n_ahead)``.

    Args:
        means: shape ``(n, n_ahead)``.
        dispersion: shape ``(n,)``.
        n_each: draws for each.
    """
    means, dispersion = np.repeat(means, n_each, axis=0), np.repeat(dispersion, n_each)
    u = np.stack([uniforms(seed, 3, Purpose.COUNTING, len(means), ahead) for ahead in range(means.shape[1])], axis=1)
    return quantile(u, np.maximum(means, 0.5), dispersion[:, None])


def curve_forecasts(counted: Counted, dispersion: Distribution, n_years: int, *, n: int, seed: int) -> dict[str, Floats]:
    """Returns the sample of every growth curve, shape ``(n, n_ahead)``; arguments as ``curve_forecast``."""
    return {curve.name: curve_forecast(curve, counted, dispersion, n_years, n_each=n // _N_CURVE, seed=seed) for curve in CURVES}


def walk_forecasts(counted: Counted, money: Money, n_ahead: int, *, n: int, seed: int) -> dict[str, Floats]:
    """Returns the sample of every naive forecast that is possible with the data: new adopters, shape ``(n, n_ahead)``.

    Args:
        counted: observed data.
        money: as known at the origin; its past years are those of ``counted``.
        n_ahead: years ahead.
        n: size of the samples; the same as that of ``money``.
    """
    new, at = counted.yearly
    if len(new) <= LEAST_CHANGES:
        return {}
    out = {DRIFT: drift(new, n_ahead, n, seed)}
    budget, planned = money.budget[list(at)], money.planned[list(at)]
    # Both divide by budgets or plans and take logarithms of counts.
    if min(budget.min(), planned.min(), new.min()) > 0:
        out[UNIT_COST] = unit_cost(new, budget, money.budget_ahead, seed)
        out[PLANNED] = planned_numbers(new, planned, money.planned_ahead, seed)
    return out
