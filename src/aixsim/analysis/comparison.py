"""Differences between results, paired by replicate: the same seed means the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.analysis.curves import paths
from aixsim.analysis.differences import (
    Difference,
    MeanDifference,
    independent_mean,
    independent_proportions,
    mcnemar,
    paired_mean,
    paired_proportions,
)
from aixsim.analysis.goals import month_reached, target_in_sample
from aixsim.analysis.results import Result
from aixsim.core.errors import UserError

Floats = NDArray[np.float64]


class ComparisonError(UserError):
    """Two results that cannot be compared.

    Attributes:
        baseline, other: their folders.
        key: what differs or is missing: ``scale``, ``horizon``, ``goals`` or ``replicates``.
    """

    def __init__(self, baseline: Path, other: Path, key: str, message: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(message)
        self.baseline, self.other, self.key = baseline, other, key


@dataclass(frozen=True, slots=True)
class Change:
    """How one result differs from the baseline in one goal. Counts, months and money are this result minus the baseline.

    Attributes:
        result, baseline: folders.
        goal, by, confidence: which goal, until when, and of all intervals.
        paired: whether replicates are compared one by one: same seed, same number of firms.
        pairing: the same in words.
        n: replicates that both have finished; without pairing, the smaller of the two numbers.
        count: national count at the deadline, mean difference with Student's (paired) or Welch's interval.
        count_quantiles: ``p05``, ``p50``, ``p95`` of the paired differences; None without pairing.
        probability: of reaching the goal, with Newcombe's interval.
        gained, lost: replicates that reach the goal only here, and only in the baseline; None without pairing.
        p_value: McNemar's exact test of equal probabilities; None without pairing.
        month_reached: median month of the baseline and of this result; None: not by the deadline.
        months: mean difference in months over the ``n_months`` replicates that reach the goal in both; None below two of them
            or without pairing. These are the easy replicates: read it beside ``gained`` and ``lost``.
        n_months: see there.
        spent_krw_bn: public money over the horizon, of the nation.
        variance_reduction: variance of the difference of two independent runs over that of the pairs; None without pairing or spread.
    """

    result: str
    baseline: str
    goal: str
    by: str
    confidence: float
    paired: bool
    pairing: str
    n: int
    count: MeanDifference
    count_quantiles: dict[str, float] | None
    probability: Difference
    gained: int | None
    lost: int | None
    p_value: float | None
    month_reached: tuple[str | None, str | None]
    months: MeanDifference | None
    n_months: int
    spent_krw_bn: MeanDifference
    variance_reduction: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of some results from the first one."""

    changes: list[Change]

    def to_dict(self) -> dict[str, Any]:
        """Returns the differences ready for JSON; each with an interval as ``[estimate, low, high]``."""
        return {"differences": [_plain(change) for change in self.changes]}

    def to_text(self) -> str:
        """Returns the differences in words, at most 80 columns but for the names of folders."""
        return "\n\n".join(_text(change) for change in self.changes)


def compare(results: Sequence[Result]) -> Comparison:
    """Compares every result with the first one, goal by goal of the first.

    Raises:
        ComparisonError: horizon or scale differ, the first has no goal, or fewer than two replicates can be compared.
    """
    first = results[0]
    if not first.provenance["goals"]:
        raise ComparisonError(first.path, first.path, "goals", f"{first.path}: has no [[goal]], so there is nothing to compare")
    for other in results[1:]:
        for key in ("horizon", "scale"):
            if other.provenance[key] != first.provenance[key]:
                raise ComparisonError(
                    first.path, other.path, key,
                    f"{other.path}: its {key} is {_words(other.provenance[key])}, that of {first.path} is"
                    f" {_words(first.provenance[key])}; run both alike to compare them",
                )  # fmt: skip
    return Comparison([_change(first, other, goal) for other in results[1:] for goal in first.provenance["goals"]])


def _words(value: Any) -> str:
    return f"{value['start']} to {value['end']}" if isinstance(value, dict) else f"{value:g}"


def _pairing(first: Result, other: Result) -> tuple[bool, str]:
    for key, words in (("seed", "different seeds"), ("n_firms", "different numbers of firms")):
        if first.provenance[key] != other.provenance[key]:
            return False, f"NOT paired: {words}, so intervals are wider than need be"
    return True, "paired by replicate"


def _change(first: Result, other: Result, goal: dict[str, Any]) -> Change:
    paired, pairing = _pairing(first, other)
    confidence, scale = float(first.provenance["confidence"]), first.scale
    horizon = first.horizon
    target, deadline = target_in_sample(goal["at_least"], scale), horizon.index(goal["by"])
    (ids_b, before), (ids_a, after) = (_paths(result, goal["outcome"], deadline) for result in (first, other))
    spent_b, spent_a = (_spent(result, ids) / scale for result, ids in ((first, ids_b), (other, ids_a)))
    n = len(np.intersect1d(ids_a, ids_b)) if paired else min(len(ids_a), len(ids_b))
    if n < 2:
        raise ComparisonError(
            first.path, other.path, "replicates",
            f"{other.path} and {first.path} have {n} finished replicates in common; an interval needs two or more",
        )  # fmt: skip
    if paired:
        keep_a, keep_b = np.isin(ids_a, ids_b), np.isin(ids_b, ids_a)
        after, before, spent_a, spent_b = after[keep_a], before[keep_b], spent_a[keep_a], spent_b[keep_b]
    final_a, final_b = after[:, -1] / scale, before[:, -1] / scale
    reach_a, reach_b = after[:, -1] >= target, before[:, -1] >= target
    common: dict[str, Any] = {
        "result": str(other.path), "baseline": str(first.path), "goal": goal["name"], "by": goal["by"],
        "confidence": confidence, "paired": paired, "pairing": pairing, "n": n,
        "month_reached": tuple(month_reached(values >= target, horizon)["p50"] for values in (before, after)),
    }  # fmt: skip
    if not paired:
        return Change(
            **common,
            count=independent_mean(final_a, final_b, confidence),
            count_quantiles=None,
            probability=independent_proportions((int(reach_a.sum()), len(reach_a)), (int(reach_b.sum()), len(reach_b)), confidence),
            gained=None,
            lost=None,
            p_value=None,
            months=None,
            n_months=0,
            spent_krw_bn=independent_mean(spent_a, spent_b, confidence),
            variance_reduction=None,
        )
    difference = final_a - final_b
    gained, lost = int((reach_a & ~reach_b).sum()), int((reach_b & ~reach_a).sum())
    months = _months_between(before >= target, after >= target)
    spread = float(difference.var())
    return Change(
        **common,
        count=paired_mean(difference, confidence),
        count_quantiles={f"p{q:02d}": float(np.quantile(difference, q / 100)) for q in (5, 50, 95)},
        probability=paired_proportions(int((reach_a & reach_b).sum()), gained, lost, int((~reach_a & ~reach_b).sum()), confidence),
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost),
        months=paired_mean(months, confidence) if len(months) > 1 else None,
        n_months=len(months),
        spent_krw_bn=paired_mean(spent_a - spent_b, confidence),
        variance_reduction=float(final_a.var() + final_b.var()) / spread if spread > 0 else None,
    )


def _paths(result: Result, outcome: str, deadline: int) -> tuple[NDArray[np.int64], Floats]:
    _, replicates, values = paths(result.trajectories, outcome)
    return replicates, values[:, : deadline + 1]


def _spent(result: Result, replicates: NDArray[np.int64]) -> Floats:
    total = result.money.groupby("replicate")["spent_krw_bn"].sum()
    spent: Floats = total.reindex(replicates, fill_value=0.0).to_numpy(np.float64)
    return spent


def _months_between(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Floats:
    both = before.any(axis=1) & after.any(axis=1)
    months: Floats = (after[both].argmax(axis=1) - before[both].argmax(axis=1)).astype(np.float64)
    return months


def _plain(change: Change) -> dict[str, Any]:
    """Returns a change for JSON."""
    out = asdict(change)
    for key, value in ((name, getattr(change, name)) for name in out):
        if isinstance(value, Difference):
            out[key] = [value.estimate, value.low, value.high]
    return {**out, "count_standard_error": change.count.standard_error}


def _text(c: Change) -> str:
    sure = f"{100 * c.confidence:g} %"
    reduction = "" if c.variance_reduction is None else f", variance 1/{c.variance_reduction:.1f} of independent runs"
    p, before, after = c.probability, *(month or "after the deadline" for month in c.month_reached)
    lines = [
        c.result,
        f"  minus {c.baseline}",
        f"  {c.goal}, by {c.by}; n = {c.n:,}; brackets: {sure} intervals",
        f"  {c.pairing}{reduction}",
        f"    count at the deadline  {c.count.estimate:+,.1f} [{c.count.low:+,.1f}, {c.count.high:+,.1f}]",
    ]
    if c.count_quantiles:
        lines.append(f"      by replicate         90 % between {c.count_quantiles['p05']:+,.0f} and {c.count_quantiles['p95']:+,.0f}")
    lines.append(f"    probability, points    {100 * p.estimate:+.1f} [{100 * p.low:+.1f}, {100 * p.high:+.1f}]")
    if c.paired:
        lines.append(f"      replicates           {c.gained:,} reach it only here, {c.lost:,} only there")
    lines.append(f"    median month reached   {before} -> {after}")
    if c.months:
        span = f"{c.months.estimate:+.1f} months [{c.months.low:+.1f}, {c.months.high:+.1f}]"
        lines.append(f"      where both reach it  {span}, n = {c.n_months:,}")
    money = c.spent_krw_bn
    lines.append(f"    public money, KRW bn   {money.estimate:+,.1f} [{money.low:+,.1f}, {money.high:+,.1f}]")
    return "\n".join(lines)
