"""What a discovery searches: futures of a run or points of a sweep, their numbers, and in which of them a goal is missed or reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.results.drawn_values import finite_drawn_values
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep

LEAST: Final = 20
"""Futures with and without the goal below which nothing is told."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """What is searched.

    Attributes:
        thing: what a row is: ``futures`` (replicates of a run) or ``points`` (of a sweep).
        keys: of the numbers.
        x: their values, shape ``(n, n_numbers)``.
        cases: what is to be explained, shape ``(n,)``.
        goal, event: name of the goal, and what happens to it in words.
        confidence: of intervals.
        notes, source, title: of the answer.
    """

    thing: str
    keys: list[str]
    x: Floats
    cases: Bools
    goal: str
    event: str
    confidence: float
    notes: list[str]
    source: tuple[str, ...]
    title: str


def _named(where: str, names: Sequence[str], wanted: str | None, first: str, what: str) -> str:
    if wanted not in (None, *names):
        near = f"; did you mean {hint!r}?" if (hint := nearest(str(wanted), names)) else ""
        raise UserError(f"{where}: --{what} {wanted}: there is no such {what}: {', '.join(names)}{near}")
    return wanted or first


def cases_of_run(result: Result, goal: str | None, when: str) -> Cases:
    """Returns the replicates of a run with their drawn numbers; arguments and errors as for ``discover``."""
    if not result.goal_records:
        raise UserError(f"{result.where}: discovery needs a goal and finished replicates; this result has none")
    names = [one["name"] for one in result.goal_records]
    name = _named(result.where, names, goal, names[0], "goal")
    record = next(one for one in result.goal_records if one["name"] == name)
    reached = result.counts_in(record["by"])[record["outcome"]] >= record["target_in_sample"]
    drawn = finite_drawn_values(result)
    p = result.provenance
    source = (f"aixsim simulation, run {p['run_id']}", result.n_note, result.sample_note)
    return _checked(result.where, "futures", drawn, reached, name, when, p["confidence"], [], source, p["title"])


def cases_of_sweep(sweep: Sweep, goal: str | None, when: str, level: float | None, policy: str | None) -> Cases:
    """Returns the points of one policy of a sweep with their factors; arguments and errors as for ``discover``."""
    policies = list(sweep.facts["policies"])
    if len(policies) > 1 and policy is None:
        raise UserError(f"{sweep.path}: the sweep has several policies; choose one with --policy: {', '.join(policies)}")
    policy = _named(str(sweep.path), policies, policy, policies[0], "policy") if policies else None
    name = _named(str(sweep.path), [one.name for one in sweep.goals], goal, sweep.goal.name, "goal")
    level = sweep.level if level is None else level
    wanted = next(one for one in sweep.goals if one.name == name)
    points = [one for one in sweep.points if one.n_done and policy in (None, one.policy)]
    reached = np.array([one.successes[sweep.goals.index(wanted)] >= level * one.n_done for one in points], np.bool_)
    columns = {key: [one.values.get(key) for one in points] for key in sweep.factors}
    numeric = {key: values for key, values in columns.items() if all(isinstance(value, int | float) for value in values)}
    notes = [f"A point misses the goal where its estimated probability is below {100 * level:g} %; {sweep.n_note}."]
    notes += [f"Not numbers, and left out: {', '.join(columns.keys() - numeric.keys())}."] if len(numeric) < len(columns) else []
    drawn = {key: np.array(values, np.float64) for key, values in numeric.items()}
    source = (f"aixsim sweep {sweep.facts['name']}", sweep.n_note, *([f"policy {policy}"] if len(policies) > 1 else []))
    return _checked(str(sweep.path), "points", drawn, reached, name, when, sweep.confidence, notes, source, sweep.title)


def _checked(
    where: str,
    thing: str,
    drawn: dict[str, Floats],
    reached: Bools,
    goal: str,
    when: str,
    confidence: float,
    notes: list[str],
    source: tuple[str, ...],
    title: str,
) -> Cases:
    varying = {key: values for key, values in drawn.items() if len(values) and np.ptp(values) > 0}
    if not varying:
        raise UserError(f"{where}: no number varies between its {thing}, so there is no condition to find; give some a distribution")
    fewer = min(int(reached.sum()), int((~reached).sum()))
    if fewer < LEAST:
        side = "reach" if fewer == int(reached.sum()) else "miss"
        more = "choose another goal, or run more replicates" if thing == "futures" else "choose another goal or --level"
        raise UserError(f"{where}: only {fewer:,} of its {len(reached):,} {thing} {side} {goal!r}; discovery needs {LEAST}: {more}")
    cases = reached if when == "reached" else ~reached
    x = np.stack(list(varying.values()), axis=1)
    return Cases(thing, list(varying), x, cases, goal, when, confidence, notes, source, title)
