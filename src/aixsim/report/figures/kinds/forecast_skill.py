"""Validation: skill of the backtest on smart factories, for every run on AI factories."""

from __future__ import annotations

from typing import Any

from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, VERIFIED
from aixsim.evidence.track_record import TABLE, Record, better, concerns, records
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import BLUE, GREY, INK, VERMILION, head, offset_text
from aixsim.results.result import Result

_LOOK = {KNOWN: (BLUE, "o", "actual budgets"), ANNOUNCED: (VERMILION, "D", "announced budgets")}
_HEADS = ("years\nahead", "forecasts", "aixsim", "best other", "skill", "in 80 %")
_X = (0.0, 0.13, 0.29, 0.42, 0.78, 1.0)


def draw(result: Result, figure: Any) -> None:  # noqa: ARG001 - the same for every run: it is about the model
    """Draws the skill by years ahead, and the table behind it."""
    found = {policy: records(ALL, policy) for policy in (ANNOUNCED, KNOWN)}
    without = {policy: records(VERIFIED, policy) for policy in found}
    skill, table = figure.subplots(1, 2, width_ratios=(1.0, 1.25))
    for policy, mine in found.items():
        colour, mark, label = _LOOK[policy]
        skill.plot([one.horizon for one in mine], [one.skill for one in mine], mark, color=colour, linestyle="-", label=label, markersize=8)
        hollow = without[policy]
        look: dict[str, Any] = {"linestyle": (0, (2, 3)), "linewidth": 1.0, "markerfacecolor": "white", "markersize": 6, "zorder": 1}
        skill.plot([one.horizon for one in hollow], [one.skill for one in hollow], mark, color=colour, **look)
    skill.axhline(0, color=INK, linewidth=1.2)
    offset_text(skill, "as good as the best simpler forecast", (3.35, 0), (0, -12), fontsize=8, color=GREY)
    skill.set_title("Skill")
    skill.set_xticks(range(1, 6), [f"{k} year{'s' if k > 1 else ''}" for k in range(1, 6)])
    skill.set_xlim(0.7, 5.5)
    skill.set_ylim(None, 1.0)
    skill.legend(loc="lower left", fontsize=8.5)
    _table(table, found)
    head(
        figure,
        "Tested on smart factories: better than the best simpler forecast in {0} of {2} comparisons".format(*better()),
        "Backtest on the smart factories of 2014 to 2024, cumulative count, forecasts from every year from 2016 on. Skill: 1 perfect,\n"
        "0 equal to the best of six simpler forecasts, below 0 worse; hollow: without the count of 2014, which is not verified,\n"
        "so from 2018 on. Reproduce: aixsim backtest configs/smart-factory.toml.",
    )


def _table(axes: Any, found: dict[str, list[Record]]) -> None:
    axes.set_axis_off()
    axes.set_title("CRPS, in factories")
    axes.set_xlim(0, 1)
    n_rows = sum(len(mine) for mine in found.values()) + len(found) + 1.6
    axes.set_ylim(-n_rows, 0)
    y = -0.9
    for x, text in zip(_X, _HEADS, strict=True):
        axes.text(x, y, text, ha="left" if x < 1 else "right", va="center", fontsize=8.5, color=GREY)
    y -= 1.2
    for policy, mine in found.items():
        colour, _, label = _LOOK[policy]
        axes.text(0, y, label.capitalize(), color=colour, fontsize=9, fontweight="bold", va="center")
        y -= 1.0
        for one in mine:
            crps = (f"{one.crps:,.0f}", f"{one.best_crps:,.0f}  {one.best_baseline}")
            cells = (f"{one.horizon}", f"{one.origins}", *crps, f"{one.skill:+.2f}", f"{one.covered_80} of {one.origins}")
            for k, (x, text) in enumerate(zip(_X, cells, strict=True)):
                weight = "bold" if k == (2 if one.crps < one.best_crps else 3) else "normal"
                axes.text(x, y, text, ha="left" if x < 1 else "right", va="center", fontsize=9, color=INK, fontweight=weight)
            y -= 1.0


FIGURE = Figure(
    "evidence",
    Result,
    "Validation: skill on smart factories",
    draw,
    "a run about the AI factories of Korea",
    concerns,
    (11.0, 5.6),
    lambda _result: (f"Source: aixsim backtest of the smart factories, {TABLE}, the same for every run",),
)
