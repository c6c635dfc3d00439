"""Held-out cross-sections: predicted and observed shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aixsim.data.packaged import rows
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, GREY, INK, offset_text
from aixsim.report.figures.subjects import Calibration, source_of

_TITLES = {"size": "By size class, end of 2024 (survey)", "park": "Tenants of seven parks, August 2022"}


def draw(calibration: Calibration, figure: Any) -> None:
    """Draws predicted intervals and observed shares by size class and park."""
    groups, shares = _groups(calibration), _shares(calibration)
    covered = sum(one["intervals"]["80"][0] <= one["counted"] <= one["intervals"]["80"][1] for one in shares)
    panels = figure.subplots(1, len(groups), squeeze=False).ravel()
    for panel, group in zip(panels, groups, strict=True):
        _panel(panel, [one for one in shares if one["group"] == group], _TITLES[group])
    head(
        figure,
        f"Held out: {covered} of {len(shares)} observed shares lie in their predicted 80 % intervals",
        "Share of firms with a smart factory. Dots: observed. Line: predicted median of a model fitted to national counts alone;"
        " its size gradient is that of AI in the EU, its parks have no advantage.",
        "Bars: central 80 % and 95 % of predictions",
    )


def _shares(calibration: Calibration) -> list[dict[str, Any]]:
    return [one for one in calibration.report["held_out"] if one["group"]]


def _groups(calibration: Calibration) -> list[str]:
    return [group for group in _TITLES if any(one["group"] == group for one in _shares(calibration))]


def _panel(axes: Any, shares: Sequence[dict[str, Any]], title: str) -> None:
    for y, one in enumerate(reversed(shares)):
        for level, width, alpha in (("95", 5, 0.25), ("80", 11, 0.35)):
            low, high = one["intervals"][level]
            axes.plot([100 * low, 100 * high], [y, y], color=BLUE, linewidth=width, alpha=alpha, solid_capstyle="butt")
        axes.plot(100 * one["median"], y, "|", color=BLUE, markersize=13, markeredgewidth=2.4)
        axes.plot(100 * one["counted"], y, "o", color=INK, markersize=6, zorder=5)
        offset_text(axes, f"{100 * one['counted']:.1f} %", (100 * one["counted"], y), (0, 8), ha="center", fontsize=8, color=GREY)
    axes.set_yticks(range(len(shares)), [one["level"] for one in reversed(shares)])
    axes.set_ylim(-0.6, len(shares) - 0.3)
    axes.set_xlim(0, None)
    axes.xaxis.set_major_formatter("{x:.0f} %")
    axes.set_title(title)
    axes.grid(visible=False, axis="y")


def _source(calibration: Calibration) -> tuple[str, ...]:
    about, _, sample = source_of(calibration)
    known = {row["source_id"]: f"{row['publisher']} {row['date'][:4]}" for row in rows("sources.csv")}
    ids = dict.fromkeys(source.strip() for one in _shares(calibration) for source in one["source"].split(";"))
    counts = "; ".join(known.get(source, source) for source in ids)
    return (f"{about}; {counts}", sample)


FIGURE = Figure(
    "cross-sections",
    Calibration,
    "Observed and predicted shares by size and park",
    draw,
    needs="held-out shares",
    applies=lambda calibration: bool(_groups(calibration)),
    size=(11.0, 4.6),
    source=_source,
)
