"""``aixsim sensitivity``: which uncertain numbers the goals depend on."""

from __future__ import annotations

import secrets
from pathlib import Path

from aixsim import api
from aixsim.answers.answer import Answer
from aixsim.answers.design_indices import SweepSensitivity
from aixsim.answers.what_matters import Sensitivity, sensitivity
from aixsim.cli.output import show_answer
from aixsim.config import load
from aixsim.config.shipped import located
from aixsim.errors import ArgumentError
from aixsim.report.text.design_indices_text import design_indices_text
from aixsim.report.text.sensitivity_text import sensitivity_text
from aixsim.results.result import Result, open_result
from aixsim.results.sweep_result import Sweep, is_sweep, open_sweep
from aixsim.runs.default_folders import run_folder


def command(place: Path, threshold: float, workers: int, out: Path | None, *, as_json: bool) -> None:
    """Prints what the goals of a result or a sweep depend on; a config is run first."""
    show_answer(sensitivity(_opened(place, workers), threshold), _text, out, as_json=as_json)


def _text(answer: Answer, width: int | None) -> str:
    match answer:
        case Sensitivity():
            return sensitivity_text(answer, width)
        case SweepSensitivity():
            return design_indices_text(answer, width)
        case _:
            raise ArgumentError("answer", answer, "a sensitivity")


def _opened(place: Path, workers: int) -> Result | Sweep:
    if is_sweep(place):
        return open_sweep(place)
    if place.is_dir() or not located(place).is_file():
        return open_result(place)
    study = load(place)
    if study.monte_carlo.seed is None:
        study = study.with_seed(secrets.randbelow(2**63))
    return api.run(study, workers=workers, out=run_folder(study))
