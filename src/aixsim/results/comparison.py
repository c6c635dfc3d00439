"""Differences between results, paired by replicate with common random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import target_in_sample
from aixsim.errors import ArgumentError
from aixsim.notebook import card
from aixsim.plotting import Drawable
from aixsim.results.contrasts import NEWCOMBE, STUDENT, Contrast, contrast, ends, narrowing, tidy, tidy_row
from aixsim.results.cost_effectiveness import FIELLER, CostEffectiveness, cost_effectiveness
from aixsim.results.firm_by_firm import FirmByFirm, firm_by_firm
from aixsim.results.fixed_numbers import Fixing, fixing_of
from aixsim.results.goals import month_reached
from aixsim.results.pairing import ComparisonError, Pair, labels_of, pair
from aixsim.results.result import Result, open_result
from aixsim.results.settings_changed import settings_changed
from aixsim.results.winners import LevelChange, winners_and_losers
from aixsim.stats.differences import Difference, MeanDifference, independent_proportions, mcnemar, paired_mean, paired_proportions
from aixsim.stats.intervals import percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Comparison", "ComparisonError", "PolicyChange", "compare", "paired_paths"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """How one result differs from the baseline in one goal. Counts, months and money are this result minus the baseline.

    Attributes:
        goal, outcome, at_least, by: of the goal.
        n: pairs of replicates.
        count: national count at the deadline.
        count_quantiles: ``p05``, ``p50``, ``p95`` of the differences by replicate.
        chances: probability of reaching the goal in the baseline and in this result.
        probability: their difference with Newcombe's interval of pairs.
        probability_unpaired: the same difference with Newcombe's interval for independent samples.
        probability_narrower: width of the unpaired over that of the paired interval.
        gained, lost: number of replicates that reach the goal only in this result, and only in the baseline.
        p_value: McNemar's exact test of equal probabilities.
        month_reached: median month of the baseline and of this result; None: not by the deadline.
        months: mean difference in months over the ``n_months`` replicates that reach the goal in both; None if there are fewer than
            two. These replicates are a selection: see also ``gained`` and ``lost``.
        n_months: number of these replicates.
    """

    goal: str
    outcome: str
    at_least: float
    by: str
    n: int
    count: Contrast
    count_quantiles: dict[str, float]
    chances: tuple[float, float]
    probability: Difference
    probability_unpaired: Difference
    probability_narrower: float | None
    gained: int
    lost: int
    p_value: float
    month_reached: tuple[str | None, str | None]
    months: MeanDifference | None
    n_months: int

    @property
    def variance_reduction(self) -> float | None:
        """Variance reduction of the count, see ``PairedDifference``."""
        return self.count.variance_reduction

    def to_dict(self) -> dict[str, Any]:
        """Returns the change as JSON values; a difference with an interval is ``[estimate, low, high]``."""
        out = {name: getattr(self, name) for name in self.__slots__}
        for name, value in out.items():
            if isinstance(value, Difference):
                out[name] = ends(value)
        about_count = self.count.to_dict()
        return {
            **out,
            "count": about_count.pop("difference"),
            **{f"count_{key}": value for key, value in about_count.items() if key not in ("n", "variance_reduction")},
            "variance_reduction": self.variance_reduction,
        }


@dataclass(frozen=True, slots=True)
class PolicyChange(Drawable):
    """All differences of one result from the baseline.

    Attributes:
        pair: the two.
        settings: ``{key path: (baseline, other)}`` of the settings that differ.
        goals: one change per goal of the baseline.
        spent_krw_bn: national public spending over the horizon, KRW bn.
        costs: what one more factory costs.
        groups: winners and losers.
        firms: deadweight and displacement.
        fixing: part of the difference that comes from fixing uncertain parameters; None if none was fixed.
    """

    pair: Pair
    settings: dict[str, tuple[Any, Any]]
    goals: list[Change]
    spent_krw_bn: Contrast
    costs: CostEffectiveness
    groups: list[LevelChange]
    firms: FirmByFirm
    fixing: Fixing | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of some results from the first one."""

    policies: list[PolicyChange]

    @property
    def changes(self) -> list[Change]:
        """The changes of all goals of all results."""
        return [change for policy in self.policies for change in policy.goals]

    def to_frame(self) -> pd.DataFrame:
        """Returns one row per result, goal and quantity: ``difference`` is ``b`` (result) minus ``a`` (baseline), with its interval.

        Quantities are probability, national count and month of a goal (over the replicates that reach it in both), and without a goal
        the public money spent and what one more factory costs.
        """
        return tidy((row for policy in self.policies for row in _rows(policy)), self.policies[0].pair.confidence)

    def groups(self) -> pd.DataFrame:
        """Returns winners and losers: one row per result, group, level and outcome, with the national count at the deadline."""
        return tidy((row for policy in self.policies for row in _group_rows(policy)), self.policies[0].pair.confidence)

    def _repr_html_(self) -> str:
        """Returns the differences in the goals for a notebook."""
        first = self.policies[0].pair
        notes = [f"baseline: {first.names[0]}", f"{100 * first.confidence:g} % intervals", first.baseline.sample_note]
        notes += dict.fromkeys(note for policy in self.policies for note in policy.pair.notes)
        rows = [_row(policy, change) for policy in self.policies for change in policy.goals]
        columns = ("result", "goal", "probability", "difference", "count", "difference", "n")
        return card("Differences paired by replicate", notes, columns, rows)

    def to_dict(self) -> dict[str, Any]:
        """Returns the differences as JSON values: records by goal, level and result, each with the names of the two folders."""
        out: dict[str, list[dict[str, Any]]] = {"differences": [], "groups": [], "firms": [], "costs": [], "settings": []}
        for policy in self.policies:
            one = policy.pair
            about = {"result": one.other.where, "baseline": one.baseline.where}
            failed = {
                "paired": True,
                "confidence": one.confidence,
                "replicates_not_common": one.dropped,
                "replicates_failed": [int(r.provenance["replicates_failed"]) for r in (one.baseline, one.other)],
            }
            money = {"spent_krw_bn": ends(policy.spent_krw_bn.paired), "spent_krw_bn_narrower": policy.spent_krw_bn.narrower}
            out["differences"] += [{**about, **failed, **change.to_dict(), **money} for change in policy.goals]
            out["groups"] += [{**about, **level.to_dict()} for level in policy.groups]
            out["firms"].append({**about, **policy.firms.to_dict()})
            out["costs"].append({**about, **policy.costs.to_dict()})
            changed = {key: list(values) for key, values in policy.settings.items()}
            fixing = None if policy.fixing is None else policy.fixing.to_dict()
            out["settings"].append({**about, "changed": changed, "fixed": fixing, "notes": list(one.notes)})
        return out


def compare(baseline: Result | str | PathLike[str], *others: Result | str | PathLike[str]) -> Comparison:
    """Compares results with a baseline, for every goal of the baseline, paired by replicate.

    Args:
        baseline: a result, or its folder.
        others: likewise, at least one.

    Raises:
        ComparisonError: they cannot be paired: firms, ties, horizon, scale or seed differ, or the baseline has no goal.
        ResultError: a folder is not a result, or is damaged.
        ArgumentError: ``others`` is empty.
    """
    if not others:
        raise ArgumentError("others", others, "one or more results to compare with the baseline")
    first, *rest = (one if isinstance(one, Result) else open_result(one) for one in (baseline, *others))
    base, *names = labels_of([first, *rest])
    return Comparison([_policy(replace(pair(first, other), labels=(base, name))) for other, name in zip(rest, names, strict=True)])


def _rows(policy: PolicyChange) -> Iterator[dict[str, Any]]:
    one = policy.pair
    about = {"baseline": one.names[0], "result": one.names[1]}
    for change in policy.goals:
        of = {**about, "goal": change.goal, "outcome": change.outcome, "by": np.datetime64(change.by, "M").astype("datetime64[ms]")}
        count = change.count
        yield {**of, **tidy_row("probability", "share of replicates", change.chances, change.probability, change.n, NEWCOMBE)}
        yield {**of, **tidy_row("count", "national firms", (count.before, count.after), count.paired, count.n, STUDENT)}
        if change.months is not None:
            yield {**of, **tidy_row("month reached", "months", (None, None), change.months, change.n_months, STUDENT)}
    spent, none = policy.spent_krw_bn, {"goal": None, "outcome": None, "by": np.datetime64("NaT", "ms")}
    for (outcome, payer), each in policy.costs.each.items():
        if each is not None:
            row = tidy_row(f"{payer} money for one more", "KRW bn", (None, None), each, spent.n, FIELLER)
            yield {**about, **none, "outcome": outcome, **row}
    yield {**about, **none, **tidy_row("money spent", "KRW bn of the nation", (spent.before, spent.after), spent.paired, spent.n, STUDENT)}


def _group_rows(policy: PolicyChange) -> Iterator[dict[str, Any]]:
    one = policy.pair
    for level in policy.groups:
        found = level.contrast
        about = {"baseline": one.names[0], "result": one.names[1], "group": level.group, "level": level.level}
        numbers = tidy_row("count", "national firms", (found.before, found.after), found.paired, found.n, STUDENT)
        yield {**about, "outcome": level.outcome, **numbers}


def _row(policy: PolicyChange, change: Change) -> list[str]:
    before, after = (percent(chance) for chance in change.chances)
    moved, count = change.probability, change.count
    low, high = (100 * end for end in (moved.low, moved.high))
    return [
        policy.pair.names[1],
        f"{change.goal} by {change.by}",
        f"{before} → {after}",
        f"{100 * moved.estimate:+.1f} points [{low:+.1f}, {high:+.1f}]",
        f"{count.before:,.0f} → {count.after:,.0f}",
        f"{count.paired.estimate:+,.0f} [{count.paired.low:+,.0f}, {count.paired.high:+,.0f}]",
        f"{change.n:,}",
    ]


def _policy(one: Pair) -> PolicyChange:
    settings, spent = settings_changed(one), (_spent(one, one.baseline), _spent(one, one.other))
    return PolicyChange(
        pair=one,
        settings=settings,
        goals=[_change(one, goal) for goal in one.baseline.provenance["goals"]],
        spent_krw_bn=contrast(spent[1], spent[0], one.confidence),
        costs=cost_effectiveness(one, spent),
        groups=winners_and_losers(one),
        firms=firm_by_firm(one),
        fixing=fixing_of(one, settings),
    )


def paired_paths(one: Pair, outcome: str) -> tuple[Floats, Floats]:
    """Returns the national counts of the baseline and of the other result, shape ``(n_replicates, n_months)`` each."""
    before, after = (_paths(one, result, outcome) / one.scale for result in (one.baseline, one.other))
    return before, after


def _paths(one: Pair, result: Result, outcome: str) -> Floats:
    found = result.paths(outcome)
    return found.values[np.searchsorted(found.replicates, one.replicates)].astype(np.float64)


def _spent(one: Pair, result: Result) -> Floats:
    money = result.money_by_year()
    if money is None:
        return np.zeros(len(one.replicates))
    spent: Floats = money.total.sum(axis=1)[np.searchsorted(money.replicates, one.replicates)]
    return spent / one.scale


def _change(one: Pair, goal: dict[str, Any]) -> Change:
    horizon, scale = one.baseline.horizon, one.scale
    stop = horizon.index(goal["by"]) + 1
    target = target_in_sample(goal["at_least"], scale)
    before, after = (_paths(one, result, goal["outcome"])[:, :stop] for result in (one.baseline, one.other))
    count = contrast(after[:, -1] / scale, before[:, -1] / scale, one.confidence)
    reach_a, reach_b = after[:, -1] >= target, before[:, -1] >= target
    n, gained, lost = count.n, int((reach_a & ~reach_b).sum()), int((reach_b & ~reach_a).sum())
    paired = paired_proportions(int((reach_a & reach_b).sum()), gained, lost, int((~reach_a & ~reach_b).sum()), one.confidence)
    unpaired = independent_proportions((int(reach_a.sum()), n), (int(reach_b.sum()), n), one.confidence)
    in_both = (before >= target).any(axis=1) & (after >= target).any(axis=1)
    months = (after[in_both] >= target).argmax(axis=1) - (before[in_both] >= target).argmax(axis=1)
    return Change(
        goal=goal["name"],
        outcome=goal["outcome"],
        at_least=goal["at_least"],
        by=goal["by"],
        n=n,
        count=count,
        count_quantiles={f"p{q:02d}": float(np.quantile(after[:, -1] - before[:, -1], q / 100)) / scale for q in (5, 50, 95)},
        chances=(float(reach_b.mean()), float(reach_a.mean())),
        probability=paired,
        probability_unpaired=unpaired,
        probability_narrower=narrowing(unpaired, paired),
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost),
        month_reached=(month_reached(before >= target, horizon)["p50"], month_reached(after >= target, horizon)["p50"]),
        months=paired_mean(months.astype(np.float64), one.confidence) if len(months) > 1 else None,
        n_months=len(months),
    )
