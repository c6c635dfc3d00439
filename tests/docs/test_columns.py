"""The page of columns is fresh, and names the columns that a run and a sweep really write, in their order."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aixsim import api, load
from aixsim.config.sweep_study import load_sweep
from aixsim.escapes import to_csv
from aixsim.report.documentation import COLUMNS, columns
from aixsim.results.columns import SWEEP_TABLES, TABLES, wrong_columns
from aixsim.results.sweep_comparison import to_rows
from tests.cli.test_commands import UNCERTAIN
from tests.runs.small_sweeps import STUDY, write_study

ROOT = Path(__file__).parents[2]
RULE = """
[[rule]]
name = "cheaper"
when = { outcome = "decided", below = 50, by = "2024-03" }
then.levers.sme_subsidy.share = 0.1
start = "2024-05"
"""
"""With it a run has the table of rules."""
RUN, SWEEP = (ROOT / COLUMNS).read_text(encoding="utf-8").split("## A sweep")


def on_page(part: str, table: str) -> list[str]:
    """Returns the columns that the page names for a table."""
    section = next(text for text in part.split("### ") if text.startswith(f"`{table}"))
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_the_page_is_fresh() -> None:
    assert (ROOT / COLUMNS).read_text(encoding="utf-8") == columns(), "run `make docs`"


def test_a_run_writes_the_columns_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(UNCERTAIN + RULE)
    api.run(load(tmp_path / "study.toml"), 2, engine="mesa", out=tmp_path / "out")
    written = {path.stem: pq.read_schema(path) for path in (tmp_path / "out").glob("*.parquet")}
    assert set(written) == set(TABLES)
    for table, schema in written.items():
        drawn = ["mechanisms.innovation.rate"] if table == "parameters" else []
        named = [name for name in on_page(RUN, table) if name != "KEY"]
        assert named + drawn == schema.names, table
        assert wrong_columns(table, schema) == ""
    # Planted: a column that a result lacks.
    money = written["money"]
    assert wrong_columns("money", money.remove(money.get_field_index("spent_krw_bn"))) == "lacks the columns spent_krw_bn"


@pytest.mark.parametrize("keep", ["", '[keep]\noutcomes = ["failed"]\nparameters = true\nmoney = true\n'])
def test_a_sweep_writes_the_columns_of_the_page(keep: str, tmp_path: Path) -> None:
    study = load_sweep(write_study(tmp_path, STUDY.replace("replicates = 12", "replicates = 3") + keep))
    done = api.sweep(study, tmp_path / "out")
    drawn = ["mechanisms.innovation.rate"] if keep else []
    depends = {
        "FACTOR": list(study.factors),
        "OUTCOME": list(study.outcomes),
        "PARAMETER": drawn,
        "spent_krw_bn": ["spent_krw_bn"] if keep else [],
    }

    def expanded(table: str) -> list[str]:
        return [column for name in on_page(SWEEP, table) for column in depends.get(name, [name])]

    shards = sorted((tmp_path / "out" / "trajectories").glob("*.parquet"))
    found = {
        "trajectories": pq.read_schema(shards[0]).names,
        "answer": pq.read_schema(tmp_path / "out" / "answer.parquet").names,
        "design": next(csv.reader((tmp_path / "out" / "design.csv").read_text(encoding="utf-8").splitlines())),
        "comparison": next(csv.reader(to_csv(to_rows(done.compare())).splitlines())),
    }
    assert set(found) == set(SWEEP_TABLES)
    for table, names in found.items():
        if table == "trajectories" and keep:
            drawn[:] = [name for name in names if "." in name]  # those that are still uncertain at this point
        assert expanded(table) == names, table
    with (tmp_path / "out" / "answer.csv").open(newline="", encoding="utf-8-sig") as stream:
        assert next(csv.reader(stream)) == found["answer"]
    units = done.to_frame().attrs["units"]
    assert {name: units[name] for name in ("p50", "n", "low", "verdict")} == {
        "p50": "national firms",
        "n": "replicates",
        "low": "share of replicates",
        "verdict": "",
    }
