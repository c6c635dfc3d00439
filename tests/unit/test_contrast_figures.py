"""Figures of a difference, and the tile map: every province has its place, every pole a closed frame."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from aixsim.report.figures import tiles
from aixsim.report.figures.drawing import draw, draw_figures, figures_of
from aixsim.report.figures.tiles import PLACES, Tile, draw_tiles
from aixsim.results.comparison import Comparison, compare
from aixsim.results.result import open_result
from aixsim.world.classification import POLE_OF_PROVINCE, POLES, PROVINCES
from tests.result_fixture import make_result
from tests.unit.test_plots import leaves_frame, words

KINDS = ["against-baseline", "dumbbell", "fan", "map"]


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    base = tmp_path_factory.mktemp("contrasts")
    plan = open_result(make_result(base / "plan", 30))
    more, less = (open_result(make_result(base / name, 30, lift=lift, failed=(3,))) for name, lift in (("more", 1.2), ("less", 0.7)))
    return compare(plan, more, less, plan)


def test_all_say_who_is_compared_n_and_source(comparison: Comparison, tmp_path: Path) -> None:
    more = comparison.policies[0]
    assert sorted(figures_of(more)) == KINDS
    paths = draw_figures(more, tmp_path)
    assert sorted(path.name for path in paths) == sorted(f"{kind}.{ending}" for kind in KINDS for ending in ("png", "svg"))
    for kind in KINDS:
        text = words(tmp_path / f"{kind}.svg")
        interval = "90 % of replicates" if kind == "against-baseline" else "95 %"
        for needed in ("more", "plan", "n = 29 pairs", "1 of more failed", "Source: aixsim", interval):
            assert needed in text, (kind, needed)
    assert all(province in words(tmp_path / "map.svg") for province in PROVINCES)


@pytest.mark.parametrize(("number", "expected"), [(0, "gains most"), (1, "loses most"), (2, "gains or loses significantly")])
def test_the_title_of_winners_and_losers_is_the_finding(comparison: Comparison, tmp_path: Path, number: int, expected: str) -> None:
    draw_figures(comparison.policies[number], tmp_path, ["dumbbell"], ["svg"])
    assert expected in words(tmp_path / "dumbbell.svg")


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_the_frame(comparison: Comparison, kind: str, number: int) -> None:
    assert not leaves_frame(draw(comparison.policies[number], kind))


def test_the_same_comparison_gives_the_same_bytes(comparison: Comparison, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        draw_figures(comparison.policies[0], tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_every_province_has_a_place_of_its_own() -> None:
    assert sorted(PLACES) == sorted(PROVINCES)
    assert len(set(PLACES.values())) == len(PROVINCES)
    assert len(set(tiles.POLE_COLOURS.values())) == len(POLES)


def open_ends() -> int:
    """Number of ends of frame lines that meet no other end."""
    axes = Figure().subplots()
    draw_tiles(axes, {province: Tile(0.5, "1") for province in PROVINCES}, lambda _value: (1.0, 1.0, 1.0, 1.0))
    ends: Counter[tuple[int, float, float]] = Counter()
    for pole, lines in enumerate(axes.collections):
        for path in lines.get_paths():
            for x, y in np.asarray(path.vertices):
                ends[pole, round(float(x), 6), round(float(y), 6)] += 1
    return sum(count % 2 for count in ends.values())


def test_frames_of_poles_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_ends() == 0
    real = tiles._set_in

    def fault(
        end: list[float], tile: tuple[float, float], corner: tuple[int, int], inside: set[tuple[float, float]], *, along_x: bool
    ) -> None:
        real(end, tile, corner, set(), along_x=along_x)  # the planted fault: forgets that the shape goes on

    monkeypatch.setattr(tiles, "_set_in", fault)
    assert open_ends() > 0


def test_every_pole_is_one_shape() -> None:
    for pole in POLES:
        places = {PLACES[province] for province, of in POLE_OF_PROVINCE.items() if of == pole}
        reached = {next(iter(places))}
        while grown := {p for p in places - reached if any(abs(p[0] - x) + abs(p[1] - y) == 1 for x, y in reached)}:
            reached |= grown
        assert reached == places, pole
