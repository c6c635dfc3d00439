"""The histogram of ranks of simulation-based calibration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aixsim.report.figures.prior_posterior import short_name
from aixsim.report.figures.style import BLUE, GREY, canvas, head, save_with
from aixsim.stats.ranks import BINS, band, histogram, uniformity

_COLUMNS = 3


def draw_ranks(keys: Sequence[str], ranks: NDArray[np.float64], name: str, folder: Path) -> list[Path]:
    """Draws a histogram of the ranks of each uncertain number; returns the paths.

    Args:
        keys: uncertain numbers.
        ranks: of the truth among its posterior draws, in 0..1, shape ``(n_data_sets, n_keys)``.
        name: of the config.
        folder: is created.

    Raises:
        StoreError: the disk refuses.
    """
    n = len(ranks)
    low, high = band(n)
    n_rows = -(-len(keys) // _COLUMNS)
    with canvas((9.5, 1.4 + 1.75 * n_rows)) as figure:
        panels = figure.subplots(n_rows, _COLUMNS, squeeze=False, sharey=True).ravel()
        for panel, key, column in zip(panels, keys, ranks.T, strict=False):
            counts = histogram(column)
            panel.bar((np.arange(BINS) + 0.5) / BINS, counts, 0.92 / BINS, color=BLUE)
            panel.axhspan(low, high, color="#D9D9D9", alpha=0.6, linewidth=0, zorder=0)
            panel.axhline(n / BINS, color=GREY, linewidth=1.0, linestyle=(0, (3, 2)))
            panel.set_title(f"{short_name(key)} (p = {uniformity(column):.2f})", fontsize=9)
            panel.set_xlim(0, 1)
            panel.set_ylim(0, 2.2 * n / BINS)
            panel.tick_params(labelsize=8)
        for panel in panels[len(keys) :]:
            panel.set_visible(False)
        lie = int((np.abs(ranks - 0.5) <= 0.4).sum())
        head(
            figure,
            f"Known numbers found again: {100 * lie / ranks.size:.0f} % of {ranks.size:,} lie in their 80 % intervals",
            f"Rank of the true number among its posterior draws in {n:,} synthetic data sets: flat when the method is right.\n"
            "Grey: where 99 % of the bars of a flat histogram lie. p: of a chi-square test of flatness.",
        )
        return save_with(figure, (f"Source: aixsim calibration of {name}, {n:,} times",), folder, "ranks", formats=("png", "svg"))
