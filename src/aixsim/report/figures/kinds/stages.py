"""Projects and firms by stage over time."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, DASHES, GREEN, GREY, INK, ORANGE, PLUM, SKY, VERMILION, end_labels, scaled_note, whole_numbers
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
    going = mean["launched"] - mean["operating"] - mean["failed"] - mean["abandoned"]
    alive = (("operating", mean["operating"], BLUE, ""), ("in implementation", going, SKY, "///"))
    lost = (("failed", mean["failed"], VERMILION, "xxx"), ("abandoned", mean["abandoned"], ORANGE, "..."))
    # What is lost goes down from 0: on top of what works it would look like success.
    for sign, stages in ((1.0, alive), (-1.0, lost)):
        base = 0.0 * mean["launched"]
        for name, values, colour, hatch in stages:
            look: dict[str, Any] = {"facecolor": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5, "step": "post"}
            above.fill_between(x, base, base + sign * values, label=f"{name}, {values[-1]:,.0f}", **look)
            base = base + sign * values
    handles, names = above.get_legend_handles_labels()
    order = (1, 0, 2, 3)
    above.legend([handles[k] for k in order], [names[k] for k in order], loc="upper left", title="at the end", alignment="left")
    above.axhline(0, color=INK, linewidth=1.0)
    above.set_title("Counted projects; lost ones below the line")
    above.yaxis.set_major_formatter(lambda y, _: f"{abs(y):,.0f}")
    lines = {"decided": mean["decided"], "withdrawn": mean["withdrawn"], "launched": mean["launched"]}
    if "own" not in result.provenance["counts"]:
        lines["built on their own"] = mean["launched_own"]
    labels = []
    for (name, values), colour, dash in zip(lines.items(), (GREEN, GREY, BLUE, PLUM), DASHES, strict=False):
        below.plot(x, values, color=colour, linestyle=dash, linewidth=2.2, label=name)
        labels.append((float(values[-1]), f"  {name} {values[-1]:,.0f}", colour))
    below.set_title("Firms that decided, cumulative")
    whole_numbers(below)
    above.set_ylabel("projects")
    below.set_ylabel("firms")
    for axes in (above, below):
        year_axis(axes, result)
    above.tick_params(axis="x", which="both", labelbottom=True)
    end_labels(below, x[-1], labels)
    launched, operating = (float(mean[outcome][-1]) for outcome in ("launched", "operating"))
    share = f"{100 * operating / launched:.0f} % of launched AI factories operate" if launched else "No project is launched"
    head(
        figure,
        f"{share} in {month_name(result.horizon.end)}",
        f"Means at the end of each month{scaled_note(result)}: of means, unlike of medians, the stages add up."
        " Withdrawn: no grant and not able to pay. Other firms that decided wait for money or for the start of their project.",
        "No intervals are shown",
    )


FIGURE = Figure("stages", Result, "Projects and firms by stage over time", draw, size=(9.0, 7.2))
