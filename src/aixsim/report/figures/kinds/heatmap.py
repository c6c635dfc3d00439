"""The probability of the goal over the two strongest numeric factors, with contours; a panel a policy, or a level of a third factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.report.figures.style import BLUE, GREY, INK, head
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.sweep_names import factor_name, goal_name, rounded, sentence, setting_name
from aixsim.results.main_effects import POLICY, Level, by_strength, is_number, known_points, levels, value_of, varied
from aixsim.results.pooled_chance import PooledChance, pooled_chances
from aixsim.results.sweep_result import Sweep, SweepPoint
from aixsim.stats.probability_surface import fit_surface

Floats = NDArray[np.float64]
CONTOURS = {0.5: ":", 0.8: "-", 0.95: "--"}
_FEW, _COLUMNS = 6, 3
_FINE = 240
_MOST_CELLS, _MOST_NUMBERS = 40, 12
"""Levels of a factor beyond which a grid is drawn like scattered points, and beyond which cells hold no numbers."""


@dataclass(frozen=True)
class Grid:
    """A cell for every combination of levels.

    Attributes:
        xs, ys: levels, ascending, shapes ``(n_x,)`` and ``(n_y,)``.
        chances: by cell; None where no point has finished, shape ``(n_y, n_x)``.
    """

    xs: Floats
    ys: Floats
    chances: list[list[PooledChance | None]]

    @property
    def known(self) -> list[PooledChance]:
        """Cells with a finished replicate."""
        return [chance for row in self.chances for chance in row if chance is not None]


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws cells of a factorial design as they are, and a smooth surface through the points of others."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    x, y = axes_of(sweep)
    third, parts = _parts(sweep)
    grids = [grid_of(sweep, part.points, x, y) for part in parts]
    columns = min(len(parts), _COLUMNS)
    panels = figure.subplots(math.ceil(len(parts) / columns), columns, sharex=True, sharey=True, squeeze=False).ravel()
    colours = LinearSegmentedColormap.from_list("probability", ["#FFFFFF", "#BBD9EE", BLUE, "#00304D"])
    scale = Normalize(0.0, 1.0)
    shares = []
    for axes, part, grid in zip(panels, parts, grids, strict=False):
        axes.grid(visible=False)
        axes.set_title(setting_name(sweep, third, part.label) if third else "", fontsize=10)
        if grid is not None:
            _cells(axes, grid, colours, scale, sweep.level, small=len(parts) > 1)
        shares.append(_surface(axes, sweep, part.points, (x, y), None if grid else (colours, scale)))
        if grid is not None:
            shares[-1] = float(np.mean([chance.estimate >= sweep.level for chance in grid.known]))
    if not any(grids):
        everywhere = _places([point for part in parts for point in part.points], x, y)
        for axis, values in ((panels[0].set_xlim, everywhere[:, 0]), (panels[0].set_ylim, everywhere[:, 1])):
            room = 0.03 * float(np.ptp(values))
            axis(values.min() - room, values.max() + room)
    for axes in panels[len(parts) :]:
        axes.set_visible(False)
    for axes in panels[::columns]:
        axes.set_ylabel(sentence(factor_name(sweep, y)))
    for axes in panels[max(len(parts) - columns, 0) : len(parts)]:
        axes.tick_params(axis="x", labelbottom=True)
        axes.set_xlabel(sentence(factor_name(sweep, x)))
    _scale_bar(figure, panels[: len(parts)], colours, scale)
    is_grid = any(grid is not None for grid in grids)
    head(figure, _finding(sweep, (x, y), third, parts, grids, shares), _explain(sweep, (x, y), third, parts, is_grid=is_grid))


def axes_of(sweep: Sweep) -> tuple[str, str]:
    """Returns the two numeric factors that move the probability most, the strongest first."""
    numeric = [factor for factor in by_strength(sweep) if _is_axis(sweep, factor)]
    return numeric[0], numeric[1]


def grid_of(sweep: Sweep, points: Sequence[SweepPoint], x: str, y: str) -> Grid | None:
    """Returns the cells of a design that combines levels, with the mean over other factors; None when it is no such design."""
    places = _places(points, x, y)
    xs, ys = np.unique(places[:, 0]), np.unique(places[:, 1])
    cells: dict[tuple[int, int], list[SweepPoint]] = {}
    for point, (a, b) in zip(points, places, strict=True):
        cells.setdefault((int(np.searchsorted(ys, b)), int(np.searchsorted(xs, a))), []).append(point)
    # Unfinished cells may be missing, but most are there.
    if not 2 <= min(len(xs), len(ys)) <= max(len(xs), len(ys)) <= _MOST_CELLS or len(cells) < 0.5 * len(xs) * len(ys):
        return None
    found = dict(zip(cells, pooled_chances(sweep, sweep.goal, list(cells.values())), strict=True))
    return Grid(xs, ys, [[found.get((row, column)) for column in range(len(xs))] for row in range(len(ys))])


def _places(points: Sequence[SweepPoint], x: str, y: str) -> Floats:
    return np.array([[float(value_of(point, factor)) for factor in (x, y)] for point in points])


def _cells(axes: Any, grid: Grid, colours: Any, scale: Any, level: float, *, small: bool) -> None:
    from matplotlib.patheffects import withStroke

    shares = np.array([[np.nan if chance is None else chance.estimate for chance in row] for row in grid.chances])
    axes.pcolormesh(_edges(grid.xs), _edges(grid.ys), shares, cmap=colours, norm=scale, edgecolors="white", linewidth=0.8)
    axes.set_facecolor("#EFEFEF")
    if max(shares.shape) <= _MOST_NUMBERS:
        for b, row in zip(grid.ys, grid.chances, strict=True):
            for a, chance in zip(grid.xs, row, strict=True):
                text, is_clear = ("–", False) if chance is None else (rounded(chance.estimate), chance.low > level or chance.high < level)
                ink = "white" if chance is not None and chance.estimate > 0.55 else INK
                ground = colours(scale(0.0 if chance is None else chance.estimate))
                look = {
                    "path_effects": [withStroke(linewidth=3, foreground=ground)],
                    "zorder": 5,
                    "fontsize": 7.5 if small else 9,
                    "fontweight": "bold" if is_clear else "normal",
                    "color": ink,
                }
                axes.text(a, b, text, ha="center", va="center", **look)
    for axis, values in ((axes.xaxis, grid.xs), (axes.yaxis, grid.ys)):
        if len(values) <= _MOST_NUMBERS:
            axis.set_ticks(values, [f"{value:g}" for value in values])


def _edges(values: Floats) -> Floats:
    middles = (values[1:] + values[:-1]) / 2.0
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])


def _surface(axes: Any, sweep: Sweep, points: Sequence[SweepPoint], names: tuple[str, str], fill: tuple[Any, Any] | None) -> float:
    """Draws contours of the smooth surface, and itself where there are no cells; returns on which share of it the level is reached."""
    at, places = sweep.goals.index(sweep.goal), _places(points, *names)
    shares = np.array([point.successes[at] / point.n_done for point in points])
    surface = fit_surface(places, shares)
    if fill is not None:
        colours, scale = fill
        dots = axes.scatter(*places.T, c=shares, cmap=colours, norm=scale, s=26, edgecolors=INK, linewidths=0.7, zorder=3)
        dots.set_clip_on(False)
    if surface is None:
        return math.nan
    lines = [np.linspace(column.min(), column.max(), _FINE) for column in places.T]
    values = surface.at(np.stack(np.meshgrid(*lines), axis=-1).reshape(-1, 2)).reshape(_FINE, _FINE)
    if fill is not None:
        axes.pcolormesh(*lines, values, cmap=fill[0], norm=fill[1], shading="nearest", rasterized=True, zorder=0.5)
    _contours(axes, lines, values, sweep.level, labelled=fill is not None)
    inside = values[np.isfinite(values)]
    return float((inside >= sweep.level).mean())


def _contours(axes: Any, lines: list[Floats], values: Floats, level: float, *, labelled: bool) -> None:
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=3.2, foreground="white")]
    styles = dict(sorted({level: "-", **CONTOURS}.items()))
    inside = {at: style for at, style in styles.items() if np.nanmin(values) < at < np.nanmax(values)}
    if inside:
        widths = [2.4 if at == level else 1.5 for at in inside]
        drawn = axes.contour(*lines, values, levels=list(inside), colors=INK, linewidths=widths, linestyles=list(inside.values()), zorder=2)
        drawn.set_path_effects(halo)
        # Over cells, which hold numbers, the explanation tells the lines apart.
        texts = axes.clabel(drawn, fmt={at: f"{100 * at:g} %" for at in inside}, fontsize=8.5) if labelled else ()
        for text in texts:
            text.set(path_effects=halo, fontweight="bold", zorder=4)


def _scale_bar(figure: Any, panels: Any, colours: Any, scale: Any) -> None:
    from matplotlib.cm import ScalarMappable

    bar = figure.colorbar(ScalarMappable(scale, colours), ax=list(panels), shrink=0.85, pad=0.02, aspect=28)
    bar.outline.set_visible(False)
    bar.set_ticks([0, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95, 1], labels=["0 %", "20", "40", "50", "60", "80", "95", "100 %"])
    bar.ax.tick_params(length=0, labelsize=8.5, colors=GREY)
    for at, style in CONTOURS.items():
        bar.ax.axhline(at, color=INK, linewidth=1.3, linestyle=style)


def _parts(sweep: Sweep) -> tuple[str | None, list[Level]]:
    """Returns the factor that tells the panels apart, and its levels: what is averaged over instead can hide what matters."""
    names = axes_of(sweep)
    known = [point for point in known_points(sweep) if all(value_of(point, factor) is not None for factor in names)]
    policies_first = sorted(by_strength(sweep), key=lambda factor: factor != POLICY)
    for factor in policies_first:
        values = {str(value_of(point, factor)) for point in known}
        if factor not in names and 1 < len(values) <= _FEW:
            return factor, levels(known, factor)
    return None, [Level("", None, tuple(known))]


def _finding(
    sweep: Sweep, names: tuple[str, str], third: str | None, parts: list[Level], grids: list[Grid | None], shares: list[float]
) -> str:
    level, goal = f"{100 * sweep.level:g} %", sentence(sweep.goal.name)
    if third is not None and all(math.isfinite(share) for share in shares):
        of = "combinations" if all(grid is not None for grid in grids) else "the range"
        order = sorted(range(len(parts)), key=lambda k: shares[k])
        least, most = (f"{100 * shares[k]:.0f} %" for k in (order[0], order[-1]))
        if shares[order[-1]] == 0.0:
            return f"{goal}: {level} within reach {'under no policy' if third == POLICY else 'nowhere'}"
        where = "under" if third == POLICY else "at"
        first, last = (setting_name(sweep, third, parts[k].label) for k in (order[0], order[-1]))
        ends = f"{least} {where} {first}, {most} {where} {last}"
        return f"{goal}: share of {of} with {level} within reach: {ends}"
    grid = grids[0]
    if grid is None:
        return f"{goal}: {level} within reach in {100 * shares[0]:.0f} % of the range" if math.isfinite(shares[0]) else goal_name(sweep)
    cells = [(a, b, c) for b, row in zip(grid.ys, grid.chances, strict=True) for a, c in zip(grid.xs, row, strict=True) if c is not None]
    reach = [cell for cell in cells if cell[2].estimate >= sweep.level]
    surely = sum(chance.low > sweep.level for _, _, chance in cells)
    if not reach:
        a, b, highest = max(cells, key=lambda cell: cell[2].estimate)
        where = ", ".join(setting_name(sweep, name, f"{value:g}") for name, value in zip(names, (a, b), strict=True))
        return f"{goal}: {level} out of reach; the most is {rounded(highest.estimate)} % at {where}"
    return f"{goal}: {level} within reach at {len(reach)} of {len(cells)} combinations, clearly at {surely}"


def _explain(sweep: Sweep, names: tuple[str, str], third: str | None, parts: list[Level], *, is_grid: bool) -> str:
    averaged = [factor_name(sweep, factor) for factor in varied(sweep) if factor not in (*names, third)]
    mean = f", averaged over {', '.join(averaged)}" if averaged else ""
    left_out = len(known_points(sweep)) - sum(len(part.points) for part in parts)
    without = f" {left_out:,} points do not set both and are left out." if left_out else ""
    how = (
        f"Cells: %, as simulated; bold where the {100 * sweep.confidence:g} % interval leaves out {100 * sweep.level:g} %. Lines: smoothed,"
    )
    smooth = "Surface: smooth (thin-plate spline on the logit), within the hull of the points; dots: as simulated. Lines:"
    return (
        f"Probability of {goal_name(sweep)}{mean}.{without} Conditional on the model's assumptions.\n"
        f"{how if is_grid else smooth} dotted 50 %, solid 80 %, dashed 95 %, thick: decision level."
    )


def _is_axis(sweep: Sweep, factor: str) -> bool:
    values = [value_of(point, factor) for point in known_points(sweep)]
    given = [value for value in values if value is not None]
    return all(is_number(value) for value in given) and len(set(given)) > 1


def _applies(sweep: Sweep) -> bool:
    """Whether two numeric factors vary together: one at a time, there is no surface."""
    if len([factor for factor in varied(sweep) if _is_axis(sweep, factor)]) < 2:
        return False
    names = axes_of(sweep)
    together = [point for part in _parts(sweep)[1] for point in part.points]
    return bool(together and np.linalg.matrix_rank(_places(together, *names) - _places(together[:1], *names)) == 2)


def _size(sweep: Sweep) -> tuple[float, float]:
    n = len(_parts(sweep)[1])
    columns = min(n, _COLUMNS)
    return (3.4 * columns + 1.6, 3.0 * math.ceil(n / columns) + 1.9) if n > 1 else (8.6, 6.2)


FIGURE = Figure(
    "heatmap", Sweep, "The probability of the goal over two factors", draw, "two numeric factors that vary together", _applies, _size
)  # fmt: skip
