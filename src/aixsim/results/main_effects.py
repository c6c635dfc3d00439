"""Main effects of a sweep: the probability of a goal by one factor, averaged over the points of the design."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aixsim.results.pooled_chance import PooledChance, mean_chance, pooled_chances
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep

POLICY = "policy"
"""Name of the factor whose levels are the policies."""
UNSET = "as it is"
"""Label of the level of points that keep a factor as in their config."""
MOST_LEVELS = 12
_BINS, _LABEL = 6, 22


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a factor, or a range of its values.

    Attributes:
        label: text for readers.
        value: middle of the range; None if it is not a number.
        points: points at this level with finished replicates.
    """

    label: str
    value: float | None
    points: tuple[SweepPoint, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """The probability at a level, mean over its points, with its interval."""

    level: Level
    chance: PooledChance


def known_points(sweep: Sweep) -> tuple[SweepPoint, ...]:
    """Returns the points with finished replicates."""
    return tuple(point for point in sweep.points if point.n_done)


def varied(sweep: Sweep) -> list[str]:
    """Returns the factors with two or more levels so far, with the policies first if there are several."""
    known = known_points(sweep)
    return [factor for factor in (POLICY, *sweep.factors) if len(levels(known, factor)) > 1]


def value_of(point: SweepPoint, factor: str) -> Any:
    """Returns the value of a factor at a point; None if the point keeps the setting of its config."""
    return point.policy if factor == POLICY else point.values.get(factor)


def is_number(value: Any) -> bool:
    """Returns whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def levels(points: Sequence[SweepPoint], factor: str) -> list[Level]:
    """Returns the levels of a factor; of more than twelve numbers, ranges with equally many points each.

    Points that keep the factor as in their config form another level. If some of them keep all factors, as the first row of a
    one-at-a-time design does, the level consists of these only: at the others, another factor has changed.
    """
    unset = [point for point in points if value_of(point, factor) is None]
    plain = [point for point in unset if not point.values]
    found = [Level(UNSET, None, tuple(plain or unset))] if unset else []
    given = [point for point in points if value_of(point, factor) is not None]
    if given and all(is_number(value_of(point, factor)) for point in given):
        return found + _numbers(given, factor)
    texts: dict[str, list[SweepPoint]] = {}
    for point in given:
        texts.setdefault(_text(value_of(point, factor)), []).append(point)
    return found + [Level(textwrap.shorten(text, _LABEL, placeholder="…"), None, tuple(inside)) for text, inside in texts.items()]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}" if is_number(value) else str(value)


def _numbers(points: list[SweepPoint], factor: str) -> list[Level]:
    values = np.array([float(value_of(point, factor)) for point in points])
    distinct, which = np.unique(values, return_inverse=True)
    if len(distinct) <= MOST_LEVELS:
        return [Level(f"{x:g}", float(x), tuple(points[i] for i in np.flatnonzero(which == k))) for k, x in enumerate(distinct)]
    out = []
    for rows in np.array_split(np.argsort(values, kind="stable"), _BINS):
        inside = values[rows]
        label = f"{inside.min():.3g} to {inside.max():.3g}"
        out.append(Level(label, float(np.median(inside)), tuple(points[i] for i in np.sort(rows))))
    return out


def strength(sweep: Sweep, factor: str) -> float:
    """Returns the range of the probability of the decision goal over the levels of a factor; no file is read."""
    at = sweep.goals.index(sweep.goal)
    shares = [mean_chance(level.points, at) for level in levels(known_points(sweep), factor)]
    return max(shares, default=0.0) - min(shares, default=0.0)


def by_strength(sweep: Sweep) -> list[str]:
    """Returns the factors, the strongest first."""
    return sorted(varied(sweep), key=lambda factor: -strength(sweep, factor))


def main_effects(sweep: Sweep, factors: Sequence[str]) -> dict[str, list[Effect]]:
    """Returns the probability of the decision goal at every level of some factors, see ``pooled_chances`` for the intervals."""
    known = known_points(sweep)
    of = {factor: levels(known, factor) for factor in factors}
    flat = [level for found in of.values() for level in found]
    chances = iter(pooled_chances(sweep, sweep.goal, [level.points for level in flat]))
    return {factor: [Effect(level, next(chances)) for level in found] for factor, found in of.items()}
