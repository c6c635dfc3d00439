"""AI factories by type of firm."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.group_panels import draw_group
from aixsim.results.result import Result
from aixsim.world.classification import AGENT_TYPES


def draw(result: Result, figure: Any) -> None:
    """Draws large firms, suppliers and SMEs."""
    draw_group(result, figure, group="agent_type", levels=list(AGENT_TYPES), noun="type of firm", columns=3)


FIGURE = Figure(
    "types",
    Result,
    "AI factories by type of firm",
    draw,
    needs="launched AI factories",
    applies=lambda result: result.has_launched,
    size=(10.0, 4.6),
)
