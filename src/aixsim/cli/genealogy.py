"""``aixsim genealogy``: who caused which AI factory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.answers.family_tree import REPLICATES, cost_of, genealogy
from aixsim.cli.output import refuse_results, report_interrupts, say, show_answer, tell
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.config.shipped import located
from aixsim.config.study import Study
from aixsim.errors import UserError
from aixsim.report.text.genealogy_text import genealogy_text
from aixsim.results.result import Result, open_result


def command(
    place: Path,
    out: Path | None,
    replicates: int | None,
    workers: int,
    overrides: Sequence[str],
    *,
    dry_run: bool,
    allow_plugins: bool,
    as_json: bool,
) -> None:
    """Tells the cost, runs the replicates, and prints the answer."""
    refuse_results(out)
    source = _opened(place, overrides, allow_plugins=allow_plugins)
    n = replicates or REPLICATES
    with report_interrupts():
        if dry_run:
            say(cost_of(source, n, workers, allow_plugins=allow_plugins))
            return
        answer = genealogy(source, n, workers=workers, tell=tell, allow_plugins=allow_plugins)
    show_answer(answer, genealogy_text, out, as_json=as_json)


def _opened(place: Path, overrides: Sequence[str], *, allow_plugins: bool) -> Study | Result:
    if place.is_dir() or not located(place).is_file():
        if overrides:
            raise UserError(f"--set changes a config; {place} is a result: give its config, or leave --set out")
        return open_result(place)
    return load_study(place, settings_of(overrides), allow_plugins=allow_plugins)
