"""The difference between two policies over time, replicate by replicate."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import GREY, INK, OUTCOME_LOOK, offset_text
from aixsim.report.figures.time_axis import month_ends, month_name, year_axis
from aixsim.report.text.number_format import bracket, signed
from aixsim.results.comparison import PolicyChange, paired_paths
from aixsim.results.contrasts import contrast
from aixsim.stats.differences import Difference


def draw(change: PolicyChange, figure: Any) -> None:
    """Draws a fan of paired differences for launched and for operating, each with both intervals of the mean at its end."""
    one = change.pair
    horizon, t = one.baseline.horizon, one.deadline_index
    x = month_ends([horizon.date(month) for month in range(horizon.n_months)])
    panels = figure.subplots(1, 2, sharey=True)
    found = {}
    for axes, outcome in zip(panels, ("launched", "operating"), strict=True):
        colour, ink, dash = OUTCOME_LOOK[outcome]
        before, after = paired_paths(one, outcome)
        low, lower, middle, upper, high = np.quantile(after - before, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
        look: dict[str, Any] = {"color": colour, "linewidth": 0, "step": "post"}
        axes.fill_between(x, low, high, alpha=0.17, label="90 % of pairs", **look)
        axes.fill_between(x, lower, upper, alpha=0.34, label="50 % of pairs", **look)
        axes.plot(x, middle, color=colour, linestyle=dash, linewidth=2.4, label="median of pairs", drawstyle="steps-post")
        axes.axhline(0, color=INK, linewidth=1.0)
        axes.set_title(outcome)
        year_axis(axes, one.baseline, short=True)
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:+,.0f}" if y else "0")
        found[outcome] = at_end = contrast(after[:, t], before[:, t], one.confidence)
        _interval(axes, x, t, at_end.paired, ink)
    panels[0].set_ylabel("difference, AI factories")
    panels[0].legend(loc="upper left" if found["launched"].paired.estimate >= 0 else "lower left")
    d = found["launched"]
    head(
        figure,
        f"{one.names[1]}: {abs(d.paired.estimate):,.0f} {'more' if d.paired.estimate >= 0 else 'fewer'} AI factories launched by"
        f" {month_name(one.deadline)} than {one.names[0]}, on average",
        f"Difference from {one.names[0]} in the same replicate, with common random numbers, {d.n:,} pairs, each month on its own."
        " Dot, bar and brackets at the end: mean difference with its interval.",
        f"Bar and brackets: paired {100 * one.confidence:g} % interval of the mean; bands: central 50 % and 90 % of pairs",
    )


def _interval(axes: Any, x: Any, t: int, paired: Difference, ink: str) -> None:
    """Draws the paired interval of the mean to the right of the deadline."""
    last, step = x[-1], np.timedelta64(max(int((x[-1] - x[0]).astype(int)) // 26, 1), "D")
    axes.plot([last + step] * 2, [paired.low, paired.high], color=ink, linewidth=5.0, solid_capstyle="butt", clip_on=False)
    axes.plot([last + step], [paired.estimate], "o", color="white", markeredgecolor=ink, markersize=5, clip_on=False, zorder=4)
    text, at = f"{signed(paired.estimate, 0)}\n{bracket(paired, decimals=0)}", (last + step, paired.estimate)
    look: dict[str, Any] = {"fontsize": 9, "fontweight": "bold", "va": "center", "linespacing": 1.0, "annotation_clip": False}
    offset_text(axes, text, at, (9, 0), color=ink, **look)
    axes.set_xlim(x[0], last + 1.4 * step)
    if t + 1 < len(x):
        axes.axvline(x[t], color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))


def table(change: PolicyChange) -> AnswerTable:
    """Returns median and 90 % range of the differences at every year end."""
    horizon, rows = change.pair.baseline.horizon, []
    for outcome in ("launched", "operating"):
        before, after = paired_paths(change.pair, outcome)
        low, middle, high = np.quantile(after - before, [0.05, 0.5, 0.95], axis=0)
        for t in range(horizon.n_months):
            if (month := horizon.date(t)).month == 12 or t == horizon.n_months - 1:
                numbers = {"median": float(middle[t]), "p05": float(low[t]), "p95": float(high[t])}
                rows.append({"month": f"{month:%Y-%m}", "outcome": outcome, **numbers})
    return AnswerTable(rows, dict.fromkeys(("median", "p05", "p95"), "AI factories"))


FIGURE = Figure("fan", PolicyChange, "The difference between two policies over time", draw, size=(10.6, 5.2), table=table)
