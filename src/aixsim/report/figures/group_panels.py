"""What figures of groups share: one small panel a level, all to the same scale."""

from __future__ import annotations

import math
from typing import Any

from aixsim.report.figures.style import OUTCOME_LOOK, end_labels, head, month_ends, month_name, scaled_note, whole_numbers, year_axis
from aixsim.results.result import Result


def draw_group(result: Result, figure: Any, *, group: str, levels: list[str], noun: str, columns: int, caveat: str = "") -> None:
    """Draws median and pointwise 90 % range of launched and operating AI factories for every level, largest first.

    Args:
        result: to be drawn.
        figure: an empty matplotlib figure.
        group: in ``groups.parquet``.
        levels: of the group.
        noun: what a level is, in the title.
        columns: panels side by side.
        caveat: a sentence on what a reader should know.
    """
    table = result.groups()
    table = table[table["group"] == group]
    last = table[(table["month"] == table["month"].max()) & (table["outcome"] == "launched")].set_index("level")["mean"] / result.scale
    levels = sorted(levels, key=lambda level: -last[level])
    panels = figure.subplots(math.ceil(len(levels) / columns), columns, sharex=True, sharey=True, squeeze=False).ravel()
    ends = []
    for axes, level in zip(panels, levels, strict=False):
        rows = table[table["level"] == level]
        for outcome in ("launched", "operating"):
            colour, ink, dash = OUTCOME_LOOK[outcome]
            curve = rows[rows["outcome"] == outcome].sort_values("month")
            x = month_ends(curve["month"])
            numbers = {name: curve[name].to_numpy() / result.scale for name in ("p05", "p50", "p95")}
            axes.fill_between(x, numbers["p05"], numbers["p95"], color=colour, alpha=0.22, linewidth=0)
            axes.plot(x, numbers["p50"], color=colour, linestyle=dash, linewidth=2, label=outcome)
            ends.append((axes, x[-1], float(numbers["p50"][-1]), ink))
        axes.set_title(level)
    for axes in panels[len(levels) :]:
        axes.set_visible(False)
    # Panels share their axes: ticks set in one are set in all, and setting them in each would make all of them again.
    year_axis(panels[0], result, short=columns > 3)
    for axes in panels:
        axes.tick_params(axis="x", which="minor", length=0, labelsize=8)
    whole_numbers(panels[0])
    for axes in panels[: len(levels)]:
        end_labels(axes, ends[0][1], [(y, f" {y:,.0f}", ink) for own, _, y, ink in ends if own is axes])
    panels[0].legend(loc="upper left", handlelength=2.6)
    share = 100 * last[levels[0]] / max(float(last.sum()), 1e-12)
    largest = levels[0][0].upper() + levels[0][1:]
    note = scaled_note(result)
    head(
        figure,
        f"{largest}: {share:.0f} % of what is launched by {month_name(result.horizon.end)}, on average",
        f"AI factories by {noun}{f' ({note})' if note else ''}. Lines: median of replicates, number at the end.\n"
        f"Bands: pointwise 90 % of replicates.{caveat}",
    )
