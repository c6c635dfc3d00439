"""``aixsim robustness``: regret and satisficing of policies over futures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.answers.robust_policies import robustness
from aixsim.cli.output import show_answer
from aixsim.errors import UserError
from aixsim.report.text.robustness_text import robustness_text
from aixsim.results.result import open_result
from aixsim.results.sweep_result import is_sweep, open_sweep


def command(places: Sequence[Path], choices: Sequence[str], spend_below: float | None, out: Path | None, *, as_json: bool) -> None:
    """Prints both tables; nothing is simulated."""
    if len(places) > 1 and (sweeps := [place for place in places if is_sweep(place)]):
        raise UserError(f"{sweeps[0]}: is a sweep, which already holds its policies; give it alone, or results of runs only")
    first = open_sweep(places[0]) if is_sweep(places[0]) else open_result(places[0])
    answer = robustness(first, *map(open_result, places[1:]), choices=choices, spend_below=spend_below)
    show_answer(answer, robustness_text, out, as_json=as_json)
