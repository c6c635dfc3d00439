"""Korean figures hold no English but names of a config, units and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from aixsim.report.figures import font_families
from aixsim.report.figures import korean as texts
from aixsim.report.figures.drawing import figures_of, picture
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.korean import korean
from aixsim.report.figures.subjects import SelfCheck
from aixsim.results.comparison import compare
from aixsim.results.result import open_result
from aixsim.results.sweep_comparison import compare_points
from aixsim.results.sweep_result import open_sweep
from tests.result_fixture import make_result
from tests.runs.made import made, shares
from tests.runs.small_sweeps import run_inline, small

CONFIGS = "AI Factory lead projects|Lead projects 2024|korea-2030|plan|more|less|tiny|made|now|then|partners.rate|innovation.rate"
OTHERS = "AI|AX|aixsim|backtest_summary.csv|[0-9a-f]+feed|[0-9a-f]{12}"
ALLOWED = re.compile(rf"(?<![A-Za-z])({CONFIGS}|{OTHERS})(?![A-Za-z])")
SHARE, GRANT = "programme.Lead.delivered_share", "programme.Lead.grant_krw_bn.2026"
SAMPLES = {
    "number": "7", "negative": "-3", "year": "2026", "month": "2030-12", "chance": "93.9 % [92.2, 95.3]", "config": "X",
    "run": "0123456789ab", "setting": "delivered share", "size": "small", "lever": "parks", "level": "13 parks", "note": " (7 failed)",
}  # fmt: skip


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    base = tmp_path_factory.mktemp("korean")
    plan, more, less = (
        open_result(make_result(base / name, 30, lift=lift)) for name, lift in (("plan", 1.0), ("more", 1.2), ("less", 0.7))
    )
    sample = open_result(make_result(base / "sample", 12, scale=0.02, failed=(3,)))
    comparison = compare(plan, more, less)
    run_inline(small(base / "study"), base / "sweep")
    sweep = open_sweep(base / "sweep")
    grid = [{SHARE: share, GRANT: grant} for share in (0.2, 0.8) for grant in (0.5, 1.0, 1.5)]
    policies = made(grid, shares(0.1, 0.5, 0.8, 0.9, 1.0, 1.0), policies=["now"] * 3 + ["then"] * 3)
    return {
        "run": plan, "sample": sample, "comparison": comparison, "more": comparison.policies[0], "less": comparison.policies[1],
        "sweep": sweep, "points": compare_points(sweep), "policies": policies,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _all_letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Glyphs are not needed for the words: the fonts are said to have all."""
    monkeypatch.setattr(font_families, "_letters", lambda _: range(0x110000))
    texts._korean.cache_clear()
    yield
    texts._korean.cache_clear()


def english_in(subject: Any, kind: str) -> list[tuple[str, str]]:
    """Returns each text with an English word that a figure shows or that is read aloud, after the name of the figure."""
    drawn = picture(subject, kind, language="ko", dpi=40)
    shown = [text.get_text() for text in drawn.page.findobj(Text) if text.get_visible()]
    shown.append(drawn.alt.partition(" Numbers: ")[0])  # columns of tables keep their names
    return [(kind, text) for text in shown if re.search("[A-Za-z]{2,}", ALLOWED.sub("", text))]


@pytest.mark.parametrize("name", ["run", "sample", "comparison", "more", "less", "sweep", "points", "policies"])
def test_korean_figures_hold_no_english(subjects: dict[str, Any], name: str) -> None:
    subject = subjects[name]
    kinds = [kind for kind, figure in figures_of(subject).items() if figure.applies(subject)]
    assert kinds
    left = [found for kind in kinds for found in english_in(subject, kind) if (name, kind) != ("policies", "curves")]
    assert not left


@pytest.mark.parametrize("taken", ["in implementation", "Firms that decided, cumulative", "Withdrawn: no grant and not able to pay."])
def test_a_missing_text_is_noticed(subjects: dict[str, Any], monkeypatch: pytest.MonkeyPatch, taken: str) -> None:
    names = texts._names()
    monkeypatch.setattr(texts, "_names", lambda: {english: name for english, name in names.items() if english != taken.lower()})
    assert taken in str(english_in(subjects["run"], "stages"))


def test_a_missing_text_with_a_placeholder_is_noticed(subjects: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = texts._patterns()
    monkeypatch.setattr(texts, "_patterns", lambda: [one for one in patterns if not one[0].fullmatch("withdrawn 7")])
    assert "withdrawn" in str(english_in(subjects["run"], "stages"))


@pytest.mark.parametrize("english", [text for text in texts._translations() if "{" in text])
def test_no_text_hides_another(english: str) -> None:
    """Each text with placeholders is translated by its own translation."""
    values = {name: SAMPLES.get(name.rstrip("0123456789"), "X") for name in re.findall(r"\{(\w+)\}", english)}
    parts = {name: texts._part(name, value) for name, value in values.items()}
    assert korean(english.format_map(values)) == texts._translations()[english].format_map(parts)


def test_texts_have_the_placeholders_of_the_english_and_no_english_words() -> None:
    for english, translation in texts._translations().items():
        assert set(re.findall(r"\{\w+\}", translation)) <= set(re.findall(r"\{\w+\}", english)), english
        assert not re.search("[A-Za-z]{2,}", ALLOWED.sub("", re.sub(r"\{\w+\}", "", translation))), english


def test_names_are_those_of_the_report_and_of_a_config_stay() -> None:
    assert korean("Seoul, Incheon, Gyeonggi") == "서울, 인천, 경기"
    assert korean("delivered share 0.5 and 13 parks") == "계획 예산 집행 비율 0.5, AX 실증 산단 13개"
    assert korean("AI Factory lead projects: grant 2026, KRW bn") == "AI Factory lead projects: 2026년 건당 지원금, 십억 원"
    assert korean("500 launched by 2030-12") == "2030년 12월까지 착수 500"
    assert korean("−5.7 to −4.3") == "−5.7 ~ −4.3"
    for name in ("a new sentence", "parks", "My plan, with parks"):
        assert korean(name) == name


def test_figures_without_korean_texts_say_so() -> None:
    with pytest.raises(PlotError, match="no Korean texts; figures of a run, a comparison and a sweep have"):
        picture(SelfCheck("korea-2030", ("a",), np.zeros((1, 1))), "ranks", language="ko")
