"""Goals: probability, month reached and shortfall."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import target_in_sample
from aixsim.errors import UserError
from aixsim.model.calendar import Horizon
from aixsim.results.columns import with_units
from aixsim.stats.intervals import proportion
from aixsim.stats.summary import QUANTILES, quantiles

if TYPE_CHECKING:
    import pandas as pd

INTERVAL_METHOD: Final = "Clopper-Pearson"
"""Method of the interval in all outputs: exact, so its coverage is at least the stated one."""


class Goal(Protocol):
    """A ``[[goal]]`` table."""

    @property
    def name(self) -> str:
        """Name of the goal."""

    @property
    def outcome(self) -> Any:
        """Outcome that is counted."""

    @property
    def at_least(self) -> float:
        """National count that should be reached."""

    @property
    def by(self) -> str:
        """Deadline, ``YYYY-MM``: the count at the end of this month decides."""


def evaluate_goals(
    paths: Mapping[str, NDArray[np.int32]],
    goals: Iterable[Goal],
    horizon: Horizon,
    scale: float,
    n_failed: int,
    confidence: float,
) -> list[dict[str, Any]]:
    """Returns the content of ``goals.json``, one record per goal; empty if no replicate finished.

    Counts are national, except those with ``in_sample`` in their name. ``jointly`` holds the probability of reaching both this goal and
    each other one.

    Args:
        paths: simulated firms by outcome, shape ``(n_replicates, n_months)`` each.
        goals: of the study.
        horizon: simulated months.
        scale: simulated share of the national population.
        n_failed: failed replicates; ``probability_if_failed_…`` counts all of them as missed, or as reached.
        confidence: of the intervals.

    Raises:
        UserError: a deadline is outside the horizon.
    """
    goals = [goal for goal in goals if len(paths[goal.outcome])]
    records = [_evaluate(paths[goal.outcome], goal, horizon, scale, n_failed=n_failed, confidence=confidence) for goal in goals]
    reached = [paths[goal.outcome][:, horizon.index(goal.by)] >= target_in_sample(goal.at_least, scale) for goal in goals]
    for record, own in zip(records, reached, strict=True):
        record["jointly"] = [
            {"with": other.name, **_joint(own & its, confidence)}
            for other, its in zip(goals, reached, strict=True)
            if other.name != record["name"]
        ]
    return records


def _joint(both: NDArray[np.bool_], confidence: float) -> dict[str, Any]:
    """Returns in how many replicates two goals are reached, as a record."""
    chance = proportion(int(both.sum()), len(both), confidence)
    interval = _ends(chance.clopper_pearson)
    return {"probability": chance.estimate, "successes": chance.successes, "interval": interval, "short_statement": chance.short}


def _evaluate(path: NDArray[np.int32], goal: Goal, horizon: Horizon, scale: float, *, n_failed: int, confidence: float) -> dict[str, Any]:
    deadline = horizon.index(goal.by)
    if not 0 <= deadline < horizon.n_months:
        raise UserError(f"goal {goal.name!r}: its deadline {goal.by} is outside the horizon {horizon.start} to {horizon.end}")
    target, n = target_in_sample(goal.at_least, scale), len(path)
    final, first = path[:, deadline].astype(np.float64), _first_month(path[:, : deadline + 1] >= target)
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


def goals_frame(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Returns the records of ``goals.json`` as a data frame, one row per goal, with the unit of each column in ``attrs["units"]``."""
    import pandas as pd

    rows = []
    for one in records:
        row = {"goal": one["name"], "outcome": one["outcome"], "at_least": one["at_least"], "by": one["by"]}
        row |= {"probability": one["probability"], **one["interval"], "confidence": one["confidence"], "method": one["interval_method"]}
        row |= {"n": one["n"], "n_failed": one["n_failed"], "successes": one["successes"]}
        row |= {f"count_{name}": value for name, value in one["count_at_deadline"].items()}
        row |= {f"month_reached_{name}": value for name, value in one["month_reached"].items()}
        rows.append(row | {f"shortfall_{name}": value for name, value in one["shortfall"].items()})
    frame = pd.DataFrame(rows)
    names = [str(name) for name in frame]
    months = [name for name in names if name == "by" or name.startswith("month_reached")]
    for name in months:
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m").astype("datetime64[ms]")
    nation = "national firms"
    units = {"at_least": nation} | dict.fromkeys(("probability", "low", "high"), "share of replicates")
    units |= dict.fromkeys(("n", "n_failed", "successes"), "replicates") | dict.fromkeys(months, "month")
    units |= {name: nation for name in names if name.startswith(("count_", "shortfall_"))}
    return with_units(frame, {name: units.get(name, "") for name in names})


def goal_cells(record: dict[str, Any]) -> list[str]:
    """Returns a record of ``goals.json`` as the cells of a table: goal, at least, probability, n, count and month reached."""
    count = record["count_at_deadline"]
    return [
        record["name"],
        f"{record['at_least']:,.0f} {record['outcome']} by {record['by']}",
        record["short_statement"],
        f"{record['n']:,}" + (f", {record['n_failed']:,} failed" if record["n_failed"] else ""),
        f"{count['p50']:,.0f}" + ("" if record["n"] == 1 else f" [{count['p05']:,.0f}, {count['p95']:,.0f}]"),
        record["month_reached"]["p50"] or "after the deadline",
    ]


def _ends(interval: tuple[float, float]) -> dict[str, float]:
    return {"low": interval[0], "high": interval[1]}


def _summary(values: NDArray[np.float64]) -> dict[str, float]:
    return {"mean": float(values.mean()), **quantiles(values)}


def month_reached(reached: NDArray[np.bool_], horizon: Horizon) -> dict[str, str | None]:
    """Returns quantiles over all replicates of the first month at or above the target.

    Args:
        reached: whether the count is at or above the target, shape ``(n_replicates, n_months)``.
        horizon: simulated months; ``reached`` may hold only the first of them.

    Returns:
        ``p05``, ``p50`` and ``p95`` as ``YYYY-MM``: the month by which this share of replicates has reached the target; None if fewer have.
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
