"""Page of a figure: title and explanation above the panels, caption below them."""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from numpy.typing import NDArray

from aixsim.report.figures.korean import korean
from aixsim.report.figures.style import GREY

_LEFT, _TOP, _BOTTOM, _TITLE_LINE = 0.18, 0.98, 0.38, 0.24
"""In inches: margin left of all text, above the panels when two lines explain them, below them; height of a line of the title."""
_NARROW_COLUMNS = 2
_JOINED = re.compile(r" (?=%|\[|=)|(?<=[=n]) (?=\d)|(?<=KRW) |(?<=\d) (?=bn)")
"""Spaces at which no line is broken."""


class Page(Figure):
    """An empty figure that stacks panels that would stand side by side, if it is narrow.

    Attributes:
        is_narrow: whether it is drawn for one column of a paper.
        language: of its texts, ``en`` or ``ko``.
    """

    is_narrow = False
    language = "en"

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        """Returns panels; arguments as for a matplotlib figure."""
        if self.is_narrow and nrows == 1 and ncols > 1:
            options.pop("width_ratios", None)
            nrows, ncols = ncols, 1
            width, height = self.get_size_inches()
            self.set_size_inches(width, height * (nrows if nrows > 2 else 0.8 * nrows))
        return super().subplots(nrows, ncols, **options)


def new_figure(size: tuple[float, float], dpi: float = 100, *, is_narrow: bool = False, language: str = "en") -> Page:
    """Returns an empty figure; ``size`` is in inches."""
    page = Page(figsize=size, dpi=dpi)
    page.is_narrow, page.language = is_narrow, language
    return page


def translated(figure: Any, text: str) -> str:
    """Returns a text in the language of a figure."""
    return korean(text) if getattr(figure, "language", "en") == "ko" else text


def write_caption(figure: Figure, caption: str) -> None:
    """Writes the caption, which ``lay_out`` places below the panels."""
    figure.text(0, 0, caption, fontsize=7.5, color=GREY, va="bottom", linespacing=1.0, gid="caption")


def lay_out(figure: Figure, *, is_fixed: bool = False) -> None:
    """Places the panels between the caption and the texts above them.

    Tight layout is used because constrained layout is not reproducible: its rounding errors depend on memory addresses.

    Args:
        figure: with texts by ``head`` and ``write_caption``.
        is_fixed: whether the height stays; else long texts make the figure higher, so that panels keep their size.
    """
    for text in figure.texts:
        if text.get_gid() == "caption":
            _fit(figure, text)
    title, explanation = written(figure, "title"), written(figure, "explanation")
    n_title, n_explanation, n_caption = (text.count("\n") + 1 for text in (title, explanation, written(figure, "caption")))
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
    title, explanation, intervals = (translated(figure, text) for text in (title, " ".join(explanation.split()), intervals))
    above = figure.text(0, 1, title, fontsize=13.5, fontweight="bold", va="top", linespacing=1.0, gid="title")
    below = figure.text(0, 1, explanation, fontsize=9, color=GREY, va="top", linespacing=1.0, gid="explanation")
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
    while (wide := text.get_window_extent().width) > room and float(text.get_fontsize()) > 1.0:
        text.set_fontsize(float(text.get_fontsize()) * min(0.99, room / wide))


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
