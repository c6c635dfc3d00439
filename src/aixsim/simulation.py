"""From a study to a result folder: what ``aixsim run`` does, for scripts and notebooks."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from shutil import disk_usage
from typing import Any

import numpy as np

from aixsim.config.build import Problems, problems
from aixsim.config.ensembles import ensemble_path
from aixsim.config.study import Study
from aixsim.engines import engine as find_engine
from aixsim.engines import mesa_alone, prepare
from aixsim.errors import StoreError, storage_error
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.plugins import Plugin
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.results.counting_rules import counting
from aixsim.results.goals import evaluate_goals, target_in_sample
from aixsim.results.network_summary import describe_network
from aixsim.results.population_summary import describe_firms
from aixsim.results.project_table import pieces
from aixsim.results.result import Result, open_result
from aixsim.runs import cost, tables
from aixsim.runs.project_log import write_projects
from aixsim.runs.provenance import environment, run_id
from aixsim.runs.runner import Engine, Finished, run_replicates
from aixsim.runs.scratch import Layout, Scratch
from aixsim.runs.store import ResultFolder, stored_provenance
from aixsim.stats.intervals import wilson_half_width

OBSERVED = (
    {"month": "2024-12", "outcome": "launched", "value": 26, "source": "zdnet_20241028"},
    {"month": "2025-12", "outcome": "launched", "value": 102, "source": "asiae_en_20251001"},
)
"""AI factories that the ministry has counted (``ai_factory_programme_by_year.csv``)."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A finished run.

    Attributes:
        result: the result folder, opened.
        reused: the very same run was already there and nothing was computed.
        interrupted: the user stopped it; what was finished is in the folder.
    """

    result: Result
    reused: bool = False
    interrupted: bool = False


def simulate(
    study: Study,
    out: Path | None = None,
    *,
    engine: str = "kernel",
    workers: int = 1,
    engine_function: Engine | None = None,
    tell: Callable[[str], object] | None = None,
    when_simulated: Callable[[], object] | None = None,
) -> Simulated:
    """Runs a study and writes its result folder.

    Args:
        study: as from ``aixsim.load``.
        out: folder of the result; by default ``results/<config name>/<run id>``.
        engine: ``kernel`` (compiled) or ``mesa`` (reference); the tables are the same bytes.
        workers: number of processes; changes no byte of the tables.
        engine_function: an engine of one's own instead, a picklable function of a module.
        tell: is told which engine runs the laws of plugins, and what the run will cost when that is more than ten seconds.
        when_simulated: is called when the last replicate is done and the tables are still to be written, on one core; not after an
            interrupt.

    Raises:
        StoreError: the folder cannot be used, or has no room for the run.
    """
    seed_chosen = study.monte_carlo.seed is not None
    if not seed_chosen:
        study = study.with_seed(secrets.randbelow(2**63))
    config = study.to_toml()
    plugins = study.registry.used(study.settings)
    ensemble = [] if study.ensemble is None else [ensemble_path(study.folder, study.ensemble)]
    identity = run_id(config, [*study.own_files, *ensemble], plugins)
    target = out or Path("results") / study.name / identity
    if target.exists() and _is_complete(target, identity):
        return Simulated(open_result(target), reused=True)
    folder = ResultFolder.begin(target, identity)
    # What is needed after the last replicate is loaded before the first: an interrupt must not wait for imports.
    for module in ("scipy.special", "pandas"):
        import_module(module)
    started = time.perf_counter()
    try:
        problem_of = problems(study)
        problem = problem_of(0)
        scenario = draw_scenario(problem, 0)
        reason = None
        if engine_function is None:
            reason = mesa_alone(scenario) if engine == "kernel" else None
            engine = engine if reason is None else "mesa"
            if tell is not None and (laws := [key for plugin in plugins for key in plugin.keys if key.startswith("mechanisms.")]):
                tell(f"{', '.join(laws)}: runs on the engine {engine}" + (f" alone, which is slow: {reason}" if reason else ""))
            prepare(engine, problem, scenario)
        layout = _layout(study, problem, scenario, folder.partial / "scratch")
        is_slow = engine_function is None and engine == "mesa"
        run, expected = cost.begin(problem_of, engine_function or find_engine(engine), layout, workers, is_slow=is_slow)
        _refuse_what_does_not_fit(target, expected)
        if tell is not None and expected.seconds > cost.WORTH_TELLING:
            tell(str(expected))
        end = run_replicates(problem_of, run, layout, workers=workers, enough=_stop_rule(study, problem_of))
        if when_simulated is not None and not end.interrupted:
            when_simulated()
        _write(folder, study, problem_of, layout, end, config)
        made = {"engine": engine, "engine_reason": reason, "plugins": [_told(plugin) for plugin in plugins]}
        _write_provenance(folder, study, problem_of, layout, end, identity, seed_chosen, made, time.perf_counter() - started)
        _remove(layout.folder)
        folder.publish()
    except OSError as error:
        folder.discard()
        raise storage_error(target, error) from error
    except BaseException:
        folder.discard()
        raise
    return Simulated(open_result(target), interrupted=end.interrupted)


def _told(plugin: Plugin) -> dict[str, Any]:
    return {"name": plugin.name, "sha256": plugin.digest, "defines": list(plugin.keys)}


def _is_complete(target: Path, identity: str) -> bool:
    provenance = stored_provenance(target)
    if provenance.get("run_id") != identity:
        raise StoreError(target, "foreign", "holds a different run", "choose another folder with -o, or move this one away")
    return not provenance["interrupted"] and provenance["replicates_failed"] == 0


def _layout(study: Study, problem: Problem, scenario: Scenario, scratch: Path) -> Layout:
    scratch.mkdir()
    return Layout(
        folder=scratch,
        n_replicates=study.monte_carlo.replicates,
        n_months=problem.horizon.n_months,
        n_years=len(problem.horizon.years),
        pots=tuple(pot.name for pot in scenario.pots),
        uncertainties=tuple(problem.uncertainties),
    )


def _refuse_what_does_not_fit(target: Path, needed: cost.Cost) -> None:
    """Raises a store error when the disk has no room for the scratch files: a mapped file that outgrows it ends the process."""
    free = disk_usage(needed.folder).free
    if free < needed.scratch_bytes:
        message = f"the run needs {cost.size(needed.scratch_bytes)} of scratch space beside it, and {cost.size(free)} are free"
        raise StoreError(target, "storage", message, "free space, choose another folder with -o, or run fewer replicates with -n")


def _stop_rule(study: Study, problem_of: Problems) -> Callable[[Scratch, int], bool] | None:
    """Stops when every goal's Wilson interval is narrow enough: fixed-width stopping keeps the coverage."""
    half_width = study.monte_carlo.half_width
    if half_width is None or not study.goals:
        return None
    horizon, scale = study.horizon, problem_of(0).scale

    def enough(scratch: Scratch, n: int) -> bool:
        done = scratch.done()
        done = done[done < n]
        reached = [
            int(
                (scratch.counts[done, OUTCOMES.index(goal.outcome), horizon.index(goal.by)] >= target_in_sample(goal.at_least, scale)).sum()
            )
            for goal in study.goals
        ]
        scratch.release()
        return len(done) > 0 and all(wilson_half_width(k, len(done), study.monte_carlo.confidence) <= half_width for k in reached)

    return enough


def _write(folder: ResultFolder, study: Study, problem_of: Problems, layout: Layout, end: Finished, config: str) -> None:
    scratch = Scratch(layout)
    dates = [study.horizon.date(t) for t in range(study.horizon.n_months)]
    tables.write_trajectories(folder.partial / "trajectories.parquet", scratch, dates)
    tables.write_groups(folder.partial / "groups.parquet", scratch, dates)
    tables.write_parameters(folder.partial / "parameters.parquet", scratch)
    tables.write_money(folder.partial / "money.parquet", scratch, study.horizon.years)
    problem = problem_of(0)
    done = scratch.done()
    write_projects(folder.partial / "projects.parquet", scratch.log, done, np.asarray(scratch.projects[done]), study.horizon)
    about = (study.horizon, problem.scale, len(end.failures), study.monte_carlo.confidence)
    projects = pieces(folder.partial / "projects.parquet", study.horizon)
    folder.write_text("goals.json", _json(evaluate_goals(scratch.counts, study.goals, *about, rows=done)))
    folder.write_text("counting.json", _json(counting(projects, study.goals, study.counts, done, *about)))
    folder.write_text("firms.json", _json(describe_firms(problem.population, problem.network)))
    folder.write_text("network.json", _json(describe_network(problem.population, problem.network)))
    folder.write_text("config.toml", config)
    for plugin in study.registry.files:
        folder.write_bytes(plugin.name, plugin.text or b"")
    if study.ensemble is not None:
        folder.write_bytes(study.ensemble, ensemble_path(study.folder, study.ensemble).read_bytes())
    if end.failures:
        folder.write_text("failures.jsonl", "".join(json.dumps(asdict(failure)) + "\n" for failure in end.failures))


def _write_provenance(
    folder: ResultFolder,
    study: Study,
    problem_of: Problems,
    layout: Layout,
    end: Finished,
    identity: str,
    seed_chosen: bool,
    made: dict[str, Any],
    seconds: float,
) -> None:
    problem = problem_of(0)
    provenance: dict[str, Any] = {
        "run_id": identity,
        "title": study.title,
        "config": study.name,
        "scale": problem.scale,
        "n_firms": len(problem.population),
        "n_ties": problem.network.n_ties,
        "seed": problem.seed,
        "seed_chosen": seed_chosen,
        "replicates_requested": layout.n_replicates,
        "replicates_done": len(Scratch(layout).done()),
        "replicates_failed": len(end.failures),
        "stopped_at": end.stopped_at,
        "interrupted": end.interrupted,
        **made,
        "counts": list(study.counts),
        "horizon": {"start": study.horizon.start, "end": study.horizon.end},
        "confidence": study.monte_carlo.confidence,
        "goals": [
            {
                "name": goal.name,
                "outcome": goal.outcome,
                "at_least": goal.at_least,
                "target": target_in_sample(goal.at_least, problem.scale),
                "by": goal.by,
            }
            for goal in study.goals
        ],
        "observed": [item for item in _observed(study) if 0 <= study.horizon.index(str(item["month"])) < layout.n_months],
        "wall_seconds": round(seconds, 3),
        **environment(),
    }
    folder.write_text("provenance.json", _json(provenance))


def _observed(study: Study) -> list[dict[str, Any]]:
    """Returns the national counts that the config states, or those of the AI factories when it states none."""
    if study.observed:
        return [
            {"month": item.month, "outcome": item.outcome, "value": round(item.value), "source": item.source}
            for item in study.observed
            if item.outcome in OUTCOMES and not item.is_share
        ]
    return [dict(item) for item in OBSERVED] if study.population.kind == "korea-2023" else []


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _remove(scratch: Path) -> None:
    for file in scratch.iterdir():
        file.unlink()
    scratch.rmdir()
