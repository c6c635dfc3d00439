"""Goals: with what probability they are reached, when, and by how much they are missed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.model.calendar import Horizon
from aixsim.model.outcomes import OUTCOMES
from aixsim.runs.mapped import release
from aixsim.stats.intervals import proportion, wilson_half_width

__all__ = ["INTERVAL_METHOD", "Goal", "evaluate_goals", "month_reached", "target_in_sample", "wilson_half_width"]

INTERVAL_METHOD: Final = "Clopper-Pearson"
"""Of the interval that every output shows: exact, so never too narrow."""
QUANTILES: Final = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
_AT_A_TIME: Final = 500
"""Replicates whose paths are in memory at once."""


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
    counts: NDArray[np.int32],
    goals: Iterable[Goal],
    horizon: Horizon,
    scale: float,
    n_failed: int,
    confidence: float,
    *,
    rows: NDArray[np.int64] | None = None,
) -> list[dict[str, Any]]:
    """Returns the content of ``goals.json``, one record a goal; none when no replicate finished.

    Counts are national but for those that say ``in_sample``. Memory holds two numbers a replicate and goal, and a few paths at a time.

    Args:
        counts: firms of the simulated population, shape ``(n_replicates, n_outcomes, n_months)``; may be a mapped file.
        goals: what is to be reached.
        horizon: simulated months.
        scale: share of the national population that is simulated.
        n_failed: replicates without a result; ``probability_if_failed_…`` counts all of them as missed and as reached.
        confidence: of the intervals.
        rows: the finished replicates; by default all.

    Raises:
        UserError: a deadline lies outside the horizon.
    """
    rows = np.arange(len(counts)) if rows is None else rows
    return [_evaluate(counts, rows, goal, horizon, scale, n_failed=n_failed, confidence=confidence) for goal in goals] if len(rows) else []


def _evaluate(
    counts: NDArray[np.int32],
    rows: NDArray[np.int64],
    goal: Goal,
    horizon: Horizon,
    scale: float,
    *,
    n_failed: int,
    confidence: float,
) -> dict[str, Any]:
    deadline = horizon.index(goal.by)
    if not 0 <= deadline < horizon.n_months:
        raise UserError(f"goal {goal.name!r}: its deadline {goal.by} is outside the horizon {horizon.start} to {horizon.end}")
    target, n = target_in_sample(goal.at_least, scale), len(rows)
    paths = counts[:, OUTCOMES.index(goal.outcome), : deadline + 1]
    final, first = np.empty(n), np.empty(n, np.int64)
    for start in range(0, n, _AT_A_TIME):
        path = paths[rows[start : start + _AT_A_TIME]]
        final[start : start + len(path)] = path[:, -1]
        first[start : start + len(path)] = _first_month(path >= target)
        release(counts)
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
        "month_reached": _quantiles_of_month(first, deadline + 1, horizon),
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
    return _quantiles_of_month(_first_month(reached), reached.shape[1], horizon)


def _first_month(reached: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Returns the first month at or above the target, the number of months where there is none, shape ``(n_replicates,)``."""
    return np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1])


def _quantiles_of_month(first: NDArray[np.int64], n_months: int, horizon: Horizon) -> dict[str, str | None]:
    first = np.sort(first)
    out: dict[str, str | None] = {}
    for name, q in QUANTILES.items():
        # 1e-9: 0.05 * 100 must be the 5th replicate, not the 6th.
        month = int(first[max(math.ceil(q * len(first) - 1e-9), 1) - 1])
        out[name] = f"{horizon.date(month):%Y-%m}" if month < n_months else None
    return out
