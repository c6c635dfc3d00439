"""Sensitivity: which uncertain numbers the goals depend on, what knowing them is worth, and what to research next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.answers.design_indices import SweepSensitivity, sensitivity_of_sweep
from aixsim.errors import UserError
from aixsim.evidence.assumptions import GRADES, lines_of
from aixsim.model.keys import dotted, parse_key
from aixsim.results.drawn_values import finite_drawn_values
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep
from aixsim.stats.given_data import Measured, Resamples, cosines, explained, fit, places_of, share_of_noise, shift
from aixsim.stats.intervals import percent

LEAST: Final = 100
"""Replicates below which nothing is told."""
FEWEST: Final = 20
"""Replicates with and without a goal below which nothing is told of the goal itself."""
THRESHOLD: Final = 0.5
KNOWN: Final = ("A", "B")
"""Grades of numbers that are quoted or derived from a source."""
NOTICEABLE: Final = 0.01
"""Share of futures in which a decision would change, below which what is known is not worth telling."""
ALL: Final = "all numbers"
_Z: Final = 1.959964
_NAMED: Final = 3
Floats = NDArray[np.float64]
Row = dict[str, Any]


class Sensitivity(Answer):
    """What the goals depend on; see ``sensitivity``."""


@dataclass(frozen=True)
class _Outcomes:
    """Counts at the deadlines of goals, and whether they are reached, as far as they vary.

    Attributes:
        names: goal and quantity of every column.
        values: shape ``(n, n_outcomes)``.
        missing: reasons by goal and quantity.
    """

    names: list[tuple[str, str]]
    values: Floats
    missing: dict[tuple[str, str], str]

    @property
    def decided(self) -> list[int]:
        """Columns of the goals themselves."""
        return [at for at, (_, quantity) in enumerate(self.names) if quantity == "goal"]


def sensitivity(result: Result | Sweep, threshold: float = THRESHOLD) -> Sensitivity | SweepSensitivity:
    """Returns how much of every goal each uncertain number explains, and what knowing it is worth, from the replicates alone.

    Of a sweep it returns the indices of its design instead, see ``design_indices.sensitivity_of_sweep``; it needs no threshold.

    Quantities are the count at the deadline (``count``) and whether the goal is reached (``goal``). The decision is whether to rely on a
    goal: who relies on it gains ``1 - threshold`` if it is reached and loses ``threshold`` if not, who does not has 0, so that one relies
    on it where its probability is above the threshold. What a number is worth is the gain that is expected from deciding after it is known
    less the gain from deciding now (expected value of partial perfect information; estimators in ``aixsim.stats.given_data``).

    Args:
        result: of a run with goals and uncertain numbers, or a sweep.
        threshold: probability of a goal from which on one would rely on it, between 0 and 1.

    Returns:
        Tables ``numbers`` (one row a goal, quantity and number: ``share`` of the variance, ``shift`` of the distribution, each with a 95 %
        interval and the noise ``floor``; ``matters``: one of them is above its floor), ``worth`` (one row a goal and number, group of
        numbers or all: ``worth`` of knowing them with interval and floor, its share of the worth of knowing everything, and the share of
        futures in which the decision would change), ``variance`` (one row a goal and quantity: the share that all numbers explain together,
        and that of replicate noise if replicates share their numbers, or why it is not known), and ``research`` (one row a goal and number:
        how well it is known, and its place among what to research next).

    Raises:
        UserError: the result has no goal, too few replicates or no uncertain number; a number is not finite; the threshold is not between 0
            and 1.
    """
    if isinstance(result, Sweep):
        return sensitivity_of_sweep(result)
    if not 0.0 < threshold < 1.0:
        raise UserError(f"--threshold {threshold:g}: give a probability between 0 and 1, such as 0.5")
    drawn = finite_drawn_values(result)
    outcomes = _outcomes(result)
    varying = {key: values for key, values in drawn.items() if np.ptp(values) > 0}
    if not varying:
        raise UserError(f"{result.where}: this run has no uncertain number, so nothing can be told of them; give some a distribution")
    resamples = Resamples.of(len(outcomes.values))
    columns = {key: cosines([values]) for key, values in varying.items()}
    groups = _groups(varying)
    sets = {**columns, **{name: cosines([varying[key] for key in keys]) for name, keys in groups.items()}}
    sets = {name: found for name, found in sets.items() if found.shape[1]}
    measured = {
        name: explained(found, outcomes.values, resamples, item, outcomes.decided, threshold)
        for item, (name, found) in enumerate(sets.items())
    }
    places = places_of(outcomes.values)
    shifts = {key: shift(values, places, resamples, item) for item, (key, values) in enumerate(varying.items())}
    numbers = _numbers(outcomes, {key: measured[key][0] for key in varying}, shifts)
    worth = _worth(outcomes, sets, groups, {name: found[1] for name, found in measured.items()}, threshold)
    variance = _variance(outcomes, measured.get(ALL), np.stack(list(drawn.values()), axis=1))
    research = _research(numbers, worth, result.config)
    tables = {
        "numbers": AnswerTable(numbers, dict.fromkeys(_units("share", "shift"), "1")),
        "worth": AnswerTable(worth, dict.fromkeys((*_units("worth"), "threshold", "probability", "of_everything", "changes"), "1")),
        "variance": AnswerTable(variance, dict.fromkeys((*_units("share"), "noise", "noise_low", "noise_high"), "1")),
        "research": AnswerTable(research, dict.fromkeys((*_units("share"), "worth"), "1")),
    }
    constant = sorted(drawn.keys() - varying.keys())
    notes = (
        f"n = {len(outcomes.values):,} replicates. All holds for the model and the ranges of its config: a wider range matters more.",
        "Shares of single numbers leave out what numbers do together.",
        *([f"The same in all replicates, and left out: {', '.join(constant)}."] if constant else []),
        *(f"{goal}, {quantity}: {reason}." for (goal, quantity), reason in outcomes.missing.items()),
    )
    p = result.provenance
    source = (f"aixsim simulation, run {p['run_id']}", result.n_note, result.sample_note)
    return Sensitivity(p["title"], _sentence(numbers, worth, research, len(varying)), tables, notes, source)


def _outcomes(result: Result) -> _Outcomes:
    if not result.goal_records:
        raise UserError(f"{result.where}: sensitivity needs a goal and finished replicates; this result has none")
    if len(result.replicates) < LEAST:
        n = len(result.replicates)
        raise UserError(f"{result.where}: sensitivity needs {LEAST} finished replicates; this result has {n:,}; run it with -n 1000")
    names, values, missing = [], [], {}
    for goal in result.goal_records:
        counts = result.counts_in(goal["by"])[goal["outcome"]].astype(np.float64)
        reached = counts >= goal["target_in_sample"]
        fewer = min(int(reached.sum()), int((~reached).sum()))
        side = "reach" if fewer == int(reached.sum()) else "miss"
        for quantity, column, reason in (
            ("count", counts, "" if np.ptp(counts) else "all replicates have the same count"),
            ("goal", reached.astype(np.float64), "" if fewer >= FEWEST else f"only {fewer:,} of {len(counts):,} replicates {side} it"),
        ):
            if reason:
                missing[goal["name"], quantity] = reason
            else:
                names.append((goal["name"], quantity))
                values.append(column)
    if not names:
        raise UserError(f"{result.where}: nothing varies: {'; '.join(f'{goal}: {reason}' for (goal, _), reason in missing.items())}")
    return _Outcomes(names, np.stack(values, axis=1), missing)


def _groups(keys: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns groups of two numbers or more: those of a programme, a lever, or another table; and all together."""
    found: dict[str, list[str]] = {}
    for key in keys:
        parts = parse_key(key)
        found.setdefault(dotted(parts[: 2 if parts[0] in ("programme", "levers") else 1]), []).append(key)
    return {name: inside for name, inside in found.items() if len(inside) > 1} | ({ALL: list(keys)} if len(keys) > 1 else {})


def _units(*measures: str) -> list[str]:
    return [f"{measure}{end}" for measure in measures for end in ("", "_low", "_high", "_floor")]


def _ends(name: str, measured: Measured, at: int, floor: float | None, least: float = -np.inf) -> Row:
    """Returns a measure with its 95 % interval and noise floor as cells of a row."""
    value, margin = float(measured.value[at]), _Z * float(measured.error[at])
    low, high = max(value - margin, least), min(value + margin, 1.0)
    return {name: value, f"{name}_low": low, f"{name}_high": high, f"{name}_floor": floor}


def _floors(measured: Sequence[Measured]) -> Floats:
    """Returns the largest value of any dummy, by outcome."""
    found: Floats = np.concatenate([one.dummies for one in measured]).max(axis=0)
    return found


def _numbers(outcomes: _Outcomes, shares: Mapping[str, Measured], shifts: Mapping[str, Measured]) -> list[Row]:
    share_floors, shift_floors = _floors(list(shares.values())), _floors(list(shifts.values()))
    rows = []
    for at, (goal, quantity) in enumerate(outcomes.names):
        own = []
        for key, share in shares.items():
            row: Row = {"goal": goal, "quantity": quantity, "number": key}
            row |= _ends("share", share, at, float(share_floors[at])) | _ends("shift", shifts[key], at, float(shift_floors[at]), 0.0)
            own.append(row | {"matters": row["share"] > row["share_floor"] or row["shift"] > row["shift_floor"]})
        rows += sorted(own, key=lambda row: -row["share"])
    return rows


def _worth(
    outcomes: _Outcomes, sets: Mapping[str, Floats], groups: Mapping[str, Sequence[str]], worths: Mapping[str, Measured], threshold: float
) -> list[Row]:
    kinds = {name: "all" if name == ALL else "group" if name in groups else "number" for name in sets}
    floors = {kind: _floors([worths[name] for name in sets if kinds[name] == kind]) for kind in set(kinds.values())}
    means = {name: fit(found, outcomes.values)[1] for name, found in sets.items()}
    rows = []
    for place, at in enumerate(outcomes.decided):
        chance = float(outcomes.values[:, at].mean())
        everything = chance * (1.0 - threshold) - max(chance - threshold, 0.0)
        own = []
        for name, kind in kinds.items():
            row: Row = {"goal": outcomes.names[at][0], "kind": kind, "name": name, "numbers": len(groups.get(name, (name,)))}
            row |= {"threshold": threshold, "probability": chance}
            row |= _ends("worth", worths[name], place, float(floors[kind][place]), 0.0)
            row |= {"of_everything": row["worth"] / everything}
            row |= {"changes": float(((means[name][:, at] > threshold) != (chance > threshold)).mean())}
            own.append(row | {"matters": row["worth"] > row["worth_floor"] and row["changes"] >= NOTICEABLE})
        rows += sorted(own, key=lambda row: -row["worth"])
    return rows


def _variance(outcomes: _Outcomes, together: tuple[Measured, Measured] | None, drawn: Floats) -> list[Row]:
    """Returns the shares of the numbers together and of replicate noise, which only replicates with equal numbers tell."""
    found = share_of_noise(drawn, outcomes.values)
    together_only = "no two replicates have the same numbers, so that replicate noise and what numbers do together cannot be told apart"
    reason = None if found else together_only
    rows: list[Row] = []
    for at, (goal, quantity) in enumerate(outcomes.names):
        row: Row = {"goal": goal, "quantity": quantity} | dict.fromkeys((*_units("share"), "noise", "noise_low", "noise_high"))
        if together:
            row |= _ends("share", together[0], at, float(_floors([together[0]])[at]))
        if found:
            value, margin = float(found[0][at]), _Z * float(found[1][at])
            row |= {"noise": value, "noise_low": max(value - margin, 0.0), "noise_high": min(value + margin, 1.0)}
        rows.append(row | {"reason": reason})
    return rows


def _research(numbers: Sequence[Row], worth: Sequence[Row], config: Mapping[str, Any]) -> list[Row]:
    """Returns for every goal and number the larger of its shares, how well it is known, and its place among what to research next."""
    lines = lines_of(dict.fromkeys(row["number"] for row in numbers), config)
    worths = {(row["goal"], row["name"]): row["worth"] for row in worth if row["kind"] == "number"}
    rows: list[Row] = []
    for goal in dict.fromkeys(row["goal"] for row in numbers):
        largest: dict[str, Row] = {}
        for row in sorted((row for row in numbers if row["goal"] == goal), key=lambda row: (not row["matters"], -row["share"])):
            largest.setdefault(row["number"], row)
        place = 0
        for key, row in largest.items():
            line = lines.get(key)
            is_next = row["matters"] and (line is None or line.grade not in KNOWN)
            place += is_next
            found = {name: row[name] for name in ("goal", "number", "quantity", *_units("share"), "matters")}
            found |= {"worth": worths.get((goal, key)), "next": place if is_next else None}
            found |= {name: getattr(line, name) if line else None for name in ("grade", "meaning", "range", "source", "date")}
            rows.append(found | {"known": GRADES[line.grade] if line else "of a plugin, without a grade"})
    return rows


def _sentence(numbers: Sequence[Row], worth: Sequence[Row], research: Sequence[Row], n_numbers: int) -> str:
    """Returns the answer: for each goal the number that matters most, and whether knowing one would change the decision."""
    said = []
    for goal in dict.fromkeys(row["goal"] for row in numbers):
        of_goal = [row for row in research if row["goal"] == goal and row["matters"]]
        if not of_goal:
            said.append(f"{goal}: none of {n_numbers:,} uncertain numbers is above the noise of the simulation.")
            continue
        top, thing = of_goal[0], "count" if of_goal[0]["quantity"] == "count" else "goal"
        told = f"{goal}: {len(of_goal):,} of {n_numbers:,} uncertain numbers matter, most {top['number']} ({_percent(top['share'])} of the"
        told += f" variance of the {thing})"
        of_worth = [row for row in worth if row["goal"] == goal]
        best = next((row for kind in ("number", "group", "all") for row in of_worth if row["kind"] == kind and row["matters"]), None)
        if best:
            what = "it" if best["name"] == top["number"] else best["name"] if best["kind"] != "group" else f"all of {best['name']}"
            told += f"; knowing {what} would change the decision in {_percent(best['changes'])} of futures"
        elif of_worth:
            told += "; knowing them would not change the decision"
        said.append(f"{told}.")
    wanted = sorted((row for row in research if row["next"]), key=lambda row: -row["share"])
    names = list(dict.fromkeys(row["number"] for row in wanted))[:_NAMED]
    return " ".join([*said, *([f"To research next: {', '.join(names)}."] if names else [])])


def _percent(share: float) -> str:
    return percent(max(share, 0.0)) if share < 0.1 else f"{100 * share:.0f} %"
