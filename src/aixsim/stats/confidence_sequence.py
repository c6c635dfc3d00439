"""Confidence sequences: intervals that are valid at every n, so that a run may be checked at any time and stopped when decided.

A fixed-n interval that is checked after every replicate until it excludes one half has a coverage of 0.60 instead of 0.95.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=65536)
def bernoulli_sequence(successes: int, n: int, confidence: float) -> tuple[float, float]:
    """Returns the interval of a probability after ``n`` replicates; all intervals of a run together hold with ``confidence``.

    Robbins' beta-binomial mixture (1970, doi:10.1214/aoms/1177696786; Howard, Ramdas, McAuliffe and Sekhon 2021,
    doi:10.1214/20-AOS1991) with the uniform prior: p is excluded once the mixture of all alternatives is ``1 / (1 - confidence)`` times
    as likely as p.

    Args:
        successes: 0 to ``n``.
        n: replicates so far, 0 or more.
        confidence: of all intervals together, two-sided, such as 0.95.
    """
    if n == 0:
        return 0.0, 1.0
    # log of the mixture: the integral of p^s (1 - p)^(n - s) over the unit interval.
    mixture = math.lgamma(successes + 1) + math.lgamma(n - successes + 1) - math.lgamma(n + 2)
    bound = mixture + math.log(1.0 - confidence)

    def is_inside(p: float) -> bool:
        return _log_power(successes, p) + _log_power(n - successes, 1.0 - p) >= bound

    estimate = successes / n
    return _edge(is_inside, estimate, 0.0), _edge(is_inside, estimate, 1.0)


def _log_power(count: int, p: float) -> float:
    if count == 0:
        return 0.0
    return count * math.log(p) if p > 0.0 else -math.inf


def _edge(is_inside: Callable[[float], bool], inside: float, outside: float) -> float:
    """Returns the end of the interval between a point inside and one at the end of 0..1, by bisection, rounded outwards."""
    if is_inside(outside):
        return outside
    for _ in range(60):
        middle = (inside + outside) / 2.0
        if is_inside(middle):
            inside = middle
        else:
            outside = middle
    return outside
