"""Figures: every kind is drawn, says what it must, keeps inside its frame, and is the same each time."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from aixsim.errors import ArgumentError, StoreError
from aixsim.evidence.forecasts import ALL, ANNOUNCED, KNOWN, VERIFIED
from aixsim.evidence.track_record import records
from aixsim.model.keys import quoted
from aixsim.report.figures import kinds
from aixsim.report.figures.drawing import FORMATS, all_figures, draw, draw_figures, figures_of, missing_figures, picture, write_figure
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.page_layout import head, new_figure
from aixsim.report.figures.style import house_style
from aixsim.report.figures.time_axis import month_ends
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


@pytest.fixture
def fresh() -> Iterator[None]:
    """Kinds are looked for anew, in the test and after it."""
    all_figures.cache_clear()
    yield
    all_figures.cache_clear()


def words(svg: Path) -> str:
    return " ".join("".join(node.itertext()) for node in ET.parse(svg).iter("{http://www.w3.org/2000/svg}text"))  # noqa: S314 - our own file


def written(result: Result, kind: str) -> str:
    """Returns all that is written above, below and in the panels of a figure."""
    page = draw(result, kind)
    return " ".join(" ".join(text.get_text() for holder in (page, *page.axes) for text in holder.texts).split())


def test_kinds_are_discovered(results: dict[str, Result]) -> None:
    assert set(KINDS) <= set(figures_of(results["full"]))
    assert all(figure.title for figure in all_figures().values())
    with pytest.raises(ArgumentError) as caught:
        figures_of("results/korea")
    assert caught.value.argument == "subject"


NEW = """
from aixsim.report.figures.figure import Figure
from aixsim.results.result import Result

def draw(result, figure):
    figure.subplots().plot([0, 1], [0, result.scale])

FIGURE = Figure("{name}", Result, "a line", draw)
"""


def test_a_new_file_is_a_new_figure(results: dict[str, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    (tmp_path / "slope.py").write_text(NEW.format(name="slope"))
    assert [path.name for path in draw_figures(results["full"], tmp_path, ["slope"])] == ["slope.png", "slope.svg"]
    (tmp_path / "other.py").write_text(NEW.format(name="adoption"))
    all_figures.cache_clear()
    with pytest.raises(ValueError, match="two figures 'adoption' of Result"):
        figures_of(results["full"])


def test_all_are_drawn_and_say_n_source_and_sample(results: dict[str, Result], tmp_path: Path) -> None:
    paths = draw_figures(results["sample"], tmp_path)
    assert sorted(path.name for path in paths) == sorted(f"{kind}.{ending}" for kind in figures_of(results["sample"]) for ending in FORMATS)
    beside = [tmp_path / f"{kind}.alt.txt" for kind in figures_of(results["sample"])]
    assert sorted(tmp_path.iterdir()) == sorted([*paths, *beside])
    assert missing_figures(results["sample"], tmp_path) == []
    for kind in KINDS:
        assert (tmp_path / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
        text = words(tmp_path / f"{kind}.svg")
        assert "Source: aixsim" in text, kind
        for needed in ("n = 30 replicates", "sample of 5 % of firms"):
            assert (needed in text) is (kind != "evidence"), (kind, needed)


def test_the_evidence_names_its_own_source(results: dict[str, Result]) -> None:
    text = written(results["full"], "evidence")
    assert "backtest_summary.csv" in text
    assert results["full"].provenance["run_id"] not in text
    assert results["full"].provenance["run_id"] in written(results["full"], "money")


def test_evidence_shows_what_the_back_test_found_whoever_is_better(results: dict[str, Result]) -> None:
    drawn = picture(results["full"], "evidence")
    all_of_them = [one for counts in (ALL, VERIFIED) for policy in (ANNOUNCED, KNOWN) for one in records(counts, policy)]
    assert drawn.table is not None
    assert [(row["crps"], row["best_crps"], row["skill"]) for row in drawn.table.rows] == [
        (one.crps, one.best_crps, one.skill) for one in all_of_them
    ]
    (axes,) = drawn.page.axes
    shown = {round(float(y), 4) for line in axes.lines[:-1] for y in line.get_ydata()}
    assert shown == {one.skill for one in all_of_them}
    better = sum(one.crps < one.best_crps for one in all_of_them)
    assert 0 < better < len(all_of_them)
    assert f"{better} of {len(all_of_them)} comparisons" in drawn.title, "a forecast that loses somewhere must say so"
    low, _ = axes.get_ylim()
    assert low < min(one.skill for one in all_of_them), "no mark lies outside its panel"
    elsewhere = {"month": "2025-12", "outcome": "launched", "value": 60, "source": "none: theory"}
    theory = replace(results["full"], about=results["full"].provenance | {"observed": [elsewhere]})
    with pytest.raises(PlotError, match="AI factories of Korea"):
        draw(theory, "evidence")


def test_panels_stand_in_the_order_of_the_numbers_at_their_ends(results: dict[str, Result]) -> None:
    result = results["full"]
    for kind, group in (("types", "agent_type"), ("poles", "pole")):
        table = result.groups()
        last = table[(table["group"] == group) & (table["month"] == table["month"].max()) & (table["outcome"] == "launched")]
        medians = last.set_index("level")["p50"]
        shown = [axes.get_title(loc="left") or axes.get_title() for axes in draw(result, kind).axes]
        assert set(shown) == set(medians.index)
        assert [medians[name] for name in shown] == sorted(medians, reverse=True)
        assert medians.nunique() > 1, "so that another order would be noticed"


def test_adoption_shows_target_and_what_was_counted(results: dict[str, Result]) -> None:
    text = written(results["full"], "adoption")
    for needed in ("goal 500", "observed 26", "observed 102", "given", "simulated", "each month on its own", "at most", "1 failed"):
        assert needed in text, needed
    assert "sample" not in text


def test_a_milestone_is_a_mark_in_its_month(results: dict[str, Result]) -> None:
    """The target of the last month is a line, that of an earlier month a mark."""
    result = results["full"]
    goals = [{"outcome": "launched", "at_least": 500, "by": result.horizon.end}, {"outcome": "launched", "at_least": 200, "by": "2027-12"}]
    (axes,) = draw(replace(result, about=result.provenance | {"goals": goals}), "adoption").axes
    (line, mark) = (next(item for item in axes.lines if set(np.atleast_1d(item.get_ydata())) == {y}) for y in (500, 200))
    assert len(line.get_xdata()) == 2
    assert [str(day) for day in mark.get_xdata()] == ["2027-12-31"]


def test_money_tells_what_never_comes_of_what_was_planned(results: dict[str, Result]) -> None:
    result, budget = replace(results["full"]), results["full"].money_by_year()
    assert budget is not None
    assert "never comes" not in picture(result, "money").title, "without a config nothing is known of a plan"
    plan = {str(year): 1.25 * float(krw) for year, krw in zip(budget.years, budget.budget[1], strict=True)}
    vars(result)["config"] = {"programme": [{"name": budget.programmes[1], "budget_krw_bn": plan}]}
    short = 0.25 * budget.budget[1].sum()
    share = short / (budget.budget.sum() + short)
    assert f"; KRW {short:,.0f} bn or {100 * share:.0f} % of the planned budgets never comes" in picture(result, "money").title


def test_money_that_comes_later_is_not_missing(results: dict[str, Result]) -> None:
    """A plan that is 10 larger in its second year and 10 smaller in its last one."""
    result, budget = replace(results["full"]), results["full"].money_by_year()
    assert budget is not None
    plan = {str(year): float(krw) for year, krw in zip(budget.years, budget.budget[1], strict=True)}
    plan["2025"], plan["2030"] = plan["2025"] + 10.0, plan["2030"] - 10.0
    vars(result)["config"] = {"programme": [{"name": budget.programmes[1], "budget_krw_bn": plan}]}
    title = picture(result, "money").title
    assert "never comes" not in title
    assert title.endswith("; KRW 10.0 bn planned for the years to 2025 comes later")


def test_amounts_below_100_keep_a_decimal(results: dict[str, Result]) -> None:
    text = " ".join(label.get_text() for label in picture(results["full"], "money").page.axes[0].get_xticklabels())
    assert "47.5" in text
    assert "planned" in text


def test_money_knows_the_plan_of_uncertain_budgets(results: dict[str, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean of the draws: twice what was delivered in each year of one programme."""
    result, budget = replace(results["full"]), results["full"].money_by_year()
    assert budget is not None
    name, delivered = budget.programmes[1], dict(zip(map(str, budget.years), map(float, budget.budget[1]), strict=True))
    uncertain = {year: {"dist": "uniform", "low": 0.0, "high": 4.0 * krw} for year, krw in delivered.items()}
    vars(result)["config"] = {"programme": [{"name": name, "budget_krw_bn": uncertain}]}
    draws = {f"programme.{quoted(name)}.budget_krw_bn.{year}": [krw, 3.0 * krw] for year, krw in delivered.items()}
    monkeypatch.setattr(Result, "parameters", lambda _: pd.DataFrame(draws))
    short = budget.budget[1].sum()
    assert f"; KRW {short:,.0f} bn or {100 * short / (budget.budget.sum() + short):.0f} % of" in picture(result, "money").title


def test_the_title_of_counting_bounds_what_the_intervals_allow(results: dict[str, Result]) -> None:
    result = replace(results["full"])
    ends = {"probability": 0.003, "interval": {"low": 0.0004, "high": 0.0182}, "short_statement": "0.3 % [0.1, 1.8]"}
    vars(result)["counting"] = [record | ends for record in result.counting]
    assert "from under 2 % to over 0 % likely" in picture(result, "counting").title


def test_the_same_result_gives_the_same_bytes(results: dict[str, Result], tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    for folder in ("one", "two", "three"):
        draw_figures(results["full"], tmp_path / folder, ["types", "network"])
    for path in (tmp_path / "one").iterdir():
        for other in ("two", "three"):
            assert path.read_bytes() == (tmp_path / other / path.name).read_bytes(), path.name
    assert dict(mpl.rcParams) == before


def test_figures_are_the_same_bytes_whoever_draws_them(results: dict[str, Result], tmp_path: Path) -> None:
    kinds = ["adoption", "map", "stages"]
    alone = draw_figures(results["sample"], tmp_path / "alone", kinds, ["svg"])
    shared = draw_figures(results["sample"], tmp_path / "shared", kinds, ["svg"], workers=2)
    assert [path.name for path in shared] == [path.name for path in alone]
    assert [path.read_bytes() for path in shared] == [path.read_bytes() for path in alone]


def leaves_frame(page: Any) -> bool:
    """Whether anything that would be drawn lies outside the figure."""
    box, (width, height) = page.get_tightbbox(), page.get_size_inches()
    return bool(box.x0 < -0.01 or box.y0 < -0.01 or box.x1 > width + 0.01 or box.y1 > height + 0.01)


@pytest.mark.parametrize("name", ["full", "sample", "long"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_the_frame(results: dict[str, Result], name: str, kind: str) -> None:
    assert not leaves_frame(draw(results[name], kind))


def test_what_leaves_the_frame_is_noticed(results: dict[str, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(figure: Figure, title: str, *_: str) -> None:
        figure.text(0.5, 0.9, title, fontsize=30)

    monkeypatch.setattr("aixsim.report.figures.kinds.adoption.head", too_long)
    assert leaves_frame(draw(results["full"], "adoption"))


@pytest.mark.parametrize("n", [4, 5, 7, 10])
def test_long_titles_shrink_and_dollars_are_no_formulas(n: int) -> None:
    with house_style():
        figure = new_figure((4.0, 3.0), 200)
        head(figure, "from $1m to $2m " * n, "dotted 50 %, solid 80 % " * n)
        assert all(text.get_window_extent().x1 <= figure.bbox.x1 - figure.texts[0].get_window_extent().x0 for text in figure.texts)
        assert not any(text.get_parse_math() for text in figure.texts)


def test_months_end_on_their_last_day_whatever_they_are_written_as() -> None:
    days = [dt.date(2024, 2, 1), dt.date(2024, 12, 1)]
    for months in (days, pd.to_datetime(pd.Series(days)).astype("datetime64[ms]"), np.array(days, "datetime64[M]")):
        assert month_ends(months).tolist() == [dt.date(2024, 2, 29), dt.date(2024, 12, 31)]


def test_what_a_result_lacks_is_left_out_or_refused(results: dict[str, Result], tmp_path: Path) -> None:
    names = {path.stem for path in draw_figures(results["bare"], tmp_path, formats=["svg"])}
    assert names & set(KINDS) == {"adoption", "evidence", "map", "poles", "stages", "types"}
    with pytest.raises(PlotError) as caught:
        draw_figures(results["bare"], tmp_path, ["money"])
    assert (caught.value.kind, caught.value.suggestion) == ("money", None)


@pytest.mark.parametrize(("kind", "suggestion"), [("adoptions", "adoption"), ("heatmap", None)])
def test_unknown_kinds_get_the_nearest(results: dict[str, Result], tmp_path: Path, kind: str, suggestion: str | None) -> None:
    with pytest.raises(PlotError) as caught:
        draw_figures(results["full"], tmp_path, ["types", kind])
    assert (caught.value.kind, caught.value.suggestion, sorted(caught.value.known)) == (
        kind,
        suggestion,
        sorted(figures_of(results["full"])),
    )
    assert not list(tmp_path.iterdir()), "all kinds are looked at before anything is drawn"


def test_unknown_formats_and_empty_results_are_refused(results: dict[str, Result], tmp_path: Path) -> None:
    with pytest.raises(PlotError):
        draw_figures(results["full"], tmp_path, formats=["gif"])
    with pytest.raises(PlotError):
        draw_figures(results["empty"], tmp_path)
    assert missing_figures(results["empty"], tmp_path) == []


def test_a_figure_is_written_to_its_own_path_alone(results: dict[str, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "types.png").write_text("mine")
    write_figure(results["full"], "types", [tmp_path / "second.png"])
    first = (tmp_path / "second.png").read_bytes()
    assert (tmp_path / "types.png").read_text() == "mine"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreError) as caught:
        write_figure(results["full"], "money", [tmp_path / "second.png"])
    assert caught.value.reason == "storage"
    assert (tmp_path / "second.png").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["second.alt.txt", "second.png", "types.png"]


def test_figures_that_a_crash_left_out_are_missing(results: dict[str, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.report.figures.kinds.programme_money.head", lambda *_: 1 / 0)
    wanted = ["adoption", "money", "types"]
    with pytest.raises(ZeroDivisionError):
        draw_figures(results["full"], tmp_path, wanted, ["png", "svg"])
    assert [name for name in missing_figures(results["full"], tmp_path) if name in wanted] == ["money", "types"]
    monkeypatch.undo()
    draw_figures(results["full"], tmp_path, missing_figures(results["full"], tmp_path))
    assert missing_figures(results["full"], tmp_path) == []
    (tmp_path / "map.svg").unlink()
    assert missing_figures(results["full"], tmp_path) == ["map"]


def test_figures_of_fewer_replicates_are_missing(results: dict[str, Result], tmp_path: Path) -> None:
    draw_figures(results["full"], tmp_path)
    extended = replace(results["full"], about=results["full"].provenance | {"replicates_done": 40})
    assert missing_figures(extended, tmp_path) == [kind for kind in figures_of(extended) if kind != "evidence"]


def test_one_panel_is_drawn_onto_the_axes_and_several_into_their_place(results: dict[str, Result]) -> None:
    figure = Figure(figsize=(12, 5))
    left, right = figure.subplots(1, 2)
    assert draw(results["full"], "adoption", left) is figure
    assert left.get_title(loc="left").startswith("Probability of 500")
    assert len(left.lines) >= 2
    assert draw(results["full"], "map", right) is figure
    place = right.get_position()
    panels = [axes for axes in figure.axes if axes not in (left, right)]
    assert len(panels) == 3
    for panel in panels:
        box = panel.get_position()
        assert place.x0 <= box.x0 < box.x1 <= place.x1 + 1e-9
        assert place.y0 <= box.y0 < box.y1 <= place.y1 + 1e-9


def test_nothing_that_draws_is_imported_before_something_is_drawn() -> None:
    code = "import sys, aixsim.report.figures.drawing; print(sorted({'scipy', 'pandas', 'matplotlib', 'seaborn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
