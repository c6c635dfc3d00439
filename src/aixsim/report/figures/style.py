"""Style of figures: colour-blind safe, readable in grey print, and reproducible."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from numpy.typing import NDArray

from aixsim.escapes import visible
from aixsim.results.result import Result

# Okabe and Ito (2008): distinguishable with common types of colour vision, and by lightness in grey print.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F5F5F",
)  # in the order of the names above  # fmt: skip
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
"""Margins in inches: left of all text, above the panels when two lines explain them, below them."""
_KOREAN = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo")
"""Fonts for names in Hangul, if installed; DejaVu Sans, the font of matplotlib, has no Hangul."""


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

NO_KOREAN = f"no font with Hangul is installed, so Korean names are drawn as boxes; install one of {', '.join(_KOREAN)}"


def korean_fonts() -> list[str]:
    """Returns the installed fonts with Hangul."""
    installed = set(font_manager.get_font_names())
    return [name for name in _KOREAN if name in installed]


def has_hangul(text: str) -> bool:
    """Returns whether a text contains Hangul."""
    return any("\uac00" <= letter <= "\ud7a3" or "\u1100" <= letter <= "\u11ff" or "\u3130" <= letter <= "\u318f" for letter in text)


@contextmanager
def house_style() -> Iterator[None]:
    """Sets the style of figures while the block runs; other matplotlib settings do not change."""
    with mpl.rc_context({**_STYLE, "font.family": ["DejaVu Sans", *korean_fonts()]}):
        yield


def escape_texts(figure: Figure) -> None:
    """Escapes control characters of names in all texts, also of ticks: fonts lack them, and SVG files must not hold them."""
    for text in figure.findobj(Text):
        if (shown := _shown(text.get_text())) != text.get_text():
            text.set_text(shown)
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        names = [label.get_text() for label in axis.get_ticklabels()]
        if (shown_names := list(map(_shown, names))) != names:
            axis.set_ticks(axis.get_ticklocs(), shown_names)


def _shown(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def new_figure(size: tuple[float, float], dpi: int = 100) -> Figure:
    """Returns an empty figure; ``size`` is in inches."""
    return Figure(figsize=size, dpi=dpi)


def lay_out(figure: Figure, source: str) -> None:
    """Writes the source line, and places the panels between it and the texts above them.

    Tight layout is used because constrained layout is not reproducible: its rounding errors depend on memory addresses.
    """
    width, height = figure.get_size_inches()
    figure.text(_LEFT / width, 0.14 / height, source, fontsize=7.5, color=GREY)
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) if not axis.get_label_text()):
        # By default, matplotlib measures all tick labels to place even an empty label.
        axis.set_label_coords(0.5, 0.0)
    lines = max(text.get_text().count("\n") for text in figure.texts)
    top = _TOP + 0.17 * max(lines - 1, 0)
    figure.tight_layout(pad=0.0, w_pad=1.2, h_pad=1.2, rect=(_LEFT / width, _BOTTOM / height, 1 - 0.25 / width, 1 - top / height))
    figure.set_layout_engine(None)  # the remaining layout engine would draw every file twice


class Place:
    """The user's axes, with the interface of a figure."""

    def __init__(self, axes: Any) -> None:
        """Wraps the axes; several panels divide their area."""
        self.axes = axes

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        """Returns the axes, or panels in their area; arguments as for a matplotlib figure."""
        if nrows == ncols == 1 and options.get("squeeze", True):
            return self.axes
        box = self.axes.get_position()
        self.axes.set_axis_off()
        ratios = {name: options.pop(name) for name in ("width_ratios", "height_ratios") if name in options}
        edges = {"left": box.x0, "right": box.x1, "bottom": box.y0, "top": box.y1}
        return GridSpec(nrows, ncols, self.axes.figure, **edges, **ratios).subplots(**options)

    def __getattr__(self, name: str) -> Any:
        """Returns an attribute of the figure."""
        return getattr(self.axes.figure, name)


_SMALLEST: Final = 1.0
"""Font size in points below which no text shrinks."""


def head(figure: Any, title: str, explanation: str) -> None:
    """Writes the title, and below it an explanation of two lines, above all panels; long ones in smaller print."""
    if isinstance(figure, Place):
        figure.axes.set_title(title)
        return
    width, height = figure.get_size_inches()
    texts = (
        figure.text(_LEFT / width, 1 - 0.16 / height, title, fontsize=13.5, fontweight="bold", va="top"),
        figure.text(_LEFT / width, 1 - 0.46 / height, explanation, fontsize=9, color=GREY, va="top", linespacing=1.35),
    )
    room = (width - 2 * _LEFT) * figure.dpi
    for text in texts:
        # Hinting rounds the widths of letters, so a size in proportion may still be too wide.
        while (wide := text.get_window_extent().width) > room and text.get_fontsize() > _SMALLEST:
            text.set_fontsize(text.get_fontsize() * min(0.99, room / wide))


def panel_grid(figure: Any, n: int, columns: int, **options: Any) -> NDArray[Any]:
    """Returns ``n`` panels in rows of ``columns``; options as for ``subplots``. The last row may have empty places."""
    panels = figure.subplots(math.ceil(n / columns), columns, squeeze=False, **options).ravel()
    for axes in panels[n:]:
        axes.set_visible(False)
    return panels[:n]


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
        look: dict[str, Any] = {"color": colour, "fontsize": 9, "fontweight": "bold", "va": "center", "linespacing": 1.2}
        axes.annotate(text, (x, y), xytext=(x, place), annotation_clip=False, **look)
        floor = place + height / 2
