"""Public money by programme and year: budget and spending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import AnswerTable
from aixsim.model.keys import dotted
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import CYCLE, GREY, HATCHES, INK, scaled_note, whole_numbers
from aixsim.results.result import Result

Floats = NDArray[np.float64]
_WIDTH = 0.5
_SIDE = _WIDTH / 2 + 0.07
"""Where the range of the total is drawn, right of the middle of a year."""


def draw(result: Result, figure: Any) -> None:
    """Draws mean spending as bars, stacked by programme, mean delivered and planned budgets as lines across, and the numbers below."""
    axes = figure.subplots()
    money = result.money_by_year()
    if money is None:
        return
    years, total = money.years, money.total / result.scale
    budget, spent = money.budget / result.scale, money.spent / result.scale
    planned = _planned(result, money.programmes, years, budget)
    x, base = np.arange(len(years)), np.zeros(len(years))
    for programme, values, colour, hatch in zip(money.programmes, spent, CYCLE, HATCHES, strict=False):
        axes.bar(x, values, _WIDTH, bottom=base, label=programme, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
        base = base + values
    ends: dict[str, Any] = {"xmin": x - 0.36, "xmax": x + 0.36, "color": INK}
    axes.hlines(budget.sum(axis=0), **ends, linewidth=2.0, label="delivered budget")
    axes.hlines(planned, **ends, linewidth=1.4, linestyle=(0, (3, 2)), label="planned budget")
    low, high = np.quantile(total, [0.05, 0.95], axis=0)
    axes.vlines(x + _SIDE, low, high, color=GREY, linewidth=1.4)
    rows = (planned, budget.sum(axis=0), spent.sum(axis=0))
    names = [(-0.85, "\nplanned\ndelivered\nspent")]
    axes.set_xticks(
        *zip(*names, *((k, "\n".join([str(year), *(krw(row[k]) for row in rows)])) for k, year in enumerate(years)), strict=True)
    )
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-1.15, len(years) - 0.4)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("KRW bn a year")
    axes.legend(loc="upper left", reverse=True)
    whole_numbers(axes)
    head(
        figure,
        f"KRW {spent.sum():,.0f} bn of public money spent from {years[0]} to {years[-1]}{_missing(planned, budget.sum(axis=0), years)}",
        f"Means by programme and year{scaled_note(result)}; KRW bn in the table. Own money of firms is not included.",
        "Thin lines: central 90 % of replicates, total spent",
    )


def krw(value: float) -> str:
    """Returns an amount with one decimal below 100, so that 47.5 is not rounded up in one place and down in another."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:,.1f}"


def _missing(planned: Floats, delivered: Floats, years: Sequence[int]) -> str:
    """States what of the planned money never comes, or by when it was furthest behind."""
    if not planned.any():
        return ""
    short = float(planned.sum() - delivered.sum())
    if short >= 0.005 * planned.sum():
        return f"; KRW {krw(short)} bn or {100 * short / planned.sum():.0f} % of the planned budgets never comes"
    behind = np.cumsum(planned - delivered)
    at = int(behind.argmax())
    return f"; KRW {krw(behind[at])} bn planned for the years to {years[at]} comes later" if behind[at] >= 0.005 * planned.sum() else ""


def table(result: Result) -> AnswerTable:
    """Returns planned, delivered and spent money of each year."""
    money = result.money_by_year()
    if money is None:
        return AnswerTable((), {})
    budget, spent = money.budget / result.scale, (money.spent / result.scale).sum(axis=0)
    planned = _planned(result, money.programmes, money.years, budget)
    columns = zip(money.years, planned, budget.sum(axis=0), spent, strict=True)
    rows = [{"year": int(year), "planned": float(a), "delivered": float(b), "spent": float(c)} for year, a, b, c in columns]
    return AnswerTable(rows, dict.fromkeys(("planned", "delivered", "spent"), "KRW bn"))


def _planned(result: Result, programmes: Sequence[str], years: Sequence[int], budget: Floats) -> Floats:
    """Returns the money that the config plans by year, KRW bn, of uncertain budgets the mean of the draws; for levers the mean budget."""
    plan = budget.copy()
    for programme in result.config.get("programme", []):
        if programme["name"] in programmes:
            stated = programme["budget_krw_bn"]
            keys = [dotted(["programme", programme["name"], "budget_krw_bn", str(year)]) for year in years]
            plan[programmes.index(programme["name"])] = [
                result.parameters()[key].mean() if isinstance(stated.get(str(year)), dict) else stated.get(str(year), 0.0)
                for year, key in zip(years, keys, strict=True)
            ]
    total: Floats = plan.sum(axis=0)
    return total


FIGURE = Figure(
    "money",
    Result,
    "Budget and spending by programme and year",
    draw,
    needs="public programmes",
    applies=lambda result: result.has_money,
    is_main=True,
    table=table,
)
