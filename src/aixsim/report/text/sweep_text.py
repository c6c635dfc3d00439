"""A sweep in words: what is decided at which points."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aixsim.results.sweep_ranking import blocks, ranked
from aixsim.results.sweep_result import Sweep, SweepPoint
from aixsim.runs.progress import Status

_MOST, _ENDS, _NEAR = 20, 3, 7
"""Points that are listed; of more, the first and last and those to both sides of the decision level. ``answer.csv`` has all."""


def sweep_text(sweep: Sweep) -> str:
    """Returns title, verdicts and the points, the most promising first, with intervals and n."""
    goal = sweep.goal
    verdicts = [sweep.verdict(point) for point in sweep.points]
    level, n = f"{100 * sweep.level:g} %", len(sweep.points)
    head = [
        sweep.title,
        f"{goal.name} by {goal.by}: {verdicts.count('above')} of {n} points surely above {level}, {verdicts.count('below')} surely below, "
        f"{verdicts.count('open')} open ({sweep.n_note}).",
    ]
    ranking, lines = ranked(sweep), list[str]()
    before = 0
    for block in blocks(sweep, ranking, most=_MOST, ends=_ENDS, near=_NEAR):
        if block.start > before:
            lines.append(f"  … {block.start - before:,} more between, see answer.csv")
        before = block.stop
        lines += [_line(sweep, point) for point in ranking[block]]
    return "\n".join([*head, *lines])


def _line(sweep: Sweep, point: SweepPoint) -> str:
    failed = f", {point.n_failed:,} failed" if point.n_failed else ""
    return f"  {point.label}: {sweep.chance(point, sweep.goal)}{failed}"


def sweep_json(sweep: Sweep, status: Status | None) -> dict[str, Any]:
    """Returns the status and the answer, ready for JSON."""
    return {"title": sweep.title, "folder": str(sweep.path), "status": asdict(status) if status else None, "answer": sweep.answer()}
