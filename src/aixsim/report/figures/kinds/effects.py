"""Main effects: the probability of the goal against each factor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, offset_text
from aixsim.report.figures.sweep_names import factor_name, goal_name, rounded, sentence
from aixsim.results.main_effects import POLICY, UNSET, Effect, by_strength, main_effects, strength, varied
from aixsim.results.sweep_result import Sweep

_COLUMNS, _MOST = 3, 9
_CROWDED = 26
"""Maximum number of characters of all labels below a panel."""


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws one panel per factor, the strongest first."""
    order = by_strength(sweep)
    shown = order[:_MOST]
    found = main_effects(sweep, shown)
    columns = _columns(len(shown))
    panels = panel_grid(figure, len(shown), columns, sharey=True)
    for axes, factor in zip(panels, shown, strict=True):
        axes.axhline(100 * sweep.level, color=VERMILION, linewidth=1.2, linestyle=(0, (6, 3)), zorder=1)
        _panel(axes, found[factor])
        axes.set_title(sentence(factor_name(sweep, factor)), fontsize=9.5, pad=19)
        text = f"{100 * strength(sweep, factor):.0f} percentage points from lowest to highest"
        axes.text(0, 1.015, text, transform=axes.transAxes, fontsize=8.5, color=GREY, va="bottom")
    panels[0].set_ylim(-3, 103)
    panels[0].set_yticks(range(0, 101, 20), [f"{y} %" for y in range(0, 101, 20)])
    _line_name(panels[-1], 100 * sweep.level, f" {100 * sweep.level:g} %", (1, 2, -3), color=VERMILION)
    many = any(effect.chance.n_points > 1 for effects in found.values() for effect in effects)
    mean = " mean over all points at a level or in a range of equally many." if many else ""
    more = f" {len(order) - _MOST} weaker factors are not shown." if len(order) > _MOST else ""
    shared = "taking account of common random numbers" if sweep.common_random_numbers and many else "each separately"
    head(
        figure,
        _finding(sweep, order[0], found[order[0]]),
        f"Probability of {goal_name(sweep)},{mean or ' at each level.'} Dashed: decision level.{more}"
        " Conditional on the model's assumptions.",
        f"Bars: {100 * sweep.confidence:g} % intervals of the simulation, {shared}",
    )


def _panel(axes: Any, effects: list[Effect]) -> None:
    numeric = [effect for effect in effects if effect.level.value is not None]
    unset = [effect for effect in effects if effect.level.label == UNSET]
    if not numeric:
        _categories(axes, effects)
        return
    x = np.array([effect.level.value for effect in numeric], float)
    _bars(axes, x, numeric, "o-")
    room = 0.06 * (x[-1] - x[0]) or 1.0
    axes.set_xlim(x[0] - room, x[-1] + room)
    axes.xaxis.get_major_locator().set_params(integer=bool((x == np.rint(x)).all()))
    for effect in unset:
        axes.axhspan(100 * effect.chance.low, 100 * effect.chance.high, color=GREY, alpha=0.15, linewidth=0)
        axes.axhline(100 * effect.chance.estimate, color=GREY, linewidth=1.4)
        _line_name(axes, 100 * effect.chance.estimate, UNSET, (1, -2, 2), color=GREY, ha="right")


def _line_name(axes: Any, y: float, text: str, place: tuple[float, float, float], **look: Any) -> None:
    """Labels a level line, at a share of the width, with an offset in points."""
    x, *offset = place
    offset_text(axes, text, (x, y), (offset[0], offset[1]), xycoords=("axes fraction", "data"), fontsize=8.5, fontweight="bold", **look)


def _categories(axes: Any, effects: list[Effect]) -> None:
    labels = [effect.level.label for effect in effects]
    _bars(axes, np.arange(len(effects)), effects, "o")
    tilt: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if sum(map(len, labels)) > _CROWDED else {}
    axes.set_xticks(range(len(labels)), labels, color=INK, fontsize=8.5, **tilt)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.grid(axis="x", visible=False)


def _bars(axes: Any, x: Any, effects: list[Effect], look: str) -> None:
    middle, low, high = (100 * np.array([getattr(effect.chance, end) for effect in effects]) for end in ("estimate", "low", "high"))
    axes.vlines(x, low, high, color=BLUE, linewidth=2.4, alpha=0.55)
    axes.plot(x, middle, look, color=BLUE, linewidth=1.6, markersize=6.5, markeredgecolor="white")


def _finding(sweep: Sweep, factor: str, effects: list[Effect]) -> str:
    low, high = (pick(effects, key=lambda e: e.chance.estimate) for pick in (min, max))
    if low.chance.estimate == high.chance.estimate:
        return f"{sentence(sweep.goal.name)}: {rounded(low.chance.estimate)} % at every level of every factor"
    ends = f"{rounded(low.chance.estimate)} % ({low.level.label}) to {rounded(high.chance.estimate)} % ({high.level.label})"
    if low.chance.high >= high.chance.low:
        return f"{sentence(sweep.goal.name)}: no factor has a clear effect over the ranges; largest: {factor_name(sweep, factor)}, {ends}"
    most = " most" if len(varied(sweep)) > 1 else ""
    return f"{sentence(factor_name(sweep, factor))} matters{most} for {sweep.goal.name} over the ranges: {ends}"


def _applies(sweep: Sweep) -> bool:
    """Whether there is more than policies, which the ranking shows."""
    return any(factor != POLICY for factor in varied(sweep))


def _columns(n: int) -> int:
    return n if n <= _COLUMNS else 2 if n == 4 else _COLUMNS


def _size(sweep: Sweep) -> tuple[float, float]:
    n = min(len(varied(sweep)), _MOST)
    rows = math.ceil(n / _columns(n))
    return (max(3.3 * _columns(n) + 0.8, 9.0), 2.85 * rows + (1.6 if rows > 1 else 2.2))


def table(sweep: Sweep) -> AnswerTable:
    """Returns the mean probability with its interval at every level of the drawn factors."""
    found = main_effects(sweep, by_strength(sweep)[:_MOST])
    rows = [
        {"factor": factor, "level": effect.level.label, "probability": effect.chance.estimate, "low": effect.chance.low}
        | {"high": effect.chance.high, "points": effect.chance.n_points}
        for factor, effects in found.items()
        for effect in effects
    ]
    return AnswerTable(rows, dict.fromkeys(("probability", "low", "high"), "1"))


FIGURE = Figure(
    "effects",
    Sweep,
    "The probability of the goal against each factor",
    draw,
    "a factor with two levels or more",
    _applies,
    _size,
    table=table,
)
