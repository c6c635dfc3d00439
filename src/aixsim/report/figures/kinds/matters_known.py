"""What matters, and how well it is known: shares of variance of numbers, coloured by the grade of their source."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from aixsim.answers.answer import Row
from aixsim.answers.what_matters import Sensitivity
from aixsim.config.setting_names import setting_name
from aixsim.evidence.assumptions import GRADES
from aixsim.model.keys import parse_key
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREEN, GREY, INK, ORANGE, VERMILION, row_text

_MOST: Final = 10
_LOOK: Final = {"A": (BLUE, "o"), "B": (GREEN, "s"), "C": (ORANGE, "D"), "D": (VERMILION, "X"), "U": (GREY, "P"), None: (GREY, "P")}


def draw(answer: Sensitivity, figure: Any) -> None:
    """Draws one panel a goal: the numbers with the largest shares of the variance, with their intervals and grades."""
    shown = _shown(answer)
    grades = sorted({row["grade"] for rows in shown.values() for row in rows if row["grade"]})
    for axes, (goal, rows) in zip(panel_grid(figure, len(shown), 1), shown.items(), strict=True):
        for y, row in enumerate(rows):
            colour, marker = _LOOK[row["grade"]]
            ends = 100 * np.array([[row["share"] - row["share_low"]], [row["share_high"] - row["share"]]])
            axes.errorbar(100 * row["share"], y, xerr=ends, color=colour, marker=marker, markersize=7, capsize=3)
            floor = 100 * row["share_floor"]
            axes.plot([floor, floor], [y - 0.4, y + 0.4], color=GREY, linewidth=1.6, linestyle=(0, (2, 1)))
            research = f", research no. {row['next']}" if row["next"] else ""
            row_text(axes, 1.01, y, f"{row['grade'] or 'no grade'}{research}", color=INK if row["matters"] else GREY)
        axes.set_yticks(range(len(rows)), [_name(row) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(min(0.0, *(100 * row["share_low"] for row in rows)) - 1, max(100 * row["share_high"] for row in rows) + 1)
        axes.xaxis.set_major_formatter("{x:g} %")
        axes.set_title(goal)
    head(
        figure,
        _title(shown),
        "Share of the variance of the count at the deadline, or of the goal (marked *), that a number explains alone; 95 % intervals.\n"
        f"Dashes: the noise floor. {'; '.join(f'{grade}: {GRADES[grade]}' for grade in grades)}.",
    )


def _title(shown: dict[str, list[Row]]) -> str:
    goal, rows = next(iter(shown.items()))
    first = max(rows, key=lambda row: float(row["share"]))
    if not first["matters"]:
        return f"No number alone explains more of {goal} than noise"
    name = _name(first).removesuffix(" *")
    return f"{name[0].upper()}{name[1:]} alone explains {100 * first['share']:.0f} % of the variance of {goal}"


def _name(row: Row) -> str:
    # Of a size or year of a setting, the setting itself stands where the name of the programme does.
    name = setting_name(row["number"], with_programme=len(parse_key(row["number"])) > 3, with_unit=False)
    return name + (" *" if row["quantity"] == "goal" else "")


def _shown(answer: Sensitivity) -> dict[str, list[Row]]:
    rows = answer.tables["research"].rows
    return {goal: [row for row in rows if row["goal"] == goal][:_MOST] for goal in dict.fromkeys(row["goal"] for row in rows)}


def _size(answer: Sensitivity) -> tuple[float, float]:
    shown = _shown(answer)
    return 9.5, 1.4 + sum(0.75 + 0.28 * len(rows) for rows in shown.values())


FIGURE = Figure("matters-known", Sensitivity, "What matters for the goals, and how well it is known", draw, size=_size)
