"""A sweep in words: what is decided at which points."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aixsim.analysis.sweeps import Sweep
from aixsim.sweep.status import Status

MOST = 20
"""Points that are listed; the table ``answer.csv`` has all."""


def sweep_text(sweep: Sweep) -> str:
    """Returns title, verdicts and the most promising points, with intervals and n."""
    goal = sweep.goal
    verdicts = [sweep.verdict(point) for point in sweep.points]
    level, n = f"{100 * sweep.level:g} %", len(sweep.points)
    head = [
        sweep.title,
        f"{goal.name} by {goal.by}: {verdicts.count('above')} of {n} points surely above {level}, {verdicts.count('below')} surely below, "
        f"{verdicts.count('open')} open ({sweep.n_note}).",
    ]
    known = [(point, chance) for point in sweep.points if (chance := sweep.chance(point, goal)) is not None]
    known.sort(key=lambda pair: -pair[1].estimate)
    lines = [f"  {point.label}: {chance}" + (f", {point.n_failed:,} failed" if point.n_failed else "") for point, chance in known[:MOST]]
    if len(known) > MOST:
        lines.append(f"  … and {len(known) - MOST:,} more, down to {known[-1][1].short}: see answer.csv")
    return "\n".join([*head, *lines])


def sweep_json(sweep: Sweep, status: Status | None) -> dict[str, Any]:
    """Returns the status and the answer, ready for JSON."""
    return {"title": sweep.title, "folder": str(sweep.path), "status": asdict(status) if status else None, "answer": sweep.answer()}
