"""The report for those who decide: every printed number is that of a table, and nothing in it is executed or loaded."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from aixsim.report.html.decision_report import Report, html_of, report_of
from aixsim.report.html.sourced_values import DataTable
from aixsim.report.html.texts import LANGUAGES, texts_of
from aixsim.results.comparison import compare
from aixsim.results.result import open_result
from aixsim.world.classification import GROUPS
from tests.report_pages import Page, numbers_without_source, wrong_values
from tests.result_fixture import FakeGoal, make_result

PAYLOADS = ("<script>alert(1)</script>", '=HYPERLINK("http://x")', "\x1b[31mred\x07", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}")
GOALS = (FakeGoal("500 launched", "launched", 500, "2030-12"), FakeGoal("300 operating", "operating", 300, "2030-12"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_result(tmp_path_factory.mktemp("report") / "plan", n=120, goals=GOALS)


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return report_of(open_result(folder))


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, report: Report) -> tuple[str, Page]:
    return request.param, Page(html_of(report, request.param))


def test_every_printed_value_is_that_of_its_table_row_and_column(page: tuple[str, Page], folder: Path) -> None:
    language, read = page
    again = report_of(open_result(folder)).tables
    assert len(read.values) > 500
    assert wrong_values(read, again, language) == []


def test_no_number_is_printed_without_its_source(page: tuple[str, Page], report: Report) -> None:
    language, read = page
    assert numbers_without_source(read, language, allowed={report.about}) == []


def test_a_number_changed_in_a_table_is_noticed(page: tuple[str, Page], report: Report) -> None:
    """The twin: the walk over all values must fail for one that was changed in a table, and for one that was changed on the page."""
    language, read = page
    goals = report.tables["goals"]
    changed = [{**goals.rows[0], "count_p50": goals.rows[0]["count_p50"] + 1}, *goals.rows[1:]]
    tables = {**report.tables, "goals": dataclasses.replace(goals, rows=changed)}
    named = dict(tables)
    years = report.tables["years"]
    named["years"] = DataTable([{**row, "launched_p50": row["launched_p50"] + 1} for row in years.rows], years.origin)
    assert wrong_values(read, named, language)
    forged = read.html.replace(">2024</data>", ">2042</data>", 1)
    assert len(wrong_values(Page(forged), report.tables, language)) == 1
    unsourced = read.html.replace("</main>", "<p>98.7654</p></main>")
    assert numbers_without_source(Page(unsourced), language, allowed={report.about}) == ["98.7654"]


def test_tables_are_those_of_the_result(report: Report, folder: Path) -> None:
    """The tables of a report against the files of the result, read without the code of reports."""
    goals = json.loads((folder / "goals.json").read_text(encoding="utf-8"))
    for row, goal in zip(report.tables["goals"].rows, goals, strict=True):
        assert (row["probability"], row["successes"], row["n"]) == (goal["probability"], goal["successes"], goal["n"])
        assert (row["probability_low"], row["probability_high"]) == (goal["interval"]["low"], goal["interval"]["high"])
        assert row["count_p50"] == goal["count_at_deadline"]["p50"]
    groups = open_result(folder).groups()
    last = groups[(groups["month"] == groups["month"].max()) & (groups["outcome"] == "launched") & (groups["group"] == "province")]
    means = dict(zip(last["level"], last["mean"], strict=True))
    assert {row["level"]: row["launched_mean"] for row in report.tables["province"].rows} == pytest.approx(means)
    projects = open_result(folder).trajectories()
    at_end = projects[projects["month"] == projects["month"].max()]
    assert report.tables["years"].rows[-1]["launched_p50"] == pytest.approx(float(at_end["launched"].median()))


def test_nothing_is_executed_or_loaded(page: tuple[str, Page]) -> None:
    _, read = page
    assert not read.of("script")
    assert not read.of("link")
    assert not read.of("iframe")
    assert [element for element in read.elements if any(name.startswith("on") or name == "style" for name in element.attributes)] == []
    addresses = [value for element in read.elements for name, value in element.attributes.items() if name in ("href", "src", "xlink:href")]
    assert all(address.startswith(("#", "data:text/csv")) for address in addresses)
    css = read.of("style")[0].text
    assert re.findall(r"url\((?!data:)", css) == []
    assert "@import" not in css
    (policy,) = [meta.attributes["content"] for meta in read.of("meta") if "http-equiv" in meta.attributes]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert len(read.html.encode()) < 3_000_000


def test_the_page_can_be_read_without_seeing_it(page: tuple[str, Page]) -> None:
    language, read = page
    assert read.of("html")[0].attributes["lang"] == language
    levels = [int(element.tag[1]) for element in read.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    references = [one for element in read.elements for one in element.attributes.get("aria-labelledby", "").split()]
    assert set(references) <= set(ids)
    assert all(element.attributes.get("scope") in ("col", "row") for element in read.of("th"))
    assert len(read.of("caption")) > 8
    pictures = [element for element in read.of("svg") if element.attributes.get("role") == "img"]
    assert len(pictures) == len(read.of("svg")) >= 4
    assert all(element.attributes["aria-labelledby"] for element in pictures)
    assert all(element.text for element in read.of("desc"))


def test_text_of_figures_can_be_selected(report: Report) -> None:
    read = Page(html_of(report))
    assert any(element.text.startswith("goal 500") for element in read.of("text"))
    css = read.of("style")[0].text
    assert css.count("@font-face") == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_add_no_element_formula_or_escape(tmp_path: Path, language: str) -> None:
    goals = tuple(FakeGoal(name, "launched", 500, "2030-12") for name in PAYLOADS)
    hostile = make_result(tmp_path / "hostile", n=120, goals=goals)
    provenance = json.loads((hostile / "provenance.json").read_text(encoding="utf-8"))
    provenance |= {"title": PAYLOADS[0], "config": PAYLOADS[3]}
    provenance.pop("sha256", None)
    provenance.pop("files", None)
    (hostile / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    (tmp_path / "plain").mkdir()
    plain = Page(html_of(report_of(open_result(make_result(tmp_path / "plain" / "plan", n=120, goals=GOALS))), language))
    stated = dict.fromkeys(("commissioner", "analyst", "purpose", "duplication"), PAYLOADS[0]) | {"decisions": list(PAYLOADS)}
    read = Page(html_of(report_of(open_result(hostile), stated=stated), language))
    assert {element.tag for element in read.elements} <= {element.tag for element in plain.elements}
    assert {name for element in read.elements for name in element.attributes} == {
        name for element in plain.elements for name in element.attributes
    }
    assert all(character.isprintable() or character == "\n" for character in read.html)
    cells = [cell for rows in read.downloads().values() for row in rows for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r")) or (cell[:1] in "+-" and not _is_number(cell))] == []
    assert any(PAYLOADS[0] in one.text for one in read.printed)
    assert any("{{ 7 * 7 }}" in one.text for one in read.printed)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", text) is not None or not text


def test_a_comparison_is_about_its_second_result(tmp_path: Path) -> None:
    base, other = (
        open_result(make_result(tmp_path / name, n=120, lift=lift, goals=GOALS)) for name, lift in (("base", 1.0), ("more", 1.6))
    )
    content = report_of(compare(base, other))
    assert content.tables["goals"].rows[0]["probability"] == other.goal_records[0]["probability"]
    assert content.tables["baseline"].rows[0]["probability"] == base.goal_records[0]["probability"]
    effect = content.tables["effects"].rows[0]
    assert effect["difference"] == pytest.approx(other.goal_records[0]["probability"] - base.goal_records[0]["probability"])
    read = Page(html_of(content))
    assert wrong_values(read, content.tables, "en") == []
    assert numbers_without_source(read, "en", allowed={content.about}) == []


def _shape(node: Any, place: str = "") -> dict[str, Any]:
    """Returns the places of all texts with the names in braces that each has."""
    if isinstance(node, dict):
        return {key: names for name, inner in node.items() for key, names in _shape(inner, f"{place}.{name}").items()}
    if isinstance(node, list):
        return {place: len(node)}
    return {place: sorted(re.findall(r"\{(\w+)\}", node))}


def test_languages_have_the_same_texts() -> None:
    english, korean = (
        _shape({table: texts for table, texts in texts_of(language).held.items() if table not in ("names", "settings", "terms")})
        for language in LANGUAGES
    )
    assert english == korean
    assert len(texts_of("en").held["terms"]) == len(texts_of("ko").held["terms"])


def test_korean_has_a_name_for_every_level() -> None:
    names = texts_of("ko").held["names"]
    assert [level for levels in GROUPS.values() for level in levels if level not in names] == []


def test_a_calibrated_word_never_stands_alone(page: tuple[str, Page]) -> None:
    _, read = page
    places = [at for at, element in enumerate(read.elements) if element.attributes.get("data-format") == "word"]
    assert places
    for at in places:
        before = next(element for element in reversed(read.elements[:at]) if "data-format" in element.attributes)
        assert before.attributes["data-format"] == "percent"
        own, words = before.attributes["data-source"].rpartition("#"), read.elements[at].attributes["data-source"].rpartition("#")
        assert own[0] == words[0]
