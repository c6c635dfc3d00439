"""Figures: every kind is drawn, says what it must, keeps inside its frame, and is the same each time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest

from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, VERIFIED
from aixsim.evidence.track_record import records
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.result import draw_figures, figures
from aixsim.report.figures.style import canvas, head
from aixsim.results.result import Result, open_result
from tests.result_fixture import FakeGoal, make_result

KINDS = ["adoption", "counting", "evidence", "map", "money", "network", "poles", "probability", "stages", "types"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    base = tmp_path_factory.mktemp("results")
    long = FakeGoal("launched by the end of the decade as the ministry's plan of December demands", "launched", 500, "2030-12")
    made = {
        "full": make_result(base / "full", 30, failed=(3,)),
        "sample": make_result(base / "sample", 30, 0.05),
        "bare": make_result(base / "bare", 5, goals=(), with_network=False, with_money=False),
        "long": make_result(base / "long", 5, goals=(long, long)),
        "empty": make_result(base / "empty", 1, failed=(0,)),
    }
    return {name: open_result(path) for name, path in made.items()}


def words(svg: Path) -> str:
    return " ".join("".join(node.itertext()) for node in ET.parse(svg).iter("{http://www.w3.org/2000/svg}text"))  # noqa: S314 - our own file


def test_kinds_are_discovered() -> None:
    assert sorted(figures()) == KINDS
    assert all(figure.title for figure in figures().values())


def test_all_are_drawn_and_say_n_source_and_sample(results: dict[str, Result], tmp_path: Path) -> None:
    paths = draw_figures(results["sample"], tmp_path)
    assert sorted(path.name for path in paths) == sorted(f"{kind}.{ending}" for kind in KINDS for ending in ("png", "svg"))
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    for kind in KINDS:
        assert (tmp_path / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
        text = words(tmp_path / f"{kind}.svg")
        for needed in ("Source: aixsim", "n = 30 replicates", "sample of 5 % of firms"):
            assert needed in text, (kind, needed)


def test_evidence_shows_what_the_back_test_found_whoever_is_better(results: dict[str, Result], tmp_path: Path) -> None:
    draw_figures(results["full"], tmp_path, ["evidence"], ["svg"])
    text = words(tmp_path / "evidence.svg")
    for policy in (ANNOUNCED, KNOWN):
        for one in records(ALL, policy):
            cells = (f"{one.crps:,.0f}", f"{one.best_crps:,.0f}  {one.best_baseline}", f"{one.skill:+.2f}")
            assert all(cell in text for cell in cells), one
    all_of_them = [one for counts in (ALL, VERIFIED) for policy in (ANNOUNCED, KNOWN) for one in records(counts, policy)]
    better = sum(one.crps < one.best_crps for one in all_of_them)
    assert 0 < better < len(all_of_them)
    assert f"{better} of {len(all_of_them)} comparisons" in text, "a forecast that loses somewhere must say so"
    elsewhere = {"month": "2025-12", "outcome": "launched", "value": 60, "source": "none: theory"}
    theory = replace(results["full"], provenance=results["full"].provenance | {"observed": [elsewhere]})
    with pytest.raises(PlotError, match="AI factories of Korea"):
        draw_figures(theory, tmp_path / "theory", ["evidence"])


def test_adoption_shows_target_and_what_was_counted(results: dict[str, Result], tmp_path: Path) -> None:
    draw_figures(results["full"], tmp_path, ["adoption"], ["svg"])
    text = words(tmp_path / "adoption.svg")
    for needed in ("target 500", "counted: 26", "counted: 102", "pointwise", "at most", "1 failed"):
        assert needed in text, needed
    assert "sample" not in text


def test_the_same_result_gives_the_same_bytes(results: dict[str, Result], tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    for folder in ("one", "two", "three"):
        draw_figures(results["full"], tmp_path / folder, ["types", "network"])
    for path in (tmp_path / "one").iterdir():
        for other in ("two", "three"):
            assert path.read_bytes() == (tmp_path / other / path.name).read_bytes(), path.name
    assert dict(mpl.rcParams) == before


def leaves_frame(result: Result, kind: str) -> bool:
    """Whether anything that would be drawn lies outside the figure."""
    with canvas(figures()[kind].size) as figure:
        figures()[kind].draw(result, figure)
        figure.draw_without_rendering()
        box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        return bool(box.x0 < -0.01 or box.y0 < -0.01 or box.x1 > width + 0.01 or box.y1 > height + 0.01)


@pytest.mark.parametrize("name", ["full", "sample", "long"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_the_frame(results: dict[str, Result], name: str, kind: str) -> None:
    assert not leaves_frame(results[name], kind)


def test_what_leaves_the_frame_is_noticed(results: dict[str, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(figure: object, title: str, explanation: str) -> None:
        figure.text(0.5, 0.9, title, fontsize=30)  # type: ignore[attr-defined]

    monkeypatch.setattr("aixsim.report.figures.result.adoption.head", too_long)
    assert leaves_frame(results["full"], "adoption")


def test_long_titles_shrink() -> None:
    with canvas((4.0, 3.0)) as figure:
        head(figure, "a finding " * 20, "short")
        figure.draw_without_rendering()
        assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in figure.texts)


def test_what_a_result_lacks_is_left_out_or_refused(results: dict[str, Result], tmp_path: Path) -> None:
    names = {path.stem for path in draw_figures(results["bare"], tmp_path, formats=["svg"])}
    assert names == {"adoption", "evidence", "map", "poles", "stages", "types"}
    with pytest.raises(PlotError) as caught:
        draw_figures(results["bare"], tmp_path, ["money"])
    assert (caught.value.kind, caught.value.suggestion) == ("money", None)


def test_unknown_kinds_get_the_nearest(results: dict[str, Result], tmp_path: Path) -> None:
    with pytest.raises(PlotError) as caught:
        draw_figures(results["full"], tmp_path, ["adoptions"])
    assert (caught.value.kind, caught.value.suggestion, sorted(caught.value.known)) == ("adoptions", "adoption", KINDS)
    assert not list(tmp_path.iterdir())


def test_unknown_formats_and_empty_results_are_refused(results: dict[str, Result], tmp_path: Path) -> None:
    with pytest.raises(PlotError):
        draw_figures(results["full"], tmp_path, formats=["gif"])
    with pytest.raises(PlotError):
        draw_figures(results["empty"], tmp_path)
