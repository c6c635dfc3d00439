"""Forest plot: how much each point of a sweep changes the probability of the decision goal, with intervals."""

from __future__ import annotations

from typing import Any, Final

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, row_text
from aixsim.report.figures.sweep_names import goal_name, naming_order, point_name
from aixsim.report.text.number_format import bracketed, failed_note
from aixsim.report.text.sweep_comparison_text import n_line, n_of, reference_name
from aixsim.results.sweep_comparison import SweepComparison

MOST: Final = 30
_ROOM: Final = 56
_LOOKS: Final = ((BLUE, "significantly more"), (VERMILION, "significantly less"), (GREY, "not significant"))


def draw(comparison: SweepComparison, figure: Any) -> None:
    """Draws one row per point, the largest gain on top; discs are significant with Holm's correction, rings without or not at all."""
    found = comparison.of(comparison.sweep.goal)
    shown = found[:MOST]
    axes = figure.subplots()
    order = naming_order(comparison.sweep)
    for y, d in enumerate(sorted(shown, key=lambda d: (d.probability.estimate, d.count.estimate))):
        change = d.probability
        colour = GREY if not d.is_sure else BLUE if change.estimate > 0 else VERMILION
        axes.plot([100 * change.low, 100 * change.high], [y, y], color=colour, linewidth=3, solid_capstyle="butt", zorder=2)
        face = colour if d.is_sure_among_all else "white"
        axes.plot([100 * change.estimate], [y], "o", color=colour, markerfacecolor=face, markersize=7, markeredgewidth=1.8, zorder=3)
        text = f"{bracketed(change, 100.0)}  n = {n_of(d)}{failed_note(d.point.n_failed)}"
        row_text(axes, 1.01, y, text, fontsize=8.5, color=colour)
        row_text(axes, -0.01, y, f"{d.point.id}: {point_name(comparison.sweep, d.point, order, _ROOM)}", ha="right", fontsize=8.5)
    axes.set_yticks([])
    axes.axvline(0, color=INK, linewidth=1.2, zorder=1)
    for colour, label in _LOOKS:
        axes.plot([], [], "o-", color=colour, linewidth=3, markersize=7, label=label)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=8.5)
    row_text(axes, 1.01, len(shown) - 0.35, "percentage points [interval]  n", fontsize=8.5, color=GREY, va="bottom")
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.margins(x=0.04)
    axes.set_xlabel(f"Change of the probability of {goal_name(comparison.sweep)}, percentage points")
    axes.grid(axis="y", visible=False)
    sure, together = sum(d.is_sure for d in found), sum(d.is_sure_among_all for d in found)
    more = f" {len(found) - len(shown):,} smaller differences are not shown." if len(found) > len(shown) else ""
    head(
        figure,
        f"{goal_name(comparison.sweep)}: {sure:,} of {len(found):,} points differ significantly, {together:,} with Holm's correction",
        f"Every point minus {reference_name(comparison)}; {n_line(comparison)}."
        f" Discs: significant with Holm's correction. Rings: not.{more}",
        f"Bars and brackets: paired {100 * comparison.sweep.confidence:g} % intervals of the simulation, each point separately",
    )


FIGURE = Figure(
    "forest",
    SweepComparison,
    "How much each point changes the probability of the goal",
    draw,
    size=lambda comparison: (10.5, 0.27 * len(comparison.of(comparison.sweep.goal)[:MOST]) + 2.7),
)
