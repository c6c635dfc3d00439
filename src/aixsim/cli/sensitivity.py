"""``aixsim sensitivity``: which uncertain numbers the goals depend on."""

from __future__ import annotations

from pathlib import Path

from aixsim.answers.what_matters import sensitivity
from aixsim.cli.output import show_answer
from aixsim.report.text.sensitivity_text import sensitivity_text
from aixsim.results.result import open_result


def command(folder: Path, threshold: float, out: Path | None, *, as_json: bool) -> None:
    """Prints what the goals of a result depend on; nothing is simulated."""
    show_answer(sensitivity(open_result(folder), threshold), sensitivity_text, out, as_json=as_json)
