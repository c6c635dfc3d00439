"""The packages that a search proposes, from surfaces that are fitted to what it has tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.package_tables import Package
from aixsim.config.lever_bounds import Bound
from aixsim.stats.response_surface import Surface, cheapest, logit_surface, mean_surface

_WITHIN: Final = 0.98
"""Share of the highest money that proposals may cost, so that a confirmed mean does not lie just above it."""
_NEAR: Final = 1.5
"""Standard deviation of the weights of packages around a level, on the logit scale."""
_STEP: Final = 0.25
"""Width of the boxes around the frontier from which the rounds take points beside it."""
Floats = NDArray[np.float64]


def setter(bounds: Sequence[Bound]) -> Callable[[Iterable[float]], dict[str, Any]]:
    """Returns the function from a place within the bounds to the settings of a package."""
    return lambda place: {one.key: one.setting(float(u)) for one, u in zip(bounds, place, strict=True)}


def surfaces(packages: Sequence[Package], bounds: Sequence[Bound], levels: Sequence[float]) -> tuple[Surface, Surface, list[Surface]]:
    """Returns the fitted surfaces over places within the bounds: of public money, of the logit of the probability, and of it near levels.

    Near a level, packages count the less the further their logit is from it by the surface of all: no quadratic fits everywhere. Far from
    the level, where few packages count, its surface is that of all.
    """
    places = _places(packages, bounds)
    money = mean_surface(places, np.array([package.public.mean() for package in packages]))
    trials = np.array([float(len(package.public)) for package in packages])
    successes = np.array([float(package.reached.all(axis=0).sum()) for package in packages])
    height = logit_surface(places, successes, trials)

    def around(level: float) -> Surface:
        weights = np.exp(-(((height(places) - level) / _NEAR) ** 2) / 2.0)
        near = logit_surface(places, weights * successes, weights * trials)

        def surface(where: Floats) -> Floats:
            everywhere = height(where)
            return np.where(np.abs(everywhere - level) <= _NEAR, near(where), everywhere)

        return surface

    return money, height, [around(level) for level in levels]


def _places(packages: Sequence[Package], bounds: Sequence[Bound]) -> Floats:
    return np.array([[one.place(package.settings[one.key]) for one in bounds] for package in packages])


def proposals(
    packages: Sequence[Package], bounds: Sequence[Bound], levels: Sequence[float], at_most: float | None, beside: int = 0
) -> list[dict[str, Any]]:
    """Returns the packages that the surfaces expect on the frontier: the cheapest at every level, and those that reach most.

    Args:
        packages: tried so far.
        bounds: of the settings.
        levels: logits of the probabilities for which the cheapest is wanted.
        at_most: highest public money, KRW bn; None for no limit.
        beside: number of the round, which also takes a point near each, to learn the surfaces there; 0 for none.
    """
    money, height, near = surfaces(packages, bounds, levels)
    progress = mean_surface(_places(packages, bounds), np.array([package.shares.min(axis=0).mean() for package in packages]))
    d, settings_at = len(bounds), setter(bounds)

    def snapped(places: Floats) -> Floats:
        columns = [
            np.round(places[:, k] * (one.high - one.low)) / (one.high - one.low) if one.is_whole else places[:, k]
            for k, one in enumerate(bounds)
        ]
        return np.stack(columns, axis=1)

    found = [cheapest(money, surface, level, d, snapped, seed=1) for level, surface in zip(levels, near, strict=True)]
    # The most probable package, within the money if it is limited: height and money change places. Where no package reaches the goals,
    # only the counts tell the way.
    for limit in [math.inf, *([] if at_most is None else [_WITHIN * at_most])]:
        found.append(cheapest(lambda where: -height(where), lambda where: -money(where), -limit, d, snapped, seed=1))
        found.append(cheapest(lambda where: -progress(where), lambda where: -money(where), -limit, d, snapped, seed=1))
    centres = [one for one in found if one is not None]
    if beside:
        from scipy.stats import qmc

        shifts = (qmc.Sobol(d, rng=beside).random_base2(max(len(centres) - 1, 1).bit_length()) - 0.5) * _STEP
        centres += [np.clip(centre + shift, 0.0, 1.0) for centre, shift in zip(centres, shifts, strict=False)]
    return list({tuple(one.items()): one for one in map(settings_at, centres)}.values())
