"""The figure of how cost grows, beside the table of the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.estimate import number
from benchmarks.growth import Growth, size_in_words

from aixsim.report.figures.page_layout import head, lay_out, new_figure, write_caption
from aixsim.report.figures.style import BLUE, GREY, house_style

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "growth.png"
_COLUMNS = 3


def draw(items: Sequence[Growth], path: Path = FIGURE) -> None:
    """Draws the time against the size for all that grows, on logarithmic axes, and writes a PNG file."""
    with house_style():
        page = new_figure((9.5, 6.0), dpi=120)
        panels = page.subplots(-(-len(items) // _COLUMNS), _COLUMNS, squeeze=False).ravel()
        for axes in panels[len(items) :]:
            axes.set_axis_off()
        for axes, item in zip(panels, items, strict=False):
            value, low, high = ([1e3 * getattr(each, name) for each in item.seconds] for name in ("value", "low", "high"))
            below, above = ([abs(a - b) for a, b in zip(value, ends, strict=True)] for ends in (low, high))
            axes.errorbar(item.sizes, value, yerr=[below, above], color=BLUE, marker="o", capsize=3)
            power = -1.0 if item.what.startswith("workers") else 1.0
            axes.plot(item.sizes, [value[0] * (size / item.sizes[0]) ** power for size in item.sizes], color=GREY, linestyle=":")
            axes.set(xscale="log", yscale="log", title=item.what, ylabel="ms")
            axes.margins(0.15, 0.1)
            places = item.sizes if item.sizes[-1] < 1000 else item.sizes[::2]  # long numbers would overlap
            axes.set_xticks(places, [size_in_words(size) for size in places])
            axes.set_xticks([], minor=True)
            axes.set_yticks([value[0], value[-1]], [number(each) for each in (value[0], value[-1])])
            axes.set_yticks([], minor=True)
        explanation = "Time against size, both axes logarithmic. The dotted line is proportional to the size, for workers to its inverse."
        head(page, "How cost grows", explanation)
        write_caption(page, "Medians with 95 % intervals by bootstrap over turns · one national replicate; whole runs for the last two")
        lay_out(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        page.savefig(path)
