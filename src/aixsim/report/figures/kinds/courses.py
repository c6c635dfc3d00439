"""The probability of each goal under several scenarios, which are named by what they do."""

from __future__ import annotations

from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.scenario_names import deeds, results_of, scenario_names
from aixsim.report.figures.style import CYCLE, GREY, INK, INK_OF, row_text
from aixsim.results.comparison import Comparison

_MARKS = ("o", "s", "D", "^", "v", "P", "X", "*")
_MOST = 3
"""Number of goals."""
_LONG = 40
"""Number of characters up to which a scenario is named in the title by what it does."""


def draw(comparison: Comparison, figure: Any) -> None:
    """Draws one row a scenario, in the given order, with the probability of each goal and its interval."""
    results, names = results_of(comparison), scenario_names(comparison)
    goals = comparison.policies[0].pair.baseline.goal_records[:_MOST]
    axes = figure.subplots()
    for y, (result, name, deed) in enumerate(zip(results, names, deeds(comparison), strict=True)):
        row_text(axes, -0.01, y - 0.13, name, ha="right", fontweight="bold")
        row_text(axes, -0.01, y + 0.2, deed, ha="right", fontsize=8, color=GREY)
        found = {goal["name"]: goal for goal in result.goal_records}
        for k, (goal, colour, mark) in enumerate(zip(goals, CYCLE, _MARKS, strict=False)):
            if (own := found.get(goal["name"])) is None:
                continue
            place = y + 0.2 * (k - (len(goals) - 1) / 2)
            axes.plot([100 * own["interval"][end] for end in ("low", "high")], [place, place], color=colour, linewidth=2.6)
            axes.plot(
                [100 * own["probability"]], [place], mark, color=colour, markeredgecolor="white", markersize=8, clip_on=False, zorder=3
            )
            row_text(axes, 1.02, place, own["short_statement"], fontsize=8.5, color=INK_OF.get(colour, colour))
    for goal, colour, mark in zip(goals, CYCLE, _MARKS, strict=False):
        axes.plot([], [], mark, color=colour, linestyle="-", linewidth=2.6, label=f"{goal['name']} by {goal['by']}")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(goals), borderaxespad=0.2, fontsize=8.5, columnspacing=1.2)
    axes.axhline(0.5, color=INK, linewidth=0.8)
    axes.set_yticks([])
    axes.set_ylim(len(results) - 0.5, -0.5)
    axes.set_xlim(-1, 101)
    axes.set_xticks(range(0, 101, 20), [f"{x} %" for x in range(0, 101, 20)])
    axes.grid(axis="y", visible=False)
    chances = [_chance(result, goals[0]["name"]) for result in results]
    low, high = (pick(range(len(names)), key=lambda k: chances[k][0]) for pick in (min, max))
    does = [deed if k > 0 and len(deed) <= _LONG else name for k, (deed, name) in enumerate(zip(deeds(comparison), names, strict=True))]
    head(
        figure,
        f"{goals[0]['name']}: {chances[low][1]} ({does[low]}) to {chances[high][1]} ({does[high]})",
        f"Probability of each goal; below each name what differs from {names[0]}. Conditional on the model's assumptions.",
        f"Bars and brackets: {100 * goals[0]['confidence']:g} % intervals of the simulation, each scenario separately",
    )


def _chance(result: Any, name: str) -> tuple[float, str]:
    goal = next((goal for goal in result.goal_records if goal["name"] == name), None)
    return (goal["probability"], goal["short_statement"]) if goal else (0.0, "none")


def table(comparison: Comparison) -> AnswerTable:
    """Returns the probability of each goal by scenario."""
    rows = [
        {"scenario": name, "differs": deed, "goal": goal["name"], "probability": goal["probability"], **goal["interval"], "n": goal["n"]}
        for result, name, deed in zip(results_of(comparison), scenario_names(comparison), deeds(comparison), strict=True)
        for goal in result.goal_records[:_MOST]
    ]
    return AnswerTable(rows, dict.fromkeys(("probability", "low", "high"), "1"))


FIGURE = Figure(
    "courses",
    Comparison,
    "Probability of each goal under several scenarios",
    draw,
    size=lambda comparison: (10.5, 1.9 + 0.72 * (len(comparison.policies) + 1)),
    table=table,
)
