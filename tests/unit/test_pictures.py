"""Pictures: what stands beside and below a figure, sizes, languages, and how it looks."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aixsim.cli.plot import plot
from aixsim.errors import UserError
from aixsim.report.figures import drawing, font_families
from aixsim.report.figures.drawing import SIZES, figures_of, picture, write_figure
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.scenario_names import deed
from aixsim.report.figures.style import escape_texts
from aixsim.results.comparison import Comparison, compare
from aixsim.results.result import Result, open_result
from tests.result_fixture import make_result

LOOKS = Path(__file__).parent / "pictures"
"""Reference pictures; ``python -m tests.unit.test_pictures`` draws them anew."""
COMPARED = ("adoption", "money", "stages", "map")
COARSE, TOLERANCE = 40, 6.0
"""Resolution in dpi, and root mean square difference of grey levels, 0 to 255, that other versions of matplotlib may cause."""
HIDDEN_WORDS = re.compile(r"replicates|pointwise|Clopper")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return open_result(make_result(tmp_path_factory.mktemp("pictures") / "plan", 30))


@pytest.fixture(scope="module")
def comparison(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    base = tmp_path_factory.mktemp("scenarios")
    return compare(result, *(make_result(base / name, 30, lift=lift) for name, lift in (("more", 1.2), ("less", 0.7))))


def difference(one: Image.Image, other: Image.Image) -> float:
    if one.size != other.size:
        return float("inf")
    levels = [np.asarray(image.convert("L"), float) for image in (one, other)]
    return float(np.sqrt(np.mean((levels[0] - levels[1]) ** 2)))


def image_of(result: Result, kind: str, where: Path) -> Image.Image:
    where.write_bytes(picture(result, kind, dpi=COARSE).png())
    return Image.open(where)


@pytest.mark.parametrize("kind", COMPARED)
def test_figures_look_as_they_did(result: Result, kind: str, tmp_path: Path) -> None:
    assert difference(image_of(result, kind, tmp_path / "now.png"), Image.open(LOOKS / f"{kind}.png")) < TOLERANCE


def test_another_look_is_noticed(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted change: one band without colour."""
    real = drawing._page

    def without_a_band(*arguments: Any) -> Any:
        page = real(*arguments)
        page.axes[0].collections[0].set_alpha(0.0)
        return page

    monkeypatch.setattr(drawing, "_page", without_a_band)
    assert difference(image_of(result, "adoption", tmp_path / "now.png"), Image.open(LOOKS / "adoption.png")) > TOLERANCE


def test_every_picture_has_alternative_text_caption_and_plain_title(result: Result, comparison: Comparison) -> None:
    for subject in (result, comparison, comparison.policies[0]):
        for kind, figure in figures_of(subject).items():
            drawn = picture(subject, kind)
            assert drawn.title, kind
            assert drawn.alt.startswith(f"{figure.title}. {drawn.title}. "), kind
            assert not HIDDEN_WORDS.search(drawn.title), kind
            assert kind == "evidence" or "n = " in drawn.caption, kind
            assert "Source: aixsim" in drawn.caption, kind
            assert kind == "network" or drawn.caption.index("Source") > 0, f"{kind} does not say what intervals it shows"


def test_words_of_statistics_in_a_title_are_noticed() -> None:
    assert HIDDEN_WORDS.search("500 launched: half of the replicates reach it")


def test_alternative_text_stands_beside_every_file(result: Result, tmp_path: Path) -> None:
    write_figure(result, "money", [tmp_path / "mine.svg"])
    text = (tmp_path / "mine.alt.txt").read_text(encoding="utf-8")
    assert "planned 47.5 KRW bn" in text
    assert "n = 30 replicates" in text


def test_text_of_svg_can_be_selected_and_read_aloud(result: Result) -> None:
    drawn = picture(result, "stages")
    root = ET.fromstring(drawn.svg())  # noqa: S314 - our own file
    names = {"svg": "http://www.w3.org/2000/svg", "dc": "http://purl.org/dc/elements/1.1/"}
    written = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"2026", "projects"} <= written
    assert root.findtext("svg:title", namespaces=names) == drawn.title
    assert root.findtext(".//dc:description", namespaces=names) == drawn.alt
    assert root.get("role") == "img"


def test_sizes_have_their_proportions_and_nothing_leaves_the_frame(result: Result) -> None:
    sizes = {size: picture(result, "poles", size).page for size in SIZES}
    widths = {size: page.get_size_inches() for size, page in sizes.items()}
    assert widths["slide"][0] / widths["slide"][1] == pytest.approx(16 / 9)
    assert widths["slide"][0] * sizes["slide"].dpi == pytest.approx(1920)
    assert widths["column"][0] < widths["page"][0]
    for size, page in sizes.items():
        box, (width, height) = page.get_tightbbox(), page.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01, size
    columns = {len({round(axes.get_position().x0, 3) for axes in sizes[size].axes}) for size in ("page", "column")}
    assert columns == {4, 2}


@pytest.mark.parametrize(("size", "language"), [("poster", "en"), ("page", "fr")])
def test_unknown_sizes_and_languages_are_refused(result: Result, size: str, language: str) -> None:
    with pytest.raises(PlotError) as caught:
        picture(result, "money", size, language)
    assert ("'poster'" in str(caught.value)) == (size == "poster")
    assert ("'fr'" in str(caught.value)) == (language == "fr")
    assert caught.value.known


def test_korean_figures_need_a_font(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_families, "families", lambda: ["DejaVu Sans"])
    with pytest.raises(UserError, match=r"aixsim\[korean\]"):
        write_figure(result, "money", [tmp_path / "a.svg"], language="ko")
    assert not list(tmp_path.iterdir())


def test_minus_signs_are_all_the_same() -> None:
    from matplotlib.figure import Figure

    page = Figure()
    texts = [page.text(0, 0, text) for text in ("-0.5 [-1, -.2]", "korea-2030", "2024-12", "80-90")]
    escape_texts(page)
    assert [text.get_text() for text in texts] == ["−0.5 [−1, −.2]", "korea-2030", "2024-12", "80-90"]


def test_scenarios_are_named_by_what_they_do(comparison: Comparison) -> None:
    courses, overlay = (picture(comparison, kind) for kind in ("courses", "overlay"))
    assert courses.table is not None
    assert overlay.table is not None
    assert {row["scenario"] for row in courses.table.rows} == {"plan", "more", "less"}
    chances = [(row["low"], row["probability"], row["high"]) for row in courses.table.rows]
    assert all(low <= p <= high for low, p, high in chances)
    bars = [tuple(line.get_xdata()) for line in courses.page.axes[0].lines if len(line.get_xdata()) == 2]
    assert all(any(abs(100 * low - a) + abs(100 * high - b) < 1e-9 for a, b in bars) for low, _, high in chances), "intervals are visible"
    launched = {row["scenario"]: row["median"] for row in overlay.table.rows if row["outcome"] == "launched"}
    assert launched["less"] < launched["plan"] < launched["more"]
    assert overlay.title.endswith(f"{launched['less']:,.0f} (less) to {launched['more']:,.0f} (more)")


def test_what_a_scenario_does_is_said_in_words() -> None:
    removed = {"levers.parks": (None, False), "levers.parks.number": (27, None), "levers.parks.start": ("2026-01", None)}
    assert deed(removed) == "no parks"
    share = {'programme."Lead".delivered_share': (1.0, 0.5)}
    assert deed(removed | share) == "no parks; delivered share 0.5"
    assert deed(removed | share | {"horizon.end": ("2030-12", "2031-12")}) == "no parks; delivered share 0.5 and 1 more"
    assert deed({}) == ""


def test_the_source_names_the_scenario_and_what_it_changes(result: Result) -> None:
    changed = {"base": "korea-2030", "differs": {"levers.parks": [None, False]}}
    other = replace(result, about=result.provenance | {"config": "mine", "variant": changed})
    assert "Source: aixsim simulation of mine, which is korea-2030 with no parks · n = 30 replicates" in picture(other, "stages").caption


def test_plot_draws_several_scenarios_together(comparison: Comparison, tmp_path: Path) -> None:
    folders = [comparison.policies[0].pair.baseline.path, comparison.policies[0].pair.other.path]
    plot(folders, "overlay", tmp_path / "both.svg", 1, "page", "en")
    assert "plan" in (tmp_path / "both.svg").read_text(encoding="utf-8")
    for wrong in ((folders[:1], "overlay", "page", "en"), (folders, "overlay", "poster", "en"), (folders, "overlay", "page", "fr")):
        with pytest.raises(UserError):
            plot(wrong[0], wrong[1], tmp_path / "other.svg", 1, *wrong[2:])
    assert not (tmp_path / "other.svg").exists()


def draw_references() -> None:
    """Draws the reference pictures."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        made = open_result(make_result(Path(folder) / "plan", 30))
        LOOKS.mkdir(exist_ok=True)
        for kind in COMPARED:
            image_of(made, kind, LOOKS / f"{kind}.png")


if __name__ == "__main__":
    draw_references()
