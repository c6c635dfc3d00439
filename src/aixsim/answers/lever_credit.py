"""Which lever created which factories: Shapley values of the levers, and what binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from aixsim import api
from aixsim.answers.answer import Answer, AnswerTable, Row
from aixsim.answers.credit_rows import Counts, credit_rows
from aixsim.answers.what_binds import binding, by_unit, more_of, units_of, why
from aixsim.arguments import as_path, instance, whole_number
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.setting_sweeps import setting_sweep
from aixsim.config.study import Study
from aixsim.config.sweep_study import SweepStudy
from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.results.sweep_points import SweepGoal, SweepPoint
from aixsim.results.sweep_result import Sweep
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job
from aixsim.runs.progress_bar import Progress
from aixsim.stats.sampled_shapley import Orders, sampled_orders, subsets_to_play

REPLICATES: Final = 100
MOST: Final = 10
"""Groups of levers whose subsets are all run: 1,024 subsets."""
PAIRS: Final = 12
"""Random orders that are run, each with its reverse, if there are more groups: some 250 subsets of 11 groups."""


class Explanation(Answer):
    """What each lever adds to the goals; see ``explain``."""


@dataclass(frozen=True)
class Plan:
    """What an explanation runs.

    Attributes:
        study: with a seed.
        groups: levers by name of their group.
        subsets: sweep with a point for every subset in ``masks``.
        masks: subsets of the groups: one has the levers of group ``i`` if its bit ``i`` is set.
        orders: in which the groups are introduced, if not all subsets are run.
        binds: sweep of the config with more money, demand, own money and capacity, by name in ``more``.
        more: settings of its points.
    """

    study: Study
    groups: Mapping[str, Sequence[str]]
    subsets: SweepStudy
    masks: Sequence[int]
    orders: Orders
    binds: SweepStudy
    more: Mapping[str, Mapping[str, Any]]

    @property
    def folder(self) -> Path:
        """The default folder."""
        return Path("results") / self.study.name / f"explain-{job_id(Job.of_sweep(self.subsets))}"

    @property
    def n_replicates(self) -> int:
        """Number of replicates of both sweeps."""
        return sum(sweep.monte_carlo.replicates * len(sweep.points) for sweep in (self.subsets, self.binds))


def plan_of(study: Study, groups: Mapping[str, Sequence[str]] | None = None, replicates: int = REPLICATES) -> Plan:
    """Returns what an explanation runs; arguments and errors as for ``explain``."""
    instance(study, "study", Study, "a study, as from aixsim.load('korea-2030.toml')")
    replicates = whole_number(replicates, "replicates", least=2, most=MOST_REPLICATES)
    if not study.goals:
        raise UserError(f"{study.name}: the config has no [[goal]]; an explanation is of what the levers add to the goals")
    if study.monte_carlo.seed is None:
        study = study.with_seed(1)  # the same at the next start, which resumes
    known = list(study.settings["levers"])
    groups = _grouped(known, groups or {})
    if not groups:
        raise UserError(f"{study.name}: the config has no lever, so there is nothing to explain; see aixsim describe levers")
    orders = sampled_orders(len(groups), PAIRS, study.monte_carlo.seed or 0) if len(groups) > MOST else ()
    masks = subsets_to_play(len(groups), orders)
    names = list(groups)
    settings = [
        {f"levers.{lever}": False for number, name in enumerate(names) if not subset >> number & 1 for lever in groups[name]}
        for subset in masks
    ]
    more = more_of(study)
    goal = study.goals[0].name
    subsets = setting_sweep(study, "subsets", settings, replicates, goal)
    return Plan(study, groups, subsets, masks, orders, setting_sweep(study, "binds", list(more.values()), replicates, goal), more)


def _grouped(known: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Returns the groups in the order of the config, with every lever that no group names as one of its own."""
    named = [lever for levers in groups.values() for lever in levers]
    for lever in named:
        if lever not in known:
            near = f"; did you mean {hint!r}?" if (hint := nearest(lever, list(known))) else ""
            raise UserError(f"--group: the config has no lever {lever!r}: {', '.join(known)}{near}")
        if named.count(lever) > 1:
            raise UserError(f"--group: lever {lever!r} is in two groups; put it into one")
    if both := [name for name in groups if name in known and list(groups[name]) != [name]]:
        raise UserError(f"--group {both[0]}: is the name of a lever; give the group another name")
    return {**groups, **{lever: [lever] for lever in known if lever not in named}}


def explain(
    study: Study,
    groups: Mapping[str, Sequence[str]] | None = None,
    *,
    replicates: int = REPLICATES,
    workers: int = 1,
    out: str | PathLike[str] | None = None,
    progress: Progress = None,
    tell: api.Tell | None = None,
) -> Explanation:
    """Shares what the levers add to every goal among them, by their Shapley values.

    A lever's share is the mean of what it adds over all orders in which the levers may be introduced, so that what two of them only do
    together is halved, and all shares add up to the difference between all levers and none exactly. Every subset of the levers is run
    with common random numbers, as a sweep: the same call resumes. Of more than ten levers or groups a random sample of orders is run, and
    the intervals of the shares hold the error of that sample too.

    Args:
        study: as from ``aixsim.load``, with goals and levers.
        groups: levers by the name of a group that is switched on and off as one; other levers are groups of their own.
        replicates: of every subset.
        workers: number of processes; results do not depend on it.
        out: folder of the sweeps; by default below ``results``.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``levers`` (one row a goal and group: share of the national count at the deadline and of the probability, each with its
        interval, the effect of taking it away alone, the share of replicates in which that changes the count, and if that is none, why),
        ``totals`` (with none, with all, and the difference), ``pairs`` (how much more two groups add together than each alone; only if
        all subsets are run) and ``binds`` (the change of the count with a tenth more money, demand, own money of firms, and vendors and
        engineers, and by unit).

    Raises:
        UserError: no goal, no lever, or an unknown one.
        StoreError, Interrupted: as ``aixsim.sweep``.
    """
    plan = plan_of(study, groups, replicates)
    folder = plan.folder if out is None else as_path(out, "out")
    options: dict[str, Any] = {"workers": workers, "progress": progress, "tell": tell}
    subsets = api.sweep(plan.subsets, folder / "subsets", **options)
    binds = api.sweep(plan.binds, folder / "binds", **options) if plan.more else None
    return _answer(plan, subsets, binds)


def _answer(plan: Plan, subsets: Sweep, binds: Sweep | None) -> Explanation:
    scale, tables = subsets.scale, {name: list[dict[str, Any]]() for name in ("levers", "totals", "pairs", "binds")}
    common = _common(subsets)
    for goal in subsets.goals:
        counts = {mask: _counts(subsets, point, goal, common) for mask, point in zip(plan.masks, subsets.points, strict=True)}
        more = {} if binds is None else {what: _counts(binds, _point(binds, plan.more[what]), goal, common) for what in plan.more}
        found = credit_rows(list(plan.groups), counts, plan.orders, more, goal.target, scale, subsets.confidence)
        many = units_of(plan.study, plan.more, common, goal.by)
        found["binds"] = [{**row, **by_unit(row, many[row["more"]])} for row in found["binds"]]
        found["levers"] = [{**row, "why": None if row["changed"] else why(found["binds"])} for row in found["levers"]]
        for name, rows in found.items():
            tables[name] += [{"goal": goal.name, "outcome": goal.outcome, "by": goal.by, **row} for row in rows]
    units = {f"count{end}": "national firms" for end in ("", "_low", "_high")} | {"taken_away": "national firms"}
    units |= {f"by_unit{end}": "national firms by unit" for end in ("", "_low", "_high")}
    units |= {f"probability{end}": "1" for end in ("", "_low", "_high")} | {"changed": "share of replicates"}
    notes = (
        "A share depends on the levers that are compared: together with others it would differ.",
        "Conditional on the model and the ranges of its config; intervals hold the error of simulation only.",
        *(
            [f"Shares are sampled: {len(plan.orders)} orders of {len(plan.groups)} groups; intervals hold that error too."]
            if plan.orders
            else []
        ),
        *([f"{subsets.n_failed:,} replicates failed and are left out."] if subsets.n_failed else []),
    )
    sample = f"sample of {100 * scale:g} % of firms" if scale < 1.0 else ""
    of = f"n = {len(common):,} replicates of each of {len(subsets.points):,} subsets of levers"
    source = tuple(part for part in (f"aixsim simulation, explanation of {plan.study.name}", of, sample) if part)
    named = {name: AnswerTable(rows, units) for name, rows in tables.items() if rows}
    return Explanation(plan.study.title, _sentence(**{name: tables[name] for name in ("levers", "totals", "binds")}), named, notes, source)


def _common(sweep: Sweep) -> list[int]:
    """Returns the replicates that finished at every point."""
    found = [set(sweep.final_counts(point, sweep.goals[0])[0].tolist()) for point in sweep.points]
    common = sorted(set.intersection(*found))
    if len(common) < 2:
        raise UserError(f"{sweep.path}: only {len(common)} replicates finished for all subsets of levers; aixsim status says why")
    return common


def _point(sweep: Sweep, settings: Mapping[str, Any]) -> SweepPoint:
    return next(point for point in sweep.points if point.values == dict(settings))


def _counts(sweep: Sweep, point: SweepPoint, goal: SweepGoal, replicates: Sequence[int]) -> Counts:
    """Returns the counts of some replicates at the deadline of a goal."""
    found = dict(zip(*(one.tolist() for one in sweep.final_counts(point, goal)), strict=True))
    if missing := [number for number in replicates if number not in found]:
        raise UserError(f"{sweep.path}: replicate {missing[0]} did not finish; aixsim status says why")
    return np.array([found[number] for number in replicates], np.int64)


def _sentence(levers: Sequence[Row], totals: Sequence[Row], binds: Sequence[Row]) -> str:
    """Returns the answer for the first goal: what all levers add, the largest shares, what changes nothing, and what binds."""
    goal = levers[0]["goal"]
    own = sorted((row for row in levers if row["goal"] == goal), key=lambda row: -abs(row["count"]))
    total = next(row for row in totals if row["goal"] == goal and row["levers"] == "difference")
    interval = f"[{total['count_low']:,.0f}, {total['count_high']:,.0f}]"
    largest = "; ".join(f"{row['lever'].replace('_', ' ')} {row['count']:+,.0f}" for row in own[:3])
    said = [f"The levers add {total['count']:,.0f} {own[0]['outcome']} {interval} by {own[0]['by']}, most of it {largest}."]
    limits = [row for row in binds if row["goal"] == goal]
    if idle := [row["lever"].replace("_", " ") for row in own if not row["changed"]]:
        said.append(f"Taking {', '.join(idle)} away changes no replicate: {why(limits)}.")
    elif binding(limits):
        said.append(f"{why(limits).capitalize()}.")
    said.append(f"They change the probability of {goal} by {100 * total['probability']:+.1f} points.")
    return " ".join(said)
