"""Main effects: the probability of the goal against each factor."""

from __future__ import annotations

import math
from typing import Any

from aixsim.analysis.main_effects import Effect, Reached, effects, strength, varied
from aixsim.analysis.sweeps import Sweep
from aixsim.output.style import BLUE, GREY, INK, VERMILION, head
from aixsim.output.sweep_figures import SweepFigure
from aixsim.output.sweep_figures._labels import factor_name, goal_name, wrapped

_COLUMNS, _MOST = 3, 9


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws a panel a factor, the strongest first."""
    reached = Reached.of(sweep, sweep.goal)
    found = {factor: effects(reached, factor, sweep.confidence, common=sweep.common_random_numbers) for factor in varied(sweep)}
    order = sorted(found, key=lambda factor: -strength(found[factor]))
    columns = min(len(order), _COLUMNS)
    panels = figure.subplots(math.ceil(min(len(order), _MOST) / columns), columns, sharey=True, squeeze=False).ravel()
    for axes, factor in zip(panels, order, strict=False):
        _panel(axes, found[factor])
        axes.set_title(wrapped(factor), fontsize=9)
        axes.axhline(100 * sweep.level, color=VERMILION, linewidth=1.2, linestyle=(0, (6, 3)))
        axes.set_ylim(-3, 103)
    for axes in panels[len(order) :]:
        axes.set_visible(False)
    for axes in panels[::columns]:
        axes.set_ylabel("Probability, %")
    first = found[order[0]]
    low, high = min(first, key=lambda e: e.probability), max(first, key=lambda e: e.probability)
    more = f" {len(order) - _MOST} weaker factors are not shown." if len(order) > _MOST else ""
    head(
        figure,
        f"{factor_name(order[0])} moves {sweep.goal.name} most: from {100 * low.probability:.0f} to {100 * high.probability:.0f} %",
        f"Probability of {goal_name(sweep)} at each level, mean over all other factors as the design has them. "
        f"Bars: {100 * sweep.confidence:g} % intervals,\neach by itself, "
        f"over {reached.reached.shape[1]:,} replicates that all points share. Dashed: decision level.{more}",
    )


def _panel(axes: Any, found: list[Effect]) -> None:
    is_numeric = all(effect.level.value is not None for effect in found)
    x = [effect.level.value if is_numeric else k for k, effect in enumerate(found)]
    y = [100 * effect.probability for effect in found]
    for place, effect in zip(x, found, strict=True):
        axes.plot([place, place], [100 * effect.low, 100 * effect.high], color=BLUE, linewidth=2.4, solid_capstyle="butt")
    axes.plot(x, y, "o-" if is_numeric else "o", color=BLUE, markersize=6, linewidth=1.2, alpha=0.9)
    if is_numeric:
        axes.margins(x=0.06)
        axes.tick_params(axis="x", labelcolor=GREY)
    else:
        axes.set_xticks(x, [effect.level.label for effect in found], rotation=30, ha="right", color=INK, fontsize=8)
        axes.set_xlim(-0.5, len(found) - 0.5)


def _size(sweep: Sweep) -> tuple[float, float]:
    n = min(len(varied(sweep)), _MOST)
    return (3.4 * min(n, _COLUMNS) + 1.4 if n > 1 else 7.0, 3.0 * math.ceil(n / _COLUMNS) + 1.6)


def _applies(sweep: Sweep) -> bool:
    return bool(varied(sweep)) and min((point.n_done for point in sweep.points), default=0) > 1


SWEEP_FIGURE = SweepFigure("effects", draw, _applies, "a factor or several policies, and two finished replicates of every point", _size)
