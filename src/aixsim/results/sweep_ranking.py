"""The points of a sweep by the probability of the goal, and a selection if there are many."""

from __future__ import annotations

from aixsim.results.main_effects import known_points
from aixsim.results.pooled_chance import mean_chance
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep


def ranked(sweep: Sweep) -> list[SweepPoint]:
    """Returns the points with finished replicates, sorted by probability, highest first."""
    at = sweep.goals.index(sweep.goal)
    return sorted(known_points(sweep), key=lambda point: (-mean_chance([point], at), point.id))


def blocks(sweep: Sweep, ranking: list[SweepPoint], *, most: int, ends: int, near: int) -> list[slice]:
    """Returns the positions of a ranking to show, as separate blocks.

    Args:
        sweep: the sweep.
        ranking: from ``ranked``.
        most: number of points up to which all are shown.
        ends: otherwise, number of first and of last points.
        near: and number of points on each side of the decision level.
    """
    n = len(ranking)
    if n <= most:
        return [slice(0, n)]
    at = sweep.goals.index(sweep.goal)
    reach = sum(mean_chance([point], at) >= sweep.level for point in ranking)
    found = [slice(0, ends)]
    for block in (slice(max(reach - near, 0), min(reach + near, n)), slice(n - ends, n)):
        if block.start <= found[-1].stop:
            found[-1] = slice(found[-1].start, max(block.stop, found[-1].stop))
        else:
            found.append(block)
    return found
