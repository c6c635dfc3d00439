"""What each lever adds to each goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aixsim.answers.answer import Row
from aixsim.answers.lever_credit import Explanation
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREY, VERMILION, row_text


def draw(answer: Explanation, figure: Any) -> None:
    """Draws one panel a goal, a bar a lever from the largest share down, with its interval."""
    levers, totals = answer.tables["levers"].rows, answer.tables["totals"].rows
    goals = list(dict.fromkeys(row["goal"] for row in levers))
    for axes, goal in zip(panel_grid(figure, len(goals), 1), goals, strict=True):
        own = sorted((row for row in levers if row["goal"] == goal), key=lambda row: row["count"])
        ends = {row["levers"]: row for row in totals if row["goal"] == goal}
        for y, row in enumerate(own):
            axes.barh(y, row["count"], 0.6, color=BLUE if row["count"] >= 0 else VERMILION, linewidth=0)
            axes.plot([row["count_low"], row["count_high"]], [y, y], color=GREY, linewidth=1.2)
            row_text(axes, -0.01, y, row["lever"].replace("_", " "), ha="right")
            row_text(axes, 1.01, y, f"{row['count']:+,.0f}", ha="left")
        axes.axvline(0, color=GREY, linewidth=1.0)
        axes.set_yticks([])
        axes.grid(axis="y", visible=False)
        without, everything = ends["none"]["count"], ends["all"]["count"]
        axes.set_title(f"{goal}: {without:,.0f} {own[0]['outcome']} without levers, {everything:,.0f} with all")
    head(
        figure,
        finding(levers, totals),
        "Mean number at the deadline: each lever's share of what all of them add (Shapley value).",
        "Thin lines: 95 % intervals of the simulation",
    )


def finding(levers: Sequence[Row], totals: Sequence[Row]) -> str:
    """Returns the title: what all levers add to the count of the first goal, and which of them adds most."""
    own = [row for row in levers if row["goal"] == levers[0]["goal"]]
    ends = {row["levers"]: row["count"] for row in totals if row["goal"] == levers[0]["goal"]}
    most = max(own, key=lambda row: abs(float(row["count"])))
    together, name = ends["all"] - ends["none"], most["lever"].replace("_", " ")
    return f"{together:+,.0f} {most['outcome']} by all levers together; {most['count']:+,.0f} by {name}"


def _size(answer: Explanation) -> tuple[float, float]:
    rows = answer.tables["levers"].rows
    goals = len({row["goal"] for row in rows})
    return 10.0, 1.4 + goals * (0.7 + 0.3 * len(rows) / goals)


FIGURE = Figure("lever-shares", Explanation, "What each lever adds to each goal, by Shapley values", draw, size=_size)
