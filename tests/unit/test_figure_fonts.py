"""Fonts of figures: every character has a glyph, and what is missing is told once, with the remedy."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import font_manager
from matplotlib.text import Text

from aixsim.report.figures import font_families
from aixsim.report.figures.drawing import draw, figures_of, picture
from aixsim.report.figures.font_families import FAMILY, families, missing
from aixsim.report.figures.style import house_style
from aixsim.results.result import Result, open_result
from tests.result_fixture import make_result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("fonts") / "plan", 10))


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns the installed families, which the test may change."""
    installed: list[str] = []
    monkeypatch.setattr(font_manager, "get_font_names", lambda: installed)
    return installed


def korean(result: Result) -> Result:
    renamed = replace(result)
    vars(renamed)["goal_records"] = [{**goal, "name": "공장 500"} for goal in result.goal_records]
    return renamed


def texts(page: Any) -> list[str]:
    return [text.get_text() for text in page.findobj(Text)]


def test_every_character_of_every_figure_has_a_glyph(result: Result, systems: list[str]) -> None:
    for kind in figures_of(result):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not missing(texts(draw(result, kind))), kind


def test_a_character_without_a_glyph_is_noticed(systems: list[str]) -> None:
    assert missing(["KRW −1 ≥ ₩2 Köln"]) == set()
    assert missing(["공장 5"]) == {"공", "장"}


def test_without_a_font_korean_is_no_box_and_the_remedy_is_told_once(
    result: Result, systems: list[str], recwarn: pytest.WarningsRecorder
) -> None:
    page = draw(korean(result), "probability")
    assert any("?? 500" in text for text in texts(page))
    told = [str(item.message) for item in recwarn]
    assert len(told) == 1
    assert "aixsim[korean]" in told[0]
    draw(result, "probability")
    assert len(recwarn) == 1, "no Korean, no warning"


def test_other_characters_without_a_glyph_are_named(result: Result, systems: list[str]) -> None:
    odd = replace(result)
    vars(odd)["goal_records"] = [{**goal, "name": "\U00012000"} for goal in result.goal_records]
    with pytest.warns(UserWarning, match="\U00012000"):
        assert "\U00012000" not in "".join(texts(draw(odd, "probability")))


@pytest.mark.parametrize(("installed", "expected"), [(["DejaVu Sans"], []), (["NanumGothic", "Arial"], ["NanumGothic"])])
def test_names_in_hangul_get_a_font_that_is_installed(systems: list[str], installed: list[str], expected: list[str]) -> None:
    systems += installed
    with house_style():
        assert mpl.rcParams["font.family"] == [FAMILY, "DejaVu Sans", *expected]


def test_a_package_with_fonts_is_used_without_being_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    for name in ("NanumGothic.ttf", "NanumGothicLight.ttf"):
        (tmp_path / "fonts" / name).write_bytes(b"")
    added: list[str] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(tmp_path)]))
    monkeypatch.setattr(font_manager.fontManager, "addfont", lambda path: added.append(Path(path).name))
    font_families._register.__wrapped__()
    assert added == ["aixsim-sans-bold.ttf", "aixsim-sans-regular.ttf", "NanumGothic.ttf"]


def test_text_of_svg_names_fonts_that_readers_have(result: Result) -> None:
    drawn = picture(result, "probability")
    assert "'Noto Sans', " in drawn.svg()
    assert FAMILY not in drawn.svg()
    assert families()[0] == FAMILY
