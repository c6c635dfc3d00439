"""Points or policies by the probability of the goal, with intervals and the decision level."""

from __future__ import annotations

from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, row_text
from aixsim.report.figures.sweep_names import goal_name, naming_order, point_name, sentence, verdict_counts
from aixsim.report.text.number_format import failed_note
from aixsim.results.main_effects import known_points
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_ranking import blocks, ranked
from aixsim.results.sweep_result import Sweep
from aixsim.stats.confidence_sequence import bernoulli_sequence
from aixsim.stats.intervals import percent

_MOST, _ENDS, _NEAR = 30, 8, 7
"""Number of rows; with more points, number of first and last points and of points next to the decision level."""
_LABEL = 56
_LOOK = {"above": (BLUE, "^", "clearly above"), "open": (GREY, "o", "open:"), "below": (VERMILION, "v", "clearly below")}
"""Colour, mark and words of a verdict: marks differ in grey print."""


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws one row per point; with many points, the first, the last, and those next to the decision level."""
    ranking = ranked(sweep)
    order = naming_order(sweep)
    axes = figure.subplots()
    shown: list[SweepPoint] = []
    rows: list[float] = []
    y = 0.0
    for block in blocks(sweep, ranking, most=_MOST, ends=_ENDS, near=_NEAR):
        if shown:
            n = block.start - (ranking.index(shown[-1]) + 1)
            axes.text(50, y, f"… {n:,} more points between …", ha="center", va="center", fontsize=9, color=GREY)
            y -= 1.0
        for point in ranking[block]:
            _row(axes, y, sweep, point)
            shown.append(point)
            rows.append(y)
            y -= 1.0
    level = f"{100 * sweep.level:g} %"
    axes.axvline(100 * sweep.level, color=INK, linewidth=1.3, linestyle=(0, (6, 3)), zorder=1)
    top = 0.75
    axes.text(100 * sweep.level, top, f" decision level {level}", fontsize=8.5, fontweight="bold", ha="right", va="bottom", color=INK)
    row_text(axes, 1.01, top, "probability [interval]  n", fontsize=8.5, color=GREY, va="bottom")
    verdicts = {sweep.verdict(point) for point in shown}
    for verdict, (colour, mark, words) in _LOOK.items():
        if verdict in verdicts:
            text = f"{words} {level}" if verdict != "open" else f"{words} more replicates needed"
            axes.plot([], [], mark, color=colour, linestyle="-", linewidth=3, markersize=7, label=text)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=1.7, columnspacing=1.2, handletextpad=0.5)
    axes.set_yticks(rows, [point_name(sweep, point, order, _LABEL) for point in shown], color=INK, fontsize=9)
    axes.set_ylim(rows[-1] - 0.6, top)
    axes.set_xlim(-1, 101)
    axes.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    chance = " Of many points, the first are partly so by chance." if len(ranking) > 1 else ""
    head(
        figure,
        _finding(sweep),
        f"Probability of {goal_name(sweep)}; its interval determines the colour.{chance} Conditional on the model's assumptions.",
        f"Bars and brackets: {100 * sweep.confidence:g} % confidence sequences, valid whenever a sweep stops, each point separately",
    )


def _row(axes: Any, y: float, sweep: Sweep, point: SweepPoint) -> None:
    chance = sweep.chance(point, sweep.goal)
    if chance is None:
        return
    colour, mark, _ = _LOOK[sweep.verdict(point)]
    low, high = bernoulli_sequence(chance.successes, chance.n, sweep.confidence)
    axes.plot([100 * low, 100 * high], [y, y], color=colour, linewidth=3.0, solid_capstyle="butt", zorder=2)
    axes.plot([100 * chance.estimate], [y], mark, color=colour, markeredgecolor="white", markersize=8, zorder=3, clip_on=False)
    row_text(
        axes,
        1.01,
        y,
        f"{percent(chance.estimate)} [{percent(low)[:-2]}, {percent(high)[:-2]}]  n = {chance.n:,}{failed_note(point.n_failed)}",
        fontsize=8.5,
        color=colour,
    )


def _finding(sweep: Sweep) -> str:
    known = known_points(sweep)
    if len(known) == 1:
        return f"{sentence(goal_name(sweep))}: {_LOOK[sweep.verdict(known[0])][2].removesuffix(':')} at a level of {100 * sweep.level:g} %"
    return f"{sentence(sweep.goal.name)}: {verdict_counts(sweep, known)}"


def _size(sweep: Sweep) -> tuple[float, float]:
    return (10.5, max(0.29 * min(len(known_points(sweep)), _MOST + 2) + 2.5, 3.6))


def table(sweep: Sweep) -> AnswerTable:
    """Returns probability with interval and n of every point, also of those that are not drawn."""
    rows = []
    for point in ranked(sweep):
        if (chance := sweep.chance(point, sweep.goal)) is not None:
            low, high = chance.clopper_pearson
            row = {"point": point.label, "probability": chance.estimate, "low": low, "high": high, "n": chance.n}
            rows.append(row | {"verdict": sweep.verdict(point)})
    return AnswerTable(rows, dict.fromkeys(("probability", "low", "high"), "1"))


FIGURE = Figure("ranking", Sweep, "Points by the probability of the goal, with the decision level", draw, size=_size, table=table)
