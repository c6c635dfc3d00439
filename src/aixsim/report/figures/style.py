"""How figures look: colour-blind safe, readable in grey print, the same bytes for the same result."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from aixsim.errors import storage_error
from aixsim.model.calendar import parse_month
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep

# Okabe and Ito (2008): told apart by people with any common kind of colour vision, and by lightness in grey print.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F5F5F",
)  # fmt: skip
INK = "#1A1A1A"
BROWN, PLUM = "#8F5A00", "#8E3A6B"
"""Orange and purple dark enough to be read as text."""
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY, YELLOW)
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 3)))
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo", "**")
OUTCOME_LOOK: dict[str, tuple[str, str, Any]] = {
    "launched": (BLUE, BLUE, "-"),
    "operating": (ORANGE, BROWN, "--"),
    "decided": (GREEN, GREEN, "-."),
}
"""Colour of line and band, of text, and dash, by outcome."""

_LEFT, _TOP, _BOTTOM = 0.18, 0.98, 0.38
"""Margins in inches: left of all text, above the panels, below them."""
# Seaborn's "whitegrid" in its "notebook" context, font scale 0.85, spelt out: importing seaborn takes as long as drawing a figure.
_WHITEGRID: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 10.2,
    "axes.linewidth": 1.25,
    "font.size": 10.2,
    "legend.title_fontsize": 10.2,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "xtick.labelsize": 9.35,
    "xtick.major.size": 6,
    "xtick.major.width": 1.25,
    "xtick.minor.size": 4,
    "xtick.minor.width": 1,
    "ytick.labelsize": 9.35,
    "ytick.left": False,
    "ytick.major.size": 6,
    "ytick.major.width": 1.25,
    "ytick.minor.size": 4,
    "ytick.minor.width": 1,
}
_SAVING: dict[str, dict[str, Any]] = {
    # Level 3 packs a seventh worse than the default and twice as fast.
    "png": {"metadata": {"Software": "aixsim"}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None}},
}


@contextmanager
def canvas(size: tuple[float, float]) -> Iterator[Figure]:
    """Offers an empty figure in the house style, without touching anybody's matplotlib settings."""
    look: dict[Any, Any] = {
        **_WHITEGRID,
        "svg.hashsalt": "aixsim",
        "svg.fonttype": "none",
        "font.family": "DejaVu Sans",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.edgecolor": "#8C8C8C",
        "axes.labelcolor": GREY,
        "axes.titlelocation": "left",
        "axes.titlesize": 10.5,
        "axes.titley": 1.0,  # by itself, matplotlib looks for ticks above the panel at every drawing
        "axes.titleweight": "bold",
        "axes.xmargin": 0.0,
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.8,
        "hatch.linewidth": 0.7,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "text.color": INK,
        "xtick.bottom": True,
        "xtick.color": GREY,
        "ytick.color": GREY,
    }
    with mpl.rc_context(look):
        figure = Figure(figsize=size)
        width, height = size
        frame = (0.10 / width, _BOTTOM / height, 1 - 0.25 / width, 1 - (_TOP + _BOTTOM) / height)
        figure.set_layout_engine(ConstrainedLayoutEngine(rect=frame, w_pad=0.06, h_pad=0.06))
        yield figure


def head(figure: Figure, title: str, explanation: str) -> None:
    """Writes the finding, and below it what exactly is shown (two lines), above all panels; long ones in smaller print."""
    width, height = figure.get_size_inches()
    texts = (
        figure.text(_LEFT / width, 1 - 0.16 / height, title, fontsize=13.5, fontweight="bold", va="top"),
        figure.text(_LEFT / width, 1 - 0.46 / height, explanation, fontsize=9, color=GREY, va="top", linespacing=1.35),
    )
    room = (width - 2 * _LEFT) * figure.dpi
    for text in texts:
        text.set_fontsize(text.get_fontsize() * min(1.0, room / text.get_window_extent().width))


def scaled_note(result: Result) -> str:
    """Returns how counts of a sample were made national; empty for the whole nation."""
    return f"{result.sample_note}, scaled to the nation" if result.is_sample else ""


def save(figure: Figure, result: Result, folder: Path, name: str, *, formats: Sequence[str]) -> list[Path]:
    """Writes a figure of a result in each format, complete or not at all.

    Raises:
        StoreError: the disk refuses.
    """
    source = (f"Source: aixsim simulation, run {result.provenance['run_id']}", result.n_note, result.sample_note)
    return save_with(figure, source, folder, name, formats=formats)


def save_with(figure: Figure, source: Sequence[str], folder: Path, name: str, *, formats: Sequence[str]) -> list[Path]:
    """Writes a figure with a source line of the given parts; otherwise as ``save``."""
    width, height = figure.get_size_inches()
    figure.text(_LEFT / width, 0.14 / height, " · ".join(part for part in source if part), fontsize=7.5, color=GREY)
    _freeze(figure)
    paths = []
    for ending in formats:
        path = folder / f"{name}.{ending}"
        temporary = path.with_suffix(f".tmp.{ending}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            figure.savefig(temporary, dpi=200, **_SAVING[ending])
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            temporary.replace(path)
        except OSError as error:
            raise storage_error(path, error) from error
        paths.append(path)
    return paths


def _freeze(figure: Figure) -> None:
    """Lays the figure out once and rounds the places of its panels: the solver's last bits differ from call to call.

    Nothing is drawn for it, and without an engine no file is drawn twice.
    """
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                # By itself, matplotlib measures all tick labels to place even an empty label.
                axis.set_label_coords(0.5, 0.0)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)
    for axes in figure.axes:
        left, bottom, width, height = (round(float(edge), 5) for edge in axes.get_position(original=True).bounds)
        axes.set_position((left, bottom, width, height))


def month_ends(months: Sequence[dt.date]) -> Any:
    """Returns the last day of each month, where a count as of the end of the month belongs, shape ``(n_months,)``."""
    return np.array([(np.datetime64(month, "M") + 1).astype("datetime64[D]") - np.timedelta64(1, "D") for month in months])


def month_name(month: str) -> str:
    """Returns ``"2030-12"`` as "December 2030"."""
    return f"{dt.date(*parse_month(month), 1):%B %Y}"


def year_axis(axes: Any, result: Result | Sweep, *, short: bool = False) -> None:
    """Marks every January and names each year in its middle; short horizons keep matplotlib's own choice."""
    if result.horizon.n_months < 18:
        return
    first, last = np.datetime64(result.horizon.start, "D"), np.datetime64(result.horizon.end, "M") + 1
    years = result.horizon.years[:: 1 + result.horizon.n_months // 180]
    middles = [(year, np.datetime64(f"{year}-07-02")) for year in years]
    # Fixed ticks: matplotlib's date locators take most of the drawing time.
    axes.set_xticks([january for year in years if first < (january := np.datetime64(f"{year}-01-01")) < last], [])
    shown = [(year, middle) for year, middle in middles if first < middle < last]
    axes.set_xticks([middle for _, middle in shown], [f"’{year % 100:02d}" if short else str(year) for year, _ in shown], minor=True)
    axes.tick_params(axis="x", which="minor", length=0)


def whole_numbers(axes: Any) -> None:
    """Starts the vertical axis at 0 and groups its digits."""
    from matplotlib.ticker import StrMethodFormatter

    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def end_labels(axes: Any, x: Any, labels: Sequence[tuple[float, str, str]]) -> None:
    """Writes labels at the right end of curves, pushed apart where they would overlap; of equal heights the first stays on top.

    Args:
        axes: whose vertical limits are final.
        x: end of the curves.
        labels: height, text and colour.
    """
    low, high = axes.get_ylim()
    place_in_grid = axes.get_subplotspec()
    ratios = place_in_grid.get_gridspec().get_height_ratios()
    rows = slice(place_in_grid.rowspan.start, place_in_grid.rowspan.stop)
    inches = 0.62 * axes.get_figure().get_size_inches()[1] * sum(ratios[rows]) / sum(ratios)
    line = 0.19 * (high - low) / inches
    floor = -np.inf
    for _, (y, text, colour) in sorted(enumerate(labels), key=lambda item: (item[1][0], -item[0])):
        height = line * (text.count("\n") + 1)
        place = max(y, floor + height / 2)
        look: dict[str, Any] = {"color": colour, "fontsize": 9, "fontweight": "bold", "va": "center", "linespacing": 1.2}
        axes.annotate(text, (x, y), xytext=(x, place), annotation_clip=False, **look)
        floor = place + height / 2
