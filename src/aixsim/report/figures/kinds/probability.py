"""Probability of a goal by month."""

from __future__ import annotations

from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BROWN, CYCLE, DASHES, GREY, ORANGE, end_labels, offset_text
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.quantile_curves import chance_by_month
from aixsim.results.result import Result

_VISIBLE = 1.5
"""Half-width in percentage points from which on an interval is drawn: a narrower one is hidden by the line."""


def draw(result: Result, figure: Any) -> None:
    """Draws one curve per goal, with its interval where that is wider than the line."""
    axes = figure.subplots()
    confidence = result.provenance["confidence"]
    labels, x = [], month_ends([])
    for goal, colour, dash in zip(result.goal_records, CYCLE, DASHES, strict=False):
        chance = chance_by_month(result.paths(goal["outcome"]), goal["target_in_sample"], confidence)
        x = month_ends(chance.months)
        is_wide = 50 * (chance.high - chance.low) >= _VISIBLE
        is_wide &= (chance.estimate > 0) & (chance.estimate < 1)
        look: dict[str, Any] = {"color": colour, "alpha": 0.22, "linewidth": 0, "step": "post"}
        axes.fill_between(x, 100 * chance.low, 100 * chance.high, where=is_wide, **look)
        axes.plot(x, 100 * chance.estimate, color=colour, linestyle=dash, linewidth=2.4, drawstyle="steps-post")
        words = goal["short_statement"].replace(" [", "\n  [").replace(" (", "\n  (")
        labels.append((100 * float(chance.estimate[-1]), f"  {goal['name']}\n  {words}", BROWN if colour == ORANGE else colour))
    axes.axhline(50, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))
    offset_text(axes, "even chance", (x[0], 50), (4, 3), fontsize=8, color=GREY)
    axes.set_ylim(-1, 101)
    axes.set_yticks(range(0, 101, 20), [f"{y} %" for y in range(0, 101, 20)])
    year_axis(axes, result)
    end_labels(axes, x[-1], labels)
    head(
        figure,
        _title(result.goal_records[0]),
        "Probability that the count is at or above the goal at the end of the month.",
        f"Brackets and bands: {100 * confidence:g} % intervals of the simulation, each month on its own; model error is not included",
    )


def _title(goal: dict[str, Any]) -> str:
    median = goal["month_reached"]["p50"]
    if median is None:
        return f"{goal['name']}: less than an even chance by {month_name(goal['by'])}"
    return f"{goal['name']}: an even chance by {month_name(median)}, {goal['short_statement']} by {month_name(goal['by'])}"


def table(result: Result) -> AnswerTable:
    """Returns the probability of each goal at its deadline."""
    rows = [
        {"goal": goal["name"], "by": goal["by"], "probability": goal["probability"], **goal["interval"], "n": goal["n"]}
        for goal in result.goal_records
    ]
    return AnswerTable(rows, dict.fromkeys(("probability", "low", "high"), "1"))


FIGURE = Figure(
    "probability",
    Result,
    "Probability of each goal over time",
    draw,
    needs="a [[goal]]",
    applies=lambda result: bool(result.goal_records),
    is_main=True,
    table=table,
)
