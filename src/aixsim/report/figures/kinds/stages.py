"""Projects and firms by stage over time."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import (
    BLUE,
    DASHES,
    GREEN,
    GREY,
    HATCHES,
    ORANGE,
    PLUM,
    SKY,
    VERMILION,
    end_labels,
    head,
    scaled_note,
    whole_numbers,
)
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.result import Result

_DRAWN = ("decided", "launched", "operating", "failed", "abandoned", "withdrawn", "launched_own")


def draw(result: Result, figure: Any) -> None:
    """Draws the mean stock of counted projects by stage, and below it the cumulative numbers of decisions, launches and withdrawals."""
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    mean, months = {}, []
    # One outcome at a time, so that no more than one is in memory.
    for outcome in _DRAWN:
        paths = result.paths(outcome)
        mean[outcome], months = paths.values.mean(axis=0) / result.scale, paths.months
    x = month_ends(months)
    # Projects that are neither operating nor ended are in implementation, also if a firm tries again.
    stages = {
        "operating": (mean["operating"], BLUE),
        "in implementation": (mean["launched"] - mean["operating"] - mean["failed"] - mean["abandoned"], SKY),
        "abandoned": (mean["abandoned"], ORANGE),
        "failed": (mean["failed"], VERMILION),
    }
    base = 0.0 * mean["launched"]
    for (name, (values, colour)), hatch in zip(stages.items(), HATCHES, strict=False):
        label = f"{name}, {values[-1]:,.0f}"
        above.fill_between(x, base, base + values, facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0.5, label=label)
        base = base + values
    above.legend(loc="upper left", reverse=True, title="at the end", alignment="left")
    above.set_title("AI factory projects, counted routes")
    lines = {"decided": mean["decided"], "withdrawn": mean["withdrawn"], "launched": mean["launched"]}
    if "own" not in result.provenance["counts"]:
        lines["built on their own"] = mean["launched_own"]
    labels = []
    for (name, values), colour, dash in zip(lines.items(), (GREEN, GREY, BLUE, PLUM), DASHES, strict=False):
        below.plot(x, values, color=colour, linestyle=dash, linewidth=2.2, label=name)
        labels.append((float(values[-1]), f"  {name} {values[-1]:,.0f}", colour))
    below.set_title("Firms that decided, and what became of them, cumulative")
    for axes in (above, below):
        whole_numbers(axes)
        year_axis(axes, result)
    end_labels(below, x[-1], labels)
    launched, operating = (float(mean[outcome][-1]) for outcome in ("launched", "operating"))
    share = f"{100 * operating / launched:.0f} % of launched AI factories operate" if launched else "No project is launched"
    head(
        figure,
        f"{share} in {month_name(result.horizon.end)}",
        f"Mean of replicates at the end of each month{scaled_note(result)}.\n"
        "Withdrawn: no grant and not able to pay. Other firms that decided wait for money or for the start of their project.",
    )


FIGURE = Figure("stages", Result, "Projects and firms by stage over time", draw, size=(9.0, 7.2))
