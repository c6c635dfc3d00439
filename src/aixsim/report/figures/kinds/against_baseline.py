"""Adoption curves of a policy, with its baseline in grey."""

from __future__ import annotations

from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import GREY, OUTCOME_LOOK, VERMILION, end_labels, offset_text, whole_numbers
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.results.comparison import PolicyChange
from aixsim.results.quantile_curves import band
from aixsim.stats.intervals import percent


def draw(change: PolicyChange, figure: Any) -> None:
    """Draws one panel an outcome: medians with the pointwise 90 % band, of the baseline in grey."""
    one = change.pair
    panels = figure.subplots(1, 2, sharey=True)
    targets = {goal["outcome"]: goal for goal in reversed(one.baseline.provenance["goals"]) if goal["by"] == one.baseline.horizon.end}
    for axes, outcome in zip(panels, ("launched", "operating"), strict=True):
        colour, ink, dash = OUTCOME_LOOK[outcome]
        labels, x = [], month_ends([])
        for result, name, fill, text, line in ((one.baseline, one.names[0], GREY, GREY, ":"), (one.other, one.names[1], colour, ink, dash)):
            curve = band(result.paths(outcome), result.scale)
            x = month_ends(curve.months)
            axes.fill_between(x, curve.p05, curve.p95, color=fill, alpha=0.2, linewidth=0, step="post")
            axes.plot(x, curve.p50, color=fill, linestyle=line, linewidth=2.2, drawstyle="steps-post")
            labels.append((float(curve.p50[-1]), f"  {name} {curve.p50[-1]:,.0f}", text))
        if outcome in targets:
            target = targets[outcome]["at_least"]
            axes.axhline(target, color=VERMILION, linewidth=1.4, linestyle=(0, (6, 3)))
            offset_text(axes, f"goal {target:,.0f}", (x[0], target), (4, 4), color=VERMILION, fontsize=9, fontweight="bold")
        axes.set_title(outcome)
        axes.set_ylabel("AI factories")
        year_axis(axes, one.baseline, short=True)
        whole_numbers(axes)
        end_labels(axes, x[-1], labels)
    first = change.goals[0]
    before, after = first.chances
    head(
        figure,
        f"{first.goal} by {month_name(first.by)}: {percent(after)} with {one.names[1]}, {percent(before)} with {one.names[0]}",
        f"AI factories at the end of each month: median; {one.names[0]} in grey. Goal: dashed.",
        "Bands: central 90 % of replicates, each month on its own",
    )


def table(change: PolicyChange) -> AnswerTable:
    """Returns median and 90 % range at every year end of both."""
    one, rows = change.pair, []
    for result, name in ((one.baseline, one.names[0]), (one.other, one.names[1])):
        for outcome in ("launched", "operating"):
            curve = band(result.paths(outcome), result.scale)
            for t, month in enumerate(curve.months):
                if month.month == 12 or t == len(curve.months) - 1:
                    numbers = {key: float(values[t]) for key, values in (("median", curve.p50), ("p05", curve.p05), ("p95", curve.p95))}
                    rows.append({"result": name, "month": f"{month:%Y-%m}", "outcome": outcome, **numbers})
    return AnswerTable(rows, dict.fromkeys(("median", "p05", "p95"), "AI factories"))


FIGURE = Figure(
    "against-baseline", PolicyChange, "Adoption curves of a policy, with its baseline in grey", draw, size=(10.6, 5.2), table=table
)
