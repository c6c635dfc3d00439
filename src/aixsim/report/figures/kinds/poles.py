"""AI factories by pole and special zone."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.group_panels import draw_group
from aixsim.report.figures.tiles import UNTESTED
from aixsim.results.result import Result
from aixsim.world.classification import POLES


def draw(result: Result, figure: Any) -> None:
    """Draws the five poles and the three special zones."""
    draw_group(result, figure, group="pole", levels=list(POLES), noun="pole or special zone", columns=4, caveat=UNTESTED)


FIGURE = Figure(
    "poles",
    Result,
    "AI factories by pole and special zone",
    draw,
    needs="launched AI factories",
    applies=lambda result: result.has_launched,
    size=(10.0, 6.0),
)
