"""Counts and money of policies in the same futures, from the results of several runs or from one sweep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.setting_names import setting_name
from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.results.pairing import labels_of, pair
from aixsim.results.result import Result
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep

FEWEST: Final = 20
"""Replicates that all policies have in common, below which nothing is told unless a sweep has that many conditions."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GoalCounts:
    """Counts of one goal.

    Attributes:
        name, at_least, by, outcome: of the goal.
        counts: national, shape ``(n_policies, n_conditions, n_replicates)``.
        met: whether it is reached, same shape.
    """

    name: str
    outcome: str
    at_least: float
    by: str
    counts: Floats
    met: NDArray[np.bool_]


@dataclass(frozen=True)
class PolicyFutures:
    """Policies in the same futures; a future is a condition and a replicate.

    Attributes:
        policies: their names.
        goals: of all of them.
        spent: public money of the nation over the horizon, KRW bn, shaped like counts; None if it is not stored.
        confidence: of intervals.
        notes, source, title: of an answer.
    """

    policies: list[str]
    goals: list[GoalCounts]
    spent: Floats | None
    confidence: float
    notes: list[str]
    source: tuple[str, ...]
    title: str


def of_results(results: Sequence[Result]) -> PolicyFutures:
    """Returns the futures of two or more results; a future is a replicate that all have finished.

    Raises:
        ComparisonError: the results differ in firms, ties, months or seed, or have no goal.
        UserError: they have other goals than the first, or fewer than 20 common replicates.
    """
    first = results[0]
    pairs = [pair(first, other) for other in results[1:]]
    shared = reduce(np.intersect1d, (one.replicates for one in pairs))
    _enough(first.where, 1, len(shared), "the results have")
    stated = [{key: one[key] for key in ("name", "outcome", "at_least", "by", "target_in_sample")} for one in first.goal_records]
    goals = []
    for goal in stated:
        counts = np.stack([_at(result, goal["by"], goal["outcome"], shared) for result in results])[:, None]
        about = (goal["name"], goal["outcome"], goal["at_least"], goal["by"])
        goals.append(GoalCounts(*about, counts / first.scale, counts >= goal["target_in_sample"]))
    money = [result.money_by_year() for result in results]
    spent = [
        np.zeros(len(shared)) if one is None else one.total.sum(axis=1)[np.searchsorted(one.replicates, shared)] / first.scale
        for one in money
    ]
    dropped = len(reduce(np.union1d, (result.replicates for result in results))) - len(shared)
    notes = list(dict.fromkeys(note for one in pairs for note in one.notes))
    notes += [f"{dropped:,} replicates that not all have finished are left out."] if dropped else []
    p = first.provenance
    runs = f"aixsim simulations, {len(results)} runs of seed {p['seed']}"
    source = (runs, f"n = {len(shared):,} common replicates", first.sample_note)
    return PolicyFutures(labels_of(results), goals, np.stack(spent)[:, None], p["confidence"], notes, source, p["title"])


def _at(result: Result, month: str, outcome: str, replicates: NDArray[Any]) -> Floats:
    found = result.counts_in(month)
    counts: Floats = found[outcome][np.searchsorted(found["replicate"], replicates)].astype(np.float64)
    return counts


def of_sweep(sweep: Sweep, choices: Sequence[str]) -> PolicyFutures:
    """Returns the futures of the policies of a sweep; a future is a replicate at a combination of the factors that are no choice.

    Args:
        sweep: with common random numbers.
        choices: factors that are chosen: each combination of a policy and their values is a policy of its own.

    Raises:
        UserError: the random numbers are not common, a choice is no factor, there are fewer than two policies, or too few common futures.
        StoreError: a file of the sweep has changed.
    """
    where, policies = str(sweep.path), list(sweep.facts["policies"])
    if not sweep.common_random_numbers:
        raise UserError(f"{where}: its points share no random numbers, so no future is common; set common_random_numbers = true")
    if wrong := [one for one in choices if one not in sweep.factors]:
        near = f"; did you mean {hint!r}?" if (hint := nearest(wrong[0], sweep.factors)) else ""
        raise UserError(f"{where}: --choice {wrong[0]}: no factor of the sweep: {', '.join(sweep.factors) or 'it has none'}{near}")
    if len(policies) < 2 and not choices:
        raise UserError(f"{where}: the sweep has one policy; name the factors that are chosen with --choice: {', '.join(sweep.factors)}")
    table: dict[str, dict[str, SweepPoint]] = {}
    for point in sweep.points:
        if point.n_done:
            rest = {key: value for key, value in point.values.items() if key not in choices}
            table.setdefault(_name(point, choices, several=len(policies) > 1), {})[json.dumps(rest, sort_keys=True)] = point
    if len(table) < 2:
        raise UserError(f"{where}: there is only one policy with finished replicates: {', '.join(table) or 'none'}; resume the sweep")
    conditions = [one for one in next(iter(table.values())) if all(one in points for points in table.values())]
    used = [[points[one] for one in conditions] for points in table.values()]
    finals = [[[sweep.final_counts(point, goal) for point in row] for row in used] for goal in sweep.goals]
    shared = reduce(np.intersect1d, (replicates for row in finals[0] for replicates, _ in row)) if conditions else np.zeros(0, np.int32)
    _enough(where, len(conditions), len(shared), "the points of its policies have")
    goals = []
    for goal, rows in zip(sweep.goals, finals, strict=True):
        counts = np.array([[one[np.searchsorted(replicates, shared)] for replicates, one in row] for row in rows], np.float64)
        goals.append(GoalCounts(goal.name, goal.outcome, goal.at_least, goal.by, counts / sweep.scale, counts >= goal.target))
    left = sum(len(points) for points in table.values()) - len(conditions) * len(table)
    notes = [f"{left:,} points at conditions that not all policies have are left out."] if left else []
    each = f"{len(conditions):,} conditions, " if len(conditions) > 1 else ""
    n = f"{len(table):,} policies, {each}n = {len(shared):,} common replicates each"
    return PolicyFutures(list(table), goals, None, sweep.confidence, notes, (f"aixsim sweep {sweep.facts['name']}", n), sweep.title)


def _name(point: SweepPoint, choices: Sequence[str], *, several: bool) -> str:
    values = [f"{setting_name(key, with_unit=False)} {point.values.get(key, 'as in the policy')}" for key in choices]
    return ", ".join([point.policy] * several + values)


def _enough(where: str, n_conditions: int, n_replicates: int, who: str) -> None:
    if not n_replicates or max(n_conditions, n_replicates) < FEWEST:
        raise UserError(f"{where}: {who} {n_replicates:,} replicates in common; robustness needs {FEWEST}: run more")
