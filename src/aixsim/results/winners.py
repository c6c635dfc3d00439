"""Differences by type of firm, pole, size and province, paired by replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.results.contrasts import Contrast, contrast
from aixsim.results.pairing import Pair
from aixsim.results.project_table import Projects
from aixsim.results.result import Result
from aixsim.stats.differences import Difference, paired_mean
from aixsim.stats.fieller import fieller
from aixsim.world.classification import GROUPS, ROUTES

COMPARED: Final = ("agent_type", "pole", "size", "province")
"""Groups, in the order of the report."""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Difference in AI factories of one level of a group at the deadline; counts are national.

    Attributes:
        group, level: as in ``groups.parquet``.
        outcome: ``launched`` or ``operating``, of the routes that the results count.
        contrast: the paired difference.
    """

    group: str
    level: str
    outcome: str
    contrast: Contrast

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference excludes 0."""
        return self.contrast.paired.low > 0 or self.contrast.paired.high < 0

    def to_dict(self) -> dict[str, Any]:
        """Returns the change as JSON values."""
        return {"group": self.group, "level": self.level, "outcome": self.outcome, **self.contrast.to_dict()}


def winners_and_losers(pair: Pair) -> list[LevelChange]:
    """Compares every level of the groups ``COMPARED`` for both outcomes; levels without any firm in either result are left out."""
    out = []
    for outcome in ("launched", "operating"):
        before, after = (_counted(pair, result, outcome) for result in (pair.baseline, pair.other))
        for group in COMPARED:
            a, b = (_by_level(pair, projects, group) for projects in (before, after))
            for k, level in enumerate(GROUPS[group]):
                if pair.baseline.firms["by"][group][level]:
                    out.append(LevelChange(group, level, outcome, contrast(b[:, k], a[:, k], pair.confidence)))
    return out


def leakage(pair: Pair) -> Difference | None:
    """Returns how many launched factories some poles lose for one that others gain, with Fieller's interval; None if no pole clearly gains.

    A pole gains or loses clearly if the interval of its difference excludes 0; the others are left out of both sums.
    """
    before, after = (_by_level(pair, _counted(pair, result, "launched"), "pole") for result in (pair.baseline, pair.other))
    change = after - before
    means = [paired_mean(column, pair.confidence) for column in change.T]
    gains, losses = (np.array(flags) for flags in ([one.low > 0 for one in means], [one.high < 0 for one in means]))
    return fieller(-change[:, losses].sum(axis=1), change[:, gains].sum(axis=1), pair.confidence) if gains.any() else None


def _counted(pair: Pair, result: Result, outcome: str) -> Projects:
    """Returns the projects of the common replicates that count for the outcome at the deadline."""
    projects, t = result.project_arrays, pair.deadline_index
    met = projects.started(t) if outcome == "launched" else projects.operate_at(t)
    counts = np.array([route in result.provenance["counts"] for route in ROUTES])
    return projects.where(met & counts[projects.route] & projects.of_replicates(pair.replicates))


def _by_level(pair: Pair, projects: Projects, group: str) -> NDArray[np.float64]:
    """Returns national counts, shape ``(n_replicates, n_levels)``."""
    n_levels, n = len(GROUPS[group]), len(pair.replicates)
    cell = np.searchsorted(pair.replicates, projects.replicate) * n_levels + getattr(projects, group)
    counts: NDArray[np.float64] = np.bincount(cell, minlength=n * n_levels).reshape(n, n_levels) / pair.scale
    return counts
