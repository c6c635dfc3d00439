"""Heat map of the probability over two factors, with the contours at which a decision is made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.analysis.main_effects import POLICY, Level, Reached, effects, is_number, levels, strength, value_of, varied
from aixsim.analysis.sweeps import Sweep
from aixsim.output.style import BLUE, INK, head
from aixsim.output.sweep_figures import SweepFigure
from aixsim.output.sweep_figures._labels import factor_name, goal_name, wrapped

CONTOURS = (50.0, 80.0, 95.0)
_COLUMNS, _MOST = 3, 6
_FINE = 60
"""Cells of the smooth surface along each axis."""


def draw(sweep: Sweep, figure: Any) -> None:
    """Draws a panel, or one a policy or a level of the third factor."""
    from matplotlib.colors import LinearSegmentedColormap

    reached = Reached.of(sweep, sweep.goal)
    (x, y), third = axes_of(sweep, reached)
    parts = _parts(reached, third)
    n_columns = min(len(parts), _COLUMNS)
    panels = figure.subplots(math.ceil(len(parts) / n_columns), n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    colours = LinearSegmentedColormap.from_list("probability", ["#FFFFFF", "#D6E6F2", "#8FC1E3", BLUE])
    mesh = None
    is_smooth = False
    for axes, part in zip(panels, parts, strict=False):
        points = np.array([[float(value_of(reached.points[row], factor)) for factor in (x, y)] for row in part.rows])
        shares = 100.0 * reached.reached[list(part.rows)].mean(axis=1)
        grid = on_grid(points, shares)
        if grid is None:
            is_smooth = True
            grid = smooth(points, shares, reached.reached.shape[1])
            axes.plot(points[:, 0], points[:, 1], ".", color=INK, markersize=3, alpha=0.6)
        mesh = axes.pcolormesh(grid[0], grid[1], grid[2], cmap=colours, vmin=0, vmax=100, shading="nearest", rasterized=True)
        _contours(axes, grid)
        axes.set_title(part.label, fontsize=9.5)
        axes.grid(visible=False)
    for axes in panels[len(parts) :]:
        axes.set_visible(False)
    for axes in panels[::n_columns]:
        axes.set_ylabel(wrapped(y), fontsize=9)
    for axes in panels[max(len(parts) - n_columns, 0) : len(parts)]:
        axes.tick_params(axis="x", labelbottom=True)
        axes.set_xlabel(wrapped(x), fontsize=9)
    bar = figure.colorbar(mesh, ax=list(panels), shrink=0.85, pad=0.02)
    bar.set_label("Probability, %")
    for level in CONTOURS:
        bar.ax.axhline(level, color=INK, linewidth=1)
    head(figure, f"Where {goal_name(sweep)} is reached", _explain(sweep, reached, (x, y), third, is_smooth=is_smooth))


def axes_of(sweep: Sweep, reached: Reached) -> tuple[tuple[str, str], str | None]:
    """Returns the two numeric factors that matter most, and what tells panels apart: the policies, or the next strongest factor."""
    found = {factor: strength(effects(reached, factor, sweep.confidence)) for factor in varied(sweep)}
    order = sorted(found, key=lambda factor: -found[factor])
    numeric = [factor for factor in order if _is_axis(sweep, factor)]
    x, y = numeric[:2]
    others = [factor for factor in order if factor not in (x, y)]
    third = POLICY if POLICY in others else next(iter(others), None)
    if third is not None and len(levels(reached.points, third)) > _MOST:
        third = None
    return (x, y), third


def on_grid(points: NDArray[np.float64], shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...] | None:
    """Returns axes and mean of the points in each cell when every cell has one, shapes ``(nx,)``, ``(ny,)``, ``(ny, nx)``; else None."""
    xs, ix = np.unique(points[:, 0], return_inverse=True)
    ys, iy = np.unique(points[:, 1], return_inverse=True)
    n = np.zeros((len(ys), len(xs)))
    total = np.zeros_like(n)
    np.add.at(n, (iy, ix), 1)
    np.add.at(total, (iy, ix), shares)
    return (xs, ys, total / n) if n.all() else None


def smooth(points: NDArray[np.float64], shares: NDArray[np.float64], n: int) -> tuple[NDArray[np.float64], ...]:
    """Returns a smooth surface through scattered points, blank outside their hull; shapes as of ``on_grid``.

    Thin-plate splines on the logit (half a success and half a failure added, as for ``n`` replicates), smoothed because other factors and
    luck scatter the points.
    """
    from scipy.interpolate import RBFInterpolator
    from scipy.spatial import Delaunay

    low, high = points.min(axis=0), points.max(axis=0)
    unit = (points - low) / (high - low)
    p = (shares / 100.0 * n + 0.5) / (n + 1.0)
    surface = RBFInterpolator(unit, np.log(p / (1.0 - p)), smoothing=len(points) / 20.0, kernel="thin_plate_spline")
    line = np.linspace(0.0, 1.0, _FINE)
    cells = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    values = 100.0 / (1.0 + np.exp(-surface(cells)))
    values[Delaunay(unit).find_simplex(cells) < 0] = np.nan
    return low[0] + (high[0] - low[0]) * line, low[1] + (high[1] - low[1]) * line, values.reshape(_FINE, _FINE)


def _contours(axes: Any, grid: tuple[NDArray[np.float64], ...]) -> None:
    values = grid[2]
    inside = [level for level in CONTOURS if np.nanmin(values) < level < np.nanmax(values)]
    if inside and min(values.shape) > 1:
        styles = {50.0: ":", 80.0: "-", 95.0: "--"}
        lines = axes.contour(*grid, levels=inside, colors=INK, linewidths=1.6, linestyles=[styles[level] for level in inside])
        axes.clabel(lines, fmt="%d %%", fontsize=8.5)


def _parts(reached: Reached, third: str | None) -> list[Level]:
    if third is None:
        return [Level("", None, tuple(range(len(reached.points))))]
    name = "" if third == POLICY else f"{factor_name(third)} "
    return [Level(f"{name}{level.label}", level.value, level.rows) for level in levels(reached.points, third)]


def _explain(sweep: Sweep, reached: Reached, axes: tuple[str, str], third: str | None, *, is_smooth: bool) -> str:
    others = [factor_name(factor) for factor in varied(sweep) if factor not in (*axes, third)]
    mean = f" Mean over {', '.join(others)}." if others else ""
    how = " Smooth surface through the points (dots)." if is_smooth else " A cell is a point of the design."
    n = f"n = {reached.reached.shape[1]:,} replicates a point, the same at all; {sweep.n_failed:,} failed."
    return f"Probability; contours at 50 (dotted), 80 (solid) and 95 % (dashed).{how}\n{n}{mean} Conditional on the model's assumptions."


def _is_axis(sweep: Sweep, factor: str) -> bool:
    values = {value_of(point, factor) for point in sweep.points} if _hashable(sweep, factor) else set()
    return len(values) > 2 and all(is_number(value) for value in values)


def _hashable(sweep: Sweep, factor: str) -> bool:
    return not any(isinstance(value_of(point, factor), dict | list) for point in sweep.points)


def _applies(sweep: Sweep) -> bool:
    has_all = min((point.n_done for point in sweep.points), default=0) > 1
    return has_all and sum(_is_axis(sweep, factor) for factor in sweep.factors) >= 2


def _size(sweep: Sweep) -> tuple[float, float]:
    n = len(_parts(reached := Reached.of(sweep, sweep.goal), axes_of(sweep, reached)[1]))
    columns = min(n, _COLUMNS)
    return (3.3 * columns + 1.8 if n > 1 else 8.0, 2.9 * math.ceil(n / _COLUMNS) + 1.9 if n > 1 else 5.6)


NEEDS = "two factors of three numbers or more, and two finished replicates of every point"
SWEEP_FIGURE = SweepFigure("heatmap", draw, _applies, NEEDS, _size)
