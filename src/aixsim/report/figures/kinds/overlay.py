"""Adoption of several scenarios in one picture."""

from __future__ import annotations

from typing import Any, Final

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.scenario_names import results_of, scenario_names
from aixsim.report.figures.style import CYCLE, DASHES, INK_OF, VERMILION, end_labels, offset_text, scaled_note, whole_numbers
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.comparison import Comparison
from aixsim.results.quantile_curves import band

_MOST_BANDS: Final = 3
"""Number of scenarios up to which bands are drawn: more would hide each other."""


def draw(comparison: Comparison, figure: Any) -> None:
    """Draws one panel an outcome, with the median of every scenario, and its 90 % range if there are few."""
    results, names = results_of(comparison), scenario_names(comparison)
    first = comparison.policies[0].pair
    panels = figure.subplots(1, 2, sharey=True)
    ends: dict[str, list[float]] = {}
    for axes, outcome in zip(panels, ("launched", "operating"), strict=True):
        labels, x = [], month_ends([])
        for result, name, colour, dash in zip(results, names, CYCLE, DASHES, strict=False):
            curve = band(result.paths(outcome), result.scale)
            x = month_ends(curve.months)
            if len(results) <= _MOST_BANDS:
                axes.fill_between(x, curve.p05, curve.p95, color=colour, alpha=0.16, linewidth=0, step="post")
            axes.plot(x, curve.p50, color=colour, linestyle=dash, linewidth=2.2, drawstyle="steps-post")
            labels.append((float(curve.p50[-1]), f"  {name} {curve.p50[-1]:,.0f}", INK_OF.get(colour, colour)))
            ends.setdefault(outcome, []).append(float(curve.p50[-1]))
        axes.set_title(outcome)
        whole_numbers(axes)
        year_axis(axes, first.baseline, short=True)
        axes.tick_params(axis="x", which="both", labelbottom=True)
        for goal in first.baseline.provenance["goals"]:
            if goal["outcome"] == outcome and goal["by"] == first.baseline.horizon.end:
                axes.axhline(goal["at_least"], color=VERMILION, linewidth=1.3, linestyle=(0, (6, 3)))
                look: dict[str, Any] = {"color": VERMILION, "fontsize": 8.5, "fontweight": "bold"}
                offset_text(axes, f"goal {goal['at_least']:,.0f}", (x[0], goal["at_least"]), (4, 3), **look)
        end_labels(axes, x[-1], labels)
    panels[0].set_ylabel("AI factories")
    low, high = (pick(range(len(names)), key=lambda k: ends["launched"][k]) for pick in (min, max))
    bands = "Bands: central 90 % of replicates, each month on its own" if len(results) <= _MOST_BANDS else "No intervals: see the courses"
    head(
        figure,
        f"AI factories launched by {month_name(first.baseline.horizon.end)}, median: {ends['launched'][low]:,.0f} ({names[low]}) to"
        f" {ends['launched'][high]:,.0f} ({names[high]})",
        f"AI factories at the end of each month{scaled_note(first.baseline)}. Lines: median of each scenario, number at the end.",
        bands,
    )


def table(comparison: Comparison) -> AnswerTable:
    """Returns median and 90 % range of the last month by scenario."""
    rows = []
    for result, name in zip(results_of(comparison), scenario_names(comparison), strict=True):
        for outcome in ("launched", "operating"):
            curve = band(result.paths(outcome), result.scale)
            numbers = {key: float(values[-1]) for key, values in (("median", curve.p50), ("p05", curve.p05), ("p95", curve.p95))}
            rows.append({"scenario": name, "outcome": outcome, **numbers})
    return AnswerTable(rows, dict.fromkeys(("median", "p05", "p95"), "AI factories"))


FIGURE = Figure(
    "overlay",
    Comparison,
    "Adoption of several scenarios over time",
    draw,
    "launched AI factories, and no more than eight results",
    lambda comparison: comparison.policies[0].pair.baseline.has_launched and len(comparison.policies) < len(CYCLE),
    (12.0, 5.6),
    table=table,
)
