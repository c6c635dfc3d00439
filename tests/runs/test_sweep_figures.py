"""Figures of sweeps: what is shown, what is said above it, how things are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from aixsim.report.figures.drawing import draw_figures, figures_of, write_figure
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.kinds.heatmap import grid_of
from aixsim.report.figures.sweep_names import factor_name, point_name, rounded, verdict_counts
from aixsim.report.text.sweep_text import sweep_text
from aixsim.results.sweep_result import open_sweep
from tests.runs.made import Made, luck, made, shares
from tests.runs.small_sweeps import STUDY, run_inline, small, stopped

SHARE, GRANT, PARKS = "programme.Lead.delivered_share", "programme.Lead.grant_krw_bn.2026", "levers.parks.number"
GRID = [{SHARE: share, GRANT: grant} for share in (0.2, 0.4, 0.6, 0.8) for grant in (0.5, 1.0, 1.5)]


def chance(row: dict[str, Any]) -> float:
    return float(np.clip(0.5 + row.get(SHARE, 0.5) - 0.5 * row.get(GRANT, 1.0) + 0.02 * row.get(PARKS, 0), 0.0, 1.0))


def over(rows: list[dict[str, Any]], **options: Any) -> Made:
    return made(rows, shares(*map(chance, rows)), **options)


def texts(sweep: Made, kind: str) -> list[str]:
    """Returns all that is written in a figure."""
    figure = Figure()
    figures_of(sweep)[kind].draw(sweep, figure)
    inside = [text for axes in figure.axes for text in [*axes.texts, axes.title, *axes.get_xticklabels(), *axes.get_yticklabels()]]
    return [" ".join(text.get_text().split()) for text in [*figure.texts, *inside] if text.get_text()]


def test_programmes_are_named_only_where_two_would_be_called_alike() -> None:
    one = over(GRID)
    assert [factor_name(one, key) for key in (SHARE, GRANT)] == ["delivered share", "grant 2026, KRW bn"]
    other = SHARE.replace("Lead", "Call")
    two = over([{**row, other: 1.0} for row in GRID])
    assert [factor_name(two, key) for key in (SHARE, other)] == ["Lead: delivered share", "Call: delivered share"]
    assert factor_name(one, PARKS) == "number of parks"
    assert point_name(one, one.points[0], [SHARE, GRANT], 40) == "delivered share 0.2, grant 2026 0.5"
    assert point_name(one, one.points[0], [SHARE, GRANT], 30) == "delivered share 0.2 …"


def test_neither_nought_nor_certainty_is_claimed() -> None:
    assert [rounded(p) for p in (0.0, 0.004, 0.006, 0.8, 0.996, 1.0)] == ["<1", "<1", "1", "80", ">99", ">99"]


def test_cells_hold_their_points_and_the_title_counts_what_is_settled() -> None:
    sweep = over(GRID)
    grid = grid_of(sweep.points, (SHARE, GRANT))
    assert grid is not None
    cells = grid.cells(sweep.points, (SHARE, GRANT))
    expected = {(row, column): chance({SHARE: x, GRANT: y}) for row, y in enumerate(grid.ys) for column, x in enumerate(grid.xs)}
    assert {place: point.successes[0] / point.n_done for place, (point,) in cells.items()} == pytest.approx(expected)
    verdicts = [sweep.verdict(point) for (point,) in cells.values()]
    above, n_open = verdicts.count("above"), verdicts.count("open")
    assert 0 < n_open < above + n_open < 12, "the title must tell three things apart"
    title, explanation = texts(sweep, "heatmap")[:2]
    assert f"({above} of 12 points clearly reach 80 %, {n_open} open)" in explanation
    least = min(x for x in grid.xs if chance({SHARE: x, GRANT: 0.5}) >= 0.8)
    assert title == f"5 launched, 80 %: needs delivered share of at least {least:g} with grant 2026 0.5; not reached with grant 2026 1.5"
    figure = Figure()
    figures_of(sweep)["heatmap"].draw(sweep, figure)
    written = figure.axes[0].texts
    assert [text.get_text() for text in written] == [rounded(p) for p in expected.values()]
    assert [text.get_fontweight() == "bold" for text in written] == [verdict != "open" for verdict in verdicts]


def test_cells_without_a_point_stay_empty() -> None:
    sweep = over(GRID[:5] + GRID[6:])
    figure = Figure()
    figures_of(sweep)["heatmap"].draw(sweep, figure)
    grid = grid_of(sweep.points, (SHARE, GRANT))
    assert grid is not None
    cells = grid.cells(sweep.points, (SHARE, GRANT))
    assert len(cells) == 11
    expected = [rounded(chance({SHARE: grid.xs[column], GRANT: grid.ys[row]})) for row, column in cells]
    assert [text.get_text() for text in figure.axes[0].texts] == expected


def test_a_third_factor_gets_a_panel_a_level_instead_of_being_averaged() -> None:
    three = over([{**row, PARKS: parks} for row in GRID for parks in (0, 10)])
    written = texts(three, "heatmap")
    assert {"0 parks", "10 parks"} <= set(written)
    assert written[0].endswith("of at least 0.4 with grant 2026 0.5 and 10 parks; not reached with grant 2026 1.5 and 0 parks")
    many = over([{**row, PARKS: parks} for row in GRID for parks in range(0, 14, 2)])
    assert "averaged over number of parks" in " ".join(texts(many, "heatmap"))


def test_a_design_without_cells_gets_a_surface_and_one_at_a_time_no_heat_map() -> None:
    scattered = over([{SHARE: float(x), GRANT: float(y)} for x, y in np.array([0, 0.2]) + luck(2, 60, 2) * [1, 1.8]])
    title, explanation = texts(scattered, "heatmap")[:2]
    assert title == f"5 launched: {verdict_counts(scattered, scattered.points)}"
    assert "smoothed" in explanation
    figure = Figure()
    figures_of(scattered)["heatmap"].draw(scattered, figure)
    dots = figure.axes[0].collections[0]
    assert np.asarray(dots.get_array()) == pytest.approx([point.successes[0] / point.n_done for point in scattered.points])
    apart = over([{}, {SHARE: 0.2}, {SHARE: 0.9}, {GRANT: 0.5}, {GRANT: 1.5}])
    assert not figures_of(apart)["heatmap"].applies(apart)


def test_a_long_ranking_shows_both_ends_and_what_lies_next_to_the_level() -> None:
    chances = [k / 100 for k in range(1, 100)]
    sweep = made([{"a": k} for k in range(99)], shares(*chances))
    written = texts(sweep, "ranking")
    named = [int(text.removeprefix("a ")) for text in written if re.fullmatch(r"a \d+", text)]
    assert named == [*range(98, 90, -1), *range(85, 71, -1), *range(7, -1, -1)]
    assert [text for text in written if text.startswith("…")] == ["… 5 more points between …", "… 64 more points between …"]
    above = sum(sweep.verdict(point) == "above" for point in sweep.points)
    left_open = sum(sweep.verdict(point) == "open" for point in sweep.points)
    assert written[0] == f"5 launched: {above} of 99 points clearly reach 80 %, {left_open} open"
    assert 0 < above < 20 < left_open + above
    need = "Verdicts hold at every number of replicates at which a sweep may stop"
    assert need in " ".join(sweep_text(sweep).split())
    assert need not in sweep_text(made([{"a": 1}], shares(1.0))), "where no verdict is open nothing is explained"


def test_effects_name_the_strongest_factor_and_its_ends() -> None:
    sweep = over(GRID)
    written = texts(sweep, "effects")
    low, high = (float(np.mean([chance(row) for row in GRID if row[SHARE] == share])) for share in (0.2, 0.8))
    assert written[0] == f"Delivered share matters most for 5 launched over the ranges: {rounded(low)} % (0.2) to {rounded(high)} % (0.8)"
    weak = made(GRID, shares(*[0.9 + 0.05 * row[SHARE] - 0.5 * row[GRANT] for row in GRID]))
    assert texts(weak, "effects")[0].startswith("Grant 2026, KRW bn matters most"), "the title must follow the numbers"
    none = made(GRID, shares(*[1.0 for _ in GRID]))
    assert texts(none, "effects")[0] == "5 launched: >99 % at every level of every factor"


@pytest.mark.parametrize("order", [1, -1])
def test_figures_are_drawn_however_few_points_have_begun(order: int) -> None:
    rows = [{**row, PARKS: parks} for row in GRID for parks in (0, 10)][::order]
    drawn = set()
    for n in (1, 2, 3, len(rows) // 2, len(rows)):
        begun = made(rows, [*shares(*map(chance, rows[:n])), *[np.zeros(0, np.bool_)] * (len(rows) - n)])
        for kind, figure in figures_of(begun).items():
            if kind != "curves" and figure.applies(begun):  # curves are read from files
                assert texts(begun, kind)[0]
                drawn.add(kind)
    assert drawn == {"effects", "heatmap", "ranking"}


def test_all_kinds_are_drawn_of_a_finished_and_of_an_unfinished_sweep(tmp_path: Path) -> None:
    unfinished = open_sweep(stopped(tmp_path, 14))
    assert 0 < unfinished.n_done < unfinished.given
    paths = draw_figures(unfinished, tmp_path / "half", formats=("svg",))
    assert {path.stem for path in paths} == {"curves", "effects", "heatmap", "ranking"}
    assert all("unfinished" in path.read_text(encoding="utf-8") for path in paths)
    run_inline(small(tmp_path), tmp_path / "out")
    whole = draw_figures(open_sweep(tmp_path / "out"), tmp_path / "whole", formats=("svg",))
    assert not any("unfinished" in path.read_text(encoding="utf-8") for path in whole)
    with pytest.raises(PlotError, match="did you mean 'heatmap'"):
        draw_figures(unfinished, tmp_path / "none", ["heatmp"])
    assert not (tmp_path / "none").exists()


def test_curves_are_the_same_bytes_at_every_drawing(tmp_path: Path) -> None:
    """The solver of constrained layout placed four panels side by side a last bit aside from call to call."""
    study = STUDY.replace("[0.005, 0.02]", "[0.002, 0.005, 0.01, 0.02]")
    run_inline(small(tmp_path, study), tmp_path / "out")
    sweep, drawn, held = open_sweep(tmp_path / "out"), [], []
    for k in range(8):
        (path,) = write_figure(sweep, "curves", [tmp_path / f"{k}.svg"])
        drawn.append(path.read_bytes())
        held.append([object() for _ in range(1000 * k)])  # memory is laid out otherwise each time
    assert drawn[0].count(b'id="axes_') == 4
    assert len(set(drawn)) == 1
