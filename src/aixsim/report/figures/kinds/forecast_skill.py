"""Validation: skill of the backtest on smart factories, for every run on AI factories."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aixsim.answers.answer import AnswerTable
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, VERIFIED
from aixsim.evidence.track_record import TABLE, better, concerns, records
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, end_labels, offset_text
from aixsim.results.result import Result

_LOOK = {KNOWN: (BLUE, "o", "actual budgets"), ANNOUNCED: (VERMILION, "D", "announced budgets")}


def draw(result: Result, figure: Any) -> None:  # noqa: ARG001 - the same for every run: it is about the model
    """Draws the skill by years ahead, with all counts and without the one that is not verified."""
    axes, labels = figure.subplots(), []
    longest = 1
    for policy, (colour, mark, name) in _LOOK.items():
        filled: dict[str, Any] = {"linestyle": "-", "linewidth": 2.0, "markersize": 8}
        hollow: dict[str, Any] = {"linestyle": (0, (2, 3)), "linewidth": 1.2, "markerfacecolor": "white", "markersize": 6, "zorder": 1}
        for counts, look, more in ((ALL, filled, ""), (VERIFIED, hollow, ", verified counts")):
            found = records(counts, policy)
            longest = max(longest, found[-1].horizon)
            axes.plot([one.horizon for one in found], [one.skill for one in found], mark, color=colour, **look)
            labels.append((found[-1].horizon, found[-1].skill, f"  {name}{more}", colour))
    axes.axhline(0, color=INK, linewidth=1.2)
    offset_text(axes, "above: better than the best simpler forecast", (0.75, 0), (0, 14), fontsize=8.5, color=GREY)
    axes.set_ylabel("skill")
    axes.set_xticks(range(1, longest + 1), [f"{k} year{'s' if k > 1 else ''} ahead" for k in range(1, longest + 1)])
    axes.set_xlim(0.7, longest + 0.05)
    axes.set_ylim(None, 1.0)
    end_labels(axes, longest + 0.02, [(y, text, colour) for x, y, text, colour in labels if x == longest])
    for x, y, text, colour in labels:
        if x < longest:
            offset_text(axes, text, (x, y), (4, -4), fontsize=9, fontweight="bold", color=colour)
    head(
        figure,
        "Tested on smart factories: better than the best simpler forecast in {0} of {2} comparisons".format(*better()),
        "Backtest on the cumulative count of smart factories from 2014 to 2024, forecasts from every year from 2016 on. Skill: 1"
        " perfect, 0 equal to the best of six simpler forecasts, below 0 worse. Hollow: without the count of 2014, which is not"
        " verified, so from 2018 on.",
        "No intervals: 4 to 8 forecasts a mark",
    )


def table(result: Result) -> AnswerTable:  # noqa: ARG001 - the same for every run
    """Returns scores by counts, budgets and years ahead, from the packaged table."""
    rows = [asdict(one) for counts in (ALL, VERIFIED) for policy in (ANNOUNCED, KNOWN) for one in records(counts, policy)]
    return AnswerTable(rows, {"horizon": "years", "crps": "factories", "best_crps": "factories", "error_pct": "%"})


FIGURE = Figure(
    "evidence",
    Result,
    "Validation: skill on smart factories",
    draw,
    "a run about the AI factories of Korea",
    concerns,
    (9.0, 5.4),
    lambda _result: (f"Source: aixsim backtest of the smart factories, {TABLE}, the same for every run",),
    table=table,
)
