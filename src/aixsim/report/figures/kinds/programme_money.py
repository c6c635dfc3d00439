"""Public money by programme and year: budget and spending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.keys import dotted
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import CYCLE, GREY, HATCHES, INK, head, offset_text, scaled_note, whole_numbers
from aixsim.results.result import Result

Floats = NDArray[np.float64]
_WIDTH = 0.36


def draw(result: Result, figure: Any) -> None:
    """Draws mean budget and mean spending side by side, stacked by programme, with the 90 % range of total spending."""
    axes = figure.subplots()
    money = result.money_by_year()
    if money is None:
        return
    years, total = money.years, money.total / result.scale
    budget, spent = money.budget / result.scale, money.spent / result.scale
    planned = _planned(result, money.programmes, years, budget)
    x = np.arange(len(years))
    for means, offset, alpha in ((budget, -_WIDTH / 2 - 0.01, 0.45), (spent, _WIDTH / 2 + 0.01, 1.0)):
        base = np.zeros(len(years))
        for programme, values, colour, hatch in zip(money.programmes, means, CYCLE, HATCHES, strict=False):
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5, "alpha": alpha}
            axes.bar(x + offset, values, _WIDTH, bottom=base, label=programme if alpha == 1.0 else None, **look)
            base = base + values
    axes.bar(x - _WIDTH / 2 - 0.01, planned, _WIDTH, fill=False, edgecolor=GREY, linestyle=(0, (3, 2)), linewidth=1.0, zorder=0.9)
    low, high = np.quantile(total, [0.05, 0.95], axis=0)
    axes.vlines(x + _WIDTH / 2 + 0.01, low, high, color=INK, linewidth=1.1)
    for k, (come, paid) in enumerate(zip(budget.sum(axis=0), spent.sum(axis=0), strict=True)):
        offset_text(axes, f"{come:,.0f}", (k - _WIDTH / 2, come), (0, 3), ha="center", fontsize=8)
        offset_text(axes, f"{paid:,.0f}", (k + _WIDTH + 0.01, paid), (2, 0), va="center", fontsize=8)
    axes.set_xticks(x, [str(year) for year in years])
    axes.set_xlim(-0.6, len(years) - 0.4)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("KRW bn a year")
    axes.legend(loc="upper left", reverse=True)
    whole_numbers(axes)
    short = 1.0 - float(budget.sum() / planned.sum()) if planned.any() else 0.0
    missing = f"; {100 * short:.0f} % of the planned budgets is not delivered" if short >= 0.005 else ""
    head(
        figure,
        f"KRW {spent.sum():,.0f} bn of public money spent from {years[0]} to {years[-1]}{missing}",
        f"Mean of replicates by programme and year{scaled_note(result)}."
        " Pale, left: delivered budget; dashed: planned budget. Full colour, right: spent.\n"
        "Lines: 90 % of replicates, total spent. Own money of firms is not included.",
    )


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
)
