"""Winners and losers: two policies by type of firm, pole and size class."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, head, row_text
from aixsim.report.figures.time_axis import month_name
from aixsim.report.text.comparison_text import GROUP_NAMES
from aixsim.report.text.number_format import bracket, signed
from aixsim.results.comparison import PolicyChange
from aixsim.results.winners import LevelChange

_SHOWN = ("agent_type", "pole", "size")


def draw(change: PolicyChange, figure: Any) -> None:
    """Draws one row per level: a ring for the baseline, a disc for the policy, and the difference with its interval as text."""
    one = change.pair
    groups = [[level for level in change.groups if level.group == group and level.outcome == "launched"] for group in _SHOWN]
    panels = figure.subplots(len(groups), 1, sharex=True, height_ratios=[len(levels) + 0.6 for levels in groups])
    highest = max(max(c.contrast.before, c.contrast.after) for levels in groups for c in levels)
    for axes, group, levels in zip(panels, _SHOWN, groups, strict=True):
        levels.sort(key=lambda level: level.contrast.paired.estimate)
        _rows(axes, levels, highest)
        axes.set_title(f"By {GROUP_NAMES[group]}")
    names = {one.names[0]: "white", one.names[1]: INK}
    for name, face in names.items():
        panels[0].plot([], [], "o", color=INK, markerfacecolor=face, markersize=8, markeredgewidth=1.8, label=name)
    panels[0].legend(loc="lower right", ncols=2, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1, handletextpad=0.2)
    panels[-1].set_xlabel("AI factories launched, mean of replicates")
    panels[-1].xaxis.set_major_formatter("{x:,.0f}")
    head(
        figure,
        _finding(change, [level for levels in groups for level in levels if level.group == "pole"]),
        f"AI factories launched by {month_name(one.deadline)}, mean of {len(one.replicates):,} pairs of replicates."
        " Ring: baseline; disc: policy.\n"
        f"Right: difference with its paired {100 * one.confidence:g} % interval, each separately. Grey: the interval contains 0.",
    )


def _rows(axes: Any, levels: list[LevelChange], highest: float) -> None:
    for y, level in enumerate(levels):
        c = level.contrast
        colour = GREY if not level.is_clear else BLUE if c.paired.estimate > 0 else VERMILION
        axes.plot([c.before, c.after], [y, y], color=colour, linewidth=3.2, solid_capstyle="butt", zorder=2)
        look: dict[str, Any] = {"color": colour, "markersize": 8, "markeredgewidth": 1.8, "zorder": 3}
        axes.plot([c.before], [y], "o", markerfacecolor="white", **look)
        axes.plot([c.after], [y], "o", markerfacecolor=colour, **look)
        text = f"{signed(c.paired.estimate)}  {bracket(c.paired)}"
        row_text(axes, 1.02, y, text, color=colour, fontweight="bold" if level.is_clear else "normal")
    axes.set_yticks(range(len(levels)), [level.level for level in levels], color=INK)
    axes.set_ylim(-0.6, len(levels) - 0.4)
    axes.set_xlim(-0.02 * highest, 1.05 * highest or 1.0)
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
