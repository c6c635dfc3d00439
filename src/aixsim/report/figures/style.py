"""Style of figures: colour-blind safe, readable in grey print, and reproducible."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from numpy.typing import NDArray

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
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 3)))
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "++", "oo", "**")
OUTCOME_LOOK: dict[str, tuple[str, str, Any]] = {
    "launched": (BLUE, BLUE, "-"),
    "operating": (ORANGE, BROWN, "--"),
    "decided": (GREEN, GREEN, "-."),
}
"""Colour of line and band, of text, and dash, by outcome."""

_LEFT, _TOP, _BOTTOM, _TITLE_LINE = 0.18, 0.98, 0.38, 0.24
"""In inches: margin left of all text, above the panels when two lines explain them, below them; height of a line of the title."""
_NARROW_COLUMNS = 2
_JOINED = re.compile(r" (?=%|\[|=)|(?<=[=n]) (?=\d)|(?<=KRW) |(?<=\d) (?=bn)")
"""Spaces at which no line is broken."""
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


def escape_texts(figure: Figure) -> set[str]:
    """Makes all texts safe to draw, also those of ticks, and returns the characters that no font has; they are replaced by ``?``.

    Control characters of names are escaped: fonts lack them, and SVG files must not hold them. All minus signs become the same one.
    """
    axes = [axis for panel in figure.axes for axis in (panel.xaxis, panel.yaxis)]
    ticks = [[label.get_text() for label in axis.get_ticklabels()] for axis in axes]
    texts = figure.findobj(Text)
    lost = missing(_shown(text) for text in [*(text.get_text() for text in texts), *(name for names in ticks for name in names)])
    table = dict.fromkeys(map(ord, lost), "?")
    for text in texts:
        if (shown := _shown(text.get_text()).translate(table)) != text.get_text():
            text.set_text(shown)
    for axis, names in zip(axes, ticks, strict=True):
        if (shown_names := [_shown(name).translate(table) for name in names]) != names:
            axis.set_ticks(axis.get_ticklocs(), shown_names)
    return lost


def _shown(text: str) -> str:
    return _HYPHEN_FOR_MINUS.sub("\N{MINUS SIGN}", "\n".join(map(visible, text.split("\n"))))


class Page(Figure):
    """An empty figure that stacks panels that would stand side by side, if it is narrow.

    Attributes:
        is_narrow: whether it is drawn for one column of a paper.
    """

    is_narrow = False

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        """Returns panels; arguments as for a matplotlib figure."""
        if self.is_narrow and nrows == 1 and ncols > 1:
            options.pop("width_ratios", None)
            nrows, ncols = ncols, 1
            self.set_size_inches(self.get_size_inches() * (1.0, 0.8 * nrows))
        return super().subplots(nrows, ncols, **options)


def new_figure(size: tuple[float, float], dpi: float = 100, *, is_narrow: bool = False) -> Page:
    """Returns an empty figure; ``size`` is in inches."""
    page = Page(figsize=size, dpi=dpi)
    page.is_narrow = is_narrow
    return page


def lay_out(figure: Figure, caption: str, *, is_fixed: bool = False) -> None:
    """Writes the caption, and places the panels between it and the texts above them.

    Tight layout is used because constrained layout is not reproducible: its rounding errors depend on memory addresses.

    Args:
        figure: with texts by ``head``.
        caption: below the panels.
        is_fixed: whether the height stays; else long texts make the figure higher, so that panels keep their size.
    """
    bottom = figure.text(0, 0, caption, fontsize=7.5, color=GREY, va="bottom", linespacing=1.0, gid="caption")
    _fit(figure, bottom)
    title, explanation = written(figure, "title"), written(figure, "explanation")
    n_title, n_explanation, n_caption = (text.count("\n") + 1 for text in (title, explanation, bottom.get_text()))
    below_title = 0.46 + _TITLE_LINE * (n_title - 1)
    top = below_title + 0.17 * n_explanation + 0.18
    foot = _BOTTOM + 0.14 * (n_caption - 1)
    width, height = figure.get_size_inches()
    if not is_fixed:
        height += top - _TOP + foot - _BOTTOM
        figure.set_size_inches(width, height)
    for text in figure.texts:
        place = {"title": 1 - 0.16 / height, "explanation": 1 - below_title / height, "caption": 0.12 / height}.get(str(text.get_gid()))
        if place is not None:
            text.set_position((_LEFT / width, place))
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) if not axis.get_label_text()):
        # By default, matplotlib measures all tick labels to place even an empty label.
        axis.set_label_coords(0.5, 0.0)
    figure.tight_layout(pad=0.0, w_pad=1.2, h_pad=1.2, rect=(_LEFT / width, foot / height, 1 - 0.25 / width, 1 - top / height))
    figure.set_layout_engine(None)  # the remaining layout engine would draw every file twice


def written(figure: Figure, part: str) -> str:
    """Returns the ``title``, ``explanation``, ``intervals`` or ``caption`` of a figure as it stands in it; empty if it has none."""
    return next((text.get_text() for text in figure.texts if text.get_gid() == part), "")


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


def head(figure: Any, title: str, explanation: str, intervals: str = "") -> None:
    """Writes the texts of a figure.

    Args:
        figure: onto which they are written; axes of the user get the title alone.
        title: the finding, in bold print above all panels.
        explanation: how to read the figure, below the title.
        intervals: what bands and bars show, for the caption.
    """
    if isinstance(figure, Place):
        figure.axes.set_title(title)
        return
    above = figure.text(0, 1, title, fontsize=13.5, fontweight="bold", va="top", linespacing=1.0, gid="title")
    below = figure.text(0, 1, " ".join(explanation.split()), fontsize=9, color=GREY, va="top", linespacing=1.0, gid="explanation")
    for text in (above, below):
        _fit(figure, text)
    figure.text(0, 0, intervals, visible=False, gid="intervals")


def _fit(figure: Figure, text: Text) -> None:
    """Breaks a text into lines that are no wider than the figure; only a single word that is wider becomes smaller."""
    room = (figure.get_size_inches()[0] - 2 * _LEFT) * figure.dpi
    words, wide = _JOINED.sub("\N{NO-BREAK SPACE}", text.get_text()), text.get_window_extent().width
    letters = len(words) if wide <= room else int(len(words) * room / wide)
    while wide > room and letters > max(map(len, words.split())):
        lines = textwrap.wrap(words, letters, break_long_words=False, break_on_hyphens=False)
        if text.get_gid() == "title":  # lines of like length
            even = range(letters, 0, -1)
            fewest = next(n for n in even if n == 1 or len(textwrap.wrap(words, n - 1, break_long_words=False)) > len(lines))
            lines = textwrap.wrap(words, fewest, break_long_words=False, break_on_hyphens=False)
        text.set_text("\n".join(lines).replace("\N{NO-BREAK SPACE}", " "))
        wide, letters = text.get_window_extent().width, letters - max(letters // 40, 1)
    while (wide := text.get_window_extent().width) > room and text.get_fontsize() > 1.0:
        text.set_fontsize(text.get_fontsize() * min(0.99, room / wide))


def panel_grid(figure: Any, n: int, columns: int, **options: Any) -> NDArray[Any]:
    """Returns ``n`` panels in rows of ``columns``, fewer in a narrow figure; options as for ``subplots``. The last row may have gaps."""
    if getattr(figure, "is_narrow", False) and columns > _NARROW_COLUMNS:
        more = math.ceil(n / _NARROW_COLUMNS) / math.ceil(n / columns)
        figure.set_size_inches(figure.get_size_inches() * (1.0, 0.8 * more))
        columns = _NARROW_COLUMNS
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
        look: dict[str, Any] = {"color": colour, "fontsize": 9, "fontweight": "bold", "va": "center", "linespacing": 1.0}
        axes.annotate(text, (x, y), xytext=(x, place), annotation_clip=False, **look)
        floor = place + height / 2
