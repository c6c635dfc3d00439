"""The difference between two policies on a tile map of the 17 provinces."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import LinearSegmentedColormap

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, BROWN
from aixsim.report.figures.tiles import NOT_VALIDATED, Tile, draw_tiles, pole_table
from aixsim.report.figures.time_axis import month_name
from aixsim.report.text.number_format import signed
from aixsim.results.comparison import PolicyChange
from aixsim.results.winners import LevelChange
from aixsim.world.classification import POLES, PROVINCES


def draw(change: PolicyChange, figure: Any) -> None:
    """Draws launched and operating, each tile with the difference and its paired interval, and the poles as a table."""
    one = change.pair
    *maps, table = figure.subplots(1, 3, width_ratios=(1, 1, 0.94))
    # Blue and brown differ in every common kind of colour vision; no difference is white.
    colours = LinearSegmentedColormap.from_list("fewer to more", (BROWN, "#F7F7F7", BLUE))
    for axes, outcome in zip(maps, ("launched", "operating"), strict=True):
        levels = _levels(change, "province", outcome)
        most = max(*(abs(level.contrast.paired.estimate) for level in levels.values()), 1e-12)
        tiles = {province: _tile(levels[province], most) if province in levels else Tile(0.5, "–") for province in PROVINCES}
        draw_tiles(axes, tiles, colours)
        axes.set_title(outcome)
    launched, operating = (_levels(change, "pole", outcome) for outcome in ("launched", "operating"))
    rows = {pole: tuple(_cell(levels[pole]) if pole in levels else "–" for levels in (launched, operating)) for pole in POLES}
    pole_table(table, rows, ("launched", "operating"), (0.76, 1.0))
    table.set_title("Five poles and three special zones")
    clear = [level for level in _levels(change, "province", "launched").values() if level.is_clear]
    head(
        figure,
        f"{one.names[1]}: {_finding(clear)}",
        f"Difference from {one.names[0]}, AI factories by {month_name(one.deadline)}, mean of {len(one.replicates):,} pairs;"
        " below it its interval. Blue: more. Brown: fewer. Hatched: the interval contains 0. Frames: poles and special zones."
        f" {NOT_VALIDATED}",
        f"Small print: paired {100 * one.confidence:g} % intervals of the mean",
    )


def _levels(change: PolicyChange, group: str, outcome: str) -> dict[str, LevelChange]:
    return {level.level: level for level in change.groups if level.group == group and level.outcome == outcome}


def _finding(clear: list[LevelChange]) -> str:
    """States in how many provinces the interval excludes 0, by sign."""
    more = sum(level.contrast.paired.estimate > 0 for level in clear)
    provinces = {n: f"{n} province{'' if n == 1 else 's'}" if n else "no province" for n in (more, len(clear) - more)}
    return f"significantly more AI factories launched in {provinces[more]}, fewer in {provinces[len(clear) - more]}"


def _tile(level: LevelChange, most: float) -> Tile:
    d = level.contrast.paired
    return Tile(0.5 + 0.5 * d.estimate / most, signed(d.estimate), _span(level), is_faint=not level.is_clear)


def _cell(level: LevelChange) -> str:
    return f"{signed(level.contrast.paired.estimate)}\n{_span(level)}"


def _span(level: LevelChange) -> str:
    low, high = (signed(end).removeprefix("+") for end in (level.contrast.paired.low, level.contrast.paired.high))
    return f"{low} to {high}"


FIGURE = Figure(
    "map",
    PolicyChange,
    "Tile map of the difference between two policies in the 17 provinces",
    draw,
    needs="launched AI factories in more than one province",
    applies=lambda change: len(_levels(change, "province", "launched")) > 1,
    size=(11.6, 6.6),
)
