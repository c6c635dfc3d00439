"""``aixsim explain``: what each lever adds to the goals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.answers.lever_credit import REPLICATES, Plan, plan_of
from aixsim.answers.lever_credit import explain as explain_levers
from aixsim.cli.measured_cost import time_of
from aixsim.cli.output import refuse_results, report_interrupts, say, show_answer
from aixsim.cli.progress_line import ProgressLine
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.errors import UserError
from aixsim.report.text.explain_text import explain_text
from aixsim.results.sweep_result import is_sweep
from aixsim.runs.job import Job


def explain(
    config: Path,
    out: Path | None,
    replicates: int | None,
    groups: Sequence[str],
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
    named = dict(_group(text) for text in groups)
    plan = plan_of(study, named, replicates or REPLICATES)
    with report_interrupts(), ProgressLine() as line:
        if dry_run:
            say(_cost(plan, workers))
            return
        if not is_sweep((out or plan.folder) / "subsets"):
            line.tell(_cost(plan, workers))
        answer = explain_levers(
            study, named, replicates=replicates or REPLICATES, workers=workers, out=out, progress=line.show, tell=line.tell
        )
    show_answer(answer, explain_text, out or plan.folder, as_json=as_json)


def _group(text: str) -> tuple[str, list[str]]:
    name, equals, levers = text.partition("=")
    found = [lever.strip() for lever in levers.split(",") if lever.strip()]
    if not (equals and name.strip() and found):
        raise UserError(f"--group {text}: write NAME=LEVER,LEVER, such as money=growth_fund,participants_finance")
    return name.strip(), found


def _cost(plan: Plan, workers: int) -> str:
    """Returns the number of replicates, and the time that they take by a few that are measured."""
    about = time_of(Job.of_sweep(plan.subsets), plan.n_replicates, workers)
    return f"{len(plan.groups)} groups of levers, {len(plan.subsets.points):,} subsets: {plan.n_replicates:,} replicates, {about}"
