"""Updating: a finished run is weighted by later observed counts, without a new run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import target_in_sample
from aixsim.errors import UserError
from aixsim.model.calendar import parse_month
from aixsim.model.outcomes import OUTCOMES, STOCKS
from aixsim.results.drawn_values import drawn_values
from aixsim.results.result import Result
from aixsim.stats.counting_law import log_mass
from aixsim.stats.intervals import Proportion, proportion
from aixsim.stats.weights import LEAST_ESS, TooFewError, effective_sample_size, normalised, weighted_quantile

Floats = NDArray[np.float64]
ERROR: Final = 0.18
"""Relative error of a yearly count given the model, estimated on the smart factories: root of a dispersion of 0.032 (0.12 to 0.28)."""
MOST: Final = 1e9
"""Highest allowed count, as in ``[[observed]]``."""
_ERRORS: Final = (0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_FEW: Final = 3.0
"""Effective sample size below which no number of replicates is suggested, because the estimate would be too uncertain."""
LEVELS: Final = np.array([0.05, 0.5, 0.95])


@dataclass(frozen=True, slots=True)
class NewCount:
    """A new observed count.

    Attributes:
        month: ``YYYY-MM``, counted at its end.
        outcome: name of the outcome.
        value: national count.
    """

    month: str
    outcome: str
    value: float


@dataclass(frozen=True, slots=True)
class GoalUpdate:
    """A goal before and after the update.

    Attributes:
        name, at_least, outcome, by: of the goal.
        before: probability in the run.
        after: probability after the update.
        interval: of ``after``: Clopper-Pearson with the effective sample size as n, so it is rounded outward.
        count_before, count_after: 5, 50 and 95 % quantiles of the national count at the deadline.
    """

    name: str
    at_least: float
    outcome: str
    by: str
    before: Proportion
    after: float
    interval: tuple[float, float]
    count_before: tuple[float, float, float]
    count_after: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Update:
    """A run weighted by new counts.

    Attributes:
        ess: effective sample size.
        n: number of replicates.
        goals: every goal before and after the update.
        parameters: uncertain parameters with the change of their mean, in standard deviations before the update, largest first.
        simulated: 5, 50 and 95 % quantiles of the run for each new count, before the update.
    """

    ess: float
    n: int
    goals: tuple[GoalUpdate, ...]
    parameters: tuple[tuple[str, float], ...]
    simulated: tuple[tuple[float, float, float], ...]


def parse_count(text: str) -> NewCount:
    """Returns a count written as ``2026-12=134``, or ``operating:2027-12=60``.

    Raises:
        UserError: it is not of that form.
    """
    left, equals, right = text.partition("=")
    outcome, colon, month = left.rpartition(":")
    outcome = outcome if colon else "launched"
    try:
        parse_month(month.strip())
        value = float(right)
    except ValueError:
        value = math.nan
    if not equals or not math.isfinite(value) or value < 0:
        raise UserError(f"--observe {text}: allowed: YYYY-MM=COUNT or OUTCOME:YYYY-MM=COUNT, such as 2026-12=134")
    if value > MOST:
        raise UserError(f"--observe {text}: a count is at most {MOST:,.0f}")
    if outcome not in OUTCOMES:
        raise UserError(f"--observe {text}: unknown outcome {outcome!r}; allowed: {', '.join(OUTCOMES)}")
    return NewCount(month.strip(), outcome, value)


def update(result: Result, counts: Sequence[NewCount], error: float = ERROR) -> Update:
    """Weights the replicates of a run by new counts.

    A cumulative count is compared by its increase since the last observed count of the run, as in a calibration, so that no
    information is used twice.

    Args:
        result: of a run with enough replicates.
        counts: at least one.
        error: relative error of a count.

    Raises:
        UserError: a month is outside the run, a count is given twice, or a cumulative count decreases.
        TooFewError: too few replicates are near the counts.
    """
    weights, simulated = _weighed(result, counts, error)
    ess = effective_sample_size(weights)
    if ess < LEAST_ESS:
        each = [f"{low:,.0f} to {high:,.0f} there (90 %)" if len(weights) > 1 else f"{low:,.0f} there" for low, _, high in simulated]
        raise TooFewError(
            "the run cannot be updated by this count",
            ess,
            len(weights),
            f"the run had {'; '.join(each)}: {_help(result, counts, error, ess)}",
        )
    goals = tuple(_shifts(result, goal, weights, ess) for goal in result.goal_records)
    return Update(ess, len(weights), goals, _parameters(result, weights), tuple(simulated))


def _help(result: Result, counts: Sequence[NewCount], error: float, ess: float) -> str:
    """Returns remedies: the number of replicates at this rate, and the error of a count with these replicates."""
    n = len(result.replicates)
    enough = math.ceil(n * 1.1 * LEAST_ESS / ess / 100) * 100 if ess > _FEW else None
    wider = (one for one in _ERRORS if one > error)
    wide = next((one for one in wider if effective_sample_size(_weighed(result, counts, one)[0]) >= LEAST_ESS), None)
    ways = [f"run about {enough:,} replicates (aixsim run … -n {enough})"] if enough else []
    ways += [f"allow a wider error of a count (--error {wide:g})"] if wide else []
    return ", or ".join([*ways, "calibrate a config in which this count is possible"])


def _weighed(result: Result, counts: Sequence[NewCount], error: float) -> tuple[Floats, list[tuple[float, float, float]]]:
    """Returns the weights of the replicates, and 5, 50 and 95 % quantiles for each new count before the update."""
    known = [NewCount(seen["month"], seen["outcome"], float(seen["value"])) for seen in result.provenance["observed"]]
    log_weights: Floats | None = None
    simulated = []
    for new in sorted(counts, key=lambda count: count.month):
        if not 0 <= result.horizon.index(new.month) < result.horizon.n_months:
            raise UserError(f"--observe {new.month}: outside the run, which covers {result.horizon.start} to {result.horizon.end}")
        _refuse_what_contradicts(new, known)
        values = _national(result, new.outcome, new.month)
        simulated.append(_quantiles(values, np.full(len(values), 1.0 / len(values))))
        earlier = [one for one in known if one.outcome == new.outcome and one.month < new.month and new.outcome not in STOCKS]
        grown = new.value
        if earlier:
            last = max(earlier, key=lambda one: one.month)
            grown, values = new.value - last.value, values - _national(result, new.outcome, last.month)
        law = log_mass(grown, np.maximum(values, 0.5 / result.scale), np.full(len(values), error**2))
        log_weights = law if log_weights is None else log_weights + law
        known.append(new)
    if log_weights is None:
        raise UserError("no observed count: give at least one --observe YYYY-MM=COUNT")
    return normalised(log_weights), simulated


def _refuse_what_contradicts(new: NewCount, known: Sequence[NewCount]) -> None:
    for one in known:
        if one.outcome != new.outcome:
            continue
        place = f"--observe {new.month}={new.value:g}: {one.value:g} were counted by {one.month}"
        if one.month == new.month:
            raise UserError(f"{place} already; give each month once")
        if new.outcome not in STOCKS and (one.month < new.month) != (one.value <= new.value) and one.value != new.value:
            raise UserError(f"{place}; such a count cannot fall")


def _national(result: Result, outcome: str, month: str) -> Floats:
    values: Floats = result.counts_in(month)[outcome] / result.scale
    return values


def _quantiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    low, middle, high = weighted_quantile(values, weights, LEVELS).tolist()
    return low, middle, high


def _shifts(result: Result, goal: Mapping[str, Any], weights: Floats, ess: float) -> GoalUpdate:
    outcome, by, at_least = goal["outcome"], goal["by"], float(goal["at_least"])
    counts = result.counts_in(by)[outcome].astype(np.float64)
    reached = counts >= target_in_sample(at_least, result.scale)
    confidence = float(result.provenance["confidence"])
    after, n = float(weights @ reached), max(int(ess), 1)
    # Rounded down for one end and up for the other, so that the interval from whole successes is not too narrow.
    low = proportion(math.floor(after * n), n, confidence).clopper_pearson[0]
    high = proportion(math.ceil(after * n), n, confidence).clopper_pearson[1]
    equal = np.full(len(weights), 1.0 / len(weights))
    before = proportion(int(reached.sum()), len(reached), confidence)
    ranges = (_quantiles(counts / result.scale, each) for each in (equal, weights))
    return GoalUpdate(goal["name"], at_least, outcome, by, before, after, (low, high), *ranges)


def _parameters(result: Result, weights: Floats) -> tuple[tuple[str, float], ...]:
    shifts = []
    for key, values in drawn_values(result).items():
        spread = float(values.std())
        if spread > 0:
            shifts.append((key, float(weights @ values - values.mean()) / spread))
    return tuple(sorted(shifts, key=lambda one: -abs(one[1])))
