"""Style of figures: colour-blind safe, readable in grey print, and reproducible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from aixsim.escapes import visible
from aixsim.report.figures.font_families import families, missing
from aixsim.results.result import Result

# Okabe and Ito (2008): distinguishable with common types of colour vision, and by lightness in grey print.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F5F5F",
)  # in the order of the names above  # fmt: skip
INK = "#1A1A1A"
BROWN, PLUM = "#8F5A00", "#8E3A6B"
"""Orange and purple dark enough to be read as text."""
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY, YELLOW)
INK_OF: Final = {ORANGE: BROWN, PURPLE: PLUM, YELLOW: BROWN, SKY: BLUE}
"""Colours of text for lines whose colour is too pale to be read."""
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 3)))
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo", "**")
OUTCOME_LOOK: dict[str, tuple[str, str, Any]] = {
    "launched": (BLUE, BLUE, "-"),
    "operating": (ORANGE, BROWN, "--"),
    "decided": (GREEN, GREEN, "-."),
}
"""Colour of line and band, of text, and dash, by outcome."""

_HYPHEN_FOR_MINUS = re.compile(r"(?<![\w)\]])-(?=[\d.])")


_TICKS: Final = {
    "color": GREY,
    "direction": "out",
    "labelsize": 9.35,
    "major.size": 6.0,
    "major.width": 1.25,
    "minor.size": 4.0,
    "minor.width": 1.0,
}
_STYLE: Final[dict[Any, Any]] = {
    # As whitegrid of seaborn, whose import takes longer than half of the figures of a result.
    "axes.axisbelow": True,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.labelsize": 10.2,
    "axes.linewidth": 1.25,
    "axes.spines.bottom": True,
    "figure.facecolor": "white",
    "font.size": 10.2,
    "grid.linestyle": "-",
    "image.cmap": "viridis",
    "legend.title_fontsize": 10.2,
    "lines.linewidth": 1.5,
    "lines.markersize": 6.0,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "patch.linewidth": 1.0,
    **{f"{axis}tick.{key}": value for axis in "xy" for key, value in _TICKS.items()},
    "xtick.bottom": True,
    "xtick.top": False,
    "ytick.left": False,
    "ytick.right": False,
    # Own.
    "svg.hashsalt": "aixsim",
    "svg.fonttype": "none",
    "text.parse_math": False,  # names may hold dollar signs
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#8C8C8C",
    "axes.labelcolor": GREY,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titley": 1.0,  # by default, matplotlib checks for ticks above the panel at every drawing
    "axes.titleweight": "bold",
    "axes.xmargin": 0.0,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.color": INK,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Sets the style of figures while the block runs; other matplotlib settings do not change."""
    with mpl.rc_context({**_STYLE, "font.family": families()}):
        yield


def escape_texts(figure: Figure, translate: Callable[[str], str] = str) -> set[str]:
    """Makes all texts safe to draw, also those of ticks, and returns the characters that no font has; they are replaced by ``?``.

    Control characters of names are escaped: fonts lack them, and SVG files must not hold them. All minus signs become the same one.

    Args:
        figure: with all its texts.
        translate: into the language of the figure.
    """
    axes = [axis for panel in figure.axes for axis in (panel.xaxis, panel.yaxis)]
    ticks = [[label.get_text() for label in axis.get_ticklabels()] for axis in axes]
    texts = figure.findobj(Text)
    lost = missing(_shown(translate(text)) for text in [*(text.get_text() for text in texts), *(name for names in ticks for name in names)])
    table = dict.fromkeys(map(ord, lost), "?")
    for text in texts:
        if (shown := _shown(translate(text.get_text())).translate(table)) != text.get_text():
            text.set_text(shown)
    for axis, names in zip(axes, ticks, strict=True):
        if (shown_names := [_shown(translate(name)).translate(table) for name in names]) != names:
            axis.set_ticks(axis.get_ticklocs(), shown_names)
    return lost


def _shown(text: str) -> str:
    return _HYPHEN_FOR_MINUS.sub("\N{MINUS SIGN}", "\n".join(map(visible, text.split("\n"))))


def offset_text(axes: Any, text: str, at: tuple[Any, Any], offset: tuple[float, float], **look: Any) -> None:
    """Writes text near a position in data coordinates, with an ``offset`` in points."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **look)


def row_text(axes: Any, x: float, y: float, text: str, **look: Any) -> None:
    """Writes text next to a row: ``x`` as a share of the width of the axes, more than 1 to their right, and ``y`` in data coordinates."""
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), **{"va": "center", "fontsize": 9, **look})


def scaled_note(result: Result) -> str:
    """Returns a note in brackets that counts of a sample are scaled to the nation; empty for scale 1."""
    return f" ({result.sample_note}, scaled to the nation)" if result.is_sample else ""


def whole_numbers(axes: Any) -> None:
    """Starts the vertical axis at 0 and formats its numbers."""
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter("{x:,.0f}")


def end_labels(axes: Any, x: Any, labels: Sequence[tuple[float, str, str]]) -> None:
    """Writes labels at the right end of curves, shifted where they would overlap; of equal heights the first stays on top.

    Args:
        axes: axes with final vertical limits.
        x: end of the curves.
        labels: height, text and colour.
    """
    low, high = axes.get_ylim()
    # Titles and years take a fifth of the height of the axes before layout.
    line = 0.19 * (high - low) / (0.8 * axes.bbox.height / axes.figure.dpi)
    floor = -np.inf
    for _, (y, text, colour) in sorted(enumerate(labels), key=lambda item: (item[1][0], -item[0])):
        height = line * (text.count("\n") + 1)
        place = max(y, floor + height / 2)
        look: dict[str, Any] = {"color": colour, "fontsize": 9, "fontweight": "bold", "va": "center", "linespacing": 1.0}
        axes.annotate(text, (x, y), xytext=(x, place), annotation_clip=False, **look)
        floor = place + height / 2
