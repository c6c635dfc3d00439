"""Exports: the tables as they are, safe text, and formats that other programs read."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

import aixsim
from aixsim import escapes
from aixsim.errors import ArgumentError, StoreError, UserError
from aixsim.results.columns import TABLES
from aixsim.sharing import workbook
from aixsim.world.classification import SIZES
from tests.cli.run_cli import run_cli
from tests.sharing.shared_runs import PAYLOADS, make_run

MONTHS = {"trajectories": ["month"], "groups": ["month"], "projects": ["launched", "operating_from", "ended"]}

FEW = ["goals", "trajectories", "projects", "parameters", "money"]
"""Tables of a workbook that a test reads; openpyxl is slow."""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> aixsim.Result:
    return make_run(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> aixsim.Result:
    return make_run(tmp_path_factory.mktemp("harmful"), harmful=True)


def expected(result: aixsim.Result, table: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(result, table)()
    return frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})


def test_months_are_stored_as_timestamps(plain: aixsim.Result) -> None:
    for table, names in MONTHS.items():
        stored = pd.read_parquet(plain.path / f"{table}.parquet")
        for name in names:
            assert pd.api.types.is_datetime64_any_dtype(stored[name]), (table, name)
    month = pd.read_parquet(plain.path / "trajectories.parquet")["month"]
    assert (month == "2025-12-01").sum() == 6
    assert month.dt.year.max() == 2025


def test_exported_tables_are_those_of_the_result(plain: aixsim.Result, tmp_path: Path) -> None:
    paths = aixsim.export(plain, "csv", tmp_path / "out")
    tables = set(TABLES) - {"rules"}  # the config states none
    assert {path.name for path in paths} == {"columns.csv", "goals.csv", *(f"{table}.csv" for table in tables)}
    for table in tables:
        read = pd.read_csv(tmp_path / "out" / f"{table}.csv", parse_dates=MONTHS.get(table, []))
        read = read.astype(dict.fromkeys(MONTHS.get(table, []), "datetime64[ms]"))
        pd.testing.assert_frame_equal(read, expected(plain, table), check_dtype=False, check_exact=True)
    goals = pd.read_csv(tmp_path / "out" / "goals.csv")
    assert goals["probability"].tolist() == plain.goals["probability"].tolist()
    columns = pd.read_csv(tmp_path / "out" / "columns.csv", keep_default_na=False)
    assert columns.groupby("table")["column"].apply(list)["money"] == pq.read_schema(plain.path / "money.parquet").names
    assert (columns["meaning"] != "").all()


def formulas(place: Path) -> list[str]:
    """Returns the texts of a CSV file or workbook that a spreadsheet would evaluate, or that hold a control character."""
    if place.suffix == ".csv":
        with place.open(newline="", encoding="utf-8") as stream:
            cells = [(cell, "s") for row in csv.reader(stream) for cell in row]
    else:
        book = load_workbook(place)
        cells = [(cell.value, cell.data_type) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert book.sheetnames[0] == "about"
    texts = [(value, kind) for value, kind in cells if isinstance(value, str)]
    return [
        text for text, kind in texts if kind == "f" or not text.isprintable() or (text[:1] in "=+-@＝" and text[:1] and not number(text))
    ]


def number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def export_all(result: aixsim.Result, folder: Path) -> list[Path]:
    made = aixsim.export(result, "csv", folder / "csv") + aixsim.export(result, "xlsx", folder / "a.xlsx", tables=FEW)
    return made + aixsim.export(result, "iamc", folder / "iamc.csv")


def test_harmful_names_stay_text_everywhere(harmful: aixsim.Result, tmp_path: Path) -> None:
    for path in export_all(harmful, tmp_path):
        assert formulas(path) == [], path
    money = pd.read_csv(tmp_path / "csv" / "money.csv")
    assert set(money["programme"]) == {escapes.cell(name) for name in PAYLOADS}
    for format_ in ("csv", "network"):
        ended = run_cli(["export", harmful.path, "--to", format_, "-o", tmp_path / format_ / "x", "--json"], tmp_path)
        assert ended.code == 0, ended.err
        assert ended.out.isprintable() or set(ended.out) - set("\n") == {c for c in ended.out if c.isprintable()}


def test_the_twin_text_as_it_is_is_noticed(harmful: aixsim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("aixsim.sharing.plain_cells.cell", "aixsim.sharing.workbook.cell"):
        monkeypatch.setattr(module, lambda value: value)
    monkeypatch.setattr(workbook, "_OPTIONS", {**workbook._OPTIONS, "strings_to_formulas": True})
    paths = aixsim.export(harmful, "csv", tmp_path / "csv", tables=["money"])
    assert any(formulas(path) for path in paths)


def test_a_workbook_has_the_values_and_says_what_is_what(plain: aixsim.Result, tmp_path: Path) -> None:
    [path] = aixsim.export(plain, "xlsx", tmp_path / "a.xlsx", tables=FEW)
    book = pd.read_excel(path, sheet_name=None)
    assert list(book) == ["about", *FEW]
    for table in FEW[1:]:
        read = book[table].astype(dict.fromkeys(MONTHS.get(table, []), "datetime64[ms]"))
        pd.testing.assert_frame_equal(read, expected(plain, table), check_dtype=False)
    about = {cell for row in load_workbook(path)["about"].iter_rows(values_only=True) for cell in row}
    assert {"A small nation", "money", "budget_krw_bn", "KRW bn of the simulated population", "5"} <= about
    again = aixsim.export(plain, "xlsx", tmp_path / "b.xlsx", tables=FEW)[0]
    assert path.read_bytes() == again.read_bytes(), "equal results give equal workbooks"


def test_a_table_that_does_not_fit_a_sheet_is_named(plain: aixsim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 143)
    told: list[str] = []
    [path] = aixsim.export(plain, "xlsx", tmp_path / "a.xlsx", tell=told.append)
    assert {line.split(": ")[1].split(";")[0] for line in told} == {"trajectories", "groups"}
    assert "trajectories" not in load_workbook(path).sheetnames
    with pytest.raises(UserError, match="trajectories has 144 rows"):
        aixsim.export(plain, "xlsx", tmp_path / "b.xlsx", tables=["trajectories"])
    assert not (tmp_path / "b.xlsx").exists()


def test_counts_of_every_replicate_by_group_add_up(plain: aixsim.Result, tmp_path: Path) -> None:
    aixsim.export(plain, "csv", tmp_path / "out", tables=["goals"], by_replicate=["size", "province"])
    whole = plain.trajectories().set_index(["replicate", "month"])
    for group in ("size", "province"):
        rows = pd.read_csv(tmp_path / "out" / f"{group}_by_replicate.csv", parse_dates=["month"])
        summed = rows.drop(columns=group).groupby(["replicate", "month"]).sum()
        assert (summed[["decided", "launched", "operating"]] == whole[["decided", "launched", "operating"]].to_numpy()).all().all()
    sizes = pd.read_csv(tmp_path / "out" / "size_by_replicate.csv")
    assert set(sizes["size"]) == set(SIZES)
    # By hand: the mean over replicates is that of the table of groups.
    groups = plain.groups()
    last = groups[(groups["group"] == "size") & (groups["level"] == "small") & (groups["outcome"] == "launched")].iloc[-1]
    mine = sizes[(sizes["size"] == "small") & (sizes["month"] == "2025-12-01")]["launched"]
    assert mine.mean() == pytest.approx(last["mean"])


def test_iamc_is_long_national_and_unique(plain: aixsim.Result, tmp_path: Path) -> None:
    [path] = aixsim.export(plain, "iamc", tmp_path / "a.csv")
    rows = pd.read_csv(path)
    assert list(rows) == ["model", "scenario", "region", "variable", "unit", "year", "value"]
    keys = ["model", "scenario", "region", "variable", "unit", "year"]
    assert not rows.duplicated(keys).any()
    assert np.isfinite(rows["value"]).all()
    assert not rows[keys].isna().any().any()
    assert rows["region"].str.startswith("South Korea").all()
    assert set(rows["year"]) == {2024, 2025}
    value = rows.set_index(["region", "variable", "year"])["value"]
    counts = plain.counts_in("2025-12")["launched"]
    assert value["South Korea", "AI Manufacturing|launched|Mean", 2025] == pytest.approx(counts.mean() / plain.scale)
    assert value["South Korea", "AI Manufacturing|launched|95th Percentile", 2025] == pytest.approx(np.quantile(counts, 0.95))
    assert value["South Korea", "AI Manufacturing|launched|size|small|Mean", 2025] == pytest.approx(counts.mean())
    money = plain.money()
    spent = money[money["year"] == 2025].groupby("replicate")["spent_krw_bn"].sum().mean()
    assert value["South Korea", "Public Support|Spent|Grants|Mean", 2025] == pytest.approx(spent)
    assert value["South Korea", "Goal|Grants|Probability", 2025] == plain.goals["probability"][0]


@pytest.mark.verify
def test_pyam_reads_it(plain: aixsim.Result, tmp_path: Path) -> None:
    """pyam brings forty packages, such as database drivers, so that it is installed into an environment of its own."""
    [path] = aixsim.export(plain, "iamc", tmp_path / "a.csv")
    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "venv" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "pyam-iamc>=4,<5"], check=True)
    code = "import pyam, sys; data = pyam.IamDataFrame(sys.argv[1]); print(len(data.data), data.model[0], *data.region)"
    done = subprocess.run([python, "-c", code, path], check=True, capture_output=True, text=True)
    n, *names = done.stdout.split(maxsplit=1)
    assert int(n) == len(pd.read_csv(path))
    assert names[0].startswith(f"aixsim {aixsim.__version__} South Korea")


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> aixsim.Result:
    study = aixsim.load("korea-2030", {"population.scale": 0.005})
    return aixsim.run(study, 2, out=tmp_path_factory.mktemp("country") / "run", progress=False)


def test_firms_and_ties_are_those_of_the_run(country: aixsim.Result, tmp_path: Path) -> None:
    aixsim.export(country, "network", tmp_path / "net")
    firms, ties = pd.read_csv(tmp_path / "net" / "firms.csv"), pd.read_csv(tmp_path / "net" / "ties.csv")
    assert (len(firms), len(ties)) == (country.provenance["n_firms"], country.provenance["n_ties"])
    assert firms["size"].value_counts().to_dict() == {name: n for name, n in country.firms["by"]["size"].items() if n}
    projects = country.projects().merge(firms, left_on="firm", right_on="id", suffixes=("", "_of_firm"))
    for trait in ("province", "sector", "size", "agent_type"):
        assert (projects[trait].astype(str) == projects[f"{trait}_of_firm"]).all()
    assert set(ties["kind"]) == {"supplies", "sibling site"}
    # A firm of tier 1 sells to a large firm.
    large = set(firms[firms["tier"] == 0]["id"])
    sold = ties[(ties["kind"] == "supplies") & ties["target"].isin(large)]["source"]
    assert set(firms[firms["tier"] == 1]["id"]) == set(sold) - large


def test_networkx_reads_the_graph(country: aixsim.Result, tmp_path: Path) -> None:
    aixsim.export(country, "network", tmp_path / "net")
    graph = nx.read_graphml(tmp_path / "net" / "network.graphml", node_type=int)
    firms, ties = pd.read_csv(tmp_path / "net" / "firms.csv"), pd.read_csv(tmp_path / "net" / "ties.csv")
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(firms), len(ties))
    assert graph.is_directed()
    for row in firms.head(50).to_dict("records"):
        held = graph.nodes[row["id"]]
        assert (held["employees"], held["ready"], held["province"]) == (row["employees"], row["ready"], row["province"])
        assert held.get("park") == (row["park"] if isinstance(row["park"], str) else None)
    assert {(a, b): data["kind"] for a, b, data in graph.edges(data=True)} == {
        (row["source"], row["target"]): row["kind"] for row in ties.to_dict("records")
    }


def test_other_firms_than_those_of_the_result_are_refused(country: aixsim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(country.firms, "population_sha256", "0" * 64)
    with pytest.raises(UserError, match="builds other firms"):
        aixsim.export(country, "network", tmp_path / "net")
    assert not (tmp_path / "net").exists()


def test_bad_arguments_are_refused_and_write_nothing(plain: aixsim.Result, tmp_path: Path) -> None:
    wrong: list[tuple[Any, dict[str, Any]]] = [
        ("ods", {}),
        ("csv", {"tables": ["monney"]}),
        ("csv", {"by_replicate": ["region"]}),
        ("iamc", {"tables": ["money"]}),
    ]
    for format_, more in wrong:
        with pytest.raises(ArgumentError):
            aixsim.export(plain, format_, tmp_path / "out", **more)
    with pytest.raises(UserError, match="holds a result"):
        aixsim.export(plain, "csv", plain.path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"):
        aixsim.export(plain, "csv", tmp_path / "file")
    assert not (tmp_path / "out").exists()
    ended = run_cli(["export", tmp_path / "nothing", "--to", "csv"], tmp_path)
    assert (ended.code, len(ended.err.splitlines())) == (4, 1)


def test_a_full_disk_leaves_no_half_file(plain: aixsim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aixsim.runs.files.DurableFile.pass_on", full)
    with pytest.raises(StoreError) as refused:
        aixsim.export(plain, "xlsx", tmp_path / "new" / "a.xlsx")
    assert refused.value.exit_code == 5
    assert not (tmp_path / "new").exists()
