"""Sensitivity of a sweep: Sobol's indices of a design of kind ``sobol``, and elementary effects of one of kind ``morris``."""

from __future__ import annotations

from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.errors import StoreError, UserError
from aixsim.evidence.assumptions import lines_of
from aixsim.results.sweep_points import SweepGoal
from aixsim.results.sweep_result import Sweep
from aixsim.stats.designed import effect_measures, elementary_effects, noise_within_points, sobol_indices, standard_errors

KINDS: Final = {"sobol": ("first", "total"), "morris": ("mean_size", "mean", "spread")}
"""Measures by kind of design; the first or second of them ranks the numbers."""
FEWEST: Final = {"sobol": 64, "morris": 4}
"""Base points or trajectories below which nothing is told."""
_Z: Final = 1.959964
Floats = NDArray[np.float64]
Row = dict[str, Any]


class SweepSensitivity(Answer):
    """What the goals of a sweep depend on; see ``sensitivity_of_sweep``."""


def sensitivity_of_sweep(sweep: Sweep) -> SweepSensitivity:
    """Returns how much of every goal each factor of a sweep explains.

    Quantities are the count at the deadline in national firms (``count``) and the probability of the goal (``goal``), each the mean over
    the replicates of a point. Points share their random numbers, so a factor without influence has measures of exactly 0.

    Args:
        sweep: finished, with a design of kind ``sobol`` or ``morris``, one policy and common random numbers.

    Returns:
        Tables ``indices`` (one row a goal, quantity and factor: of a ``sobol`` design the ``first`` order index, and the ``total`` index,
        which includes what the factor does with others; of a ``morris`` design ``mean_size``, ``mean`` and ``spread`` of the effect of the
        whole range; each with a 95 % interval; and the grade of its default value) and ``variance`` (one row a goal and quantity: the share
        of replicate noise in the variance of single replicates, None with one replicate a point).

    Raises:
        UserError: the sweep has another design or several policies, or its points differ in their random numbers.
        StoreError: it is not finished, or a file has changed.
    """
    kind, k = sweep.facts["design"], len(sweep.factors)
    if kind not in KINDS:
        raise UserError(f"{sweep.path}: sensitivity needs a design of kind sobol or morris, found {kind}; see [design] in the study")
    if len(sweep.facts["policies"]) > 1 or not sweep.common_random_numbers:
        raise UserError(f"{sweep.path}: sensitivity needs one policy and common random numbers; give it a sweep of its own")
    points, inputs = _design(sweep)
    size = 2 * k + 2 if kind == "sobol" else k + 1
    n = len(points) // size
    if n < FEWEST[kind]:
        what = "base points" if kind == "sobol" else "trajectories"
        raise UserError(f"{sweep.path}: sensitivity needs {FEWEST[kind]} {what}, found {n}; state more in [design]")
    lines = lines_of(sweep.factors, {})
    rows: list[Row] = []
    noise: list[Row] = []
    for goal in sweep.goals:
        counts = _counts(sweep, goal)
        for quantity, values in (("count", counts / sweep.scale), ("goal", (counts >= goal.target).astype(np.float64))):
            means = values.mean(axis=1)
            share = noise_within_points(values) if np.ptp(values) else None
            reason = "one replicate a point" if values.shape[1] < 2 else "all replicates are alike"
            noise.append({"goal": goal.name, "quantity": quantity, "noise": share, "reason": reason if share is None else None})
            if not np.ptp(means):
                continue
            outcomes = means[points].reshape(n, size)
            found, errors = _measured(kind, inputs.reshape(n, size, k), outcomes)
            own = []
            for at, key in enumerate(sweep.factors):
                row: Row = {"goal": goal.name, "quantity": quantity, "number": key}
                for name, value, error in zip(KINDS[kind], found[:, at].tolist(), errors[:, at].tolist(), strict=True):
                    row |= {name: value, f"{name}_low": value - _Z * error, f"{name}_high": value + _Z * error}
                line = lines.get(key)
                own.append(row | {name: getattr(line, name) if line else None for name in ("grade", "meaning", "range", "source")})
            rows += sorted(own, key=lambda row: -row[ranking(kind)])
    if not rows:
        raise UserError(f"{sweep.path}: all points have the same outcomes, so nothing can be told")
    unit = "1" if kind == "sobol" else "national firms; probability of a goal"
    units = {f"{name}{end}": unit for name in KINDS[kind] for end in ("", "_low", "_high")}
    tables = {"indices": AnswerTable(rows, units), "variance": AnswerTable(noise, {"noise": "1"})}
    notes = (
        f"A design of kind {kind}: {n:,} {'base points' if kind == 'sobol' else 'trajectories'}; {sweep.n_note}.",
        "Equal replicates have equal random numbers, so a number without influence has exactly 0. All holds for the ranges of the study.",
        "The grade is that of the default value of the package; numbers of a programme have none here.",
    )
    source = (f"aixsim sweep {sweep.facts['name']}", sweep.n_note)
    return SweepSensitivity(sweep.title, _sentence(rows, kind), tables, notes, source)


def ranking(kind: str) -> str:
    """Returns the measure by which the numbers of a design are ranked: the total index, or the mean size of the effect."""
    return "total" if kind == "sobol" else "mean_size"


def _measured(kind: str, inputs: Floats, outcomes: Floats) -> tuple[Floats, Floats]:
    """Returns the measures of every factor, and their standard errors."""
    if kind == "morris":
        effects = elementary_effects(inputs, outcomes)
        return effect_measures(effects), standard_errors(effect_measures, effects)
    return sobol_indices(outcomes), standard_errors(sobol_indices, outcomes)


def _design(sweep: Sweep) -> tuple[NDArray[np.intp], Floats]:
    """Returns the place of the point of every row of the design among all points, and the values of its factors."""
    import pandas as pd

    if not (sweep.path / "design.csv").is_file() or not sweep.is_complete or not all(point.n_done for point in sweep.points):
        raise StoreError(sweep.path, "damaged", "is not finished, or has no design.csv", "give the same sweep command again")
    table = pd.read_csv(sweep.path / "design.csv").sort_values("row")
    place = {point.id: at for at, point in enumerate(sweep.points)}
    inputs = [pd.factorize(table[key], sort=True)[0] for key in sweep.factors]
    return np.array([place[point] for point in table["point"]]), np.stack(inputs, axis=1).astype(np.float64)


def _counts(sweep: Sweep, goal: SweepGoal) -> Floats:
    """Returns the counts at the deadline in simulated firms of the replicates that all points have, shape ``(n_points, n_replicates)``."""
    found = [sweep.final_counts(point, goal) for point in sweep.points]
    shared = reduce(np.intersect1d, (replicates for replicates, _ in found))
    if not len(shared):
        raise UserError(f"{sweep.path}: no replicate is finished at all points, so they cannot be compared")
    return np.stack([counts[np.searchsorted(replicates, shared)] for replicates, counts in found]).astype(np.float64)


def _sentence(rows: list[Row], kind: str) -> str:
    said = []
    for goal in dict.fromkeys(row["goal"] for row in rows):
        own = [row for row in rows if row["goal"] == goal]
        top = next(row for row in own if row["quantity"] == own[0]["quantity"])
        of = "count at the deadline" if top["quantity"] == "count" else "probability"
        if kind == "sobol":
            told = f"with all that it does with others it makes {100 * min(top['total'], 1.0):.0f} % of the variance of the {of}"
        else:
            size = f"{top['mean_size']:,.0f} firms" if top["quantity"] == "count" else f"{100 * top['mean_size']:.0f} percentage points"
            told = f"over its range it changes the {of} by {size} on average"
        said.append(f"{goal}: of {len({row['number'] for row in own}):,} numbers {top['number']} matters most; {told}.")
    return " ".join(said)
