"""Result folders: opened, refused with the facts, and told in the terminal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from aixsim.errors import UserError
from aixsim.report.text.headline import headline, headline_json
from aixsim.results import quantile_curves as curves
from aixsim.results import result as results
from aixsim.results.quantile_curves import band, chance_by_month
from aixsim.results.result import ResultError, open_result
from tests.result_fixture import FakeGoal, make_result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_result(tmp_path_factory.mktemp("results") / "plan", 40, failed=(3,))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_result(tmp_path_factory.mktemp("results") / "sample", 40, 0.05)


def test_opens(folder: Path) -> None:
    result = open_result(folder)
    assert (result.scale, result.is_sample, result.sample_note) == (1.0, False, "")
    assert result.n_note == "n = 39 replicates, 1 failed"
    assert len(result.trajectories) == 39 * 84
    assert {"mean", "p05", "p95"} <= set(result.groups.columns)
    assert "mechanisms.peers.rate" in result.parameters
    money = result.money
    assert (money["budget_krw_bn"] - money["spent_krw_bn"]).to_numpy() == pytest.approx(money["left_krw_bn"].to_numpy())
    assert [goal["name"] for goal in result.goals] == ["500 launched", "500 operating"]


def test_a_sample_says_so(sample: Path) -> None:
    result = open_result(sample)
    assert result.is_sample
    assert result.sample_note == "sample of 5 % of firms"


def test_refusals_carry_their_facts(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name, text in (("broken", "{"), ("foreign", "[]"), ("old", '{"title": "x"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "provenance.json").write_text(text)
    inside = dict.fromkeys(("empty", "broken", "foreign", "old"), "provenance.json")
    for name, file in {"nowhere": "", "file": "", **inside}.items():
        with pytest.raises(ResultError) as caught:
            open_result(tmp_path / name)
        assert (caught.value.folder, caught.value.file, caught.value.exit_code) == (tmp_path / name, file, 4)
        assert caught.value.remedy


@pytest.mark.parametrize("damage", [None, b"not parquet"])
def test_a_damaged_table_is_named(tmp_path: Path, damage: bytes | None) -> None:
    path = make_result(tmp_path / "plan", 3)
    if damage is None:
        (path / "money.parquet").unlink()
    else:
        (path / "money.parquet").write_bytes(damage)
    with pytest.raises(ResultError) as caught:
        _ = open_result(path).money
    assert caught.value.file == "money.parquet"


def test_the_curve_ends_at_the_probability_of_the_goal(folder: Path) -> None:
    result = open_result(folder)
    for goal in result.goals:
        chance = chance_by_month(result.paths(goal["outcome"]), goal["target_in_sample"], 0.95)
        assert chance.estimate[-1] == goal["probability"]
        assert (chance.low <= chance.estimate).all()
        assert (chance.estimate <= chance.high).all()


def test_bands_are_quantiles_of_national_counts(sample: Path) -> None:
    result = open_result(sample)
    table = result.trajectories
    curve = band(result.paths("launched"), result.scale)
    last = table[table["month"] == table["month"].max()]["launched"].to_numpy() / 0.05
    assert curve.p95[-1] == np.quantile(last, 0.95)
    assert curve.mean[-1] == pytest.approx(last.mean())
    assert curve.n == 40


def test_few_months_at_a_time_give_the_same_band(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = open_result(sample).paths("operating")
    whole = band(paths, 0.05)
    monkeypatch.setattr(curves, "_AT_A_TIME", 40 * 5)
    assert all(np.array_equal(getattr(whole, field.name), getattr(band(paths, 0.05), field.name)) for field in fields(whole))


@pytest.mark.parametrize("rows", [7, 100_000])
def test_paths_are_the_table(folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_ROWS_AT_A_TIME", rows)
    result = open_result(folder)
    paths, table = result.paths("operating"), result.trajectories
    assert 3 not in paths.replicates
    assert np.array_equal(paths.replicates, table["replicate"].unique())
    assert np.array_equal(paths.values.ravel(), table["operating"])
    assert paths.months == list(table["month"][:84])
    assert result.counts_in("2030-06").equals(table[table["month"] == table["month"][77]].reset_index(drop=True))


@pytest.mark.parametrize("rows", [19, 100_000])
def test_money_is_that_of_the_table(folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_ROWS_AT_A_TIME", rows)
    money, table = open_result(folder).money_by_year(), open_result(folder).money
    assert money is not None
    assert money.programmes == list(dict.fromkeys(table["programme"]))
    means = table.groupby(["programme", "year"])[["budget_krw_bn", "spent_krw_bn"]].mean()
    for name, numbers in (("budget_krw_bn", money.budget), ("spent_krw_bn", money.spent)):
        np.testing.assert_allclose(numbers, means[name].unstack().loc[money.programmes][money.years], rtol=1e-12)
    total = table.groupby(["replicate", "year"])["spent_krw_bn"].sum().unstack()
    np.testing.assert_allclose(money.total, total[money.years], rtol=1e-12)


@pytest.mark.parametrize("damage", ["a month lacks", "a replicate lacks its end", "rows are out of order"])
def test_a_missing_month_is_not_drawn_over(folder: Path, tmp_path: Path, damage: str) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    table = pq.read_table(path / "trajectories.parquet")
    kept = {"a month lacks": [*range(1, 84)], "a replicate lacks its end": [*range(83)], "rows are out of order": [1, 0, *range(2, 84)]}
    pq.write_table(table.take([*kept[damage], *range(84, table.num_rows)]), path / "trajectories.parquet")
    with pytest.raises(UserError):
        open_result(path).paths("launched")


def test_headline_says_what_it_must(folder: Path, sample: Path) -> None:
    text = headline(open_result(folder))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("500 launched", "500 operating", "1 failed", "39", "at most", "on their own", "counted 26", "102 launched"):
        assert words in text, words
    assert "sample" not in text
    assert "sample of 5 % of firms" in headline(open_result(sample))
    assert max(map(len, headline(open_result(sample)).splitlines())) <= 80


def test_headline_of_many_goals_and_of_none_fits(tmp_path: Path) -> None:
    goals = tuple(FakeGoal(f"g{n}", "launched", n, "2030-12") for n in (100, 200, 300))
    many = headline(open_result(make_result(tmp_path / "many", 5, goals=goals)))
    assert max(map(len, many.splitlines())) <= 80
    assert "100 % (at least" in many
    none = headline(open_result(make_result(tmp_path / "none", 5, goals=())))
    assert "on their own" in none
    assert "probability" not in none


def test_headline_without_any_replicate(tmp_path: Path) -> None:
    assert "NO REPLICATE FINISHED" in headline(open_result(make_result(tmp_path / "none", 2, failed=(0, 1))))


def test_headline_for_programs_is_json(sample: Path) -> None:
    document = json.loads(json.dumps(headline_json(open_result(sample)), allow_nan=False))
    assert document["sample"] == "sample of 5 % of firms"
    assert document["goals"][0]["n"] == 40
    assert document["final_counts"]["launched_own"]["p50"] > 0
    assert [seen["value"] for seen in document["observed"]] == [26, 102]


def test_nothing_heavy_is_imported_early() -> None:
    code = (
        "import sys, aixsim.results.comparison, aixsim.results.goals, aixsim.results.quantile_curves;"
        "import aixsim.report.text.headline, aixsim.report.figures.result;"
        "print(sorted({'scipy', 'pandas', 'matplotlib', 'seaborn', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
