"""Signposts of a goal as corridors over the year ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.answers.answer import Row
from aixsim.answers.year_end_counts import Signposts
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREY, VERMILION, end_labels, whole_numbers


def draw(answer: Signposts, figure: Any) -> None:
    """Draws one panel a goal: a line a probability, from year end to year end, with its interval."""
    signs = [sign for sign in answer.tables["signposts"].rows if sign["count"] is not None]
    goals = list(dict.fromkeys(sign["goal"] for sign in signs))
    for axes, goal in zip(panel_grid(figure, len(goals), 1), goals, strict=True):
        own = [sign for sign in signs if sign["goal"] == goal]
        years = sorted({int(sign["month"][:4]) for sign in own})
        levels, labels = sorted({sign["level"] for sign in own}), []
        for place, level in enumerate(levels):
            line = [sign for sign in own if sign["level"] == level]
            # Side by side, so that intervals do not hide each other.
            x = [int(sign["month"][:4]) + 0.06 * (place - (len(levels) - 1) / 2) for sign in line]
            y = np.array([sign["count"] for sign in line])
            high = [one if sign["high"] is None else sign["high"] for one, sign in zip(y, line, strict=True)]
            colour = VERMILION if level < 0.5 else BLUE if level > 0.5 else GREY
            axes.errorbar(x, y, [y - [sign["low"] for sign in line], high - y], color=colour, marker="o", markersize=5, capsize=3)
            if int(line[-1]["month"][:4]) == years[-1]:
                labels.append((float(y[-1]), f"  {100 * level:g} %", colour))
        axes.set_xticks(years, [f"end of {year}" for year in years])
        axes.set_xlim(years[0] - 0.4, years[-1] + 0.6)
        whole_numbers(axes)
        axes.set_ylabel("AI factories")
        axes.set_title(f"{goal}: number {own[0]['outcome']}")
        end_labels(axes, years[-1] + 0.2, labels)
    head(
        figure,
        _title(signs),
        "Count at the end of the year at which the goal has this probability. A point is missing where fewer than 50 replicates tell.",
        "Whiskers: 95 % intervals of the simulation",
    )


def _title(signs: list[Row]) -> str:
    """Returns the first year end at which a count makes the first goal as probable as the highest level does."""
    most = max((sign["level"] for sign in signs if sign["goal"] == signs[0]["goal"]), default=0.0)
    sign = min((sign for sign in signs if sign["goal"] == signs[0]["goal"] and sign["level"] == most), key=lambda sign: str(sign["month"]))
    year = sign["month"][:4]
    return f"With {sign['count']:,.0f} {sign['outcome']} at the end of {year}, {sign['goal']} is {100 * most:g} % probable"


def _size(answer: Signposts) -> tuple[float, float]:
    n = len({sign["goal"] for sign in answer.tables["signposts"].rows if sign["count"] is not None})
    return 9.0, 1.4 + 3.0 * n


FIGURE = Figure(
    "corridors",
    Signposts,
    "Counts at year ends from which on a goal is lost or safe",
    draw,
    needs="a goal that replicates both reach and miss",
    applies=lambda answer: any(sign["count"] is not None for sign in answer.tables["signposts"].rows),
    size=_size,
)
