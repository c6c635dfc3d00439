"""``aixsim calibrate``: weigh the uncertain numbers by what was counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.config import load
from aixsim.evidence.calibrate import ENSEMBLE
from aixsim.evidence.calibrate import calibrate as weigh
from aixsim.output.calibration_text import calibration_text
from aixsim.output.cross_sections import draw_cross_sections
from aixsim.output.prior_posterior import draw_prior_posterior
from aixsim.study.ensembles import read_columns


def calibrate(
    config: Path,
    out: Path | None,
    workers: int,
    overrides: Sequence[str],
    *,
    with_held_out: bool,
    verified_only: bool,
    as_json: bool,
) -> int:
    """Writes ensemble, report and figure, and prints what moved; returns the exit code."""
    study = load(config, overrides)
    done = weigh(
        study,
        out,
        workers=workers,
        with_held_out=with_held_out,
        verified_only=verified_only,
        tell=lambda text: sys.stderr.write(f"{text}\n"),
    )
    if done.reused:
        sys.stderr.write("This very calibration is already there; nothing to compute.\n")
    keys, values, _ = read_columns(done.folder / ENSEMBLE)
    draw_cross_sections(done.report, done.folder / "figures")
    draw_prior_posterior(done.report, keys, values, done.folder / "figures")
    if as_json:
        sys.stdout.write(json.dumps({"result": str(done.folder), **done.report}, indent=2) + "\n")
    else:
        sys.stdout.write(calibration_text(done.report) + f"\nEnsemble, report and figures: {done.folder}\n")
    return 0
