"""A sweep as text: the probability of the goal at its points, and on which side of the decision level each lies."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aixsim.report.figures.sweep_names import verdict_counts
from aixsim.report.text.number_format import failed_note
from aixsim.report.text.text_layout import page, title
from aixsim.results.sweep_ranking import blocks, ranked
from aixsim.results.sweep_result import Sweep
from aixsim.runs.progress import Status

_MOST, _ENDS, _NEAR = 20, 3, 7
"""Number of points listed; of more, the first, the last, and those next to the decision level. ``answer.csv`` has all."""


def sweep_text(sweep: Sweep, width: int | None = None) -> str:
    """Returns title, verdicts and the points, sorted by probability, with intervals and n, ``width`` columns wide."""
    goal = sweep.goal
    verdicts = [sweep.verdict(point) for point in sweep.points]
    level = f"{100 * sweep.level:g} %"
    below = verdicts.count("below")
    lines = [
        *title(sweep.title),
        f"{goal.name} by {goal.by}: {verdict_counts(sweep, sweep.points)}, {below:,} clearly below {level} ({sweep.n_note}).",
    ]
    if "open" in verdicts:
        lines.append("Verdicts hold at every number of replicates at which a sweep may stop, so they need more than the intervals below.")
    ranking, before = ranked(sweep), 0
    for block in blocks(sweep, ranking, most=_MOST, ends=_ENDS, near=_NEAR):
        if block.start > before:
            lines.append(f"  ... {block.start - before:,} more between, see answer.csv")
        before = block.stop
        lines += [f"  {point.label}: {sweep.chance(point, sweep.goal)}{failed_note(point.n_failed)}" for point in ranking[block]]
    return page([lines], width)


def sweep_json(sweep: Sweep, status: Status | None) -> dict[str, Any]:
    """Returns the status and the answer as JSON values."""
    return {"title": sweep.title, "folder": str(sweep.path), "status": asdict(status) if status else None, "answer": sweep.answer()}
