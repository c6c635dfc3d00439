"""Signposts: from which count at the end of a year on a goal can be held to be lost, open or safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.errors import UserError
from aixsim.random.draws import uniforms
from aixsim.results.result import Result
from aixsim.stats.intervals import percent, proportion

LEVELS: Final = (0.05, 0.2, 0.5, 0.8, 0.95)
"""Probabilities of the goal that signposts are given for."""
LEAST: Final = 50
"""Replicates on either side of a signpost, and replicates with and without the goal, below which none is given."""
_RESAMPLES: Final = 200
_FOLDS: Final = 5
Floats = NDArray[np.float64]


class Signposts(Answer):
    """The counts from which on a goal is lost or safe; see ``signposts``."""


def signposts(result: Result, levels: Sequence[float] = LEVELS) -> Signposts:
    """Returns for each goal, each year end still to come and each level the count at which the goal has that probability.

    The probability of a goal given a count is the non-decreasing function of the count that fits the replicates best (isotonic
    regression; Barlow, Bartholomew, Bremner and Brunk 1972); the signpost is the least count at which it reaches the level. Its interval
    holds the middle 95 % of resampled sets of replicates. Nothing is simulated.

    Years up to the last observed count of the config are known and left out.

    Args:
        result: of a run with goals.
        levels: probabilities, each between 0 and 1.

    Returns:
        Tables ``signposts`` (one row a goal, year end and level: ``count`` with ``low`` and ``high`` in national firms, None with the
        reason where too few replicates speak; below it and from it on the number of replicates and the probability of the goal with its
        exact interval) and ``skill`` (one row a goal and year end: by how much the Brier score of the probability given the count, on
        replicates that were left out of the fit, is below that of the probability from the start; 0 is nothing known, 1 everything).

    Raises:
        UserError: the result has no goal or no replicate, a level is not between 0 and 1, or no year is left before a deadline.
    """
    if not result.goal_records:
        raise UserError(f"{result.where}: signposts need a goal and finished replicates; this result has none")
    if wrong := [level for level in levels if not 0.0 < level < 1.0]:
        raise UserError(f"--level {wrong[0]:g}: give a probability between 0 and 1, such as 0.5")
    signs: list[dict[str, Any]] = []
    skills: list[dict[str, Any]] = []
    for goal in result.goal_records:
        reached = _counts(result, goal["outcome"], goal["by"]) >= goal["target_in_sample"]
        for month in _year_ends(result, goal["by"]):
            counts = _counts(result, goal["outcome"], month)
            fits = Fits(counts, reached)
            skills.append({"goal": goal["name"], "month": month, "skill": skill(counts, reached), "n": len(counts)})
            signs += [
                {"goal": goal["name"], "outcome": goal["outcome"], "month": month, "level": level}
                | signpost(fits, level, result.scale, result.provenance["confidence"])
                for level in levels
            ]
    if not signs:
        raise UserError(f"{result.where}: no year is left before a deadline of its goals, so there is nothing to watch")
    unit = "national firms"
    units = {"count": unit, "low": unit, "high": unit} | dict.fromkeys(("level", "p_below", "p_from", "p_below_high", "p_from_low"), "1")
    tables = {"signposts": AnswerTable(signs, units), "skill": AnswerTable(skills, {"skill": "1"})}
    p = result.provenance
    notes = (
        "A signpost is conditional on the model and on the ranges of its config; its interval holds the error of simulation only.",
        f"None is given where fewer than {LEAST} replicates lie on one side of it, or reach or miss the goal.",
    )
    source = (f"aixsim simulation, run {p['run_id']}", result.n_note, result.sample_note)
    return Signposts(p["title"], _sentence(signs), tables, notes, source)


@dataclass(frozen=True, eq=False)
class Fits:
    """The probability of a goal given a count, fitted to all replicates and to resampled sets of them; the same for all levels.

    Attributes:
        counts: at the year end, simulated firms, shape ``(n,)``.
        reached: whether the goal is, by replicate.
    """

    counts: Floats
    reached: NDArray[np.bool_]

    @cached_property
    def ordered(self) -> tuple[Floats, Floats]:
        """Counts in ascending order and whether the goal is reached, as 0 and 1."""
        order = np.argsort(self.counts, kind="stable")
        return self.counts[order], self.reached[order].astype(np.float64)

    @cached_property
    def resampled(self) -> list[tuple[Floats, Floats]]:
        """Ascending counts of each resampled set and the fitted probabilities."""
        x, y = self.ordered
        places = (uniforms(0, 0, 0, _RESAMPLES * len(x)) * len(x)).astype(np.intp).reshape(_RESAMPLES, len(x))
        return [(x[rows], fitted(x[rows], y[rows])) for rows in np.sort(places, axis=1)]


def signpost(fits: Fits, level: float, scale: float, confidence: float) -> dict[str, Any]:
    """Returns one signpost as a row.

    Args:
        fits: of the goal, given the count at the year end.
        level: probability.
        scale: simulated share of the national population.
        confidence: of the intervals.
    """
    empty = dict.fromkeys(("count", "low", "high", "n_below", "p_below", "p_below_high", "n_from", "p_from", "p_from_low"))
    reached = fits.reached
    if min(int(reached.sum()), int((~reached).sum())) < LEAST:
        return {**empty, "reason": f"fewer than {LEAST} replicates {'reach' if reached.sum() < LEAST else 'miss'} the goal"}
    x, y = fits.ordered
    at = _crossing(x, fitted(x, y), level)
    if at is None:
        return {**empty, "reason": "no count seen makes it so probable"}
    below = x < at
    if min(int(below.sum()), int((~below).sum())) < LEAST:
        side = "below" if below.sum() < LEAST else "from"
        return {**empty, "reason": f"fewer than {LEAST} replicates lie {side} it"}
    crossings = [_crossing(*curve, level) for curve in fits.resampled]
    # A resampled set in which no count makes it so probable puts the signpost beyond every count.
    ends = np.quantile([np.inf if one is None else one for one in crossings], [0.025, 0.975], method="closest_observation")
    beneath, above = (proportion(int(y[side].sum()), int(side.sum()), confidence) for side in (below, ~below))
    return {
        "count": at / scale,
        "low": float(ends[0]) / scale,
        "high": float(ends[1]) / scale if np.isfinite(ends[1]) else None,
        "n_below": beneath.n,
        "p_below": beneath.estimate,
        "p_below_high": beneath.clopper_pearson[1],
        "n_from": above.n,
        "p_from": above.estimate,
        "p_from_low": above.clopper_pearson[0],
        "reason": None,
    }


def _crossing(x: Floats, curve: Floats, level: float) -> float | None:
    """Returns the least of some ascending counts from which on the fitted probability is at least a level."""
    at = int(np.searchsorted(curve, level - 1e-12))
    return float(x[at]) if at < len(x) else None


def fitted(x: Floats, y: Floats) -> Floats:
    """Returns the non-decreasing function of x that fits y best, at every x; equal x have equal values.

    Args:
        x: ascending, shape ``(n,)``.
        y: zeros and ones.
    """
    from scipy.optimize import isotonic_regression

    _, first, n = np.unique(x, return_index=True, return_counts=True)
    means = np.add.reduceat(y, first) / n
    found: Floats = np.repeat(isotonic_regression(means, weights=n).x, n)
    return found


def skill(counts: Floats, reached: NDArray[np.bool_]) -> float | None:
    """Returns the Brier skill of the count for the goal on replicates that were left out, one of five in turn; None where all are alike."""
    y, fold = reached.astype(np.float64), np.arange(len(reached)) % _FOLDS
    told, base = np.zeros(len(y)), np.zeros(len(y))
    for number in range(_FOLDS):
        held, kept = fold == number, fold != number
        if not held.any() or not kept.any():
            return None
        order = np.argsort(counts[kept], kind="stable")
        x = counts[kept][order]
        curve = fitted(x, y[kept][order])
        told[held] = np.interp(counts[held], x, curve)
        base[held] = y[kept].mean()
    spread = float(((y - base) ** 2).sum())
    return 1.0 - float(((y - told) ** 2).sum()) / spread if spread > 0.0 else None


def _counts(result: Result, outcome: str, month: str) -> Floats:
    found: Floats = result.counts_in(month)[outcome].astype(np.float64)
    return found


def _year_ends(result: Result, by: str) -> list[str]:
    """Returns the last months of the years that end before a deadline, and after the last observed count."""
    known = max((str(seen["month"]) for seen in result.provenance["observed"]), default="")
    return [month for year in result.horizon.years if known < (month := f"{year}-12") < by]


def _sentence(signs: Sequence[dict[str, Any]]) -> str:
    """Returns the answer: for each goal the first year end at which a count tells that it is lost, and the first at which it is safe."""
    said = []
    lowest, highest = min(sign["level"] for sign in signs), max(sign["level"] for sign in signs)
    for goal in dict.fromkeys(sign["goal"] for sign in signs):
        known = [sign for sign in signs if sign["goal"] == goal and sign["count"] is not None]
        lost = next((sign for sign in known if sign["level"] == lowest and sign["count"] > 0), None)
        safe = next((sign for sign in known if sign["level"] == highest), None)
        parts = []
        if lost:
            parts.append(f"lost (below {percent(lowest)}) with fewer than {_place(lost)}")
        if safe:
            parts.append(f"safe ({percent(highest)} or more) from {_place(safe)} on")
        if parts:
            said.append(f"{goal} is {' and '.join(parts)}.")
        else:
            said.append(f"{goal}: no count before the deadline tells it lost or safe in this run.")
    return " ".join(said)


def _place(sign: dict[str, Any]) -> str:
    return f"{sign['count']:,.0f} {sign['outcome']} at the end of {sign['month'][:4]}"
