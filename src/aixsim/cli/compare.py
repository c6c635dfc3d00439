"""``aixsim compare``: differences paired by replicate, as text or JSON, and as figures."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim import api
from aixsim.cli.output import write_texts
from aixsim.config import load
from aixsim.config.shipped import located
from aixsim.errors import UserError
from aixsim.escapes import to_csv
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.text.comparison_text import comparison_text
from aixsim.report.text.sweep_comparison_text import sweep_comparison_json, sweep_comparison_text
from aixsim.report.text.text_layout import WIDTH
from aixsim.results.comparison import compare as compare_results
from aixsim.results.result import Result, open_result
from aixsim.results.sweep_comparison import to_rows
from aixsim.results.sweep_result import is_sweep, open_sweep
from aixsim.runs.default_folders import run_folder


def compare(
    results: Sequence[Path],
    out: Path | None,
    replicates: int | None,
    workers: int,
    reference: int | None,
    *,
    as_json: bool,
    full: bool = False,
) -> None:
    """Prints how each result differs from the first, or each point of a sweep from its reference."""
    if out is not None and ((out / "provenance.json").exists() or is_sweep(out)):
        raise UserError(f"-o {out}: this folder holds a result; give another folder")
    if sweeps := [place for place in results if is_sweep(place)]:
        _compare_sweep(sweeps[0], len(results), out, replicates, reference, as_json=as_json)
        return
    if reference is not None:
        raise UserError(f"--reference {reference}: is for the points of a sweep; results are compared with the first one")
    if len(results) < 2:
        raise UserError("aixsim compare needs two or more results, or the folder of one sweep; each result is compared with the first")
    comparison = compare_results(*_open(results, replicates, workers))
    document = json.dumps(comparison.to_dict(), indent=2, allow_nan=False) + "\n"
    if out is not None:
        write_texts(out, {"comparison.json": document, "comparison.txt": comparison_text(comparison, WIDTH, full=True)})
        draw_figures(comparison, out)
        for number, policy in enumerate(comparison.policies, start=1):
            draw_figures(policy, out if len(comparison.policies) == 1 else out / f"{number}-{policy.pair.other.path.resolve().name}")
    _say(document, comparison_text(comparison, full=full), out, as_json=as_json)


def _compare_sweep(place: Path, n_given: int, out: Path | None, replicates: int | None, reference: int | None, *, as_json: bool) -> None:
    """Compares the points of a sweep; no other result can be given with it. Other arguments as in ``compare``."""
    if n_given > 1:
        raise UserError(
            f"{place}: is the folder of a sweep, whose points are compared; give only this folder, or two or more results of aixsim run"
        )
    if replicates is not None:
        raise UserError(f"-n {replicates}: {place} is a sweep; leave -n out, or run more replicates with aixsim sweep")
    comparison = open_sweep(place).compare(reference)
    document = json.dumps(sweep_comparison_json(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if out is not None:
        texts = {"json": document, "txt": sweep_comparison_text(comparison, WIDTH), "csv": to_csv(to_rows(comparison))}
        write_texts(out, {f"comparison.{ending}": text for ending, text in texts.items()})
        draw_figures(comparison, out)
    _say(document, sweep_comparison_text(comparison), out, as_json=as_json)


def _say(document: str, text: str, out: Path | None, *, as_json: bool) -> None:
    sys.stdout.write(document if as_json else text)
    if out is not None and not as_json:
        sys.stdout.write(f"\nFigures: {out}\n")


def _open(places: Sequence[Path], replicates: int | None, workers: int) -> list[Result]:
    """Opens result folders and runs configs. A config without a seed takes that of the first result, so that they can be paired."""
    opened: list[Result] = []
    for place in places:
        if place.is_dir() or not located(place).is_file():
            opened.append(open_result(place))
            continue
        study = load(place, {} if replicates is None else {"monte_carlo.replicates": replicates})
        if study.monte_carlo.seed is None and opened:
            study = study.with_seed(int(opened[0].provenance["seed"]))
        if study.monte_carlo.seed is None:
            study = study.with_seed(secrets.randbelow(2**63))
        opened.append(api.run(study, workers=workers, out=run_folder(study)))
    return opened
