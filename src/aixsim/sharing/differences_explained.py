"""Why two results differ: settings, data, versions and seeds, and how much of the difference each explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim import api
from aixsim.answers.answer import Answer, AnswerTable, Row
from aixsim.arguments import whole_number
from aixsim.config.models import MOST_REPLICATES, target_in_sample
from aixsim.config.study import Study, load
from aixsim.config.validation import ConfigError, nearest
from aixsim.errors import UserError
from aixsim.results.pairing import labels_of
from aixsim.results.result import Result, open_result
from aixsim.results.sweep_result import is_sweep
from aixsim.runs.progress_bar import Progress
from aixsim.runs.provenance import environment
from aixsim.sharing.changed_rows import changed_rows
from aixsim.sharing.setting_switches import Switch, switched, switches
from aixsim.sharing.versions import named_versions
from aixsim.stats.differences import paired_mean

REPLICATES: Final = 100
_LEAST: Final = 2
_CODE: Final = ("model_sha256", "data_sha256")
"""Versions on which replicates depend."""
Values = dict[int, float]
"""A value by replicate."""


class Differences(Answer):
    """Why two results differ; see ``diff``."""


@dataclass(frozen=True)
class _Counts:
    """National count at the deadline, and whether the goal is reached (1 or 0), by replicate."""

    count: Values
    reached: Values


def diff(
    one: str | PathLike[str],
    other: str | PathLike[str],
    replicates: int = REPLICATES,
    *,
    goal: str | None = None,
    workers: int = 1,
    allow_plugins: bool = False,
    progress: Progress = None,
    tell: api.Tell | None = None,
) -> Differences:
    """Lists the differences between two results, and runs configs between them to tell how much of the difference each explains.

    The config of A is run again with one setting at a time switched to its value in B, paired by common random numbers. What all settings
    do together beyond that, another seed, and another version of the program are the other parts: they add up to the difference of the
    same replicates of the two results. An earlier version cannot be run here; its part is what its replicates differ from those of this
    version.

    Args:
        one, other: folders of two runs, A and B.
        replicates: of each config that is run, 2 or more; 0 runs nothing and lists the differences.
        goal: name of the goal whose count is explained; by default the first of A.
        workers: number of processes; results do not depend on it.
        allow_plugins: whether the Python files that the configs name may be executed.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``settings`` (key and both values), ``versions`` (also seeds and numbers of replicates), ``data`` (rows of data files that
        only one has) and ``parts`` (one row a part: difference of the mean count and of the probability of the goal, with intervals). Only
        tables with rows are there.

    Raises:
        UserError: a folder is a sweep, there is no such goal, or B does not simulate the month of its deadline.
        StoreError, ConfigError: a result is damaged, or its config is not valid for this version.
    """
    replicates = whole_number(replicates, "replicates", least=0, most=MOST_REPLICATES)
    if 0 < replicates < _LEAST:
        raise UserError(f"-n {replicates}: an interval needs {_LEAST} or more replicates; 0 runs nothing")
    results = [_opened(place) for place in (one, other)]
    studies = [load(result.path / "config.toml", allow_plugins=allow_plugins and replicates > 0) for result in results]
    found = switches(studies[0].table.document(), studies[1].table.document())
    rows, notes = changed_rows(*results)
    tables: dict[str, Sequence[Row]] = {
        "settings": [{"key": switch.key, "a": switch.values[0], "b": switch.values[1]} for switch in found],
        "versions": _versions(*results),
        "data": rows,
    }
    names = labels_of(results)
    sentence = _listing(tables)
    if replicates:
        wanted = _goal(results[0], goal)
        options: dict[str, Any] = {"workers": workers, "progress": progress, "tell": tell}
        parts, more = _parts(results, studies, found, wanted, replicates, options, has_files=studies[0].inputs != studies[1].inputs)
        tables["parts"] = parts
        sentence = _sentence(parts, wanted)
        notes = [*notes, *more]
    if results[0].provenance["goals"] != results[1].provenance["goals"]:
        notes.append("The goals differ; those of A are used.")
    units = {"difference": "national firms", "low": "national firms", "high": "national firms", "probability": "1"}
    named = {name: AnswerTable(one, units if name == "parts" else {}) for name, one in tables.items() if one}
    return Differences(f"A: {names[0]}, B: {names[1]}", sentence, named, notes, ("aixsim diff",))


def _opened(place: str | PathLike[str]) -> Result:
    if is_sweep(str(place)):
        raise UserError(f"{place}: is the folder of a sweep; give two folders of runs (aixsim compare takes a sweep)")
    return open_result(place)


def _versions(one: Result, other: Result) -> list[Row]:
    """Returns the versions, seeds and numbers of replicates that differ."""
    both = [
        {**named_versions(said), "seed": str(said["seed"]), "replicates": f"{said['replicates_done']:,}"}
        for said in (one.provenance, other.provenance)
    ]
    names = dict.fromkeys([*both[0], *both[1]])
    pairs = [(name, both[0].get(name, "unknown"), both[1].get(name, "unknown")) for name in names]
    return [{"name": name, "a": a, "b": b} for name, a, b in pairs if a != b]


def _goal(result: Result, name: str | None) -> Mapping[str, Any]:
    goals = {goal["name"]: goal for goal in result.provenance["goals"]}
    if not goals or name not in (None, *goals):
        near = f"; did you mean {hint!r}?" if (hint := nearest(str(name), list(goals))) else ""
        what = (
            f"has no goal {name!r}: {', '.join(goals)}{near}"
            if goals
            else "has no [[goal]], of which the count could be explained; use -n 0"
        )
        raise UserError(f"{result.where}: {what}")
    found: Mapping[str, Any] = goals[name or next(iter(goals))]
    return found


def _counts(result: Result, goal: Mapping[str, Any], n: int) -> _Counts:
    """Returns the counts of the first replicates."""
    held = result.counts_in(goal["by"])
    if goal["outcome"] not in held:
        raise UserError(f"{result.where}: has no count of {goal['outcome']!r}, which the goal {goal['name']!r} of A is about")
    target = target_in_sample(goal["at_least"], result.scale)
    pairs = [(int(r), int(count)) for r, count in zip(held["replicate"], held[goal["outcome"]], strict=True) if r < n]
    return _Counts({r: count / result.scale for r, count in pairs}, {r: float(count >= target) for r, count in pairs})


def _parts(
    results: Sequence[Result],
    studies: Sequence[Study],
    found: Sequence[Switch],
    goal: Mapping[str, Any],
    n: int,
    options: Mapping[str, Any],
    *,
    has_files: bool,
) -> tuple[list[Row], list[str]]:
    """Runs what is between two results, and returns the parts of their difference, the total first, and notes."""
    seeds = [int(result.provenance["seed"]) for result in results]

    def run(study: Study, seed: int) -> _Counts:
        stated = study.monte_carlo.model_copy(update={"seed": seed, "half_width": None})
        return _counts(api.run(study.with_monte_carlo(stated), n, **options), goal, n)

    stored = [_counts(result, goal, n) for result in results]
    start, notes = run(studies[0], seeds[0]), list[str]()
    end = run(studies[1], seeds[0]) if found or has_files else start
    again = run(studies[1], seeds[1]) if seeds[0] != seeds[1] else end
    alone: dict[int, _Counts] = {}
    for number, switch in enumerate(found):
        if len(found) == 1 and not has_files:
            alone[number] = end
            continue
        try:
            alone[number] = run(switched(studies[0], [switch]), seeds[0])
        except ConfigError:
            notes.append(f"{switch.key} cannot be switched alone, since the config would not be valid; it counts in combination.")
    common = sorted(set.intersection(*(set(one.count) for one in (*stored, start, end, again, *alone.values()))))
    if len(common) < _LEAST:
        raise UserError(f"only {len(common)} replicates finished in all configs; an interval needs {_LEAST} or more")

    def change(before: _Counts, after: _Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        pairs = ((before.count, after.count), (before.reached, after.reached))
        count, reached = (np.array([b[r] - a[r] for r in common]) for a, b in pairs)
        return count, reached

    changes = {number: change(start, counts) for number, counts in alone.items()}
    whole = change(start, end)
    nothing = np.zeros(len(common))
    single = [sum((parts[k] for parts in changes.values()), nothing) for k in range(len(whole))]
    confidence = float(results[0].provenance["confidence"])
    what = "settings in combination" + (", with the files that they name" if has_files else "")
    rows = [_row("all", "B minus A", *change(*stored), confidence)]
    before, after = change(stored[0], start), change(again, stored[1])
    differ = [_is_other_code(result) for result in results]
    if differ[0] or before[0].any():
        rows.append(_row("version", "version of A to this version", *before, confidence))
    for number, effect in changes.items():
        switch = found[number]
        rows.append(_row("setting", f"{switch.key}: {switch.values[1]} instead of {switch.values[0]}", *effect, confidence))
    rows += [_row("combination", what, whole[0] - single[0], whole[1] - single[1], confidence)] if len(found) > 1 or has_files else []
    rows += [_row("seed", f"seed: {seeds[1]} instead of {seeds[0]}", *change(end, again), confidence)] if seeds[0] != seeds[1] else []
    if differ[1] or after[0].any():
        rows.append(_row("version", "this version to the version of B", *after, confidence))
    for name, result in (pair for pair, is_other in zip(zip("AB", results, strict=True), differ, strict=True) if is_other):
        version = f"another version (aixsim {result.provenance.get('aixsim', 'unknown')})"
        notes.append(f"{name} was made by {version}, which cannot be run here; its part is how the replicates of the two versions differ.")
    notes.append(f"n = {len(common):,} common replicates; the parts add up to the first row. Intervals hold the error of simulation only.")
    return rows, notes


def _is_other_code(result: Result) -> bool:
    """Returns whether a result was made by other code or packaged data than this program has."""
    return any(result.provenance.get(key) != environment()[key] for key in _CODE)


def _row(kind: str, part: str, count: NDArray[np.float64], reached: NDArray[np.float64], confidence: float) -> Row:
    mean, chance = paired_mean(count, confidence), paired_mean(reached, confidence)
    about = {"kind": kind, "part": part, "n": len(count)}
    about |= {"difference": mean.estimate, "low": mean.low, "high": mean.high}
    return about | {"probability": chance.estimate, "probability_low": chance.low, "probability_high": chance.high}


def _listing(tables: Mapping[str, Sequence[Row]]) -> str:
    """Returns in words what differs, if nothing was run."""
    counted = {
        "setting": len(tables["settings"]),
        "version, seed or number": len(tables["versions"]),
        "row of data files": len(tables["data"]),
    }
    plural = {"version, seed or number": "versions, seeds or numbers", "row of data files": "rows of data files"}
    told = [f"{n:,} {what if n == 1 else plural.get(what, f'{what}s')}" for what, n in counted.items() if n]
    return f"Between A and B differ: {'; '.join(told)}." if told else "Nothing differs: settings, data, versions and seeds are the same."


def _sentence(parts: Sequence[Row], goal: Mapping[str, Any]) -> str:
    """Returns in words how large the difference is, and what explains most of it."""
    total, *rest = parts
    what = f"{goal['outcome']} by {goal['by']}"
    if not any(row["difference"] or row["probability"] for row in parts):
        return f"A and B count the same {what} in each of {total['n']:,} replicates."
    more = f"B has {abs(total['difference']):,.1f} {'fewer' if total['difference'] < 0 else 'more'} {what} than A"
    strong = sorted((row for row in rest if row["difference"]), key=lambda row: -abs(row["difference"]))[:3]
    named = "; ".join(f"{row['part']} {row['difference']:+,.1f} [{row['low']:+,.1f}, {row['high']:+,.1f}]" for row in strong)
    return f"{more} (mean of {total['n']:,} replicates). Largest parts: {named}."
