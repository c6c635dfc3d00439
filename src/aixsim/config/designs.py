"""Designs: the points of a sweep."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from aixsim.errors import UserError
from aixsim.random.distributions import Distribution

DESIGNS: Final = ("factorial", "latin-hypercube", "sobol-sequence", "sobol", "morris", "one-at-a-time")
"""Names as a study file has them; ``table`` reads the rows from a file instead."""
SAMPLED: Final = ("latin-hypercube", "sobol-sequence", "sobol", "morris")
"""Designs that need to be told how large they are."""
_EDGE: Final = 2.0**-40
"""Designs may contain 0 and 1, where a normal distribution has no finite quantile."""
_LOW_MIDDLE_HIGH: Final = (0.05, 0.5, 0.95)
_MORRIS_LEVELS: Final = 4
"""Levels of the grid in the unit cube: the usual number (Saltelli et al. 2008, Global Sensitivity Analysis, section 3.3)."""


class DesignError(UserError):
    """A factor that a design cannot use.

    Attributes:
        key: config key of the factor.
        found, allowed: what was found, and what is allowed.
    """

    def __init__(self, key: str, found: str, allowed: str) -> None:
        super().__init__(f"{key}: {found}; allowed: {allowed}")
        self.key, self.found, self.allowed = key, found, allowed


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor of a sweep.

    Attributes:
        key: config key that it sets.
        levels: the values that it takes, in order; empty for a distribution.
        law: the distribution that it is drawn from; None for levels.
        is_whole: what is drawn is rounded to a whole number, as the model rounds uncertain whole numbers.
    """

    key: str
    levels: tuple[Any, ...] = ()
    law: Distribution | None = None
    is_whole: bool = False

    def at(self, u: float) -> Any:
        """Returns the quantile at ``u``, 0 to 1; levels have equal shares."""
        if self.law is not None:
            value = self.law.quantile(min(max(u, _EDGE), 1.0 - _EDGE))
            return round(value) if self.is_whole else value
        return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]


def rows(kind: str, axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:
    """Returns the rows of a design: the value of every factor, by key.

    Args:
        kind: one of ``DESIGNS``.
        axes: the factors, at least one.
        size: points of a Latin hypercube or Sobol sequence, base points of Saltelli's design, trajectories of Morris; without meaning for
            the others.
        seed: of what is drawn at random.

    Raises:
        DesignError: the design cannot use one of the factors.
        UserError: SALib is not installed, which a Morris design needs.
    """
    match kind:
        case "factorial":
            return _factorial(axes)
        case "one-at-a-time":
            # The base, which sets nothing; then every level of every factor alone, of a distribution its 5, 50 and 95 % quantiles.
            return [{}, *({axis.key: value} for axis in axes for value in axis.levels or map(axis.at, _LOW_MIDDLE_HIGH))]
        case _:
            for axis in axes:
                if len(axis.levels) == 1:
                    raise DesignError(axis.key, "found one level", "two levels or more; a single value belongs in [set]")
            units = _unit_points(kind, len(axes), size, seed)
            return [{axis.key: axis.at(u) for axis, u in zip(axes, row, strict=True)} for row in units]


def _factorial(axes: tuple[Axis, ...]) -> list[dict[str, Any]]:
    """Returns every combination, the last factor changing fastest."""
    for axis in axes:
        if axis.law is not None:
            raise DesignError(axis.key, "a factorial design needs levels, found a distribution", "a list, a range or a grid")
    keys = [axis.key for axis in axes]
    return [dict(zip(keys, values, strict=True)) for values in product(*(axis.levels for axis in axes))]


def _unit_points(kind: str, n_axes: int, size: int, seed: int) -> list[list[float]]:
    """Returns the points of a design in the unit cube.

    Latin hypercube (McKay, Beckman and Conover 1979, doi:10.2307/1268522; by SciPy): every factor has one value in each of ``size`` equally
    likely slices. Sobol sequence (1967; scrambled after Owen 1998, by SciPy): even in every projection; a longer one begins with the
    shorter, and powers of two are the most even. Sobol design (Saltelli 2002, doi:10.1016/S0010-4655(02)00280-1), for sensitivity indices
    of first, second and total order: for each of ``size`` pairs of points, from a sequence in twice as many dimensions, the first point,
    the first with each coordinate taken from the second, the second with each taken from the first, and the second; the order of rows is
    SALib's. Morris (1991, doi:10.2307/1269043; by SALib): ``size`` trajectories of one row more than there are factors, which change one
    factor a step.
    """
    if kind == "morris":
        try:
            from SALib.sample import morris
        except ImportError:
            raise UserError("a Morris design needs SALib; install it with: pip install 'aixsim[sensitivity]'") from None
        problem = {"num_vars": n_axes, "names": [str(k) for k in range(n_axes)], "bounds": [[0.0, 1.0]] * n_axes}
        points: list[list[float]] = morris.sample(problem, size, num_levels=_MORRIS_LEVELS, seed=seed).tolist()
        return points
    from scipy.stats import qmc

    if kind == "latin-hypercube":
        return qmc.LatinHypercube(n_axes, rng=seed).random(size).tolist()
    with warnings.catch_warnings():
        # Other numbers of points are only less balanced; the dry run says so.
        warnings.filterwarnings("ignore", "The balance properties of Sobol", UserWarning)
        if kind == "sobol-sequence":
            return qmc.Sobol(n_axes, scramble=True, rng=seed).random(size).tolist()
        pairs: list[list[float]] = qmc.Sobol(2 * n_axes, scramble=True, rng=seed).random(size).tolist()
    return [row for pair in pairs for row in _crossed(pair[:n_axes], pair[n_axes:])]


def _crossed(first: list[float], second: list[float]) -> list[list[float]]:
    """Returns two points with every one of their coordinates exchanged in turn."""
    swapped = [[[*one[:k], other[k], *one[k + 1 :]] for k in range(len(one))] for one, other in ((first, second), (second, first))]
    return [first, *swapped[0], *swapped[1], second]
