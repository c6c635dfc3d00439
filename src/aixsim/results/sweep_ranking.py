"""The points of a sweep by the probability of the goal, and which of them to show when there are many."""

from __future__ import annotations

from aixsim.results.main_effects import known_points
from aixsim.results.pooled_chance import mean_chance
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep


def ranked(sweep: Sweep) -> list[SweepPoint]:
    """Returns the points with a finished replicate, the most probable first."""
    at = sweep.goals.index(sweep.goal)
    return sorted(known_points(sweep), key=lambda point: (-mean_chance([point], at), point.id))


def blocks(sweep: Sweep, ranking: list[SweepPoint], *, most: int, ends: int, near: int) -> list[slice]:
    """Returns which places of a ranking to show, in blocks that do not touch.

    Args:
        sweep: of the ranking.
        ranking: from ``ranked``.
        most: places up to which all are shown.
        ends: of more, how many of the first and of the last.
        near: and how many to both sides of the decision level, where the decision is.
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
