"""Months on the horizontal axis, and as text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import parse_month
from aixsim.report.figures.style import GREY
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep


def month_ends(months: Any) -> NDArray[np.datetime64]:
    """Returns the last day of each month, the date of counts; from dates or timestamps, shape ``(n_months,)``."""
    following = np.array(months, "datetime64[M]") + np.timedelta64(1, "M")
    days: NDArray[np.datetime64] = following.astype("datetime64[D]")
    return days - np.timedelta64(1, "D")


def month_name(month: str) -> str:
    """Returns ``"2030-12"`` as "December 2030"."""
    return f"{dt.date(*parse_month(month), 1):%B %Y}"


def mark_given(axes: Any, result: Result) -> None:
    """Divides years whose budgets and grants are those of calls that were held from simulated ones: at the last observed count."""
    months = [seen["month"] for seen in result.provenance["observed"] if result.horizon.start <= seen["month"] < result.horizon.end]
    if not months:
        return
    (when,) = month_ends([dt.date(*parse_month(max(months)), 1)])
    axes.axvline(when, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)), zorder=1)
    top = ("data", "axes fraction")
    for text, shift, side in (("given", -4, "right"), ("simulated", 4, "left")):
        axes.annotate(
            text, (when, 1.0), xycoords=top, xytext=(shift, -3), textcoords="offset points", ha=side, va="top", fontsize=8, color=GREY
        )


def year_axis(axes: Any, result: Result | Sweep, *, short: bool = False) -> None:
    """Marks every January and names each year in its middle; short horizons use the ticks of matplotlib."""
    if result.horizon.n_months < 18:
        return
    first, last = np.datetime64(result.horizon.start, "D"), np.datetime64(result.horizon.end, "M") + np.timedelta64(1, "M")
    years = result.horizon.years[:: 1 + result.horizon.n_months // 180]
    middles = [(year, np.datetime64(f"{year}-07-02")) for year in years]
    # Fixed ticks: matplotlib's date locators take most of the drawing time.
    axes.set_xticks([january for year in years if first < (january := np.datetime64(f"{year}-01-01")) < last], [])
    shown = [(year, middle) for year, middle in middles if first < middle < last]
    axes.set_xticks([middle for _, middle in shown], [f"’{year % 100:02d}" if short else str(year) for year, _ in shown], minor=True)
    axes.tick_params(axis="x", which="minor", length=0)
