"""The histogram of ranks of simulation-based calibration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.kinds.prior_posterior import short_names
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, GREY
from aixsim.report.figures.subjects import SelfCheck
from aixsim.stats.ranks import BINS, band, histogram, uniformity

_COLUMNS = 3


def draw(check: SelfCheck, figure: Any) -> None:
    """Draws a histogram of the ranks of each uncertain parameter."""
    n = len(check.ranks)
    low, high = band(n)
    panels = panel_grid(figure, len(check.keys), _COLUMNS, sharey=True)
    for panel, name, column in zip(panels, short_names(check.keys), check.ranks.T, strict=True):
        panel.bar((np.arange(BINS) + 0.5) / BINS, histogram(column), 0.92 / BINS, color=BLUE)
        panel.axhspan(low, high, color="#D9D9D9", alpha=0.6, linewidth=0, zorder=0)
        panel.axhline(n / BINS, color=GREY, linewidth=1.0, linestyle=(0, (3, 2)))
        panel.set_title(f"{name} (p = {uniformity(column):.2f})", fontsize=9)
        panel.set_xlim(0, 1)
        panel.set_ylim(0, 2.2 * n / BINS)
        panel.tick_params(labelsize=8)
    lie = int((np.abs(check.ranks - 0.5) <= 0.4).sum())
    head(
        figure,
        f"Calibration: {100 * lie / check.ranks.size:.0f} % of {check.ranks.size:,} true values lie in their 80 % intervals",
        f"Across: rank of the true value among its posterior draws, from 0 (lowest) to 1 (highest). Up: number of the {n:,} synthetic"
        " data sets. A correct method gives bars of equal height.",
        "Grey: where 99 % of such bars lie; p: of a chi-square test of equal heights",
    )


FIGURE = Figure(
    "ranks",
    SelfCheck,
    "Ranks of known parameters among their posterior draws",
    draw,
    size=lambda check: (9.5, 1.4 + 1.75 * math.ceil(len(check.keys) / _COLUMNS)),
)
