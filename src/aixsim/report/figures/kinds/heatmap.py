"""The probability of the goal over the two strongest numeric factors, with contours; one panel per policy, or a level of a third factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head, panel_grid
from aixsim.report.figures.style import BLUE, INK, VERMILION
from aixsim.report.figures.sweep_names import factor_name, goal_name, naming_order, rounded, sentence, setting_name, verdict_counts
from aixsim.results.main_effects import Level, by_strength, is_number, known_points, levels, value_of, varied
from aixsim.results.pooled_chance import mean_chance
from aixsim.results.sweep_points import SweepPoint
from aixsim.results.sweep_result import Sweep
from aixsim.stats.smooth_surface import smooth_surface

Floats = NDArray[np.float64]
CONTOURS: Final = {0.5: ":", 0.8: "-", 0.95: "--"}
_FEW, _COLUMNS = 6, 3
_FINE = 160
_MOST_CELLS, _MOST_NUMBERS = 40, 12
"""Number of levels above which a grid is drawn like scattered points, and above which cells have no numbers."""


@dataclass(frozen=True)
class Grid:
    """The levels of two factors that a design combines, ascending, shapes ``(n_x,)`` and ``(n_y,)``."""

    xs: Floats
    ys: Floats

    def cells(self, points: Sequence[SweepPoint], names: tuple[str, str]) -> dict[tuple[int, int], list[SweepPoint]]:
        """Returns the points of each cell by row and column, row by row; cells without a point are left out."""
        found: dict[tuple[int, int], list[SweepPoint]] = {}
        for point, (x, y) in zip(points, _places(points, names), strict=True):
            found.setdefault((int(np.searchsorted(self.ys, y)), int(np.searchsorted(self.xs, x))), []).append(point)
        return dict(sorted(found.items()))


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws cells for a design that combines levels, and a smooth surface for others."""
    names = axes_of(sweep)
    third, parts = _parts(sweep)
    points = [point for part in parts for point in part.points]
    n_columns = min(len(parts), _COLUMNS)
    panels = panel_grid(figure, len(parts), n_columns, sharex=True, sharey=True)
    colours = LinearSegmentedColormap.from_list("probability", ["#FFFFFF", "#BBD9EE", BLUE, "#00304D"])
    grid = grid_of(points, names)
    for axes, part in zip(panels, parts, strict=True):
        axes.grid(visible=False)
        axes.set_title(setting_name(sweep, third, part.label) if third else "", fontsize=10)
        if grid is None:
            _surface(axes, sweep, part.points, names, colours)
        else:
            _cells(axes, sweep, grid, grid.cells(part.points, names), colours, small=len(parts) > 1)
    if grid is None:
        for set_limits, values in zip((panels[0].set_xlim, panels[0].set_ylim), _places(points, names).T, strict=True):
            room = 0.03 * float(np.ptp(values))
            set_limits(values.min() - room, values.max() + room)
    else:
        panels[0].invert_yaxis()
    for axes in panels[::n_columns]:
        axes.set_ylabel(sentence(factor_name(sweep, names[1])))
    for axes in panels[-n_columns:]:
        axes.tick_params(axis="x", labelbottom=True)
        axes.set_xlabel(sentence(factor_name(sweep, names[0])))
    bar = figure.colorbar(ScalarMappable(cmap=colours), cax=panels[n_columns - 1].inset_axes((1.04, 0.0, 0.035, 1.0)))
    bar.outline.set_visible(False)
    bar.set_ticks([0, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95, 1], labels=["0 %", "20", "40", "50", "60", "80", "95", "100 %"])
    bar.ax.tick_params(length=0, labelsize=8.5)
    if grid is None:
        for at, style in CONTOURS.items():
            bar.ax.axhline(at, color=INK, linewidth=1.3, linestyle=style)
    title = _needed(sweep, names, third, parts, grid) if grid else f"{sentence(sweep.goal.name)}: {verdict_counts(sweep, points)}"
    head(figure, title, _explain(sweep, names, third, parts, is_grid=grid is not None), "No intervals are shown: see the ranking")


def axes_of(sweep: Sweep) -> tuple[str, str]:
    """Returns the two numeric factors with the largest effect on the probability, the strongest first."""
    first, second, *_ = _numeric(sweep)
    return first, second


def grid_of(points: Sequence[SweepPoint], names: tuple[str, str]) -> Grid | None:
    """Returns the levels that a design combines; None for other designs."""
    grid = Grid(*(np.unique(column) for column in _places(points, names).T))
    n_x, n_y = len(grid.xs), len(grid.ys)
    # Some cells may be unfinished.
    is_grid = 2 <= min(n_x, n_y) <= max(n_x, n_y) <= _MOST_CELLS and len(grid.cells(points, names)) >= 0.5 * n_x * n_y
    return grid if is_grid else None


def _places(points: Sequence[SweepPoint], names: tuple[str, str]) -> Floats:
    return np.array([[float(value_of(point, factor)) for factor in names] for point in points])


def _cells(axes: Any, sweep: Sweep, grid: Grid, cells: dict[tuple[int, int], list[SweepPoint]], colours: Any, *, small: bool) -> None:
    """Draws the mean probability in every cell, bold if all its points have the same verdict, above or below."""
    import seaborn as sns

    shares = np.full((len(grid.ys), len(grid.xs)), np.nan)
    for place, points in cells.items():
        shares[place] = mean_chance(points, sweep.goals.index(sweep.goal))
    has_numbers = max(shares.shape) <= _MOST_NUMBERS
    labels = [["" if np.isnan(share) else rounded(share) for share in row] for row in shares] if has_numbers else None
    ticks = [[f"{value:g}" for value in values] if has_numbers else "auto" for values in (grid.xs, grid.ys)]
    axes.set_facecolor("#EFEFEF")
    look: dict[str, Any] = {"annot_kws": {"fontsize": 7.5 if small else 9, "zorder": 5}, "linewidths": 0.8, "cbar": False}
    look |= {"xticklabels": ticks[0], "yticklabels": ticks[1]}
    sns.heatmap(shares, ax=axes, vmin=0.0, vmax=1.0, cmap=colours, annot=labels, fmt="", **look)
    axes.tick_params(axis="y", rotation=0)
    for text, (place, points) in zip(axes.texts, cells.items(), strict=False):
        text.set_path_effects([withStroke(linewidth=3, foreground=colours(shares[place]))])
        text.set_fontweight("bold" if {sweep.verdict(point) for point in points} in ({"above"}, {"below"}) else "normal")
    axes.set_aspect("equal")
    if has_numbers:
        _border(axes, shares, sweep.level)
    else:
        _contours(axes, [np.arange(n) + 0.5 for n in shares.T.shape], shares, sweep.level, labelled=False)


def _border(axes: Any, shares: Floats, level: float) -> None:
    """Draws the edges between cells above and below the decision level, so that no line crosses a number."""
    is_above = shares >= level
    for (row, column), here in np.ndenumerate(is_above):
        right, below = (row, column + 1), (row + 1, column)
        ends = {right: ([column + 1, column + 1], [row, row + 1]), below: ([column, column + 1], [row + 1, row + 1])}
        for other, edge in ends.items():
            inside = other[0] < is_above.shape[0] and other[1] < is_above.shape[1]
            if inside and not np.isnan(shares[row, column]) and not np.isnan(shares[other]) and is_above[other] != here:
                axes.plot(*edge, color=VERMILION, linewidth=3.0, solid_capstyle="projecting", zorder=4)


def _surface(axes: Any, sweep: Sweep, points: Sequence[SweepPoint], names: tuple[str, str], colours: Any) -> None:
    """Draws a smooth surface, and every point, with a thick rim if its verdict is not open."""
    at, places = sweep.goals.index(sweep.goal), _places(points, names)
    shares = np.array([mean_chance([point], at) for point in points])
    rims = [0.7 if sweep.verdict(point) == "open" else 1.6 for point in points]
    axes.scatter(*places.T, c=shares, cmap=colours, vmin=0.0, vmax=1.0, s=26, edgecolors=INK, linewidths=rims, zorder=3, clip_on=False)
    if surface := smooth_surface(places, shares):
        lines = [np.linspace(column.min(), column.max(), _FINE) for column in places.T]
        values = surface(np.stack(np.meshgrid(*lines), axis=-1).reshape(-1, 2)).reshape(_FINE, _FINE)
        axes.pcolormesh(*lines, values, cmap=colours, vmin=0.0, vmax=1.0, shading="nearest", rasterized=True, zorder=0.5)
        _contours(axes, lines, values, sweep.level, labelled=True)


def _contours(axes: Any, lines: Sequence[Any], values: Floats, level: float, *, labelled: bool) -> None:
    halo = [withStroke(linewidth=3.2, foreground="white")]
    styles = dict(sorted({level: "-", **CONTOURS}.items()))
    inside = {at: style for at, style in styles.items() if np.nanmin(values) < at < np.nanmax(values)}
    if inside:
        widths = [2.4 if at == level else 1.5 for at in inside]
        drawn = axes.contour(*lines, values, levels=list(inside), colors=INK, linewidths=widths, linestyles=list(inside.values()), zorder=2)
        drawn.set_path_effects(halo)
        # Cells have numbers, so the lines are explained in the subtitle.
        texts = axes.clabel(drawn, fmt={at: f"{100 * at:g} %" for at in inside}, fontsize=8.5) if labelled else ()
        for text in texts:
            text.set(path_effects=halo, fontweight="bold", zorder=4)


def _parts(sweep: Sweep) -> tuple[str | None, list[Level]]:
    """Returns the factor of the panels and its levels; averaging over it could hide its effect."""
    names = axes_of(sweep)
    known = [point for point in known_points(sweep) if all(value_of(point, factor) is not None for factor in names)]
    for factor in naming_order(sweep):
        values = {str(value_of(point, factor)) for point in known}
        if factor not in names and 1 < len(values) <= _FEW:
            return factor, levels(known, factor)
    return None, [Level("", None, tuple(known))]


def _needed(sweep: Sweep, names: tuple[str, str], third: str | None, parts: list[Level], grid: Grid) -> str:
    """States how much of the strongest factor the decision level needs, at the other factors where that is least and most."""
    name, goal, level = factor_name(sweep, names[0]), sentence(sweep.goal.name), f"{100 * sweep.level:g} %"
    rows = []
    for part in parts:
        shares = np.full((len(grid.ys), len(grid.xs)), np.nan)
        for place, points in grid.cells(part.points, names).items():
            shares[place] = mean_chance(points, sweep.goals.index(sweep.goal))
        rows += [(row, y, part) for row, y in zip(shares, grid.ys, strict=True) if not np.isnan(row).all()]
    known = [row[~np.isnan(row)] for row, _, _ in rows]
    is_rising = sum(row[-1] - row[0] for row in known) >= 0
    found = []
    for row, y, part in rows:
        enough = grid.xs[row >= sweep.level]
        value = (enough.min() if is_rising else enough.max()) if len(enough) else math.inf if is_rising else -math.inf
        where = [setting_name(sweep, names[1], f"{y:g}"), *([setting_name(sweep, third, part.label)] if third else [])]
        found.append((float(value), " and ".join(where)))
    (least, easy), (most, hard) = (pick(found, key=lambda one: one[0] if is_rising else -one[0]) for pick in (min, max))
    if math.isinf(least):
        return f"{goal}, {level}: reached at no {name} of the grid"
    needs = f"{goal}, {level}: needs {name} of at {'least' if is_rising else 'most'} {least:g}"
    if most == least:
        return f"{needs} everywhere"
    return f"{needs} with {easy}; {'not reached' if math.isinf(most) else f'{most:g}'} with {hard}"


def _explain(sweep: Sweep, names: tuple[str, str], third: str | None, parts: list[Level], *, is_grid: bool) -> str:
    points = [point for part in parts for point in part.points]
    averaged = [factor_name(sweep, factor) for factor in varied(sweep) if factor not in (*names, third)]
    mean = f", averaged over {', '.join(averaged)}" if averaged else ""
    left_out = len(known_points(sweep)) - len(points)
    without = f" {left_out:,} points do not set both and are left out." if left_out else ""
    level = f"{100 * sweep.level:g} %"
    how = (
        f"Cells: %, as simulated; bold: clearly above or below {level} ({verdict_counts(sweep, points)}). Red line: {level}."
        if is_grid
        else f"Surface: smoothed. Dots: as simulated, bold: clearly above or below {level}. Lines: dotted 50 %, solid 80 %, dashed 95 %,"
        " thick: decision level."
    )
    return f"Probability of {goal_name(sweep)}{mean}.{without} {how} Conditional on the model's assumptions."


def _numeric(sweep: Sweep) -> list[str]:
    """Returns the factors with two or more numeric levels only, the strongest first."""
    known, found = known_points(sweep), []
    for factor in by_strength(sweep):
        given = [value for point in known if (value := value_of(point, factor)) is not None]
        if all(map(is_number, given)) and len(set(given)) > 1:
            found.append(factor)
    return found


def _applies(sweep: Sweep) -> bool:
    """Whether two numeric factors vary jointly."""
    if len(_numeric(sweep)) < 2:
        return False
    names = axes_of(sweep)
    together = [point for part in _parts(sweep)[1] for point in part.points]
    return bool(together and np.linalg.matrix_rank(_places(together, names) - _places(together[:1], names)) == 2)


def _size(sweep: Sweep) -> tuple[float, float]:
    n = len(_parts(sweep)[1])
    columns = min(n, _COLUMNS)
    return (3.4 * columns + 1.6, 2.9 * math.ceil(n / columns) + 1.7) if n > 1 else (8.6, 6.2)


FIGURE = Figure(
    "heatmap", Sweep, "The probability of the goal over two factors", draw, "two numeric factors that vary together", _applies, _size
)
