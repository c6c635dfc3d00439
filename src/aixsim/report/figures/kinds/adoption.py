"""Adoption curves: launched and operating, with the target and observed counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from matplotlib.patheffects import withStroke

from aixsim.model.calendar import parse_month
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import INK, OUTCOME_LOOK, VERMILION, end_labels, head, offset_text, scaled_note, whole_numbers
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.quantile_curves import band
from aixsim.results.result import Result


def draw(result: Result, figure: Any) -> None:
    """Draws medians with pointwise 50 % and 90 % bands."""
    axes = figure.subplots()
    outcomes = ["launched", "operating"] if result.has_launched else ["decided"]
    labels, highest, x = [], 1.0, month_ends([])
    for outcome in outcomes:
        colour, ink, dash = OUTCOME_LOOK[outcome]
        curve = band(result.paths(outcome), result.scale)
        x = month_ends(curve.months)
        axes.fill_between(x, curve.p05, curve.p95, color=colour, alpha=0.17, linewidth=0)
        axes.fill_between(x, curve.p25, curve.p75, color=colour, alpha=0.30, linewidth=0)
        axes.plot(x, curve.p50, color=colour, linestyle=dash, linewidth=2.4)
        low, middle, high = (float(values[-1]) for values in (curve.p05, curve.p50, curve.p95))
        labels.append((middle, f"  {outcome} {middle:,.0f}\n  ({low:,.0f} to {high:,.0f})", ink))
        highest = max(highest, float(curve.p95.max()))
    targets = {(goal["at_least"], goal["by"]) for goal in result.provenance["goals"] if goal["outcome"] in outcomes}
    look: dict[str, Any] = {"color": VERMILION, "fontsize": 9, "fontweight": "bold"}
    for target, by in sorted(targets):
        if by == result.horizon.end:
            axes.axhline(target, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 3)))
            offset_text(axes, f"target {target:,.0f}", (x[0], target), (4, 4), **look)
        else:  # a milestone holds in its own month
            (when,) = month_ends([dt.date(*parse_month(by), 1)])
            axes.plot([when], [target], "D", color=VERMILION, markeredgecolor="white", markersize=7.5, zorder=4)
            halo = [withStroke(linewidth=3, foreground="white")]
            offset_text(axes, f"target {target:,.0f}", (when, target), (7, -3), path_effects=halo, **look)
    for seen in result.provenance["observed"]:
        if seen["outcome"] in outcomes:
            (when,), value = month_ends([dt.date(*parse_month(seen["month"]), 1)]), seen["value"]
            axes.plot([when], [value], "D", color=INK, markeredgecolor="white", markersize=7.5, zorder=5)
            offset_text(axes, f"observed: {value:,}", (when, value), (-7, 10), ha="right", fontsize=9)
    whole_numbers(axes)
    axes.set_ylim(0, 1.06 * max([highest, *(target for target, _ in targets)]))
    year_axis(axes, result)
    end_labels(axes, x[-1], labels)
    # The second goal is stated too.
    twin = "".join(f"Of {goal['at_least']:,.0f} {goal['outcome']}: {goal['short_statement']}. " for goal in result.goal_records[1:2])
    what = "AI factories" if "launched" in outcomes else "Firms"
    head(
        figure,
        _title(result),
        f"{twin}{what} at the end of each month{scaled_note(result)}.\n"
        "Lines: median, with 90 % range at the end. Bands: pointwise 50 % and 90 % of replicates.",
    )


def _title(result: Result) -> str:
    if result.goal_records:
        goal = result.goal_records[0]
        what = f"{goal['at_least']:,.0f} {goal['outcome']} AI factories by {month_name(goal['by'])}"
        return f"Probability of {what}: {goal['short_statement']}"
    return f"Adoption from {month_name(result.horizon.start)} to {month_name(result.horizon.end)}"


FIGURE = Figure("adoption", Result, "Launched and operating AI factories over time, with target and observations", draw, is_main=True)
