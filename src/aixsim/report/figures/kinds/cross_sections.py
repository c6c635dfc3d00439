"""Cross-sections that were held out: predicted beside counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aixsim.report.figures.style import BLUE, GREY, INK, canvas, head, save_with

_TITLES = {"size": "By size class, end of 2024 (survey)", "park": "Tenants of seven parks, August 2022"}


def draw_cross_sections(report: dict[str, Any], folder: Path) -> list[Path]:
    """Draws predicted intervals and counted shares by size class and park; returns the paths, none when nothing was held out.

    Args:
        report: content of ``calibration.json``.
        folder: is created.

    Raises:
        StoreError: the disk refuses.
    """
    groups = [group for group in _TITLES if any(one["group"] == group for one in report["held_out"])]
    if not groups:
        return []
    shares = [one for one in report["held_out"] if one["group"]]
    covered = sum(one["intervals"]["80"][0] <= one["counted"] <= one["intervals"]["80"][1] for one in shares)
    with canvas((11.0, 4.6)) as figure:
        panels = figure.subplots(1, len(groups), squeeze=False).ravel()
        for panel, group in zip(panels, groups, strict=True):
            _panel(panel, [one for one in shares if one["group"] == group], _TITLES[group])
        head(
            figure,
            f"Held out: {covered} of {len(shares)} counted shares lie in their predicted 80 % intervals",
            "Share of firms with a smart factory. Dots: counted. Line and bars: predicted median, central 80 and 95 % of a model fitted\n"
            "to national counts alone; its size gradient is that of AI in the EU, its parks have no advantage.",
        )
        sample = f"sample of {100 * report['scale']:g} % of firms" if report["scale"] < 1 else ""
        source = (f"Source: aixsim calibration of {report['config']}; {_sources(shares)}", sample)
        return save_with(figure, source, folder, "cross-sections", formats=("png", "svg"))


def _panel(axes: Any, shares: Sequence[dict[str, Any]], title: str) -> None:
    for y, one in enumerate(reversed(shares)):
        for level, width, alpha in (("95", 5, 0.25), ("80", 11, 0.35)):
            low, high = one["intervals"][level]
            axes.plot([100 * low, 100 * high], [y, y], color=BLUE, linewidth=width, alpha=alpha, solid_capstyle="butt")
        axes.plot(100 * one["median"], y, "|", color=BLUE, markersize=13, markeredgewidth=2.4)
        axes.plot(100 * one["counted"], y, "o", color=INK, markersize=6, zorder=5)
        axes.annotate(
            f"{100 * one['counted']:.1f} %",
            (100 * one["counted"], y),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=GREY,
        )
    axes.set_yticks(range(len(shares)), [one["level"] for one in reversed(shares)])
    axes.set_ylim(-0.6, len(shares) - 0.3)
    axes.set_xlim(0, None)
    axes.xaxis.set_major_formatter("{x:.0f} %")
    axes.set_title(title)
    axes.grid(visible=False, axis="y")


def _sources(shares: Sequence[dict[str, Any]]) -> str:
    return "; ".join(dict.fromkeys(source for one in shares for source in one["source"].split(";")))
