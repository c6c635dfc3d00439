"""``aixsim run``: simulate, write the result folder, print the headline."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.config import load, settings_of
from aixsim.config.study import Study
from aixsim.report.figures.artists import Artists
from aixsim.simulation import simulate


def run(
    config: Path,
    out: Path | None,
    replicates: int | None,
    seed: int | None,
    engine: str,
    workers: int,
    overrides: Sequence[str],
    trace: int | None,
    verify: int | None,
    *,
    as_json: bool,
) -> int:
    """Returns the exit code: 0 done, 6 some replicates failed, 130 interrupted."""
    from aixsim.report.text.headline import headline, headline_json

    study = load(config, settings_of([*overrides, *_options(replicates, seed)]))
    if trace is not None:
        return _trace(study, trace)
    if verify is not None:
        from aixsim.cli.verify import verify as compare_engines

        return compare_engines(study, verify)
    with Artists(workers) as artists:
        done = simulate(study, out, engine=engine, workers=workers, tell=_say, when_simulated=artists.call)
        if done.reused:
            _say("This very run is already there; nothing to compute.")
        if done.interrupted:
            _say(f"Interrupted: the {done.result.provenance['replicates_done']} finished replicates are kept.")
        elif not (done.reused and (done.result.path / "figures").is_dir()):
            _draw(done.result.path, artists)
    if as_json:
        sys.stdout.write(json.dumps(headline_json(done.result), indent=2) + "\n")
    else:
        sys.stdout.write(headline(done.result) + f"\nResults and figures: {done.result.path}\n")
    if done.interrupted:
        return 130
    failed = done.result.provenance["replicates_failed"]
    if failed:
        _say(f"{failed} replicates failed: see {done.result.path / 'failures.jsonl'}; every estimate counts them beside it.")
    return 6 if failed else 0


def _options(replicates: int | None, seed: int | None) -> list[str]:
    options = {"replicates": replicates, "seed": seed}
    return [f"monte_carlo.{key}={value}" for key, value in options.items() if value is not None]


def _draw(folder: Path, artists: Artists) -> None:
    from aixsim.report.figures.result import draw_figures
    from aixsim.results.result import open_result

    draw_figures(open_result(folder), folder / "figures", artists=artists)


def _trace(study: Study, firm: int) -> int:
    from aixsim.config.build import problems
    from aixsim.engines.trace import trace_firm
    from aixsim.errors import UserError
    from aixsim.report.text.firm_trace import trace_text

    if study.monte_carlo.seed is None:
        study = study.with_seed(0)
    problem = problems(study)(0)
    if firm >= len(problem.population):
        raise UserError(f"--trace {firm}: there is no such firm; this population has firms 0 to {len(problem.population) - 1}")
    sys.stdout.write(trace_text(problem, trace_firm(problem, 0, firm), firm))
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
