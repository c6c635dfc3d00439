"""Growth curves: the textbook baselines of a diffusion forecast, each with stated priors.

Parameters have priors, so that a curve fitted to few points has a wide forecast. All curves
give the new adopters of a year; time is in years since the start of the first year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.random.distributions import Distribution

Floats = NDArray[np.float64]
MARKET: Final = Distribution("loguniform", (10_000.0, 163_273.0))
"""Prior of the market size: at most the factory-owning small, medium and mid-size manufacturers of 2023 (manufacturing_totals.csv)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A growth curve.

    Attributes:
        name: as in tables.
        priors: by parameter.
        cumulative: ``cumulative(t, *parameters)`` with parameters of shape ``(n, 1)`` and t of shape ``(k,)``, returns ``(n, k)``.
        source: of the law and of the priors.
    """

    name: str
    priors: dict[str, Distribution]
    cumulative: Callable[..., Floats]
    source: str

    def new(self, parameters: Floats, n_years: int) -> Floats:
        """Returns the new adopters of each year, shape ``(n, n_years)``, from parameters of shape ``(n, n_parameters)``."""
        columns = [parameters[:, [k]] for k in range(parameters.shape[1])]
        # The first year includes adopters before the start: a logistic curve is never zero.
        path = self.cumulative(np.arange(1.0, n_years + 1.0), *columns)
        return np.maximum(np.diff(path, axis=1, prepend=0.0), 1e-6)


def bass(t: Floats, p: Floats, q: Floats, market: Floats) -> Floats:
    """Returns the cumulative adopters of Bass (1969), doi:10.1287/mnsc.15.5.215."""
    decay = np.exp(-(p + q) * t)
    return market * (1.0 - decay) / (1.0 + q / p * decay)


def logistic(t: Floats, rate: Floats, middle: Floats, market: Floats) -> Floats:
    """Returns the cumulative adopters of Griliches' logistic curve (1957), doi:10.2307/1905380."""
    return market / (1.0 + np.exp(-rate * (t - middle)))


def gompertz(t: Floats, rate: Floats, middle: Floats, market: Floats) -> Floats:
    """Returns the cumulative adopters of Gompertz' curve, whose fastest year is ``middle`` at 37 % of the market."""
    return market * np.exp(-np.exp(-rate * (t - middle)))


_RATE = Distribution("lognormal", (0.4, 0.7))
_MIDDLE = Distribution("uniform", (1.0, 20.0))
CURVES: Final = (
    Curve(
        "Bass",
        {"p": Distribution("lognormal", (0.01, 1.0)), "q": _RATE, "market": MARKET},
        bass,
        "q as in the meta-analysis of Sultan, Farley, Lehmann (1990), p wide around a third of theirs: assumed",
    ),
    Curve("logistic", {"rate": Distribution("lognormal", (0.6, 0.7)), "middle": _MIDDLE, "market": MARKET}, logistic, "assumed"),
    Curve("Gompertz", {"rate": Distribution("lognormal", (0.25, 0.7)), "middle": _MIDDLE, "market": MARKET}, gompertz, "assumed"),
)
