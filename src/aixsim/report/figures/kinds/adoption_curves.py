"""Adoption curves as small multiples: one panel per policy, or a level of the strongest factor."""

from __future__ import annotations

import math
from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import INK, OUTCOME_LOOK, VERMILION, end_labels
from aixsim.report.figures.sweep_names import factor_name, naming_order, sentence, setting_name
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.main_effects import POLICY, Level, known_points, levels
from aixsim.results.sweep_bands import SweepBand, sweep_band
from aixsim.results.sweep_result import Sweep

_COLUMNS, _MOST = 4, 12
_LOOK = OUTCOME_LOOK["launched"]


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws median and bands over all replicates of the points of a panel."""
    factor, parts, n_more = _panels(sweep)
    n_columns = _columns(len(parts))
    panels = panel_grid(figure, len(parts), n_columns, sharex=True, sharey=True)
    colour, ink, _ = OUTCOME_LOOK.get(sweep.goal.outcome, _LOOK)
    x = month_ends([sweep.horizon.date(t) for t in range(sweep.horizon.n_months)])
    bands = [sweep_band(sweep, level.points, sweep.goal.outcome) for level in parts]
    deadline, target = sweep.goal.month, sweep.goal.at_least
    for axes, level, band in zip(panels, parts, bands, strict=True):
        axes.fill_between(x, band.p05, band.p95, color=colour, alpha=0.17, linewidth=0, step="post")
        axes.fill_between(x, band.p25, band.p75, color=colour, alpha=0.30, linewidth=0, step="post")
        axes.plot(x, band.p50, color=colour, linewidth=2.2, drawstyle="steps-post")
        axes.plot([x[0], x[deadline]], [target, target], color=VERMILION, linewidth=1.3, linestyle=(0, (6, 3)))
        axes.plot([x[deadline]], [target], "D", color=VERMILION, markeredgecolor="white", markersize=6.5, zorder=4, clip_on=False)
        axes.set_title(setting_name(sweep, factor, level.label) if factor else "", fontsize=9, color=INK)
        year_axis(axes, sweep, short=True)
    panels[0].set_ylim(0, 1.06 * max(target, *(float(band.p95.max()) for band in bands)))
    for axes, band in zip(panels, bands, strict=True):
        middle, low, high = (float(values[deadline]) for values in (band.p50, band.p05, band.p95))
        end_labels(axes, x[-1], [(middle, f" {middle:,.0f}\n ({low:,.0f} to\n {high:,.0f})", ink)])
    panels[0].set_ylabel({"launched": "AI factories", "operating": "AI factories"}.get(sweep.goal.outcome, "firms"))
    for axes in panels[-n_columns:]:
        axes.tick_params(axis="x", which="both", labelbottom=True)
    panels[0].yaxis.set_major_formatter("{x:,.0f}")
    noun = {"launched": "AI factories launched", "operating": "AI factories operating"}.get(sweep.goal.outcome, sweep.goal.outcome)
    head(
        figure,
        _finding(sweep, factor, parts, bands),
        f"{sentence(noun)}, at the end of each month. {_explain(sweep, factor, parts, n_more)}",
        "Bands: central 50 % and 90 % of replicates, each month on its own; at the ends median and 90 % range",
    )


def _explain(sweep: Sweep, factor: str | None, parts: list[Level], n_more: int) -> str:
    by = "" if factor is None else f" One panel per {'policy' if factor == POLICY else f'level of {factor_name(sweep, factor)}'}"
    more = f" ({n_more:,} more are not shown)" if n_more else ""
    most = max(len(level.points) for level in parts)
    pooled = f", over all points that have it (up to {most:,}), each with equal weight" if most > 1 else ""
    when = month_name(sweep.goal.by)
    return f"Diamond: the goal of {sweep.goal.at_least:,.0f} by {when}. Line: median.{by}{more}{pooled}{'.' if by else ''}"


def _finding(sweep: Sweep, factor: str | None, parts: list[Level], bands: list[SweepBand]) -> str:
    """States the lowest and the highest median; whether a goal is reached is said by its probability, in the ranking."""
    medians = [float(band.p50[sweep.goal.month]) for band in bands]
    what = f"Median number {sweep.goal.outcome} by {month_name(sweep.goal.by)}"
    goal = f"the goal is {sweep.goal.at_least:,.0f}"
    if factor is None:
        return f"{what}: {medians[0]:,.0f}; {goal}"
    low, high = (pick(zip(medians, parts, strict=True), key=lambda m: m[0]) for pick in (min, max))
    ends = " to ".join(f"{median:,.0f} ({setting_name(sweep, factor, level.label)})" for median, level in (low, high))
    return f"{what}: {ends}; {goal}"


def _panels(sweep: Sweep) -> tuple[str | None, list[Level], int]:
    """Returns the factor of the panels, its levels, and the number of omitted levels."""
    order, known = naming_order(sweep), known_points(sweep)
    if not order:
        return None, [Level("", None, known)], 0
    found = levels(known, order[0])
    # If there are too many policies, the first ones in the study.
    return order[0], found[:_MOST], max(len(found) - _MOST, 0)


def _columns(n: int) -> int:
    return n if n <= _COLUMNS else 3 if n in (5, 6, 9) else _COLUMNS


def _size(sweep: Sweep) -> tuple[float, float]:
    n = len(_panels(sweep)[1])
    columns = _columns(n)
    return (max(2.55 * columns + 0.8, 9.0), 2.35 * math.ceil(n / columns) + 1.6 if n > 1 else 5.4)


def table(sweep: Sweep) -> AnswerTable:
    """Returns median and 90 % range at every year end by panel."""
    factor, parts, _ = _panels(sweep)
    rows = []
    for level in parts:
        curve = sweep_band(sweep, level.points, sweep.goal.outcome)
        for t in range(sweep.horizon.n_months):
            if (month := sweep.horizon.date(t)).month == 12 or t == sweep.horizon.n_months - 1:
                numbers = {name: float(values[t]) for name, values in (("median", curve.p50), ("p05", curve.p05), ("p95", curve.p95))}
                rows.append({"factor": factor, "level": level.label, "month": f"{month:%Y-%m}", **numbers})
    return AnswerTable(rows, dict.fromkeys(("median", "p05", "p95"), sweep.goal.outcome))


FIGURE = Figure("curves", Sweep, "Adoption curves of the policies, or at the levels of the strongest factor", draw, size=_size, table=table)
