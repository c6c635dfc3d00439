"""Winners and losers: two policies by type of firm, pole and size class."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, row_text
from aixsim.report.figures.time_axis import month_name
from aixsim.report.text.comparison_text import GROUP_NAMES
from aixsim.report.text.number_format import bracket, signed
from aixsim.results.comparison import PolicyChange
from aixsim.results.winners import LevelChange

_SHOWN = ("agent_type", "pole", "size")


def draw(change: PolicyChange, figure: Any) -> None:
    """Draws one row per level: the difference with its interval, and as text the numbers under both policies."""
    one = change.pair
    groups = [[level for level in change.groups if level.group == group and level.outcome == "launched"] for group in _SHOWN]
    panels = figure.subplots(len(groups), 1, sharex=True, height_ratios=[len(levels) + 0.6 for levels in groups])
    for axes, group, levels in zip(panels, _SHOWN, groups, strict=True):
        levels.sort(key=lambda level: level.contrast.paired.estimate)
        _rows(axes, levels)
        axes.set_title(f"By {GROUP_NAMES[group]}")
    look: dict[str, Any] = {"color": GREY, "va": "bottom", "fontsize": 8.5}
    row_text(panels[0], 1.02, len(groups[0]) - 0.45, "difference [interval]", **look)
    row_text(panels[0], 1.29, len(groups[0]) - 0.45, "mean before to after", **look)
    panels[-1].set_xlabel(f"AI factories launched: difference from {one.names[0]}")
    panels[-1].xaxis.set_major_formatter(lambda x, _: f"{x:+,.0f}" if x else "0")
    head(
        figure,
        _finding(change, [level for levels in groups for level in levels if level.group == "pole"]),
        f"AI factories launched by {month_name(one.deadline)}: {one.names[1]} minus {one.names[0]}, mean of"
        f" {len(one.replicates):,} pairs of replicates. Grey: the interval contains 0.",
        f"Bars and brackets: paired {100 * one.confidence:g} % intervals of the mean, each row separately",
    )


def _rows(axes: Any, levels: list[LevelChange]) -> None:
    for y, level in enumerate(levels):
        c = level.contrast
        colour = GREY if not level.is_clear else BLUE if c.paired.estimate > 0 else VERMILION
        axes.plot([c.paired.low, c.paired.high], [y, y], color=colour, linewidth=3.0, solid_capstyle="butt", zorder=2)
        axes.plot([c.paired.estimate], [y], "o", color=colour, markeredgecolor="white", markersize=8, zorder=3)
        look: dict[str, Any] = {"color": colour, "fontweight": "bold" if level.is_clear else "normal"}
        row_text(axes, 1.02, y, f"{signed(c.paired.estimate)}  {bracket(c.paired)}", **look)
        row_text(axes, 1.29, y, f"{c.before:,.0f} to {c.after:,.0f}", color=INK)
    axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
    axes.set_yticks(range(len(levels)), [level.level for level in levels], color=INK)
    axes.set_ylim(-0.6, len(levels) - 0.4)
    axes.margins(x=0.04)
    axes.grid(axis="x", visible=True)
    axes.tick_params(axis="y", length=0)


def _finding(change: PolicyChange, poles: list[LevelChange]) -> str:
    """States who gains and who loses most, significantly."""
    name = change.pair.names[1]
    clear = sorted((level for level in poles if level.is_clear), key=lambda level: level.contrast.paired.estimate)
    gains = [level for level in clear if level.contrast.paired.estimate > 0]
    losses = [level for level in clear if level.contrast.paired.estimate < 0]
    if not clear:
        return f"{name}: no pole or zone gains or loses significantly"
    if gains and losses:
        return f"{name}: {gains[-1].level} gains most, {losses[0].level} loses most"
    does, other, most = ("gains", "loses", gains[-1]) if gains else ("loses", "gains", losses[0])
    every = f"every pole and zone {does}" if len(clear) == len(poles) else f"no pole or zone {other} significantly"
    return f"{name}: {every}; {most.level} {does} most"


FIGURE = Figure("dumbbell", PolicyChange, "Two policies side by side by type, pole and size of firm", draw, size=(9.4, 7.4))
