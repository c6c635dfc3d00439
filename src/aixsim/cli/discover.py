"""``aixsim discover``: under which conditions a goal is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aixsim.answers.when_it_fails import discover
from aixsim.cli.output import show_answer
from aixsim.report.text.discovery_text import discovery_text
from aixsim.results.result import open_result
from aixsim.results.sweep_result import is_sweep, open_sweep


def command(place: Path, goal: str | None, out: Path | None, *, as_json: bool, **options: Any) -> None:
    """Prints the conditions; nothing is simulated."""
    answer = discover(open_sweep(place) if is_sweep(place) else open_result(place), goal, **options)
    show_answer(answer, discovery_text, out, as_json=as_json)
