"""Points or policies by the probability of the goal, with intervals and the decision level."""

from __future__ import annotations

from typing import Any

from aixsim.analysis.sweeps import Sweep, SweepPoint
from aixsim.output.style import BLUE, GREY, INK, VERMILION, head
from aixsim.output.sweep_figures import SweepFigure
from aixsim.output.sweep_figures._labels import goal_name

_MOST = 30
_COLOURS = {"above": BLUE, "below": VERMILION, "open": GREY}
_WORDS = {"above": "surely above", "below": "surely below", "open": "open"}


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws a row a point; of many, the best and the last."""
    ranked, left_out = _shown(sweep)
    axes = figure.subplots()
    rows = list(range(len(ranked) + (1 if left_out else 0)))[::-1]
    if left_out:
        gap = rows.pop(len(ranked) // 2)
        axes.text(50, gap, f"… {left_out:,} more between …", ha="center", va="center", fontsize=9, color=GREY)
    for y, point in zip(rows, ranked, strict=True):
        chance = sweep.chance(point, sweep.goal)
        if chance is None:
            continue
        colour = _COLOURS[sweep.verdict(point)]
        low, high = chance.clopper_pearson
        axes.plot([100 * low, 100 * high], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot([100 * chance.estimate], [y], "o", color=colour, markersize=7)
        failed = f", {point.n_failed:,} failed" if point.n_failed else ""
        text = f"{chance.short}  n = {chance.n:,}{failed}"
        axes.text(1.01, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5, color=colour)
    axes.axvline(100 * sweep.level, color=INK, linewidth=1.2, linestyle=(0, (6, 3)))
    for verdict, colour in _COLOURS.items():
        axes.plot([], [], "o-", color=colour, linewidth=3, markersize=7, label=f"{_WORDS[verdict]} {100 * sweep.level:g} %".strip())
    figure.legend(*axes.get_legend_handles_labels(), loc="lower right", ncols=3, fontsize=8.5)
    axes.set_yticks(rows, [point.label for point in ranked], color=INK, fontsize=8.5)
    axes.set_ylim(-0.6, max(rows, default=0) + 0.6)
    axes.set_xlim(-2, 102)
    axes.set_xlabel(f"Probability of {goal_name(sweep)}, %")
    axes.grid(axis="y", visible=False)
    verdicts = [sweep.verdict(point) for point in sweep.points]
    head(
        figure,
        f"{goal_name(sweep)}: {verdicts.count('above'):,} of {len(verdicts):,} surely reach {100 * sweep.level:g} %",
        f"{verdicts.count('below'):,} surely do not, {verdicts.count('open'):,} are open. "
        f"Bars: exact {100 * sweep.confidence:g} % intervals, each by itself.\n"
        "Colours: confidence sequences, which hold however often one looks. Conditional on the model's assumptions.",
    )


def _shown(sweep: Sweep) -> tuple[list[SweepPoint], int]:
    known = [point for point in sweep.points if point.n_done]
    at = sweep.goals.index(sweep.goal)
    known.sort(key=lambda point: (-point.successes[at] / point.n_done, point.id))
    if len(known) <= _MOST:
        return known, 0
    half = _MOST // 2
    return known[:half] + known[-half:], len(known) - _MOST


def _size(sweep: Sweep) -> tuple[float, float]:
    return (10.5, 0.27 * min(sum(point.n_done > 0 for point in sweep.points), _MOST + 1) + 2.6)


SWEEP_FIGURE = SweepFigure("ranking", draw, lambda sweep: sweep.n_done > 0, "a finished replicate", _size)
