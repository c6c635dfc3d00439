"""Tornado: what each uncertain number and each lever alone does to the probability of a goal, and where it crosses a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

from aixsim import api
from aixsim.answers.answer import Answer, AnswerTable
from aixsim.answers.swings import LEAST, Swing, sentence, swing_row, switching_row
from aixsim.arguments import as_path, instance, whole_number
from aixsim.config.documented_ranges import DocumentedRange, documented_ranges
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.setting_sweeps import setting_sweep
from aixsim.config.study import Study
from aixsim.config.sweep_study import SweepStudy
from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.results.sweep_result import Sweep
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job
from aixsim.runs.progress_bar import Progress
from aixsim.stats.differences import holm, mcnemar
from aixsim.stats.intervals import proportion

LEVELS: Final = (0.5, 0.8)
"""Probabilities of the goal that switching values are given for."""
REPLICATES: Final = 80
"""At each end of a range: 100 numbers and levers take ten minutes on two cores if a replicate takes 60 ms."""
BASE: Final = 10
"""How many times as many replicates the config itself has: every other probability is corrected by them."""
_ROUNDS: Final = 3
"""Rounds in which values between the ends are tried."""


class Tornado(Answer):
    """What one number or lever at a time does to the probability of a goal; see ``tornado``."""


@dataclass(frozen=True)
class Plan:
    """What is run before it is known which numbers cross a level.

    Attributes:
        study: with a seed.
        goal: its name.
        ranges: of the uncertain numbers.
        levers: names of the levers of the config.
        base, ends: sweeps: the config itself; every number at both ends of its range, and the config without each lever.
    """

    study: Study
    goal: str
    ranges: Sequence[DocumentedRange]
    levers: Sequence[str]
    base: SweepStudy
    ends: SweepStudy

    @property
    def folder(self) -> Path:
        """The default folder."""
        return Path("results") / self.study.name / f"tornado-{job_id(Job.of_sweep(self.ends))}"

    @property
    def n_replicates(self) -> int:
        """Number of replicates of both sweeps."""
        return sum(sweep.monte_carlo.replicates * len(sweep.points) for sweep in (self.base, self.ends))


def plan_of(study: Study, goal: str | None = None, replicates: int = REPLICATES) -> Plan:
    """Returns what a tornado runs first; arguments and errors as for ``tornado``."""
    instance(study, "study", Study, "a study, as from aixsim.load('korea-2030.toml')")
    replicates = whole_number(replicates, "replicates", least=LEAST, most=MOST_REPLICATES // BASE)
    names = [one.name for one in study.goals]
    if not names or goal not in (None, *names):
        near = f"; did you mean {hint!r}?" if (hint := nearest(str(goal), names)) else ""
        found = "the config has no [[goal]]" if not names else f"--goal {goal}: the config has no such goal: {', '.join(names)}{near}"
        raise UserError(f"{study.name}: {found}; a tornado shows the probability of a goal")
    if study.monte_carlo.seed is None:
        study = study.with_seed(1)  # the same at the next start, which resumes
    ranges, levers = documented_ranges(study), list(study.settings["levers"])
    if not ranges and not levers:
        raise UserError(
            f"{study.name}: no number is a distribution and there is no lever, so there is nothing to vary; see aixsim describe"
        )
    settings: list[dict[str, Any]] = [{one.key: one.setting(place)} for one in ranges for place in (0.0, 1.0)]
    settings += [{f"levers.{name}": False} for name in levers]
    goal = goal or names[0]
    base = setting_sweep(study, "base", [{}], BASE * replicates, goal)
    return Plan(study, goal, ranges, levers, base, setting_sweep(study, "ends", settings, replicates, goal))


def tornado(
    study: Study,
    goal: str | None = None,
    *,
    levels: Sequence[float] = LEVELS,
    replicates: int = REPLICATES,
    workers: int = 1,
    out: str | PathLike[str] | None = None,
    progress: Progress = None,
    tell: api.Tell | None = None,
) -> Tornado:
    """Varies each uncertain number over its range and switches each lever off, one at a time, and finds where the goal crosses levels.

    All replicates are paired by common random numbers. The probability of the config itself is known from ten times as many replicates,
    and corrects all others (see ``stats.root_finding``). Values between the ends are run only for numbers whose ends lie on two sides of a
    level. Everything is run as sweeps in ``out``: the same call resumes after an interruption and takes up what is there.

    Args:
        study: as from ``aixsim.load``, with a goal; its uncertain numbers are those that are distributions.
        goal: its name; by default the first.
        levels: probabilities, each between 0 and 1.
        replicates: of every value, at least 10.
        workers: number of processes; results do not depend on it.
        out: folder of the sweeps; by default below ``results``.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``base`` (one row: probability of the goal in the config), ``tornado`` (one row a number or lever, the strongest first: both
        ends, the probability at each, their difference with its interval, and McNemar's p-value with Holm's correction for all rows) and
        ``switching`` (one row a number and level: the value at which the probability is the level, with its interval, None where that
        reaches the end of the range; or the reason why there is none).

    Raises:
        UserError: there is no such goal, nothing to vary, or a level is not between 0 and 1.
        StoreError, Interrupted: as ``aixsim.sweep``.
    """
    if wrong := [level for level in levels if not 0.0 < level < 1.0]:
        raise UserError(f"--level {wrong[0]:g}: give a probability between 0 and 1, such as 0.5")
    plan = plan_of(study, goal, replicates)
    folder = plan.folder if out is None else as_path(out, "out")
    options: dict[str, Any] = {"workers": workers, "progress": progress, "tell": tell}
    base = api.sweep(plan.base, folder / "base", **options)
    ends = api.sweep(plan.ends, folder / "ends", **options)
    swings = _swings(plan, base, ends)
    for number in range(_ROUNDS):
        wanted = _wanted(swings, levels)
        if not wanted:
            break
        settings = [{swings[k].key: law.setting(place)} for k, law, place in wanted]
        between = setting_sweep(plan.study, f"between-{number + 1}", settings, replicates, plan.goal)
        # Which values are tried depends on the goal and the levels, so that each round has a folder of its own.
        tried = api.sweep(between, folder / f"between-{job_id(Job.of_sweep(between))}", **options)
        for (k, _, place), values in zip(wanted, settings, strict=True):
            swings[k] = replace(swings[k], reached={**swings[k].reached, place: _reached(tried, values, plan.goal)})
    return _answer(plan, swings, sorted(levels), base, ends)


def _reached(sweep: Sweep, values: Mapping[str, Any], goal: str) -> dict[int, float]:
    """Returns 1 or 0 by replicate: whether the point with these values reaches the goal."""
    wanted = next(one for one in sweep.goals if one.name == goal)
    point = next(one for one in sweep.points if one.values == values)
    replicates, counts = sweep.final_counts(point, wanted)
    return dict(zip(replicates.tolist(), (counts >= wanted.target).astype(float).tolist(), strict=True))


def _swings(plan: Plan, base: Sweep, ends: Sweep) -> list[Swing]:
    """Returns every number and lever with its ends."""
    plain, confidence = _reached(base, {}, plan.goal), plan.study.monte_carlo.confidence
    found = []
    for law in plan.ranges:
        sides = {place: _reached(ends, {law.key: law.setting(place)}, plan.goal) for place in (0.0, 1.0)}
        found.append(Swing(law.key, law, sides, plain, confidence))
    for name in plan.levers:
        key = f"levers.{name}"
        found.append(Swing(key, None, {0.0: _reached(ends, {key: False}, plan.goal), 1.0: plain}, plain, confidence))
    return found


def _wanted(swings: Sequence[Swing], levels: Sequence[float]) -> list[tuple[int, DocumentedRange, float]]:
    """Returns the values to try next: position of the number, its range and the place in it, each once."""
    found: dict[tuple[int, float | int], tuple[int, DocumentedRange, float]] = {}
    for k, swing in enumerate(swings):
        if (law := swing.law) is not None:
            known = {law.setting(place) for place in swing.reached}
            for place in (law.nearest(one) for level in levels for one in swing.curve.to_try(level)):
                if law.setting(place) not in known:
                    found[k, law.setting(place)] = (k, law, place)
    return list(found.values())


def _answer(plan: Plan, swings: Sequence[Swing], levels: Sequence[float], base: Sweep, ends: Sweep) -> Tornado:
    plain = list(swings[0].plain.values())
    chance = proportion(round(sum(plain)), len(plain), plan.study.monte_carlo.confidence)
    goal = next(one for one in base.goals if one.name == plan.goal)
    known: dict[str, Any] = {"goal": goal.name, "outcome": goal.outcome, "at_least": goal.at_least, "by": goal.by}
    known |= dict(zip(("p", "p_from", "p_to"), (chance.estimate, *chance.clopper_pearson), strict=True)) | {"n": chance.n}
    p_values = holm([mcnemar(*swing.discordant) for swing in swings])
    rows = [swing_row(swing, p) for swing, p in zip(swings, p_values, strict=True)]
    order = sorted(range(len(rows)), key=lambda k: (-abs(rows[k]["difference"]), rows[k]["key"]))
    rows, crossed = [rows[k] for k in order], [switching_row(swings[k], level) for level in levels for k in order]
    tables: dict[str, list[dict[str, Any]]] = {"base": [known], "tornado": rows, "switching": crossed}
    failed = base.n_failed + ends.n_failed
    notes = (
        "One at a time: what two numbers do together is not seen; the others are drawn from their distributions, in the same replicates.",
        "The answer is conditional on the model and on the ranges of its config; intervals hold the error of simulation only.",
        "A number that is no distribution in the config is not varied; --set can make it one.",
        *([f"{failed:,} replicates failed and are left out of their pairs."] if failed else []),
    )
    n = f"n = {len(plain):,} replicates of the config, {rows[0]['n']:,} of each other value"
    sample = f"sample of {100 * base.scale:g} % of firms" if base.scale < 1.0 else ""
    source = tuple(part for part in (f"aixsim simulation, tornado of {plan.study.name}", n, sample) if part)
    shares = ("p", "difference", "level")
    named = {name: AnswerTable(one, {key: "1" for key in one[0] if key.startswith(shares)}) for name, one in tables.items()}
    return Tornado(plan.study.title, sentence(known, rows, crossed, levels), named, notes, source)
