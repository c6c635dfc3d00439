"""Adoption curves as small multiples: one panel a policy, or a level of the strongest factor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aixsim.analysis.main_effects import POLICY, Level, Reached, effects, levels, strength, varied
from aixsim.analysis.sweeps import Sweep
from aixsim.output.style import BLUE, INK, VERMILION, head, month_ends, year_axis
from aixsim.output.sweep_figures import SweepFigure
from aixsim.output.sweep_figures._labels import factor_name, goal_name

_COLUMNS, _MOST = 4, 12
_BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws median and bands over all replicates of the points of a panel."""
    factor, parts = _panels(sweep)
    points = [point for point in sweep.points if point.n_done]
    n_columns = min(len(parts), _COLUMNS)
    panels = figure.subplots(math.ceil(len(parts) / n_columns), n_columns, sharey=True, squeeze=False).ravel()
    x = month_ends([sweep.horizon.date(t) for t in range(sweep.horizon.n_months)])
    highest = sweep.goal.at_least
    for axes, level in zip(panels, parts, strict=False):
        # A panel at a time: of a long sweep not all curves fit into memory at once.
        counts = np.concatenate([sweep.counts(points[row], sweep.goal.outcome) for row in level.rows])
        p05, p25, p50, p75, p95 = np.quantile(counts, _BANDS, axis=0) / sweep.scale
        axes.fill_between(x, p05, p95, color=BLUE, alpha=0.17, linewidth=0)
        axes.fill_between(x, p25, p75, color=BLUE, alpha=0.30, linewidth=0)
        axes.plot(x, p50, color=BLUE, linewidth=2.0)
        axes.axhline(sweep.goal.at_least, color=VERMILION, linewidth=1.2, linestyle=(0, (6, 3)))
        axes.annotate(f"{p50[-1]:,.0f}", (x[-1], p50[-1]), xytext=(2, 0), textcoords="offset points", fontsize=8.5, color=BLUE, va="center")
        axes.set_title(level.label, fontsize=9, color=INK)
        year_axis(axes, sweep, short=True)
        highest = max(highest, float(p95.max()))
    for axes in panels[len(parts) :]:
        axes.set_visible(False)
    panels[0].set_ylim(0, 1.06 * highest)
    panels[0].yaxis.set_major_formatter("{x:,.0f}")
    by = "policy" if factor == POLICY else factor_name(factor) if factor else "all points"
    pooled = "" if len(points) == len(parts) else " Each panel holds all replicates of all points at its level."
    head(
        figure,
        f"{sweep.goal.outcome.capitalize()} over time, by {by}" if factor else f"{sweep.goal.outcome.capitalize()} over time",
        f"Firms of the nation at the end of each month; goal: {goal_name(sweep)} (dashed).\n"
        f"Lines: median, with its last value. Bands: pointwise 50 % and 90 % of replicates.{pooled}",
    )


def _panels(sweep: Sweep) -> tuple[str | None, list[Level]]:
    """Returns the factor that tells the panels apart, and its levels."""
    reached = Reached.of(sweep, sweep.goal)
    factors = varied(sweep)
    if POLICY in factors and len({point.policy for point in reached.points}) <= _MOST:
        return POLICY, levels(reached.points, POLICY)
    if not factors or reached.reached.shape[1] < 2:
        return None, [Level("all points", None, tuple(range(len(reached.points))))]
    factor = max(factors, key=lambda name: strength(effects(reached, name, sweep.confidence)))
    return factor, levels(reached.points, factor)[:_MOST]


def _size(sweep: Sweep) -> tuple[float, float]:
    n = len(_panels(sweep)[1])
    return (2.6 * min(n, _COLUMNS) + 0.8 if n > 2 else 8.0, 2.3 * math.ceil(n / _COLUMNS) + 1.7)


SWEEP_FIGURE = SweepFigure("curves", draw, lambda sweep: sweep.n_done > 0, "a finished replicate", _size)
