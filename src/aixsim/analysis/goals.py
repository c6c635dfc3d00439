"""Goals: with what probability they are reached, when, and by how much they are missed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aixsim.analysis.intervals import proportion, wilson_half_width
from aixsim.core.calendar import Horizon
from aixsim.core.classification import OUTCOMES
from aixsim.core.errors import UserError

__all__ = ["INTERVAL_METHOD", "Goal", "evaluate_goals", "month_reached", "target_in_sample", "wilson_half_width"]

INTERVAL_METHOD: Final = "Clopper-Pearson"
"""Of the interval that every output shows: exact, so never too narrow."""
QUANTILES: Final = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


class Goal(Protocol):
    """One ``[[goal]]`` table."""

    @property
    def name(self) -> str:
        """Name of the goal."""

    @property
    def outcome(self) -> Any:
        """What is counted."""

    @property
    def at_least(self) -> float:
        """National count to be reached."""

    @property
    def by(self) -> str:
        """Deadline, ``YYYY-MM``: the count at the end of this month decides."""


def target_in_sample(at_least: float, scale: float) -> int:
    """Returns the smallest number of simulated firms that stands for ``at_least`` firms of the nation.

    Every place that judges a goal must use this: ``count >= at_least * scale`` and ``count / scale >= at_least`` disagree in the last
    bit, which at a scale of 0.07 makes 7 firms miss a goal of 100.
    """
    exact = at_least * scale
    return math.ceil(exact - 1e-9 * max(exact, 1.0))


def evaluate_goals(
    counts: NDArray[np.int32], goals: Iterable[Goal], horizon: Horizon, scale: float, n_failed: int, confidence: float
) -> list[dict[str, Any]]:
    """Returns the content of ``goals.json``, one record a goal; none when no replicate finished.

    Counts are national but for those that say ``in_sample``.

    Args:
        counts: firms of the simulated population, shape ``(n_replicates, n_outcomes, n_months)``, of the finished replicates.
        goals: what is to be reached.
        horizon: simulated months.
        scale: share of the national population that is simulated.
        n_failed: replicates without a result; ``probability_if_failed_…`` counts all of them as missed and as reached.
        confidence: of the intervals.

    Raises:
        UserError: a deadline lies outside the horizon.
    """
    return [_evaluate(counts, goal, horizon, scale, n_failed=n_failed, confidence=confidence) for goal in goals] if len(counts) else []


def _evaluate(counts: NDArray[np.int32], goal: Goal, horizon: Horizon, scale: float, *, n_failed: int, confidence: float) -> dict[str, Any]:
    deadline = horizon.index(goal.by)
    if not 0 <= deadline < horizon.n_months:
        raise UserError(f"goal {goal.name!r}: its deadline {goal.by} is outside the horizon {horizon.start} to {horizon.end}")
    path = counts[:, OUTCOMES.index(goal.outcome), : deadline + 1]
    target = target_in_sample(goal.at_least, scale)
    final, n = path[:, -1].astype(np.float64), len(path)
    chance = proportion(int((final >= target).sum()), n, confidence)
    return {
        "name": goal.name,
        "outcome": goal.outcome,
        "at_least": goal.at_least,
        "target_in_sample": target,
        "by": goal.by,
        "probability": chance.estimate,
        "successes": chance.successes,
        "n": n,
        "n_failed": n_failed,
        "confidence": confidence,
        "interval_method": INTERVAL_METHOD,
        "interval": _ends(chance.clopper_pearson),
        "wilson_interval": _ends(chance.wilson),
        "probability_if_failed_missed": chance.successes / (n + n_failed),
        "probability_if_failed_reached": (chance.successes + n_failed) / (n + n_failed),
        "statement": str(chance),
        "short_statement": chance.short,
        "count_at_deadline": _summary(final / scale),
        "count_at_deadline_in_sample": _summary(final),
        "month_reached": month_reached(path >= target, horizon),
        "shortfall": _summary(np.maximum(goal.at_least - final / scale, 0.0) * (final < target)),
        "shortfall_in_sample": _summary(np.maximum(target - final, 0.0)),
    }


def _ends(interval: tuple[float, float]) -> dict[str, float]:
    return {"low": interval[0], "high": interval[1]}


def _summary(values: NDArray[np.float64]) -> dict[str, float]:
    return {"mean": float(values.mean()), **{name: float(np.quantile(values, q)) for name, q in QUANTILES.items()}}


def month_reached(reached: NDArray[np.bool_], horizon: Horizon) -> dict[str, str | None]:
    """Returns quantiles over all replicates of the first month at or above the target.

    Args:
        reached: whether the count stands at the target, shape ``(n_replicates, n_months)``.
        horizon: simulated months, of which ``reached`` holds the first.

    Returns:
        ``p05``, ``p50`` and ``p95`` as ``YYYY-MM``: the month by which that share of replicates has been there; None when fewer have.
    """
    first = np.sort(np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1]))
    out: dict[str, str | None] = {}
    for name, q in QUANTILES.items():
        # 1e-9: 0.05 * 100 must be the 5th replicate, not the 6th.
        month = int(first[max(math.ceil(q * len(first) - 1e-9), 1) - 1])
        out[name] = f"{horizon.date(month):%Y-%m}" if month < reached.shape[1] else None
    return out
