"""A tile map of Korea: one square per province, with coloured frames of poles and special zones. No map data are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from aixsim.report.figures.style import BLUE, BROWN, GREEN, GREY, INK, ORANGE, PLUM, SKY, VERMILION
from aixsim.world.classification import POLE_OF_PROVINCE, POLES

PLACES: Final[dict[str, tuple[float, float]]] = {
    "Seoul": (1, 0), "Gangwon": (2, 0),
    "Incheon": (0, 1), "Gyeonggi": (1, 1), "Chungbuk": (2, 1), "Gyeongbuk": (3, 1),
    "Chungnam": (0, 2), "Sejong": (1, 2), "Daejeon": (2, 2), "Daegu": (3, 2),
    "Jeonbuk": (1, 3), "Gyeongnam": (2, 3), "Ulsan": (3, 3),
    "Gwangju": (0, 4), "Jeonnam": (1, 4), "Busan": (3, 4),
    "Jeju": (0, 5.15),
}  # one line per row of the map  # fmt: skip
"""Column and row of each province: neighbours stay close as far as squares allow, and every pole is connected."""

UNTESTED: Final = " How they spread over regions has not been tested against counts."
NOT_VALIDATED: Final = "Provinces are not validated."
POLE_COLOURS: Final = dict(zip(POLES, (INK, BLUE, VERMILION, GREEN, PLUM, SKY, ORANGE, BROWN), strict=True))
_ROWS, _COLUMNS = 6.15, 4.0
_FRAME, _GAP = 0.045, 0.10
"""Inset of the frame of a pole, and gap between tiles, as shares of a tile."""
_SIDES: Final = {(0, -1): ((0, 0), (1, 0)), (0, 1): ((0, 1), (1, 1)), (-1, 0): ((0, 0), (0, 1)), (1, 0): ((1, 0), (1, 1))}


@dataclass(frozen=True, slots=True)
class Tile:
    """Content of one tile.

    Attributes:
        value: position in the colour map, 0 to 1.
        number: text in large print.
        note: text below it in small print; may be empty.
        is_faint: whether it is hatched, because the interval contains 0.
    """

    value: float
    number: str
    note: str = ""
    is_faint: bool = False


def draw_tiles(axes: Any, tiles: Mapping[str, Tile], colours: Any) -> None:
    """Draws tiles by province onto empty axes, in the colours of a matplotlib colour map."""
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-0.06, _COLUMNS + 0.06)
    axes.set_ylim(_ROWS + 0.06, -0.06)
    for province, (x, y) in PLACES.items():
        tile = tiles[province]
        fill = colours(tile.value)
        box = ((x + _GAP / 2, y + _GAP / 2), 1 - _GAP, 1 - _GAP)
        axes.add_patch(Rectangle(*box, facecolor=fill, edgecolor="none"))
        if tile.is_faint:
            axes.add_patch(Rectangle(*box, fill=False, hatch="////", edgecolor="#D0D0D0", linewidth=0))
        middle: dict[str, Any] = {"ha": "center", "va": "center", "color": _ink(fill)}
        axes.text(x + 0.5, y + 0.22, province, fontsize=7.8, **middle)
        axes.text(x + 0.5, y + (0.49 if tile.note else 0.57), tile.number, fontsize=13.5, fontweight="bold", **middle)
        if tile.note:
            axes.text(x + 0.5, y + 0.77, tile.note, fontsize=6.8, **middle)
    for pole in POLES:
        _frame(axes, [PLACES[province] for province, of in POLE_OF_PROVINCE.items() if of == pole], POLE_COLOURS[pole])


def tile_legend(axes: Any, colours: Any, darkest: float, ends: tuple[float, float]) -> None:
    """Draws a strip of the colours up to ``darkest`` with the numbers at its ends, and below it that provinces are not validated."""
    x, y, wide, high = 1.35, 5.25, 2.4, 0.16
    steps = 24
    for k in range(steps):
        axes.add_patch(
            Rectangle((x + wide * k / steps, y), wide / steps, high, facecolor=colours(darkest * (k + 0.5) / steps), edgecolor="none")
        )
    for place, value, side in ((x, ends[0], "left"), (x + wide, ends[1], "right")):
        axes.text(place, y + high + 0.03, f"{value:,.3g}", fontsize=7.5, ha=side, va="top", color=GREY)
    axes.text(x, y + 0.55, NOT_VALIDATED, fontsize=7.5, va="top", color=INK, fontweight="bold")


def _frame(axes: Any, places: Sequence[tuple[float, float]], colour: str) -> None:
    """Draws the outline of a pole, a little inside its tiles so that neighbouring frames do not hide each other."""
    inside, lines = set(places), []
    for x, y in places:
        for (dx, dy), ((x0, y0), (x1, y1)) in _SIDES.items():
            if (x + dx, y + dy) in inside:
                continue
            ends = [[x + x0, y + y0], [x + x1, y + y1]]
            for end, (ex, ey) in zip(ends, ((x0, y0), (x1, y1)), strict=True):
                _set_in(end, (x, y), (ex, ey), inside, along_x=dy != 0)
            lines.append(ends)
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=2.6, capstyle="projecting", zorder=3))


def _set_in(
    end: list[float], tile: tuple[float, float], corner: tuple[int, int], inside: set[tuple[float, float]], *, along_x: bool
) -> None:
    """Shifts one end of a border: inwards across the border, and along it unless the shape continues there."""
    x, y = tile
    step_x, step_y = (1 if corner[0] else -1), (1 if corner[1] else -1)
    neighbour = (x + step_x, y) if along_x else (x, y + step_y)
    diagonal = (x + step_x, y + step_y)
    across, along = (1, 0) if along_x else (0, 1)
    end[across] -= _FRAME * (step_y if along_x else step_x)
    if neighbour not in inside:
        end[along] -= _FRAME * (step_x if along_x else step_y)
    elif diagonal in inside:
        end[along] += _FRAME * (step_x if along_x else step_y)


def _ink(fill: Any) -> str:
    """Returns black or white, whichever has more contrast on a colour (relative luminance of WCAG 2)."""
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in fill[:3])
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.30 else "white"


def pole_table(axes: Any, rows: Mapping[str, Sequence[str]], heads: Sequence[str], edges: Sequence[float]) -> None:
    """Draws the legend of the frames as a table onto empty axes: colour, name and numbers of every pole and special zone.

    Args:
        rows: cells by pole, right-aligned at ``edges``; text after a line break is printed below in small print.
        heads: above the cells.
        edges: right edge of each column of cells, 0 to 1.
    """
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) + 3.5, -1.0)
    small: dict[str, Any] = {"fontsize": 8, "color": GREY, "va": "bottom"}
    for edge, name in zip(edges, heads, strict=True):
        axes.text(edge, 0.22, name, ha="right", linespacing=1.1, **small)
    for place, (pole, cells) in enumerate(rows.items()):
        y = place + 0.85
        axes.add_patch(Rectangle((0.0, y - 0.3), 0.055, 0.6, fill=False, edgecolor=POLE_COLOURS[pole], linewidth=2.6))
        axes.text(0.09, y - 0.14, pole, va="center", fontsize=9)
        # With names, because frames look alike in grey print.
        members = ", ".join(province for province, of in POLE_OF_PROVINCE.items() if of == pole)
        axes.text(0.09, y + 0.24, members, va="center", fontsize=6.2, color=GREY)
        for edge, cell in zip(edges, cells, strict=True):
            number, _, note = cell.partition("\n")
            axes.text(edge, y - 0.14, number, va="center", ha="right", fontsize=9)
            axes.text(edge, y + 0.24, note, va="center", ha="right", fontsize=6.8)
