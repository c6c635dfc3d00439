"""Dependence of the result on the definition of an AI factory."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.patheffects import withStroke

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, BROWN, GREEN, INK, VERMILION, offset_text, row_text, scaled_note
from aixsim.report.figures.sweep_names import sentence
from aixsim.report.figures.time_axis import month_name
from aixsim.report.text.counting_table import first_target
from aixsim.results.counting_rules import STATUSES
from aixsim.results.result import Result

_COLOURS = (BLUE, BROWN, GREEN)
_MARKERS = ("o", "s", "D")
_STEP, _SPACE = 1.0, 1.1


def draw(result: Result, figure: Any) -> None:
    """Draws one row per rule: median and 90 % range of the count against the target, and the probability in words."""
    axes = figure.subplots()
    shown = first_target(result.counting)
    at_least, by = shown[0]["at_least"], shown[0]["by"]
    y, ticks, names = 0.0, [], []
    halo = [withStroke(linewidth=3, foreground="white")]  # the line of the target may run through a number
    for status, colour, marker in zip(STATUSES, _COLOURS, _MARKERS, strict=True):
        row_text(axes, -0.01, y - 0.85, sentence(status), ha="right", fontsize=10.5, fontweight="bold", color=colour)
        for record in (r for r in shown if r["status"] == status):
            count = record["count"]
            axes.plot([count["p05"], count["p95"]], [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
            axes.plot([count["p50"]], [y], marker, color=colour, markersize=8, markeredgecolor="white", zorder=3)
            offset_text(axes, f"{count['p50']:,.0f}", (count["p50"], y), (0, 7), ha="center", fontsize=8, path_effects=halo)
            row_text(axes, 1.02, y, record["short_statement"], color=INK)
            ticks.append(y)
            names.append(record["scope"])
            y += _STEP
        y += _SPACE
    axes.axvline(at_least, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 3)), zorder=1)
    axes.set_ylim(y - _SPACE - 0.4, -1.3)
    look: dict[str, Any] = {"color": VERMILION, "fontsize": 9, "fontweight": "bold", "va": "bottom", "ha": "center"}
    offset_text(axes, f"goal {at_least:,.0f}", (at_least, -1.3), (0, 3), **look)
    row_text(axes, 1.02, -0.72, f"Probability [{100 * shown[0]['confidence']:g} % interval]", fontweight="bold")
    axes.set_yticks(ticks, names, color=INK)
    axes.set_xlim(0, 1.06 * max(at_least, *(r["count"]["p95"] for r in shown)))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("AI factories")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    low, high = min(r["interval"]["high"] for r in shown), max(r["interval"]["low"] for r in shown)
    head(
        figure,
        f"{at_least:,.0f} AI factories by {month_name(by)}: from under {math.ceil(100 * low):.0f} % to over {math.floor(100 * high):.0f} %"
        " likely, depending on what counts",
        f"One run counted in {len(shown)} ways{scaled_note(result)}. Marks: median."
        " All public money: programme calls, collaboration models and AX parks. Every route: also projects that firms pay themselves.",
        "Bars: central 90 % of replicates",
    )


def table(result: Result) -> AnswerTable:
    """Returns count and probability by rule."""
    rows = [
        {
            "status": record["status"],
            "counts": record["scope"],
            "median": record["count"]["p50"],
            "p05": record["count"]["p05"],
            "p95": record["count"]["p95"],
            "probability": record["probability"],
            **record["interval"],
        }
        for record in first_target(result.counting)
    ]
    return AnswerTable(rows, {**dict.fromkeys(("median", "p05", "p95"), "AI factories"), "probability": "1", "low": "1", "high": "1"})


FIGURE = Figure(
    "counting",
    Result,
    "Dependence of the result on the definition of an AI factory",
    draw,
    needs="a [[goal]] on AI factories",
    applies=lambda result: bool(result.counting),
    size=(9.6, 6.2),
    table=table,
)
