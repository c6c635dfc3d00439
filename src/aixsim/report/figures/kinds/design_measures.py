"""Indices of a design: what a number explains alone and with others, or the effects of its range."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from aixsim.answers.answer import Row
from aixsim.answers.design_indices import SweepSensitivity
from aixsim.config.setting_names import setting_name
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, ORANGE

_MOST: Final = 12
_LOOK: Final = {"first": ("alone", ORANGE, "D"), "total": ("with all others", BLUE, "o"), "mean_size": ("size of the effect", BLUE, "o")}


def draw(answer: SweepSensitivity, figure: Any) -> None:
    """Draws one panel a goal: the numbers with the largest measures, with their intervals."""
    shown = _shown(answer)
    for axes, (goal, rows) in zip(panel_grid(figure, len(shown), 1), shown.items(), strict=True):
        measures = [name for name in _LOOK if name in rows[0]]
        for shift, name in zip((0.12, -0.12), measures, strict=False):
            label, colour, marker = _LOOK[name]
            value, low, high = (np.array([row[f"{name}{end}"] for row in rows]) for end in ("", "_low", "_high"))
            look = {"color": colour, "marker": marker, "markersize": 6, "capsize": 3, "linestyle": "none", "label": label}
            axes.errorbar(value, np.arange(len(rows)) + shift, xerr=[value - low, high - value], **look)
        axes.set_yticks(range(len(rows)), [setting_name(row["number"], with_programme=False, with_unit=False) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(*_ends(rows, measures))
        axes.set_title(f"{goal}: {'count at the deadline' if rows[0]['quantity'] == 'count' else 'probability'}")
        if len(measures) > 1:
            axes.legend(loc="lower right")
    is_sobol = "total" in next(iter(shown.values()))[0]
    what = "Share of the variance between points that a number explains alone, and that it takes part in with all others."
    other = "Change of the outcome over the whole range of a number, whatever its sign, mean over trajectories (national firms)."
    n = len({row["number"] for row in answer.tables["indices"].rows})
    goal, (first, *_) = next(iter(shown.items()))
    name = setting_name(first["number"], with_programme=False, with_unit=False)
    head(
        figure,
        f"{goal}: of {n:,} numbers {name} matters most",
        f"{what if is_sobol else other}\n95 % intervals. Numbers without influence have exactly 0.",
    )


def _ends(rows: list[Row], measures: list[str]) -> tuple[float, float]:
    low = min(0.0, *(row[f"{name}_low"] for row in rows for name in measures))
    high = max(row[f"{name}_high"] for row in rows for name in measures)
    room = 0.03 * (high - low)
    return low - room, high + room


def _shown(answer: SweepSensitivity) -> dict[str, list[Row]]:
    """Returns the numbers of every goal: of its count, if that differs between points."""
    found: dict[str, list[Row]] = {}
    for row in answer.tables["indices"].rows:
        own = found.setdefault(row["goal"], [])
        if (not own or row["quantity"] == own[0]["quantity"]) and len(own) < _MOST:
            own.append(row)
    return found


def _size(answer: SweepSensitivity) -> tuple[float, float]:
    return 9.5, 1.4 + sum(0.75 + 0.32 * len(rows) for rows in _shown(answer).values())


FIGURE = Figure("design-measures", SweepSensitivity, "What the goals of a sweep depend on", draw, size=_size)
