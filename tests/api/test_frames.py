"""Comparisons as data frames, and what notebooks show."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from aixsim.errors import ArgumentError
from aixsim.escapes import visible
from aixsim.notebook import card
from aixsim.results.comparison import compare
from aixsim.results.result import Result, open_result
from aixsim.results.source import ResultError
from tests.result_fixture import FakeGoal, make_result


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    base = tmp_path_factory.mktemp("frames")
    lifts = {"plan": 1.0, "more": 1.15, "less": 0.8}
    return {name: open_result(make_result(base / name, 30, lift=lift, failed=(3,) if lift < 1 else ())) for name, lift in lifts.items()}


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the base class names it
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.cells.append(data)


def test_a_comparison_is_a_tidy_table(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["more"], results["less"])
    frame = comparison.to_frame()
    assert list(frame["result"].unique()) == ["more", "less"]
    chosen = frame[(frame["result"] == "less") & (frame["goal"] == "500 launched")].set_index("quantity")
    change = comparison.policies[1].goals[0]
    row = chosen.to_dict("index")["probability"]
    told = [row[name] for name in ("a", "b", "difference", "low", "high", "n")]
    assert told == [*change.chances, change.probability.estimate, change.probability.low, change.probability.high, 29]
    count = chosen.loc["count"]
    assert (count["a"], count["b"]) == (change.count.before, change.count.after)
    assert count["difference"] == pytest.approx(count["b"] - count["a"])
    assert count["unit"] == "national firms"
    assert chosen["by"].eq(pd.Timestamp("2030-12-01")).all()
    assert set(frame["method"]) == {"Newcombe, paired", "Student, paired", "Fieller, paired"}
    money = frame[frame["quantity"] == "money spent"]
    assert money["goal"].isna().all()
    assert (money["difference"] > 0).tolist() == [True, False]
    assert "units" in frame.attrs


def test_winners_and_losers_are_a_table_whose_levels_add_up(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["more"])
    groups, whole = comparison.groups(), comparison.to_frame()
    count = whole[(whole["quantity"] == "count") & (whole["outcome"] == "launched")]["difference"].iloc[0]
    launched = groups[groups["outcome"] == "launched"].groupby("group")["difference"].sum()
    assert launched.tolist() == pytest.approx([count] * 4)


def test_folders_are_compared_like_results_as_texts_or_paths(results: dict[str, Result]) -> None:
    expected = compare(results["plan"], results["more"]).to_frame()
    assert compare(str(results["plan"].path), results["more"].path).to_frame().equals(expected)


def test_nothing_to_compare_with_is_refused(results: dict[str, Result], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError):
        compare(results["plan"])
    with pytest.raises(ResultError):
        compare(results["plan"], tmp_path)


def test_a_notebook_shows_every_goal_with_interval_and_n(results: dict[str, Result]) -> None:
    result = results["less"]
    cells = Page(result._repr_html_()).cells
    for goal in result.goal_records:
        assert {goal["name"], goal["short_statement"], "29, 1 failed"} <= set(cells)
    assert str(result.path) in cells
    assert "29 replicates, 1 failed" in repr(result)


def test_a_notebook_says_that_a_result_is_a_sample(tmp_path: Path) -> None:
    page = open_result(make_result(tmp_path / "sample", 10, 0.05))._repr_html_()
    assert "sample of 5 % of firms" in page
    assert "0 failed" not in page


def test_a_notebook_shows_a_comparison(results: dict[str, Result]) -> None:
    comparison = compare(results["plan"], results["less"])
    page = Page(comparison._repr_html_())
    change = comparison.changes[0].probability
    points = f"{100 * change.estimate:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"
    assert points in page.cells
    assert page.tags.count("tr") == 1 + len(comparison.changes)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & b", '" onload="x', "</td><img src=x>", "\x1b[31mred", "\u202eback"])
def test_names_are_text_and_never_markup(tmp_path: Path, name: str) -> None:
    result = open_result(make_result(tmp_path / "plan", 5, goals=(FakeGoal(name, "launched", 500, "2030-12"),)))
    page = Page(result._repr_html_())
    assert set(page.tags) <= {"div", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert visible(name) in page.cells
    comparison = Page(compare(result, result)._repr_html_())
    assert set(comparison.tags) == {"div", "strong", "table", "thead", "tbody", "tr", "th", "td"}


def test_without_rows_there_is_no_table() -> None:
    assert "<table>" not in card("title", ["a note", ""], ("column",), ())
