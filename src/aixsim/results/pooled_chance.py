"""The mean probability of several points of a sweep, with an interval that takes account of common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aixsim.results.sweep_points import SweepGoal, SweepPoint
from aixsim.results.sweep_result import Sweep

_GROUPS = 1000
"""Number of groups into which replicates are summed: enough to estimate a variance in constant memory."""


@dataclass(frozen=True, slots=True)
class PooledChance:
    """A probability averaged over points with equal weights.

    Attributes:
        estimate: mean of the points' probabilities.
        low, high: interval, with the confidence of the sweep.
        n_points: number of points.
        n: finished replicates of all points.
    """

    estimate: float
    low: float
    high: float
    n_points: int
    n: int


def mean_chance(points: Sequence[SweepPoint], at: int) -> float:
    """Returns the mean probability of points for the goal at position ``at``, without an interval: no file is read.

    Points have equal weights, whatever their number of replicates: an adaptive sweep gives more to points with an open verdict.
    """
    return float(np.mean([point.successes[at] / point.n_done for point in points]))


def pooled_chances(sweep: Sweep, goal: SweepGoal, parts: Sequence[Sequence[SweepPoint]]) -> list[PooledChance]:
    """Returns the mean probability of each part with its interval; every point is read once.

    With common random numbers the points of a replicate are not independent, so replicates are the independent units and the points
    of one replicate a cluster. The interval is that of Korn and Graubard (1998, Survey Methodology 24, 193-201): Clopper and Pearson's
    with the number of independent trials that would have the variance found. The variance of a part is limited above by that
    of as many trials as its least sampled point has replicates, and below by that of independent trials. If all replicates are
    equal, the upper limit is used, so that 0 and 100 % have a bound.

    Args:
        sweep: the sweep.
        goal: whose probability is estimated.
        parts: groups of points with finished replicates, not empty.
    """
    at = sweep.goals.index(goal)
    variances = _clustered(sweep, goal, parts) if sweep.common_random_numbers else [(_stratified(part, at), 0) for part in parts]
    return [_chance(part, at, variance, n, sweep.confidence) for part, (variance, n) in zip(parts, variances, strict=True)]


def _stratified(part: Sequence[SweepPoint], at: int) -> float:
    """Returns the variance of the mean of points whose replicates are independent."""
    shares = np.array([(point.successes[at] / point.n_done, point.n_done) for point in part])
    p, n = shares[:, 0], shares[:, 1]
    return float((p * (1.0 - p) / np.maximum(n - 1.0, 1.0)).sum()) / len(part) ** 2


def _clustered(sweep: Sweep, goal: SweepGoal, parts: Sequence[Sequence[SweepPoint]]) -> list[tuple[float, int]]:
    """Returns the variance of the mean of each part and the number of groups of replicates that it is estimated from."""
    at, inside = sweep.goals.index(goal), dict[int, list[int]]()
    for k, part in enumerate(parts):
        for point in part if len(part) > 1 else ():
            inside.setdefault(point.id, []).append(k)
    sums, size = np.zeros((len(parts), _GROUPS)), np.zeros(len(parts), int)
    for point in sweep.points:
        if point.id not in inside:
            continue
        replicates, counts = sweep.final_counts(point, goal)
        deviation = (counts >= goal.target) - point.successes[at] / point.n_done
        sums[inside[point.id]] += np.bincount(replicates % _GROUPS, deviation / point.n_done, _GROUPS)
        size[inside[point.id]] = np.maximum(size[inside[point.id]], int(replicates.max()) + 1)
    groups = np.minimum(size, _GROUPS)
    variance = np.square(sums).sum(axis=1) / np.square([len(part) for part in parts]) * groups / np.maximum(groups - 1, 1)
    return list(zip(variance.tolist(), groups.tolist(), strict=True))


def _chance(part: Sequence[SweepPoint], at: int, variance: float, groups: int, confidence: float) -> PooledChance:
    from scipy.special import betaincinv, ndtri, stdtrit

    numbers = [point.n_done for point in part]
    estimate, total, tail = mean_chance(part, at), sum(numbers), (1.0 - confidence) / 2.0
    trials = float(min(numbers))
    if len(part) > 1 and variance > 0.0:
        trials = estimate * (1.0 - estimate) / variance
        if groups > 1:
            # Degrees of freedom: the variance is estimated from this number of groups.
            trials *= float(ndtri(1.0 - tail) / stdtrit(groups - 1, 1.0 - tail)) ** 2
        trials = min(max(trials, min(numbers)), total)
    hits = estimate * trials
    low = float(betaincinv(hits, trials - hits + 1.0, tail)) if estimate > 0.0 else 0.0
    high = float(betaincinv(hits + 1.0, trials - hits, 1.0 - tail)) if estimate < 1.0 else 1.0
    return PooledChance(estimate, low, high, len(part), total)
