"""Figures of groups: one panel per level, with common axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import OUTCOME_LOOK, end_labels, scaled_note, whole_numbers
from aixsim.report.figures.sweep_names import sentence
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.result import Result

_NUMBERS = ("median", "p05", "p95")


def group_figure(
    name: str, group: str, levels: Sequence[str], noun: str, *, columns: int, size: tuple[float, float], caveat: str = ""
) -> Figure[Result]:
    """Returns a kind of figure with one panel per level: median and pointwise 90 % range of launched and operating AI factories.

    Args:
        name: of the kind.
        group, levels: in ``groups.parquet``.
        noun: name of a level, for the title.
        columns: number of panels side by side.
        size: width and height in inches.
        caveat: a sentence for the reader.
    """

    def draw(result: Result, figure: Any) -> None:
        _draw(result, figure, group, levels, noun, columns, caveat)

    return Figure(
        name,
        Result,
        f"AI factories by {noun}",
        draw,
        needs="launched AI factories",
        applies=lambda result: result.has_launched,
        size=size,
        table=lambda result: _table(result, group),
    )


def _draw(result: Result, figure: Any, group: str, levels: Sequence[str], noun: str, columns: int, caveat: str) -> None:
    """Draws the panels, the largest level first."""
    table = result.groups()
    table = table[table["group"] == group]
    last = table[(table["month"] == table["month"].max()) & (table["outcome"] == "launched")].set_index("level")
    levels = sorted(levels, key=lambda level: (-last["p50"][level], -last["mean"][level]))
    panels = panel_grid(figure, len(levels), columns, sharex=True)
    ends = []
    for axes, level in zip(panels, levels, strict=True):
        rows = table[table["level"] == level]
        for outcome in ("launched", "operating"):
            colour, ink, dash = OUTCOME_LOOK[outcome]
            curve = rows[rows["outcome"] == outcome].sort_values("month")
            x = month_ends(curve["month"])
            numbers = {name: curve[name].to_numpy() / result.scale for name in ("p05", "p50", "p95")}
            axes.fill_between(x, numbers["p05"], numbers["p95"], color=colour, alpha=0.22, linewidth=0, step="post")
            axes.plot(x, numbers["p50"], color=colour, linestyle=dash, linewidth=2, label=outcome, drawstyle="steps-post")
            ends.append((axes, x[-1], float(numbers["p50"][-1]), ink))
        axes.set_title(level)
    # Panels share their months: ticks set in one are set in all.
    year_axis(panels[0], result, short=True)
    for axes in panels[::columns]:
        axes.set_ylabel("AI factories")
    for axes in panels:
        whole_numbers(axes)
        axes.tick_params(axis="x", which="minor", length=0, labelsize=8, labelbottom=True)
        axes.tick_params(axis="y", labelsize=8)
        end_labels(axes, ends[0][1], [(y, f" {y:,.0f}", ink) for own, _, y, ink in ends if own is axes])
    panels[0].legend(loc="upper left", handlelength=2.6)
    nation = result.paths("launched").values[:, -1]
    of = f" of {float(np.median(nation)) / result.scale:,.0f}"
    head(
        figure,
        f"{sentence(levels[0])}: {last['p50'][levels[0]] / result.scale:,.0f}{of} launched AI factories by {month_name(result.horizon.end)}"
        " (medians)",
        f"AI factories by {noun}{scaled_note(result)}: median, number at the end. Each panel has its own scale.{caveat}",
        "Bands: central 90 % of replicates, each month on its own",
    )


def _table(result: Result, group: str) -> AnswerTable:
    """Returns median and 90 % range of the last month by level."""
    found = result.groups()
    found = found[(found["group"] == group) & (found["month"] == found["month"].max()) & found["outcome"].isin(["launched", "operating"])]
    rows = [
        {
            "level": str(level),
            "outcome": str(outcome),
            **{name: float(value) / result.scale for name, value in zip(_NUMBERS, numbers, strict=True)},
        }
        for level, outcome, *numbers in found[["level", "outcome", "p50", "p05", "p95"]].itertuples(index=False)
    ]
    return AnswerTable(rows, dict.fromkeys(_NUMBERS, "AI factories"))
