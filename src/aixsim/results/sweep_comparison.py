"""Differences between the points of a sweep and a reference, paired by replicate with common random numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.notebook import card
from aixsim.plotting import Drawable
from aixsim.results.contrasts import NEWCOMBE, STUDENT, tidy, tidy_row
from aixsim.results.sweep_points import SweepGoal, SweepPoint
from aixsim.results.sweep_result import Sweep
from aixsim.stats.differences import (
    Difference,
    MeanDifference,
    fisher,
    holm,
    independent_mean,
    independent_proportions,
    mcnemar,
    paired_mean,
    paired_proportions,
)
from aixsim.stats.intervals import Proportion, percent, proportion

if TYPE_CHECKING:
    import pandas as pd

Final = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Finished replicates, ascending, and the count of each at a deadline in simulated firms, shape ``(n_done,)`` each."""


@dataclass(frozen=True, slots=True)
class PointDifference:
    """How a point differs from its reference in one goal: point minus reference.

    Attributes:
        point, reference, goal: of the comparison.
        n, n_reference: compared replicates of each; equal if they are paired.
        n_unpaired: replicates left out because only one of the two points has finished them; 0 if replicates are independent.
        before, after: probability of the goal at the reference and at the point, over these replicates.
        probability: their difference.
        p_value: exact test of equal probabilities: McNemar for pairs, Fisher for independent replicates.
        p_holm: p_value corrected for the number of points (Holm).
        mean_before, mean_after: national count at the deadline.
        count: their difference.
    """

    point: SweepPoint
    reference: SweepPoint
    goal: SweepGoal
    n: int
    n_reference: int
    n_unpaired: int
    before: Proportion
    after: Proportion
    probability: Difference
    p_value: float
    p_holm: float
    mean_before: float
    mean_after: float
    count: MeanDifference

    @property
    def is_sure(self) -> bool:
        """Whether the interval of the difference of the probability excludes 0."""
        return self.probability.low > 0.0 or self.probability.high < 0.0

    @property
    def is_sure_among_all(self) -> bool:
        """Whether it differs significantly after Holm's correction, at the confidence of the intervals."""
        return self.p_holm <= 1.0 - self.before.confidence


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A point that cannot be compared, with the reason."""

    point: SweepPoint
    why: str


@dataclass(frozen=True)
class SweepComparison(Drawable):
    """All differences of a sweep.

    Attributes:
        sweep: the sweep.
        by_policy: whether the reference is the first policy at the same factor values; otherwise it is one point.
        references: reference points, by number.
        differences: by point, then by goal.
        left_out: points without a difference.
    """

    sweep: Sweep
    by_policy: bool
    references: tuple[SweepPoint, ...]
    differences: tuple[PointDifference, ...]
    left_out: tuple[LeftOut, ...]

    def to_frame(self) -> pd.DataFrame:
        """Returns one row per point, goal and quantity: ``difference`` is ``b`` (point) minus ``a`` (reference), with its interval."""
        return tidy((row for difference in self.differences for row in _tidy_rows(self.sweep, difference)), self.sweep.confidence)

    def _repr_html_(self) -> str:
        """Returns the largest differences as HTML, for notebooks."""
        sweep, shown = self.sweep, self.of(self.sweep.goal)
        notes = [f"{sweep.goal.name} by {sweep.goal.by}", f"{100 * sweep.confidence:g} % intervals", str(sweep.path)]
        notes.append(f"the {_SHOWN} largest of {len(shown):,} differences; to_frame() has all" if len(shown) > _SHOWN else "")
        return card(f"{sweep.title}: points against their reference", notes, _HEADINGS, [_cells(d) for d in shown[:_SHOWN]])

    def of(self, goal: SweepGoal) -> list[PointDifference]:
        """Returns the differences in a goal, sorted by the change of the probability and then of the count, largest first."""
        mine = [difference for difference in self.differences if difference.goal == goal]
        return sorted(mine, key=lambda d: (-abs(d.probability.estimate), -abs(d.count.estimate), d.point.id))


def compare_points(sweep: Sweep, reference: int | None = None) -> SweepComparison:
    """Compares every point of a sweep, finished or not, with its reference; see ``Sweep.compare``."""
    by_policy = reference is None and len(sweep.facts["policies"]) > 1
    partner = _first_policy(sweep) if by_policy else _one_point(sweep, reference or 0)
    finals: dict[int, list[Final]] = {}
    differences: list[PointDifference] = []
    left_out: list[LeftOut] = []
    references = {partner(point).id: partner(point) for point in sweep.points}
    for point in sweep.points:
        base = partner(point)
        if point.id == base.id:
            continue
        if base.id not in finals:
            finals[base.id] = [sweep.final_counts(base, goal) for goal in sweep.goals]
        found = [
            _difference(sweep, point, base, goal, sweep.final_counts(point, goal), final)
            for goal, final in zip(sweep.goals, finals[base.id], strict=True)
        ]
        if why := _why_not(point, base, found):
            left_out.append(LeftOut(point, why))
        differences += [difference for difference in found if difference is not None]
    if not differences:
        raise UserError(
            f"{sweep.path}: no point can be compared: an interval needs two finished replicates of a point and of its reference;"
            " resume the sweep, or choose another reference with --reference"
        )
    return SweepComparison(
        sweep, by_policy, tuple(references[k] for k in sorted(references)), _adjusted(differences, sweep.goals), tuple(left_out)
    )


def _first_policy(sweep: Sweep) -> Callable[[SweepPoint], SweepPoint]:
    def key(point: SweepPoint) -> str:
        return json.dumps(point.values, sort_keys=True)

    first = {key(point): point for point in sweep.points if point.policy == sweep.facts["policies"][0]}
    return lambda point: first[key(point)]


def _one_point(sweep: Sweep, number: int) -> Callable[[SweepPoint], SweepPoint]:
    if len(sweep.points) < 2:
        raise UserError(f"{sweep.path}: has only one point; add policies or factors to its study")
    base = next((point for point in sweep.points if point.id == number), None)
    if base is None:
        raise UserError(f"--reference {number}: {sweep.path} has points 0 to {sweep.points[-1].id}; answer.csv has their numbers")
    if base.n_done < 2:
        raise UserError(
            f"{sweep.path}: the reference, point {number} ({base.label}), has {base.n_done} finished replicates and"
            f" {base.n_failed} failed; an interval needs two: choose another point with --reference"
        )
    return lambda _point: base


def _why_not(point: SweepPoint, base: SweepPoint, found: list[PointDifference | None]) -> str:
    if not point.n_done:
        return "no finished replicate"
    if not base.n_done:
        return f"its reference, point {base.id}, has no finished replicate"
    return "fewer than two replicates to compare" if None in found else ""


def _difference(sweep: Sweep, point: SweepPoint, base: SweepPoint, goal: SweepGoal, mine: Final, theirs: Final) -> PointDifference | None:
    """Returns the difference in a goal; None if there are too few replicates for an interval."""
    after, before, n_unpaired = mine[1], theirs[1], 0
    if sweep.common_random_numbers:
        common, at, base_at = np.intersect1d(mine[0], theirs[0], assume_unique=True, return_indices=True)
        n_unpaired = len(after) + len(before) - 2 * len(common)
        after, before = after[at], before[base_at]
    if min(len(after), len(before)) < 2:
        return None
    confidence = sweep.confidence
    reach_a, reach_b = after >= goal.target, before >= goal.target
    national_a, national_b = after / sweep.scale, before / sweep.scale
    counted_a, counted_b = (int(reach_a.sum()), len(after)), (int(reach_b.sum()), len(before))
    if sweep.common_random_numbers:
        gained, lost = int((reach_a & ~reach_b).sum()), int((reach_b & ~reach_a).sum())
        both, neither = int((reach_a & reach_b).sum()), int((~reach_a & ~reach_b).sum())
        probability, p_value = paired_proportions(both, gained, lost, neither, confidence), mcnemar(gained, lost)
        # Counts are subtracted before scaling, so that the difference of equal counts is exactly 0.
        count = paired_mean((after.astype(np.int64) - before) / sweep.scale, confidence)
    else:
        probability, p_value = independent_proportions(counted_a, counted_b, confidence), fisher(counted_a, counted_b)
        count = independent_mean(national_a, national_b, confidence)
    return PointDifference(
        point=point,
        reference=base,
        goal=goal,
        n=len(after),
        n_reference=len(before),
        n_unpaired=n_unpaired,
        before=proportion(*counted_b, confidence),
        after=proportion(*counted_a, confidence),
        probability=probability,
        p_value=p_value,
        p_holm=p_value,
        mean_before=float(national_b.mean()),
        mean_after=float(national_a.mean()),
        count=count,
    )


def _adjusted(differences: list[PointDifference], goals: tuple[SweepGoal, ...]) -> tuple[PointDifference, ...]:
    """Returns the differences with p-values corrected for all points of a goal."""
    out = list(differences)
    for goal in goals:
        rows = [row for row, difference in enumerate(out) if difference.goal == goal]
        for row, p in zip(rows, holm([out[row].p_value for row in rows]), strict=True):
            out[row] = replace(out[row], p_holm=p)
    return tuple(out)


def to_rows(comparison: SweepComparison) -> list[dict[str, Any]]:
    """Returns one row per point and goal, for CSV and JSON; counts are national."""
    return [_row(comparison.sweep, difference) for difference in comparison.differences]


def _compared(sweep: Sweep, d: PointDifference) -> dict[str, Any]:
    """Returns the columns that identify the comparison."""
    about: dict[str, Any] = {"point": d.point.id, "reference": d.reference.id, "policy": d.point.policy}
    return about | {key: d.point.values.get(key) for key in sweep.factors} | {"goal": d.goal.name}


def _tidy_rows(sweep: Sweep, d: PointDifference) -> Iterator[dict[str, Any]]:
    about = {**_compared(sweep, d), "outcome": d.goal.outcome, "by": np.datetime64(d.goal.by, "M").astype("datetime64[ms]")}
    proportions, means = (NEWCOMBE, STUDENT) if sweep.common_random_numbers else ("Newcombe, independent", "Welch, independent")
    chances = d.before.estimate, d.after.estimate
    yield {**about, **tidy_row("probability", "share of replicates", chances, d.probability, d.n, proportions)}
    yield {**about, **tidy_row("count", "national firms", (d.mean_before, d.mean_after), d.count, d.n, means)}


_HEADINGS = ("point", "label", "probability", "difference", "p-value, all points together", "n")
_SHOWN = 10
"""Number of differences shown in a notebook."""


def _cells(d: PointDifference) -> list[str]:
    change = f"{100 * d.probability.estimate:+.1f} points [{100 * d.probability.low:+.1f}, {100 * d.probability.high:+.1f}]"
    chances = f"{percent(d.before.estimate)} → {percent(d.after.estimate)}"
    return [f"{d.point.id} against {d.reference.id}", d.point.label, chances, change, f"{d.p_holm:.2g}", f"{d.n:,}"]


def _row(sweep: Sweep, d: PointDifference) -> dict[str, Any]:
    row = _compared(sweep, d) | {"paired": sweep.common_random_numbers}
    row |= {"n": d.n, "n_reference": d.n_reference, "n_unpaired": d.n_unpaired}
    row |= {"n_failed": d.point.n_failed, "n_failed_reference": d.reference.n_failed}
    for name, chance in (("probability", d.after), ("probability_reference", d.before)):
        low, high = chance.clopper_pearson
        row |= {name: chance.estimate, f"{name}_low": low, f"{name}_high": high}
    change, count = d.probability, d.count
    row |= {"difference": change.estimate, "difference_low": change.low, "difference_high": change.high}
    row |= {"p_value": d.p_value, "p_holm": d.p_holm, "mean": d.mean_after, "mean_reference": d.mean_before}
    return row | {"mean_difference": count.estimate, "mean_difference_low": count.low, "mean_difference_high": count.high}
