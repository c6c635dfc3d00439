"""Result folders: opened, refused with the facts, and told in the terminal."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aixsim.errors import UserError
from aixsim.report.text.headline import headline, headline_json
from aixsim.results import quantile_curves as curves
from aixsim.results import source as sources
from aixsim.results.quantile_curves import band, chance_by_month
from aixsim.results.result import Result, open_result
from aixsim.results.shapes import DOCUMENTS, misfit
from aixsim.results.source import MemorySource, ResultError
from aixsim.runs.files import canonical_checksum, checksum
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
    assert len(result.trajectories()) == 39 * 84
    assert {"mean", "p05", "p95"} <= set(result.groups().columns)
    assert "mechanisms.peers.rate" in result.parameters()
    money = result.money()
    assert (money["budget_krw_bn"] - money["spent_krw_bn"]).to_numpy() == pytest.approx(money["left_krw_bn"].to_numpy())
    assert list(result.goals["goal"]) == ["500 launched", "500 operating"]


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
        open_result(path).money()
    assert (caught.value.file, caught.value.exit_code) == ("money.parquet", 4)


def seal(path: Path) -> None:
    """Gives a result folder the checksums that a run writes."""
    provenance = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    provenance["files"] = {file.name: checksum(file.read_bytes()) for file in path.iterdir() if file.name != "provenance.json"}
    provenance["sha256"] = canonical_checksum(provenance)
    (path / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")


READERS: dict[str, Callable[[Result], object]] = {
    "trajectories.parquet": lambda result: (result.trajectories(), result.paths("launched"), result.counts_in("2030-12")),
    "groups.parquet": Result.groups,
    "projects.parquet": lambda result: (result.projects(), result.project_arrays),
    "parameters.parquet": Result.parameters,
    "money.parquet": lambda result: (result.money(), result.money_by_year()),
    "goals.json": lambda result: result.goals,
    "counting.json": lambda result: result.counting,
    "firms.json": lambda result: result.firms,
    "network.json": lambda result: result.network,
}


@pytest.mark.parametrize("file", READERS)
def test_one_changed_byte_of_any_file_is_noticed_before_it_is_used(folder: Path, tmp_path: Path, file: str) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    seal(path)
    READERS[file](open_result(path))  # whole
    content = bytearray((path / file).read_bytes())
    content[len(content) // 2] ^= 1
    (path / file).write_bytes(content)
    result = open_result(path)
    with pytest.raises(ResultError) as caught:
        READERS[file](result)
    assert (caught.value.file, caught.value.exit_code, caught.value.folder) == (file, 4, path)
    READERS["groups.parquet" if file != "groups.parquet" else "money.parquet"](result)  # the others are as good as before


@pytest.mark.parametrize("file", READERS)
def test_a_listed_file_that_is_gone_is_an_error_and_not_a_lack(folder: Path, tmp_path: Path, file: str) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    seal(path)
    (path / file).unlink()
    with pytest.raises(ResultError) as caught:
        READERS[file](open_result(path))
    assert caught.value.file == file


@pytest.mark.parametrize("change", [{"replicates_done": 38}, {"files": {}}, {"sha256": "0" * 64}, {"sha256": None}, {"title": "\ud800"}])
def test_a_changed_provenance_is_noticed(folder: Path, tmp_path: Path, change: dict[str, object]) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    seal(path)
    open_result(path)
    provenance = json.loads((path / "provenance.json").read_text(encoding="utf-8")) | change
    (path / "provenance.json").write_text(json.dumps({key: value for key, value in provenance.items() if value is not None}))
    with pytest.raises(ResultError) as caught:
        open_result(path)
    assert caught.value.file == "provenance.json"


@pytest.mark.parametrize("name", ["goals", "counting", "firms", "network"])
@pytest.mark.parametrize("text", ["{}", "[]", "[1]", "[{}]", "null", "7", '"text"', '{"by": 3}', "[" * 3000, "[NaN]", "1" + "0" * 5000])
def test_documents_of_another_shape_are_damage(folder: Path, tmp_path: Path, name: str, text: str) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    (path / f"{name}.json").write_text(text, encoding="utf-8")
    result = open_result(path)
    is_empty_list = text == "[]" and name in ("goals", "counting")
    with nullcontext() if is_empty_list else pytest.raises(ResultError) as caught:
        _ = getattr(result, name)
    if caught is not None:
        assert (caught.value.file, caught.value.exit_code) == (f"{name}.json", 4)


@pytest.mark.parametrize("content", [b"a = ", b"\xff", b"[" * 3000, b"a = " + b"[" * 3000])
def test_a_config_that_is_no_toml_is_damage(folder: Path, tmp_path: Path, content: bytes) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    (path / "config.toml").write_bytes(content)
    with pytest.raises(ResultError) as caught:
        _ = open_result(path).config
    assert caught.value.file == "config.toml"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("replicates_done", "many"), ("replicates_done", -1), ("replicates_done", True), ("horizon", {"start": "2024-01"}),
        ("horizon", {"start": "2024-13", "end": "2030-12"}), ("horizon", {"start": "2024-0²", "end": "2030-12"}),
        ("horizon", {"start": "2030-12", "end": "2024-01"}), ("scale", 0), ("scale", None), ("goals", {}), ("confidence", 95),
        ("observed", [{"month": "2024-12"}]), ("files", []),
    ],
)  # fmt: skip
def test_a_provenance_of_another_shape_is_damage(folder: Path, tmp_path: Path, key: str, value: object) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    provenance = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
    (path / "provenance.json").write_text(json.dumps(provenance | {key: value}))
    with pytest.raises(ResultError) as caught:
        open_result(path)
    assert (caught.value.file, caught.value.exit_code) == ("provenance.json", 4)


def test_what_does_not_fit_is_named() -> None:
    record = json.loads(json.dumps(dict.fromkeys(DOCUMENTS["counting"][0])))
    assert misfit([record], DOCUMENTS["counting"]) == "'[0].status' is null"
    assert misfit([{}], DOCUMENTS["counting"]).startswith("'[0]' lacks status, scope, at_least")
    assert misfit(7, DOCUMENTS["goals"]) == "it is 7"


@pytest.mark.parametrize("table", ["trajectories", "groups", "projects", "parameters", "money"])
def test_tables_of_another_shape_are_damage(folder: Path, tmp_path: Path, table: str) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    file = path / f"{table}.parquet"
    rows = pq.read_table(file)
    first = rows.column_names[0]
    lacking = rows.drop_columns([first]) if table != "parameters" else pa.table({"mechanisms.peers.rate": [0.1]})
    for wrong in (lacking, rows.set_column(0, first, pa.array([["list"]] * len(rows)))):
        pq.write_table(wrong, file)
        with pytest.raises(ResultError) as caught:
            READERS[file.name](open_result(path))
        assert caught.value.file == file.name


def test_tables_are_tidy_with_months_that_pandas_knows_and_units(folder: Path) -> None:
    result = open_result(folder)
    for frame in (result.trajectories(), result.groups(), result.projects(), result.parameters(), result.money(), result.goals):
        assert list(frame.attrs["units"]) == list(frame.columns)
    table = result.trajectories()
    assert table["month"].dtype == "datetime64[ms]"
    assert len(table[table["month"] == "2030-12-01"]) == 39
    assert table["month"].dt.year.max() == 2030
    assert len(table.set_index("month").resample("YE")["launched"].max()) == 7
    assert table.attrs["units"]["launched"] == "simulated firms"
    assert result.groups()["month"].dtype == "datetime64[ms]"
    projects = result.projects()
    assert projects["launched"].notna().all()
    assert projects["ended"].isna().all()
    assert projects["operating_from"].dropna().between("2024-01-01", "2030-12-01").all()
    assert result.money()["year"].dtype == "int32"
    assert result.money().attrs["units"]["spent_krw_bn"] == "KRW bn of the simulated population"


def test_a_table_is_the_callers_own(folder: Path) -> None:
    result = open_result(folder)
    table = result.money()
    table["spent_krw_bn"] = 0.0
    assert result.money()["spent_krw_bn"].sum() > 0


def test_tables_with_timestamps_read_the_same(folder: Path, tmp_path: Path) -> None:
    path = shutil.copytree(folder, tmp_path / "plan")
    for name in ("trajectories", "groups", "projects"):
        table = pq.read_table(path / f"{name}.parquet")
        kinds = [pa.timestamp("ms") if pa.types.is_date32(field.type) else field.type for field in table.schema]
        assert pa.timestamp("ms") in kinds
        pq.write_table(table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True)))), path / f"{name}.parquet")
    old, new = open_result(folder), open_result(path)
    for name in ("trajectories", "groups", "projects"):
        assert getattr(old, name)().equals(getattr(new, name)()), name
    assert np.array_equal(old.paths("launched").values, new.paths("launched").values)
    assert all(np.array_equal(numbers, new.counts_in("2027-05")[key]) for key, numbers in old.counts_in("2027-05").items())
    for field in fields(old.project_arrays):
        assert np.array_equal(getattr(old.project_arrays, field.name), getattr(new.project_arrays, field.name)), field.name


def test_goals_are_a_table(folder: Path) -> None:
    result = open_result(folder)
    goals, record = result.goals, result.goal_records[0]
    first = goals.iloc[0]
    assert (first["probability"], first["low"], first["high"]) == (record["probability"], *record["interval"].values())
    assert (first["n"], first["n_failed"], first["method"]) == (39, 1, "Clopper-Pearson")
    assert first["by"] == pd.Timestamp("2030-12-01")
    assert first["count_p50"] == record["count_at_deadline"]["p50"]
    assert f"{first['month_reached_p50']:%Y-%m}" == record["month_reached"]["p50"]
    assert pd.isna(goals["month_reached_p95"]).any()


def test_no_goal_is_an_empty_table(tmp_path: Path) -> None:
    assert open_result(make_result(tmp_path / "none", 3, goals=())).goals.empty


def test_a_result_in_memory_reads_the_same(folder: Path) -> None:
    stored = open_result(folder)
    tables = {name: stored.source.table(name) for name in ("trajectories", "groups", "projects", "parameters", "money", "payers")}
    documents = {name: stored.source.document(name) for name in ("goals", "counting", "firms", "network")}
    memory = Result(MemorySource(tables, documents), stored.provenance)
    for name in tables:
        assert getattr(memory, name)().equals(getattr(stored, name)()), name
    assert memory.goals.equals(stored.goals)
    assert np.array_equal(memory.paths("decided").values, stored.paths("decided").values)
    assert np.array_equal(memory.replicates, stored.replicates)
    assert headline(memory) == headline(stored)
    assert memory.config == {}
    with pytest.raises(UserError, match="it is in memory"):
        _ = memory.path
    with pytest.raises(UserError, match="'groups' is missing"):
        Result(MemorySource({}, {}), stored.provenance).groups()


def test_a_result_can_be_pickled_without_what_it_has_read(folder: Path) -> None:
    result = open_result(folder)
    assert result.has_launched
    assert result.project_arrays
    twin = pickle.loads(pickle.dumps(result))
    assert len(pickle.dumps(result)) < 20_000
    assert twin == result
    assert np.array_equal(twin.paths("launched").values, result.paths("launched").values)


@pytest.mark.parametrize("month", ["2023-12", "2031-01", "2030", "", "2030-12-01", 2030, None])
def test_a_month_outside_the_horizon_is_refused(folder: Path, month: str) -> None:
    with pytest.raises(UserError, match="2024-01 to 2030-12"):
        open_result(folder).counts_in(month)


@pytest.mark.parametrize("outcome", ["lunched", "replicate", "month", "", 3])
def test_an_unknown_outcome_is_refused(folder: Path, outcome: str) -> None:
    with pytest.raises(UserError, match="launched, operating"):
        open_result(folder).paths(outcome)


def test_the_curve_ends_at_the_probability_of_the_goal(folder: Path) -> None:
    result = open_result(folder)
    for goal in result.goal_records:
        chance = chance_by_month(result.paths(goal["outcome"]), goal["target_in_sample"], 0.95)
        assert chance.estimate[-1] == goal["probability"]
        assert (chance.low <= chance.estimate).all()
        assert (chance.estimate <= chance.high).all()


def test_bands_are_quantiles_of_national_counts(sample: Path) -> None:
    result = open_result(sample)
    table = result.trajectories()
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
    monkeypatch.setattr(sources, "ROWS_AT_A_TIME", rows)
    result = open_result(folder)
    paths, table = result.paths("operating"), result.trajectories()
    assert 3 not in paths.replicates
    assert np.array_equal(paths.replicates, table["replicate"].unique())
    assert np.array_equal(paths.values.ravel(), table["operating"])
    assert paths.months == [day.date() for day in table["month"][:84]]
    june = table[table["month"] == "2030-06-01"]
    found = result.counts_in("2030-06")
    assert set(found) == {"replicate", *table.columns[2:]}
    assert all(np.array_equal(numbers, june[name]) for name, numbers in found.items())


@pytest.mark.parametrize("rows", [19, 100_000])
def test_money_is_that_of_the_table(folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "ROWS_AT_A_TIME", rows)
    money = open_result(folder).money_by_year()
    table = open_result(folder).money()
    assert money is not None
    assert money.programmes == list(dict.fromkeys(table["programme"]))
    means = table.groupby(["programme", "year"])[["budget_krw_bn", "spent_krw_bn"]].mean()
    for name, numbers in (("budget_krw_bn", money.budget), ("spent_krw_bn", money.spent)):
        np.testing.assert_allclose(numbers, means[name].unstack().loc[money.programmes][money.years], rtol=1e-12)
    total = table.groupby(["replicate", "year"])["spent_krw_bn"].sum().unstack()
    assert np.array_equal(money.replicates, total.index)
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
    text = headline(open_result(folder), verbose=True)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("500 launched", "500 operating", "1 failed", "39", "at most", "on their own", "observed 26", "102 launched"):
        assert words in " ".join(text.split()), words
    assert "sample of" not in text
    assert "sample of 5 % of firms" in headline(open_result(sample))
    assert max(map(len, headline(open_result(sample)).splitlines())) <= 80


def test_headline_of_many_goals_and_of_none_fits(tmp_path: Path) -> None:
    goals = tuple(FakeGoal(f"g{n}", "launched", n, "2030-12") for n in (100, 200, 300))
    many = headline(open_result(make_result(tmp_path / "many", 5, goals=goals)))
    assert max(map(len, many.splitlines())) <= 80
    assert "100 % (at least" in many
    none = headline(open_result(make_result(tmp_path / "none", 5, goals=())), verbose=True)
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
        "import aixsim.report.text.headline;"
        "print(sorted({'scipy', 'pandas', 'matplotlib', 'seaborn', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
