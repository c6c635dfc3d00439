"""``aixsim signposts``: from which count on a goal is lost or safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.answers.year_end_counts import LEVELS, signposts
from aixsim.cli.output import show_answer
from aixsim.report.text.signposts_text import signposts_text
from aixsim.results.result import open_result


def command(folder: Path, levels: Sequence[float] | None, out: Path | None, *, as_json: bool) -> None:
    """Prints the signposts of a result; nothing is simulated."""
    answer = signposts(open_result(folder), levels or LEVELS)
    show_answer(answer, signposts_text, out, as_json=as_json)
