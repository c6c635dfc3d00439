"""``aixsim calibrate``: calibrate uncertain parameters to observed counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import print_json, report_interrupts, tell, write_texts
from aixsim.cli.studies import load_study
from aixsim.config import settings_of
from aixsim.config.ensembles import read_columns
from aixsim.evidence.calibration import ENSEMBLE
from aixsim.evidence.calibration import calibrate as calibrate_study
from aixsim.evidence.self_check import self_check
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.figures.subjects import Calibration, SelfCheck
from aixsim.report.text.calibration_text import calibration_text
from aixsim.stats.intervals import proportion
from aixsim.stats.ranks import uniformity
from aixsim.stats.scores import LEVELS


def calibrate(
    config: Path,
    out: Path | None,
    workers: int,
    overrides: Sequence[str],
    *,
    with_held_out: Sequence[str],
    verified_only: bool,
    allow_plugins: bool,
    as_json: bool,
) -> None:
    """Writes ensemble, report and figure, and prints prior and posterior."""
    study = load_study(config, settings_of(overrides), allow_plugins=allow_plugins)
    with report_interrupts():
        done = calibrate_study(study, out, workers=workers, with_held_out=with_held_out, verified_only=verified_only, tell=tell)
    if done.reused:
        sys.stderr.write("This calibration is already complete.\n")
    keys, values, _ = read_columns(done.folder / ENSEMBLE)
    draw_figures(Calibration(done.report, keys, values), done.folder / "figures")
    if as_json:
        print_json({"result": str(done.folder), **done.report})
    else:
        sys.stdout.write(calibration_text(done.report) + f"\nEnsemble, report and figures: {done.folder}\n")


def check_method(config: Path, out: Path | None, n: int, workers: int, overrides: Sequence[str], *, allow_plugins: bool) -> None:
    """Writes the ranks of the true parameters of synthetic data sets, and their histogram."""
    study = load_study(config, settings_of(overrides), allow_plugins=allow_plugins)
    folder = out or Path("results") / study.name / f"self-check-{n}"
    checked = self_check(study, n, workers=workers, tell=tell)
    write_texts(folder, {"ranks.csv": checked.to_csv()})
    draw_figures(SelfCheck(study.name, checked.keys, checked.ranks), folder)
    out_ = sys.stdout
    out_.write(f"{n:,} data sets, effective sample size: mean {checked.ess.mean():.0f}, minimum {checked.ess.min():.0f}\n")
    for level in LEVELS:
        share = proportion(checked.covered(level), checked.ranks.size, 0.95)
        out_.write(f"  {100 * level:g} % intervals contain the true value in {share}\n")
    for key, column in zip(checked.keys, checked.ranks.T, strict=True):
        out_.write(f"  {key:<42}ranks uniform: p = {uniformity(column):.3f}\n")
    out_.write(f"Ranks and histogram: {folder}\n")
