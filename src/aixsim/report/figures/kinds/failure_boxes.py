"""When a goal is missed: the limits of each box within the range of its numbers, and coverage against density of all boxes on the way."""

from __future__ import annotations

from typing import Any, Final

from aixsim.answers.answer import Row
from aixsim.answers.swings import number
from aixsim.answers.when_it_fails import Discovery
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREEN, GREY, INK, VERMILION, offset_text, row_text

_COLOURS: Final = (VERMILION, BLUE, GREEN)
_MARKS: Final = ("o", "s", "D")


def draw(answer: Discovery, figure: Any) -> None:
    """Draws one bar a limit on the left, and one curve a box on the right, with the box that was taken and its check."""
    boxes, limits = answer.tables["boxes"].rows, answer.tables["limits"].rows
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    for y, row in enumerate(limits):
        _limit(left, y, row, _COLOURS[row["box"] - 1])
    left.set_yticks(range(len(limits)), [f"{row['box']}: {_short(row['name'])}" for row in limits], color=INK, fontsize=9)
    left.set_ylim(len(limits) - 0.4, -0.6)
    left.set_xlim(-0.02, 1.02)
    left.set_xticks([])
    left.grid(visible=False)
    left.set_title("Box and number: its part of all values, and in how many of five repetitions it is found again")
    whole = boxes[0]
    right.axhline(100 * whole["density"], color=GREY, linewidth=1.0, linestyle=(0, (5, 3)))
    offset_text(right, "all", (100, 100 * whole["density"]), (-2, 3), ha="right", fontsize=8.5, color=GREY)
    for row in boxes[1:]:
        _curve(right, row, answer.tables["trajectory"].rows)
    right.set_xlim(-2, 103)
    right.set_ylim(0, 103)
    right.xaxis.set_major_formatter("{x:g} %")
    right.yaxis.set_major_formatter("{x:g} %")
    right.set_xlabel(f"Coverage: share of all in which it is {whole['when']}")
    right.set_ylabel(f"Density: {whole['when']} in")
    right.legend(loc="upper right", fontsize=8.5)
    held = [row for row in boxes[1:] if row["holds"]]
    found = f"box 1 holds {100 * held[0]['coverage']:.0f} % of these" if held else "no box holds on what was left out"
    head(
        figure,
        f"{whole['goal']} is {whole['when']} in {100 * whole['density']:.0f} %; {found}",
        "Right: every box on the way from all futures to few; filled: the one that was taken.\n"
        "Open: its density and coverage on futures that were left out of the search.",
        "Lines: 95 % intervals of the density on what was left out",
    )


def _limit(axes: Any, y: int, row: Row, colour: str) -> None:
    """Draws the range of a number, and the part of it that is inside the box, with the ends of both."""
    span = row["most"] - row["least"]
    low, high = (end if value is None else (value - row["least"]) / span for value, end in ((row["low"], 0.0), (row["high"], 1.0)))
    axes.plot([0, 1], [y, y], color="#D5D5D5", linewidth=9, solid_capstyle="butt", zorder=1)
    axes.plot([low, high], [y, y], color=colour, linewidth=9, solid_capstyle="butt", zorder=2)
    for place, value, at in ((0.0, row["least"], "left"), (1.0, row["most"], "right")):
        axes.text(place, y + 0.42, number(value), ha=at, va="center", fontsize=7.5, color=GREY)
    for place, value in ((low, row["low"]), (high, row["high"])):
        if value is not None:
            axes.text(place, y - 0.4, number(value), ha="center", va="center", fontsize=8.5, fontweight="bold", color=INK)
    row_text(axes, 1.02, y, f"{row['repeated']} of {row['folds']}", fontsize=8, color=GREY)


def _curve(axes: Any, box: Row, steps: Any) -> None:
    colour, mark = _COLOURS[box["box"] - 1], _MARKS[box["box"] - 1]
    own = [row for row in steps if row["box"] == box["box"]]
    axes.plot([100 * row["coverage"] for row in own], [100 * row["density"] for row in own], color=colour, linewidth=1.0, alpha=0.6)
    name = f"box {box['box']}" + ("" if box["holds"] else ", does not hold")
    axes.plot([100 * box["coverage"]], [100 * box["density"]], mark, color=colour, markersize=9, label=name, zorder=4)
    if box["held_density"] is not None:
        value, low, high = (100 * box[f"held_density{end}"] for end in ("", "_low", "_high"))
        look = {"color": colour, "marker": mark, "markersize": 8, "markerfacecolor": "white", "markeredgecolor": colour, "capsize": 3}
        axes.errorbar(100 * box["held_coverage"], value, yerr=[[value - low], [high - value]], zorder=3, **look)


def _short(name: str) -> str:
    return name if len(name) <= 44 else f"{name[:43]}…"


FIGURE = Figure(
    "boxes",
    Discovery,
    "Under which conditions a goal is missed, and how well that holds on other futures",
    draw,
    needs="a number that makes a difference",
    applies=lambda answer: "limits" in answer.tables,
    size=lambda answer: (12.0, max(0.62 * len(answer.tables["limits"].rows) + 2.0, 4.6)),
)
