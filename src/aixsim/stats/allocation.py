"""Allocation of the next replicates of a sweep: to the points whose side of the decision level is least certain."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass

from aixsim.stats.confidence_sequence import bernoulli_sequence


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a point: replicates that reach the goal, finished replicates, and allocated replicates."""

    successes: int
    n: int
    given: int


def is_open(tally: Tally, level: float, confidence: float) -> bool:
    """Returns whether the confidence sequence of the probability contains ``level``."""
    low, high = bernoulli_sequence(tally.successes, tally.n, confidence)
    return low <= level <= high


def allocate(tallies: Mapping[int, Tally], level: float, confidence: float, *, budget: int, quantum: int, most: int) -> dict[int, int]:
    """Returns the number of further replicates by point, without points that get none.

    Feasibility determination: a wrong verdict about point i after n replicates has a probability that falls like ``exp(-n I)``, with I the
    relative entropy of the level and the point's probability, so the largest of them is made smallest by keeping ``n I`` equal (Szechtman
    and Yücesan 2008, A new perspective on feasibility determination, Winter Simulation Conference, 273-280). Each quantum goes to
    the smallest ``n I``. The probability is estimated with half a success and half a failure more (Jeffreys), so that no point
    is abandoned after a chance run of equal outcomes.

    Args:
        tallies: by point.
        level: the decision level, in (0, 1).
        confidence: of a verdict; points with a verdict get no replicates.
        budget: maximum number of replicates to allocate.
        quantum: replicates that are allocated at a time.
        most: maximum number of replicates of a point.
    """
    queue = []
    for point, tally in sorted(tallies.items()):
        if tally.given < most and is_open(tally, level, confidence):
            p = (tally.successes + 0.5) / (tally.n + 1.0)
            entropy = level * math.log(level / p) + (1.0 - level) * math.log((1.0 - level) / (1.0 - p))
            queue.append((tally.given * entropy, point, tally.given, entropy))
    heapq.heapify(queue)
    more: dict[int, int] = {}
    while queue and budget > 0:
        _, point, given, entropy = heapq.heappop(queue)
        n = min(quantum, most - given, budget)
        more[point] = more.get(point, 0) + n
        budget -= n
        if given + n < most:
            heapq.heappush(queue, ((given + n) * entropy, point, given + n, entropy))
    return more
