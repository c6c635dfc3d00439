"""Who caused which AI factory: decisions by what pressed the firm, and how many factories follow from one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from aixsim.answers.ancestors import OUTCOMES, Genealogy, genealogy_of
from aixsim.answers.answer import Answer, AnswerTable
from aixsim.answers.family_rows import cause_rows, decision_rows, parent_rows, reproduction_rows, sentence, support_rows
from aixsim.arguments import whole_number
from aixsim.config.build import Problems, problems
from aixsim.config.models import MOST_REPLICATES
from aixsim.config.study import Study, load
from aixsim.engines import engine, mesa_alone, prepare
from aixsim.errors import ArgumentError, UserError
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.results.result import Result
from aixsim.runs.cost import duration
from aixsim.runs.executor import InProcess, Task, run_all
from aixsim.runs.processes import LocalProcesses
from aixsim.runs.signals import stop_requests
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES
from aixsim.world.population import Population

REPLICATES: Final = 50
CAUSAL: Final = "Shares attribute, they are no effects: without one cause another would often have done, later. Effects: aixsim explain."
_TRAITS: Final = {"agent_type": AGENT_TYPES, "size": SIZES, "province": PROVINCES, "sector": SECTORS, "route": ROUTES}
_FILES_ONLY: Final = ("decisions", "parents")
_CHUNK: Final = 4
Floats = NDArray[np.float64]


class Ancestry(Answer):
    """Who caused which AI factory; see ``genealogy``."""

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values, but for the tables of single firms: they are in ``frame`` and in the files of ``write``."""
        return {name: value for name, value in super().to_dict().items() if name not in _FILES_ONLY}


@dataclass(frozen=True)
class Summary:
    """Sums over one replicate, in simulated firms. Shapes: M causes, L levels of all groups of ``levels_of``.

    Attributes:
        replicate, n_projects: which, and how many projects it has.
        causes: float64 ``(3, M, 5)``: decisions by outcome, cause and route of their project; the last route is none.
        support: float64 ``(3,)``, sum of the shares of support by outcome.
        factories: float64 ``(L,)``, projects.
        reproduction: float64 ``(L, 3)``, sum of their reproduction numbers by outcome.
    """

    replicate: int
    n_projects: int
    causes: Floats
    support: Floats
    factories: Floats
    reproduction: Floats


def levels_of(horizon: Horizon) -> list[tuple[str, str]]:
    """Returns the group and the name of every level for which reproduction numbers are given; the first is all factories."""
    years = ("before", *map(str, horizon.years))
    return [("all", "all"), *((group, name) for group, names in {**_TRAITS, "launched": years}.items() for name in names)]


def summed(found: Genealogy, replicate: int, counts: NDArray[np.bool_], horizon: Horizon) -> Summary:
    """Returns the sums of one replicate; ``counts`` says which routes count."""
    project, projects = found.project, found.projects.astype(np.int64)
    route = np.append(projects[:, 1], len(ROUTES))[project]
    ended, operating = (np.append(projects[:, column], 0)[project] for column in (4, 3))
    never = np.iinfo(np.int32).max
    launched = (project >= 0) & np.append(counts, False)[route]
    chosen = (np.ones(len(project), np.bool_), launched, launched & (operating < never) & (ended == never))
    causes = np.zeros((len(OUTCOMES), len(found.causes), len(ROUTES) + 1))
    for outcome, rows in enumerate(chosen):
        np.add.at(causes[outcome].T, route[rows], found.share[rows])
    launched_in = projects[:, 2]
    year = np.where(launched_in < 0, 0, horizon.month_years[np.maximum(launched_in, 0)] + 1)
    columns = [projects[:, 5], projects[:, 7], projects[:, 6], projects[:, 8], projects[:, 1], year]
    sizes = [*map(len, _TRAITS.values()), len(horizon.years) + 1]
    factories, reproduction = np.zeros(1 + sum(sizes)), np.zeros((1 + sum(sizes), len(OUTCOMES)))
    for place in (np.zeros(len(projects), np.int64), *(1 + sum(sizes[:k]) + column for k, column in enumerate(columns))):
        np.add.at(factories, place, 1.0)
        np.add.at(reproduction, place, found.reproduction)
    support = np.array([found.support[rows].sum() for rows in chosen])
    return Summary(replicate, len(projects), causes, support, factories, reproduction)


def trace(problem_of: Problems, replicate: int, name: str, *, peers: bool = False) -> tuple[Genealogy, Summary]:
    """Runs one replicate and returns its genealogy and the sums."""
    problem = problem_of(replicate)
    scenario = draw_scenario(problem, replicate)
    found = genealogy_of(problem, scenario, engine(name)(problem, scenario), peers=peers)
    return found, summed(found, replicate, scenario.counts, problem.horizon)


def trace_some(problem_of: Problems, replicates: Sequence[int], name: str) -> list[Summary]:
    """Runs some replicates, in a worker, and returns their sums."""
    found = [trace(problem_of, replicate, name)[1] for replicate in replicates]
    problem_of.refuse_memory(replicates[-1])
    return found


def genealogy(
    source: Study | Result,
    replicates: int = REPLICATES,
    *,
    workers: int = 1,
    progress: bool | None = None,
    tell: Callable[[str], object] | None = None,
    allow_plugins: bool = False,
) -> Ancestry:
    """Tells what carried each deciding firm over its resistance, and how many decisions and factories follow from one factory.

    Replicates are run again, since a result does not hold who saw whom. The definitions are in ``aixsim.answers.ancestors`` and in the ODD.

    Args:
        source: as from ``aixsim.load``, or a result in a folder, whose own replicates are run again and compared with it.
        replicates: number of them, two or more; of a result at most as many as it has.
        workers: number of processes; results do not depend on it.
        progress: whether a bar is shown; None: on a terminal.
        tell: function that is called with the expected time, after the first replicate.
        allow_plugins: whether the Python files that the config of a result names may be executed.

    Returns:
        Tables ``causes`` (one row an outcome, cause and route of the project: national number of decisions, or of factories, that it
        accounts for, and its share of the outcome, with intervals), ``support`` (share of the pressure that expected public support
        added), ``reproduction`` (one row a group and level: decisions, launches and operating factories that follow from one factory until
        the horizon ends), and of the first replicate alone ``decisions`` (one row a decision, with the share of every cause) and
        ``parents`` (one row a project of a firm and a factory that it saw, with its share).

    Raises:
        UserError: the result is not what its config gives now, or has too few replicates.
        ArgumentError: an argument is invalid.
    """
    replicates = whole_number(replicates, "replicates", least=2, most=MOST_REPLICATES)
    workers = whole_number(workers, "workers", least=1)
    study, numbers = _study_and_replicates(source, replicates, allow_plugins=allow_plugins)
    problem_of, name = problems(study), _engine_of(study)
    begun = perf_counter()
    traced, first = trace(problem_of, numbers[0], name, peers=True)
    seconds = perf_counter() - begun
    if tell is not None:
        tell(cost(len(numbers), workers, seconds))
    chunks = [numbers[at : at + _CHUNK] for at in range(1, len(numbers), _CHUNK)]
    summaries = {first.replicate: first}
    executor = InProcess() if workers == 1 or len(chunks) == 1 else LocalProcesses(min(workers, len(chunks)))
    hidden = None if progress is None else not progress
    try:
        with stop_requests() as request, tqdm(total=len(numbers), initial=1, unit=" replicates", disable=hidden, leave=False) as bar:
            tasks = [Task(number, trace_some, (problem_of, chunk, name)) for number, chunk in enumerate(chunks)]
            for _, found in run_all(executor, tasks, request):
                summaries |= {one.replicate: one for one in found}
                bar.update(len(found))
    finally:
        executor.close()
    ordered = [summaries[number] for number in numbers]
    if isinstance(source, Result):
        _compare(source, ordered)
    of = f"run {source.provenance['run_id']}" if isinstance(source, Result) else f"genealogy of {study.name}"
    return _answer(study, problem_of(numbers[0]).population, traced, ordered, of)


def cost(replicates: int, workers: int, seconds: float) -> str:
    """Returns what the replicates cost, in words; ``seconds`` is what one takes."""
    n = f"{workers} {'worker' if workers == 1 else 'workers'}"
    return f"{replicates:,} replicates, about {duration(seconds * replicates / workers)} on {n} ({1000 * seconds:.3g} ms each)"


def cost_of(source: Study | Result, replicates: int, workers: int, *, allow_plugins: bool = False) -> str:
    """Returns what a genealogy costs, in words, by one replicate that is not kept; arguments and errors as for ``genealogy``."""
    study, numbers = _study_and_replicates(source, replicates, allow_plugins=allow_plugins)
    problem_of, name = problems(study), _engine_of(study)
    begun = perf_counter()
    trace(problem_of, numbers[0], name)
    return cost(len(numbers), workers, perf_counter() - begun)


def _engine_of(study: Study) -> str:
    """Returns the engine that can run a study, made ready."""
    problem = problems(study)(0)
    scenario = draw_scenario(problem, 0)
    name = "kernel" if mesa_alone(scenario) is None else "mesa"
    prepare(name, problem, scenario)
    return name


def _study_and_replicates(source: Study | Result, wanted: int, *, allow_plugins: bool) -> tuple[Study, list[int]]:
    match source:
        case Study():
            return source if source.monte_carlo.seed is not None else source.with_seed(1), list(range(wanted))
        case Result():
            held = source.replicates.tolist()[:wanted]
            if len(held) < 2:
                raise UserError(f"{source.where}: a genealogy needs two finished replicates; this result has {len(held)}")
            return load(source.path / "config.toml", allow_plugins=allow_plugins), held
        case _:
            raise ArgumentError("source", source, "a study, as from aixsim.load, or a result, as from aixsim.open_result")


def _compare(result: Result, summaries: Sequence[Summary]) -> None:
    """Refuses replicates that are not those of the result."""
    held = np.bincount(result.project_arrays.replicate, minlength=max(one.replicate for one in summaries) + 1)
    for one in summaries:
        if one.n_projects != held[one.replicate]:
            what = f"replicate {one.replicate} has {one.n_projects:,} projects now, {held[one.replicate]:,} in the result"
            raise UserError(f"{result.where}: {what}: it is of another version of aixsim; run its config again")


def _answer(study: Study, population: Population, traced: Genealogy, summaries: Sequence[Summary], of: str) -> Ancestry:
    scale, confidence, horizon = study.population.scale, study.monte_carlo.confidence, study.horizon
    causes = cause_rows(traced.causes, np.stack([one.causes for one in summaries]) / scale, confidence)
    reproduction = reproduction_rows(
        levels_of(horizon),
        np.stack([one.factories for one in summaries]) / scale,
        np.stack([one.reproduction for one in summaries]) / scale,
        confidence,
    )
    totals = np.stack([one.causes.sum(axis=(1, 2)) for one in summaries])
    rows = {
        "causes": causes,
        "support": support_rows(np.stack([one.support for one in summaries]), totals, confidence),
        "reproduction": reproduction,
        "decisions": decision_rows(traced, population, horizon),
        "parents": parent_rows(traced, horizon),
    }
    shares = dict.fromkeys(("share", "share_low", "share_high"), "1")
    national = "national firms"
    units = {
        "causes": {"count": national, "count_low": national, "count_high": national, **shares},
        "support": shares,
        "reproduction": {"factories": national},
        "decisions": dict.fromkeys((*traced.causes, "support"), "1"),
        "parents": {"share": "1"},
    }
    tables = {name: AnswerTable(found, units[name]) for name, found in rows.items() if found}
    n, sample = len(summaries), f"sample of {100 * scale:g} % of firms" if scale < 1.0 else ""
    censored = "Reproduction numbers end with the horizon: factories of the last years have had little time."
    few = "Firms of a sample have fewer ties, so that fewer factories follow from one." if scale < 1.0 else ""
    notes = tuple(part for part in (CAUSAL, censored, few, "Conditional on the model and the ranges of its config.") if part)
    source = tuple(part for part in (f"aixsim simulation, {of}", f"n = {n:,} replicates", sample) if part)
    return Ancestry(study.title, sentence(causes, reproduction, horizon.end), tables, notes, source)
