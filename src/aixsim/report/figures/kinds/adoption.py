"""Adoption curves: launched and operating, with the target, observed counts and what money alone would pay for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from matplotlib.patheffects import withStroke

from aixsim.answers.answer import AnswerTable
from aixsim.model.calendar import parse_month
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import GREY, INK, OUTCOME_LOOK, VERMILION, end_labels, offset_text, scaled_note, whole_numbers
from aixsim.report.figures.time_axis import mark_given, month_ends, month_name, year_axis
from aixsim.results.quantile_curves import Band, band
from aixsim.results.result import Result

_AT = 0.9
"""Where bands are labelled, as a share of the months."""


def draw(result: Result, figure: Any) -> None:
    """Draws medians with 50 % and 90 % ranges of each month, as steps, because counts are those of month ends."""
    axes = figure.subplots()
    outcomes = _outcomes(result)
    labels, highest, x = [], 1.0, month_ends([])
    for outcome in outcomes:
        colour, ink, dash = OUTCOME_LOOK[outcome]
        curve = band(result.paths(outcome), result.scale)
        x = month_ends(curve.months)
        axes.fill_between(x, curve.p05, curve.p95, color=colour, alpha=0.17, linewidth=0, step="post")
        axes.fill_between(x, curve.p25, curve.p75, color=colour, alpha=0.30, linewidth=0, step="post")
        axes.plot(x, curve.p50, color=colour, linestyle=dash, linewidth=2.4, drawstyle="steps-post")
        low, middle, high = (float(values[-1]) for values in (curve.p05, curve.p50, curve.p95))
        labels.append((middle, f"  {outcome} {middle:,.0f}\n  ({low:,.0f} to {high:,.0f})", ink))
        highest = max(highest, float(curve.p95.max()))
        if outcome == outcomes[0]:
            _name_bands(axes, x, curve)
    alone = next((goal["money_alone"] for goal in result.goal_records if goal.get("money_alone") and _is_last(goal, result)), None)
    if alone:
        axes.plot([x[-1]], [alone["p50"]], "<", color=GREY, markersize=7, clip_on=False, zorder=6)
        labels.append((alone["p50"], f"  budget over grant {alone['p50']:,.0f}\n  ({alone['p05']:,.0f} to {alone['p95']:,.0f})", GREY))
    targets = {(goal["at_least"], goal["by"]) for goal in result.provenance["goals"] if goal["outcome"] in outcomes}
    look: dict[str, Any] = {"color": VERMILION, "fontsize": 9, "fontweight": "bold"}
    halo = [withStroke(linewidth=3, foreground="white")]
    for target, by in sorted(targets):
        if by == result.horizon.end:
            axes.axhline(target, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 3)))
            offset_text(axes, f"goal {target:,.0f}", (x[0], target), (4, 4), **look)
        else:  # a milestone holds in its own month
            (when,) = month_ends([dt.date(*parse_month(by), 1)])
            axes.plot([when], [target], "D", color=VERMILION, markeredgecolor="white", markersize=7.5, zorder=4)
            offset_text(axes, f"goal {target:,.0f}", (when, target), (7, -3), path_effects=halo, **look)
    for seen in result.provenance["observed"]:
        if seen["outcome"] in outcomes:
            (when,), value = month_ends([dt.date(*parse_month(seen["month"]), 1)]), seen["value"]
            axes.plot([when], [value], "D", color=INK, markeredgecolor="white", markersize=7.5, zorder=5)
            offset_text(axes, f"observed {value:,}", (when, value), (-7, 9), ha="right", fontsize=9, path_effects=halo)
    whole_numbers(axes)
    axes.set_ylim(0, 1.06 * max([highest, *(target for target, _ in targets)]))
    axes.set_ylabel("AI factories" if result.has_launched else "firms")
    year_axis(axes, result)
    mark_given(axes, result)
    end_labels(axes, x[-1], labels)
    money = " Triangle: how many projects the budgets would pay for at their grants, as a spreadsheet computes it." if alone else ""
    head(
        figure,
        _title(result),
        f"{'AI factories' if result.has_launched else 'Firms'} at the end of each month{scaled_note(result)}: median,"
        f" at the end with its 90 % range.{money}",
        "Bands: central 50 % and 90 % of replicates, each month on its own",
    )


def _name_bands(axes: Any, x: Any, curve: Band) -> None:
    at = int(_AT * (len(x) - 1))
    for name, low, high in (("90 %", curve.p75, curve.p95), ("50 %", curve.p50, curve.p75)):
        if high[at] - low[at] > 0.05 * curve.p95.max():
            axes.text(x[at], (low[at] + high[at]) / 2, name, fontsize=8, color=INK, ha="center", va="center")


def _outcomes(result: Result) -> list[str]:
    return ["launched", "operating"] if result.has_launched else ["decided"]


def _is_last(goal: dict[str, Any], result: Result) -> bool:
    return bool(goal["by"] == result.horizon.end)


def _title(result: Result) -> str:
    """States the probability of the first two goals; of one count and deadline in one clause."""
    if not result.goal_records:
        return f"Adoption from {month_name(result.horizon.start)} to {month_name(result.horizon.end)}"
    first, *others = result.goal_records[:2]
    chance = f"Probability of {first['at_least']:,.0f} "
    if others and (others[0]["at_least"], others[0]["by"]) == (first["at_least"], first["by"]) and others[0]["outcome"] != first["outcome"]:
        both = ", ".join(f"{goal['outcome']} {goal['short_statement']}" for goal in (first, others[0]))
        return f"{chance}AI factories by {month_name(first['by'])}: {both}"
    more = "".join(f"; of {goal['at_least']:,.0f} by {month_name(goal['by'])}: {goal['short_statement']}" for goal in others)
    return f"{chance}{first['outcome']} AI factories by {month_name(first['by'])}: {first['short_statement']}{more}"


def table(result: Result) -> AnswerTable:
    """Returns median and 90 % range at every year end."""
    rows = []
    for outcome in _outcomes(result):
        curve = band(result.paths(outcome), result.scale)
        for t, month in enumerate(curve.months):
            if month.month == 12 or t == len(curve.months) - 1:
                numbers = {name: float(values[t]) for name, values in (("median", curve.p50), ("p05", curve.p05), ("p95", curve.p95))}
                rows.append({"month": f"{month:%Y-%m}", "outcome": outcome, **numbers})
    return AnswerTable(rows, dict.fromkeys(("median", "p05", "p95"), "AI factories" if result.has_launched else "firms"))


FIGURE = Figure(
    "adoption", Result, "Launched and operating AI factories over time, with goals and observed counts", draw, is_main=True, table=table
)
