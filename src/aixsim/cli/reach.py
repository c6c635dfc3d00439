"""``aixsim reach``: the cheapest package of levers for a goal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aixsim.answers.cheapest_packages import CONFIRM, REPLICATES, Plan, plan_of
from aixsim.answers.cheapest_packages import reach as reach_of
from aixsim.cli.measured_cost import time_of
from aixsim.cli.output import refuse_results, report_interrupts, say, show_answer
from aixsim.cli.progress_line import ProgressLine
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.config.lever_bounds import between_of
from aixsim.report.text.reach_text import reach_text
from aixsim.results.sweep_result import is_sweep
from aixsim.runs.job import Job


def command(
    config: Path,
    goals: Sequence[str] | None,
    probability: float,
    at_most: str | None,
    between: Sequence[str],
    out: Path | None,
    replicates: int | None,
    confirm: int | None,
    workers: int,
    overrides: Sequence[str],
    *,
    dry_run: bool,
    allow_plugins: bool,
    as_json: bool,
) -> None:
    """Tells the cost, runs what is missing, and prints the answer."""
    refuse_results(out)
    study = load_study(config, settings_of(overrides), allow_plugins=allow_plugins)
    asked: dict[str, Any] = {"at_most": at_most, "between": between_of(between)}
    asked |= {"replicates": replicates or REPLICATES, "confirm": confirm or CONFIRM}
    plan = plan_of(study, goals, probability, **asked)
    with report_interrupts(), ProgressLine() as line:
        if dry_run:
            say(_cost(plan, workers))
            return
        folder = out or plan.folder
        if not is_sweep(folder / "design"):
            line.tell(_cost(plan, workers))
        answer = reach_of(study, goals, probability, **asked, workers=workers, out=folder, progress=line.show, tell=line.tell)
    show_answer(answer, reach_text, folder, as_json=as_json)


def _cost(plan: Plan, workers: int) -> str:
    """Returns the number of replicates, and the time that they take by a few that are measured."""
    search, confirm = plan.n_replicates
    varied = ", ".join(one.key.removeprefix("levers.") for one in plan.bounds)
    about = time_of(Job.of_sweep(plan.design), search + confirm, workers)
    return f"{varied}: at most {search:,} replicates of the search and {confirm:,} new ones, {about}"
