"""``aixsim diff``: why a result changed."""

from __future__ import annotations

from pathlib import Path

from aixsim.cli.output import refuse_results, report_interrupts, show_answer
from aixsim.cli.progress_line import ProgressLine
from aixsim.report.text.differences_text import differences_text
from aixsim.sharing.differences_explained import diff


def command(
    one: Path, other: Path, replicates: int, goal: str | None, workers: int, out: Path | None, *, allow_plugins: bool, as_json: bool
) -> None:
    """Lists the differences, runs what is between the two, and prints the answer."""
    refuse_results(out)
    with report_interrupts(), ProgressLine() as line:
        answer = diff(one, other, replicates, goal=goal, workers=workers, allow_plugins=allow_plugins, progress=line.show, tell=line.tell)
    show_answer(answer, differences_text, out, as_json=as_json)
