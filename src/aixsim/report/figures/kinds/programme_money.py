"""Public money by programme and year: budget beside spending."""

from __future__ import annotations

from typing import Any

import numpy as np

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.style import CYCLE, HATCHES, INK, head, scaled_note, whole_numbers
from aixsim.results.result import Result

_WIDTH = 0.36


def draw(result: Result, figure: Any) -> None:
    """Draws mean budget and mean spending side by side, stacked by programme, with the 90 % range of total spending."""
    axes = figure.subplots()
    money = result.money_by_year()
    if money is None:
        return
    years, total = money.years, money.total / result.scale
    spread, mean = np.quantile(total, [0.05, 0.95], axis=0), total.mean(axis=0)
    x = np.arange(len(years))
    for means, offset, alpha in ((money.budget, -_WIDTH / 2 - 0.01, 0.45), (money.spent, _WIDTH / 2 + 0.01, 1.0)):
        base = np.zeros(len(years))
        for programme, values, colour, hatch in zip(money.programmes, means / result.scale, CYCLE, HATCHES, strict=False):
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5, "alpha": alpha}
            axes.bar(x + offset, values, _WIDTH, bottom=base, label=programme if alpha == 1.0 else None, **look)
            base = base + values
        tops = base if alpha < 1.0 else np.maximum(base, spread[1])
        for place, height, top in zip(x + offset, base, tops, strict=True):
            axes.annotate(f"{height:,.0f}", (place, top), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=8)
    axes.errorbar(
        x + _WIDTH / 2 + 0.01, mean, yerr=[np.maximum(mean - spread[0], 0), np.maximum(spread[1] - mean, 0)],
        fmt="none", color=INK, capsize=3, linewidth=1.1,
    )  # fmt: skip
    axes.set_xticks(x, [str(year) for year in years])
    axes.set_xlim(-0.6, len(years) - 0.4)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("KRW bn a year")
    axes.legend(loc="upper left", reverse=True)
    whole_numbers(axes)
    budget, spent = (float(means.sum()) / result.scale for means in (money.budget, money.spent))
    share = f", {100 * spent / budget:.0f} % of the budget" if budget else ""
    note = scaled_note(result)
    head(
        figure,
        f"KRW {spent:,.0f} bn of public money spent from {years[0]} to {years[-1]}{share}",
        f"Mean of replicates by programme and year{f' ({note})' if note else ''}. Pale, left: budget. Full colour, right: spent.\n"
        "Whiskers: 90 % of replicates, total spent. What firms pay themselves is not in it.",
    )


FIGURE = Figure(
    "money",
    Result,
    "Budget and spending by programme and year",
    draw,
    needs="public programmes",
    applies=lambda result: result.has_money,
)
