"""Main effects of a sweep: how the probability of a goal changes with one factor, all others taken as the design has them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.analysis.sweeps import Sweep, SweepGoal, SweepPoint

POLICY = "policy"
"""Name of the factor that the policies are."""
MOST_LEVELS = 12
_BINS = 6


@dataclass(frozen=True)
class Reached:
    """Which replicates of which points reach a goal.

    Attributes:
        points: those with finished replicates.
        reached: bool, shape ``(n_points, n_replicates)``; the replicates that all of them have finished.
    """

    points: tuple[SweepPoint, ...]
    reached: NDArray[np.bool_]

    @classmethod
    def of(cls, sweep: Sweep, goal: SweepGoal) -> Reached:
        """Reads the counts at the deadline of a goal."""
        points = tuple(point for point in sweep.points if point.n_done)
        counts = [sweep.final_counts(point, goal) for point in points]
        common = counts[0][0] if counts else np.zeros(0, np.int32)
        for replicates, _ in counts[1:]:
            common = np.intersect1d(common, replicates, assume_unique=True)
        rows = [final[np.searchsorted(replicates, common)] >= goal.target for replicates, final in counts]
        return cls(points, np.array(rows, bool).reshape(len(points), len(common)))


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a factor, or a range of its values.

    Attributes:
        label: as a reader sees it.
        value: middle of the range; None when the factor is no number.
        rows: of ``Reached`` that belong to it.
    """

    label: str
    value: float | None
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """Probability at a level, mean over its points, with an interval."""

    level: Level
    probability: float
    low: float
    high: float


def varied(sweep: Sweep) -> list[str]:
    """Returns the factors, the policies first when there are several."""
    policies = [POLICY] if len({point.policy for point in sweep.points}) > 1 else []
    return [*policies, *sweep.factors]


def value_of(point: SweepPoint, factor: str) -> Any:
    """Returns the value that a point gives a factor; None where it leaves the setting as the config has it."""
    return point.policy if factor == POLICY else point.values.get(factor)


def is_number(value: Any) -> bool:
    """Returns whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def levels(points: tuple[SweepPoint, ...], factor: str) -> list[Level]:
    """Returns the levels of a factor; of more than twelve numbers, ranges with equally many points each."""
    values = [value_of(point, factor) for point in points]
    distinct = list(dict.fromkeys(map(_key, values)))
    if all(is_number(value) for value in values):
        if len(distinct) > MOST_LEVELS:
            return _ranges(np.array(values, float))
        distinct.sort(key=float)
        return [Level(f"{float(k):g}", float(k), tuple(i for i, v in enumerate(values) if _key(v) == k)) for k in distinct]
    return [Level(k, None, tuple(i for i, v in enumerate(values) if _key(v) == k)) for k in distinct]


def _key(value: Any) -> str:
    return "as it is" if value is None else repr(value) if is_number(value) else str(value)


def _ranges(values: NDArray[np.float64]) -> list[Level]:
    out = []
    for rows in np.array_split(np.argsort(values, kind="stable"), _BINS):
        inside = values[rows]
        out.append(Level(f"{inside.min():.3g} to {inside.max():.3g}", float(np.median(inside)), tuple(map(int, np.sort(rows)))))
    return out


def effects(reached: Reached, factor: str, confidence: float, *, common: bool = True) -> list[Effect]:
    """Returns the probability at every level of a factor.

    The points of a level share their replicates' luck, so they are no independent trials: the interval is Student's, of the mean over
    replicates of the share of the level's points that reach the goal. Without common luck the points' variances are added instead.

    Args:
        reached: see there; two replicates or more.
        factor: a key, or ``POLICY``.
        confidence: of each interval by itself.
        common: whether equal replicates have equal luck at all points.
    """
    from scipy.special import stdtrit

    n = reached.reached.shape[1]
    out = []
    for level in levels(reached.points, factor):
        hits = reached.reached[list(level.rows)].astype(float)
        share = float(hits.mean())
        if common:
            error = float(hits.mean(axis=0).std(ddof=1)) / math.sqrt(n)
        else:
            error = math.sqrt(float(hits.var(axis=1, ddof=1).sum()) / n) / len(hits)
        reach = float(stdtrit(n - 1, 0.5 + confidence / 2.0)) * error
        out.append(Effect(level, share, max(share - reach, 0.0), min(share + reach, 1.0)))
    return out


def strength(found: list[Effect]) -> float:
    """Returns how much a factor moves the probability from its lowest to its highest level."""
    shares = [effect.probability for effect in found]
    return max(shares) - min(shares) if shares else 0.0
