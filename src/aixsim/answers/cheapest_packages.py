"""The cheapest package of levers that reaches goals with a wanted probability, and what more or less money buys.

The search is made of sweeps, so that it survives kills and resumes: a Sobol sequence over the bounds, a quadratic surface of the logit of
the probability and one of the money, and rounds of points where the surfaces expect the frontier. All points share their random numbers,
which makes the surfaces smooth. A sampler such as that of optuna proposes one point after another from its own state, which must be stored
beside the sweeps, and it knows neither that a response is binomial nor that all points share their noise; on few, smooth settings the
surfaces use every replicate and need no further package.

The search is biased towards points that were lucky, so none of its estimates is reported. What it proposes is run again with a new seed,
and all intervals of these replicates hold together (Bonferroni), so that choosing among the packages afterwards does not bias them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim import api
from aixsim.answers.package_proposals import proposals, setter
from aixsim.answers.package_tables import Package, Reach, answer_of
from aixsim.arguments import as_path, instance, whole_number
from aixsim.config.designs import Axis, rows
from aixsim.config.lever_bounds import Between, Bound, bounds_of, krw_bn_of
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.setting_sweeps import setting_sweep
from aixsim.config.study import Study
from aixsim.config.sweep_study import Point, SweepStudy
from aixsim.config.validation import nearest
from aixsim.errors import UserError
from aixsim.random.distributions import Distribution
from aixsim.results.comparison import PolicyChange, compare
from aixsim.results.lever_money import credit_offered, facilities
from aixsim.results.sweep_result import Sweep
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job
from aixsim.runs.progress_bar import Progress
from aixsim.runs.replicates import SPENT

REPLICATES: Final = 100
"""Of each package that the search tries."""
CONFIRM: Final = 1000
"""New replicates of each package that it proposes: half a joint interval at 80 % is then 3.6 points wide."""
ROUNDS: Final = 2
_POINTS: Final = 16
"""Times the number of settings, rounded up to a power of two: size of the first design. A quadratic has at most 45 coefficients here."""
MOST: Final = 8
"""Settings that can be varied at once."""
_FRONTIER: Final = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""Probabilities for which the cheapest package is proposed, beside that which is wanted."""
_MARGINS: Final = (0.0, 2.8, 4.2, 5.6)
"""How many standard errors of a confirmed probability the surface is to lie above the wanted one: 2.8 is half a joint interval."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What is searched.

    Attributes:
        study: with a seed.
        goals: names of those that are to be reached, all of them in the same replicate.
        probability: that is wanted.
        at_most: highest public money, KRW bn of the nation; None for no limit.
        bounds: settings that are varied.
        replicates, confirm: of each package in the search, and of each proposed one.
        fresh: the study with the seed of the confirmation.
        design: sweep of the first packages.
    """

    study: Study
    goals: tuple[str, ...]
    probability: float
    at_most: float | None
    bounds: Sequence[Bound]
    replicates: int
    confirm: int
    fresh: Study
    design: SweepStudy

    @property
    def folder(self) -> Path:
        """The default folder."""
        return Path("results") / self.study.name / f"reach-{job_id(Job.of_sweep(self.design))}"

    @property
    def n_replicates(self) -> tuple[int, int]:
        """Number of replicates of the search and of the confirmation, at most."""
        targets = len(self.levels) + (2 if self.at_most is None else 4)
        search = self.replicates * (len(self.design.points) + 2 * ROUNDS * targets)
        return search, self.confirm * (targets + 3)

    @property
    def is_within_bounds(self) -> bool:
        """Whether the config itself lies within the bounds; a lever that it lacks has its neutral setting."""
        for one in self.bounds:
            stated = self.study.settings["levers"].get(one.lever, self.study.registry.levers[one.lever].neutral).get(one.name)
            values = stated.values() if isinstance(stated, Mapping) else [stated]
            if not all(value is None or one.low <= value <= one.high for value in values):
                return False
        return True

    @property
    def levels(self) -> list[float]:
        """Logits of the probabilities for which the cheapest package is wanted."""
        error = 1.0 / math.sqrt(self.confirm * self.probability * (1.0 - self.probability))
        wanted = [_logit(self.probability) + margin * error for margin in _MARGINS]
        return [_logit(one) for one in _FRONTIER if abs(_logit(one) - wanted[0]) > error] + wanted


def plan_of(
    study: Study,
    goals: str | Sequence[str] | None = None,
    probability: float = 0.8,
    at_most: str | None = None,
    between: Between | None = None,
    replicates: int = REPLICATES,
    confirm: int = CONFIRM,
) -> Plan:
    """Returns what is searched; arguments and errors as for ``reach``."""
    instance(study, "study", Study, "a study, as from aixsim.load('korea-2030.toml')")
    replicates = whole_number(replicates, "replicates", least=10, most=MOST_REPLICATES)
    confirm = whole_number(confirm, "confirm", least=50, most=MOST_REPLICATES)
    names = [one.name for one in study.goals]
    if not names:
        raise UserError(f"{study.name}: the config has no [[goal]]; a package of levers is to reach a goal")
    chosen = tuple(dict.fromkeys([goals] if isinstance(goals, str) else goals or names[:1]))
    for goal in chosen:
        if goal not in names:
            near = f"; did you mean {hint!r}?" if (hint := nearest(str(goal), names)) else ""
            raise UserError(f"--goal {goal}: the config has no such goal: {', '.join(names)}{near}")
    if not 0.0 < probability < 1.0:
        raise UserError(f"--probability {probability:g}: give a probability between 0 and 1, such as 0.8")
    money = None if at_most is None else krw_bn_of(at_most)
    bounds = bounds_of(study, between)
    if len(bounds) > MOST:
        raise UserError(f"--between: {len(bounds)} settings are varied; name {MOST} or fewer, those that matter most (aixsim explain)")
    if study.monte_carlo.seed is None:
        study = study.with_seed(1)  # the same at the next start, which resumes
    axes = tuple(Axis(one.key, law=Distribution("uniform", (0.0, 1.0))) for one in bounds)
    size = 2 ** math.ceil(math.log2(_POINTS * len(bounds)))
    places = [[row[one.key] for one in bounds] for row in rows("sobol-sequence", axes, size, 1)]
    design = _sweep(study, "design", list(map(setter(bounds), places)), replicates, chosen[0])
    fresh = study.with_seed(int.from_bytes(hashlib.sha256(f"reach {study.monte_carlo.seed}".encode()).digest()[:7], "big"))
    return Plan(study, chosen, probability, money, bounds, replicates, confirm, fresh, design)


def _sweep(study: Study, name: str, settings: Sequence[Mapping[str, Any]], replicates: int, goal: str) -> SweepStudy:
    different = list({tuple(one.items()): dict(one) for one in settings}.values())
    return setting_sweep(study, name, different, replicates, goal, money=True)


def reach(
    study: Study,
    goals: str | Sequence[str] | None = None,
    probability: float = 0.8,
    *,
    at_most: str | None = None,
    between: Between | None = None,
    replicates: int = REPLICATES,
    confirm: int = CONFIRM,
    workers: int = 1,
    out: str | PathLike[str] | None = None,
    progress: Progress = None,
    tell: api.Tell | None = None,
) -> Reach:
    """Searches the cheapest package of levers that reaches goals with a probability, and the frontier of money against probability.

    Public money is the mean of what funding lines spend over the horizon, and what parks build beside projects, in prices of the config.
    Credit is told apart. Settings without a stated price are varied only if ``between`` names them, and are never called free.

    Args:
        study: as from ``aixsim.load``, with goals.
        goals: names; all are to be reached in the same replicate. By default the first of the config.
        probability: between 0 and 1.
        at_most: highest public money, such as ``"KRW 1500 bn"``.
        between: lowest and highest value of settings of levers by config key, None for the documented range; eight at most. By default
            the money and the grants of programmes, and the number of parks.
        replicates: of each package that the search tries, at least 10.
        confirm: new replicates of each package that it proposes, at least 50.
        workers: number of processes; results do not depend on it.
        out: folder of the sweeps; by default below ``results``.
        progress, tell: as in ``aixsim.run``.

    Returns:
        Tables ``packages`` (one row a confirmed package, the config first: settings, public money with its interval, probability with a
        joint interval, whether it is on the frontier, and whether it is the answer), ``goals`` (the probability of each goal by package),
        ``cost`` (what one more factory costs under the answer than in the config, by payer), ``additionality`` and ``levers`` (what was
        varied, its bounds, and where its money is counted).

    Raises:
        UserError: there is no such goal, a probability, an amount or a bound is not valid.
        StoreError, Interrupted: as ``aixsim.sweep`` and ``aixsim.run``.
    """
    plan = plan_of(study, goals, probability, at_most, between, replicates, confirm)
    folder = plan.folder if out is None else as_path(out, "out")
    options: dict[str, Any] = {"workers": workers, "progress": progress, "tell": tell}

    def tried(study: Study, name: str, settings: Sequence[Mapping[str, Any]], n: int) -> list[Package]:
        made = _sweep(study, name, settings, n, plan.goals[0])
        # Which packages are tried depends on the goals and what was found, so that each round has a folder of its own.
        return packages_of(plan, made, api.sweep(made, folder / f"{name}-{job_id(Job.of_sweep(made))}", **options))

    packages = packages_of(plan, plan.design, api.sweep(plan.design, folder / "design", **options))
    for number in range(ROUNDS):
        known = [one.settings for one in packages]
        wanted = [one for one in proposals(packages, plan.bounds, plan.levels, plan.at_most, beside=number + 1) if one not in known]
        if wanted:
            packages += tried(plan.study, f"round-{number + 1}", wanted, plan.replicates)
    confirmed = tried(plan.fresh, "confirmed", [{}, *proposals(packages, plan.bounds, plan.levels, plan.at_most)], plan.confirm)
    answer = answer_of(plan, confirmed, len(packages), None)
    best = next(one for one, row in zip(confirmed, answer.tables["packages"].rows, strict=True) if row["chosen"])
    if not best.settings:
        return answer
    return answer_of(plan, confirmed, len(packages), _compared(plan, best, folder, options))


def _compared(plan: Plan, best: Package, folder: Path, options: Mapping[str, Any]) -> PolicyChange:
    """Returns how a package differs from the config, from runs of both with the replicates of the confirmation."""
    other = plan.fresh.with_(best.settings)
    results = [
        api.run(study, plan.confirm, out=folder / name, **options)
        for study, name in ((plan.fresh, "config"), (other, f"package-{job_id(Job.of_run(other))}"))
    ]
    return compare(*results).policies[0]


def packages_of(plan: Plan, study: SweepStudy, sweep: Sweep) -> list[Package]:
    """Returns the different packages of a sweep with the outcome of every replicate, in the order of its study.

    A package whose values are those of the config is the config, which comes first.
    """
    goals = [next(one for one in sweep.goals if one.name == name) for name in plan.goals]
    held = {point.config: point for point in sweep.points}
    different: dict[str, Point] = {}
    for one in study.points:
        different.setdefault(one.config, one)
    found = []
    for config, wanted in different.items():
        point = held[config]
        shares = np.stack([sweep.final_counts(point, goal)[1] / goal.target for goal in goals])
        levers = wanted.study.settings["levers"]
        stated = facilities(levers, sweep.horizon)
        public = sweep.values_in(point, goals[0].by, SPENT, np.float64)[1] / sweep.scale + stated
        if len(public) < 2:
            raise UserError(f"{sweep.path}: fewer than two replicates of a package finished; aixsim status says why")
        found.append(Package(dict(wanted.values), shares, public, credit_offered(levers, sweep.horizon)))
    return found


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))
