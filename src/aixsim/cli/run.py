"""``aixsim run``: simulate, write the result folder, print the headline."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from aixsim import api
from aixsim.cli.output import print_json
from aixsim.cli.progress_line import ProgressLine
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.config.study import Study
from aixsim.report.figures.drawing import draw_figures, missing_figures
from aixsim.report.text.headline import headline, headline_json
from aixsim.results.result import open_result
from aixsim.runs.default_folders import run_folder


def run(
    config: Path,
    out: Path | None,
    replicates: int | None,
    seed: int | None,
    engine: Literal["kernel", "mesa"],
    workers: int,
    overrides: Sequence[str],
    trace: int | None,
    verify: int | None,
    figures: Literal["none", "main", "all"],
    *,
    allow_plugins: bool,
    as_json: bool,
    verbose: bool = False,
) -> int:
    """Returns the exit code: 0 done, 6 some replicates failed, 130 interrupted."""
    options = {"replicates": replicates, "seed": seed}
    given = [f"monte_carlo.{key}={value}" for key, value in options.items() if value is not None]
    study = load_study(config, settings_of([*overrides, *given]), allow_plugins=allow_plugins)
    if trace is not None:
        return _trace(study, trace)
    if verify is not None:
        from aixsim.cli.verify import verify as compare_engines

        return compare_engines(study, verify)
    if out is None:
        study = study if study.monte_carlo.seed is not None else study.with_seed(secrets.randbelow(2**63))
        out = run_folder(study)
    code = 0
    with ProgressLine() as line:
        try:
            result = api.run(study, workers=workers, out=out, engine=engine, progress=line.show, tell=line.tell)
        except api.RunInterrupted as interrupted:
            line.tell(str(interrupted))
            if interrupted.result is None:
                return 130
            result, code = interrupted.result, 130
    if not code and figures != "none":
        _draw(out, workers, main=figures == "main")
    if as_json:
        print_json(headline_json(result))
    else:
        sys.stdout.write(headline(result, verbose=verbose) + f"\nResults{'' if figures == 'none' else ' and figures'}: {out}\n")
    failed = result.provenance["replicates_failed"]
    if failed:
        sys.stderr.write(f"{failed} replicates failed: see {out / 'failures.jsonl'}. They are left out of all estimates.\n")
    return code or (6 if failed else 0)


def _draw(folder: Path, workers: int, *, main: bool) -> None:
    """Draws the figures that are missing."""
    result = open_result(folder)
    draw_figures(result, folder / "figures", missing_figures(result, folder / "figures", main=main), workers=workers)


def _trace(study: Study, firm: int) -> int:
    from aixsim.config.build import problems
    from aixsim.engines.trace import trace_firm
    from aixsim.errors import UserError
    from aixsim.report.text.firm_trace import trace_text

    if study.monte_carlo.seed is None:
        study = study.with_seed(0)
    problem = problems(study)(0)
    if firm >= len(problem.population):
        raise UserError(f"--trace {firm}: no such firm; allowed: 0 to {len(problem.population) - 1}")
    sys.stdout.write(trace_text(problem, trace_firm(problem, 0, firm), firm))
    return 0
