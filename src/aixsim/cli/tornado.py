"""``aixsim tornado``: one number or lever at a time, and where the goal crosses a level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.answers.one_at_a_time import LEVELS, REPLICATES, Plan, plan_of
from aixsim.answers.one_at_a_time import tornado as tornado_of
from aixsim.cli.measured_cost import time_of
from aixsim.cli.output import refuse_results, report_interrupts, say, show_answer
from aixsim.cli.progress_line import ProgressLine
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.report.text.tornado_text import tornado_text
from aixsim.results.sweep_result import is_sweep
from aixsim.runs.job import Job


def tornado(
    config: Path,
    out: Path | None,
    replicates: int | None,
    goal: str | None,
    levels: Sequence[float] | None,
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
    plan = plan_of(study, goal, replicates or REPLICATES)
    with report_interrupts(), ProgressLine() as line:
        if dry_run:
            say(_cost(plan, workers))
            return
        if not is_sweep((out or plan.folder) / "ends"):
            line.tell(_cost(plan, workers))
        answer = tornado_of(
            study,
            goal,
            levels=levels or LEVELS,
            replicates=replicates or REPLICATES,
            workers=workers,
            out=out,
            progress=line.show,
            tell=line.tell,
        )
    show_answer(answer, tornado_text, out or plan.folder, as_json=as_json)


def _cost(plan: Plan, workers: int) -> str:
    """Returns the number of replicates, and the time that they take by a few that are measured."""
    total, each = plan.n_replicates, plan.ends.monte_carlo.replicates
    what = f"{len(plan.ranges):,} numbers, {len(plan.levers):,} levers: {total:,} replicates"
    about = time_of(Job.of_sweep(plan.base), total, workers)
    return f"{what}, {about}; then {each:,} for each value between the ends that is tried where a level is crossed"
