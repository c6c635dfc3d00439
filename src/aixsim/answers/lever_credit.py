"""Which lever created which factories: Shapley values of the levers, and what binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim import api
from aixsim.answers.answer import Answer, AnswerTable, Row
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
from aixsim.stats.differences import paired_mean
from aixsim.stats.shapley import shapley, synergies

REPLICATES: Final = 100
MOST: Final = 10
"""Groups of levers whose subsets are all run: 1,024 subsets."""
Counts = NDArray[np.int64]


class Explanation(Answer):
    """What each lever adds to the goals; see ``explain``."""


@dataclass(frozen=True)
class Plan:
    """What an explanation runs.

    Attributes:
        study: with a seed.
        groups: levers by name of their group.
        subsets: sweep with a point for every subset of the groups: point ``s`` has the levers of group ``i`` if bit ``i`` of ``s`` is set.
        binds: sweep of the config with more money, demand, own money and capacity, by name in ``more``.
        more: settings of its points.
    """

    study: Study
    groups: Mapping[str, Sequence[str]]
    subsets: SweepStudy
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
    if len(groups) > MOST:
        few = "; ".join(f"--group {name}" for name in ("space=parks,regulation_free_zones", "money=growth_fund,participants_finance"))
        raise UserError(
            f"{study.name}: {len(groups)} levers have {2 ** len(groups):,} subsets; put them into {MOST} groups or fewer, as by {few}"
        )
    names = list(groups)
    settings = [
        {f"levers.{lever}": False for number, name in enumerate(names) if not subset >> number & 1 for lever in groups[name]}
        for subset in range(2 ** len(names))
    ]
    more = more_of(study)
    goal = study.goals[0].name
    subsets = setting_sweep(study, "subsets", settings, replicates, goal)
    return Plan(study, groups, subsets, setting_sweep(study, "binds", list(more.values()), replicates, goal), more)


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
    with common random numbers, as a sweep: the same call resumes.

    Args:
        study: as from ``aixsim.load``, with goals and levers.
        groups: levers by the name of a group that is switched on and off as one; other levers are groups of their own. Ten at most.
        replicates: of every subset.
        workers: number of processes; results do not depend on it.
        out: folder of the sweeps; by default below ``results``.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``levers`` (one row a goal and group: share of the national count at the deadline and of the probability, each with its
        interval, the effect of taking it away alone, the share of replicates in which that changes the count, and if that is none, why),
        ``totals`` (with none, with all, and the difference), ``pairs`` (how much more two groups add together than each alone) and
        ``binds`` (the change of the count with a tenth more money, demand, own money of firms, and vendors and engineers, and by unit).

    Raises:
        UserError: no goal, no lever, an unknown one, or more than ten groups.
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
        counts = np.stack([_counts(subsets, point, goal, common) for point in subsets.points])
        more = {} if binds is None else {what: _counts(binds, _point(binds, plan.more[what]), goal, common) for what in plan.more}
        found = _rows(list(plan.groups), counts, more, goal.target, scale, subsets.confidence)
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
        *([f"{subsets.n_failed:,} replicates failed and are left out."] if subsets.n_failed else []),
    )
    sample = f"sample of {100 * scale:g} % of firms" if scale < 1.0 else ""
    of = f"n = {len(common):,} replicates of each of {len(subsets.points):,} subsets of levers"
    source = tuple(part for part in (f"aixsim simulation, explanation of {plan.study.name}", of, sample) if part)
    named = {name: AnswerTable(rows, units) for name, rows in tables.items() if rows}
    return Explanation(plan.study.title, _sentence(**{name: tables[name] for name in ("levers", "totals", "binds")}), named, notes, source)


def _rows(
    names: Sequence[str], counts: Counts, more: Mapping[str, Counts], target: int, scale: float, confidence: float
) -> dict[str, list[dict[str, Any]]]:
    """Returns the rows of every table for one goal.

    Args:
        names: of the groups.
        counts: at the deadline, simulated firms, shape ``(2**k, n)``.
        more: the same with more of something, shape ``(n,)`` each.
        target: of the goal, simulated firms.
        scale: simulated share of the national population.
        confidence: of the intervals.
    """
    reached = (counts >= target).astype(np.int64)
    (shares, whole), (chances, _) = shapley(counts), shapley(reached)

    def row(count: NDArray[Any], chance: NDArray[Any] | None = None) -> dict[str, float]:
        found = _mean("count", count / scale, confidence)
        return found if chance is None else found | _mean("probability", chance * 1.0, confidence)

    out: dict[str, list[dict[str, Any]]] = {"levers": []}
    for number, name in enumerate(names):
        alone = counts[-1] - counts[len(counts) - 1 - (1 << number)]
        about = {"taken_away": float(alone.mean()) / scale, "changed": float((alone != 0).mean()), "n": counts.shape[1]}
        out["levers"].append({"lever": name, **row(shares[number] / whole, chances[number] / whole), **about})
    ends = {"none": (counts[0], reached[0]), "all": (counts[-1], reached[-1])}
    ends["difference"] = (counts[-1] - counts[0], reached[-1] - reached[0])
    out["totals"] = [{"levers": end, **row(*both)} for end, both in ends.items()]
    out["pairs"] = [{"first": names[i], "second": names[j], **row(values)} for (i, j), values in synergies(counts).items()]
    out["binds"] = [{"more": what, **row(raised - counts[-1])} for what, raised in more.items()]
    return out


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


def _mean(name: str, values: NDArray[Any], confidence: float) -> dict[str, float]:
    found = paired_mean(np.asarray(values, np.float64), confidence)
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}


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
