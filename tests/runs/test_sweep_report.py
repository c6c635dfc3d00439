"""The report of a sweep: money by point and indices of its design, each printed number with its source, and what is not stored."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aixsim.config.sweep_study import load_sweep
from aixsim.report.html.decision_report import Report, html_of, report_of
from aixsim.report.html.texts import LANGUAGES
from aixsim.results.sweep_result import open_sweep
from tests.report_pages import Page, numbers_without_source, wrong_values
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, write_study

PAYING = (
    CONFIG.replace('funding = { mode = "open" }\n', "")
    .replace("firms = 60", "firms = 200")
    .replace("low = 0.005, high = 0.02", "low = 0.02, high = 0.05")
    + '[[programme]]\nname = "calls"\nbudget_krw_bn = { 2024 = 10.0, 2025 = 10.0 }\ngrant_krw_bn = 1.0\ncall_months = [3, 9]\n'
)
KEY = "programme.calls.grant_krw_bn"
MONEY = '[keep]\nmoney = true\noutcomes = ["launched"]\n'
LEVELS = '"mechanisms.partners.rate" = [0.0, 0.1, 0.3]\n"mechanisms.innovation.rate" = [0.005, 0.02]\n'
GRANTS = STUDY.replace(LEVELS, f'"{KEY}" = [1.0, 4.0]\n') + '[decision]\ngoal = "10 launched"\nprobability = 0.5\n' + MONEY
LAWS = """
"mechanisms.partners.rate" = { dist = "uniform", low = 0.0, high = 0.3 }
"mechanisms.innovation.rate" = { dist = "uniform", low = 0.005, high = 0.05 }
"""
DESIGNED = (
    STUDY.replace('kind = "factorial"', 'kind = "morris"\ntrajectories = 4')
    .replace(LEVELS, LAWS)
    .replace("replicates = 12", "replicates = 2")
)


def made(folder: Path, study: str, config: str = CONFIG) -> Path:
    write_study(folder, study, config)
    run_inline(load_sweep(folder / "tiny.toml"), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("paid"), GRANTS, PAYING)


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("designed"), DESIGNED)


def reports(*folders: Path) -> list[Report]:
    return [report_of(open_sweep(folder)) for folder in folders]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_value_is_that_of_its_table_row_and_column(paid: Path, designed: Path, language: str) -> None:
    for content, again, table in zip(reports(paid, designed), reports(paid, designed), ("public", "indices"), strict=True):
        read = Page(html_of(content, language))
        assert any(element.attributes["data-source"].startswith(f"{table}#") for element in read.values)
        assert wrong_values(read, again.tables, language) == []
        assert numbers_without_source(read, language, allowed={content.about}) == []


def test_the_twin_a_number_changed_in_a_new_table_is_noticed(paid: Path, designed: Path) -> None:
    for folder, places in ((paid, ("public#public_mean", "public#cost_more", "spending#most")), (designed, ("indices#mean",))):
        (content,) = reports(folder)
        read = Page(html_of(content))
        for place in places:
            table, column = place.split("#")
            held = content.tables[table]
            changed = [row if row[column] is None else {**row, column: row[column] + 1000} for row in held.rows]
            assert wrong_values(read, {**content.tables, table: dataclasses.replace(held, rows=changed)}, "en"), place


def test_public_money_is_that_of_the_stored_replicates(paid: Path) -> None:
    """Against the files, read without the code of reports."""
    (content,) = reports(paid)
    frame = pd.concat(pd.read_parquet(path) for path in (paid / "trajectories").glob("*.parquet"))
    last = frame[frame["month"] == frame["month"].max()].set_index(["point", "replicate"]).sort_index()
    spent, rows = last["spent_krw_bn"], {row["option"]: row for row in content.tables["public"].rows}
    labels = {point.label: point.id for point in open_sweep(paid).points}
    assert set(rows) == set(labels)
    for label, row in rows.items():
        assert row["public_mean"] == pytest.approx(spent[labels[label]].mean())
        assert row["public_p95"] == pytest.approx(np.quantile(spent[labels[label]], 0.95))
    (base,) = [row for row in rows.values() if row["public_change"] is None]
    (other,) = [row for row in rows.values() if row is not base]
    assert other["public_change"] == pytest.approx(other["public_mean"] - base["public_mean"])
    at_deadline = frame[frame["month"] == pd.Timestamp("2025-01-01")].groupby("point")["launched"].mean()
    factories = at_deadline[labels[other["option"]]] - at_deadline[labels[base["option"]]]
    assert factories < -1, "grants of four times the size must pay for fewer projects"
    assert other["cost_more"] == pytest.approx(other["public_change"] / factories)
    assert content.tables["spending"].rows[0]["most"] == max(base["public_mean"], other["public_mean"])


def test_what_a_sweep_lacks_is_said(paid: Path, designed: Path) -> None:
    by_money, by_design = (" ".join(one.text for one in Page(html_of(content)).printed) for content in reports(paid, designed))
    assert "state [keep] money = true in its study" in by_design
    assert "state [keep] money = true in its study" not in by_money
    assert "needs a design of kind sobol or morris, found factorial" in by_money
    assert "Indices are not given" not in by_design
    for said in (by_money, by_design):
        assert "no tables by group, payer, project or firm" in said


def test_parks_that_build_beside_projects_are_in_the_money(tmp_path: Path) -> None:
    base = 'base = "korea-2030"\n[set]\n"population.scale" = 0.02\n[factors]\n"levers.parks.number" = [0, 13]\n'
    (tmp_path / "parks.toml").write_text(base + MONEY.splitlines()[0] + "\nmoney = true\n[monte_carlo]\nreplicates = 2\nseed = 1\n")
    run_inline(load_sweep(tmp_path / "parks.toml"), tmp_path / "out")
    rows = report_of(open_sweep(tmp_path / "out")).tables["public"].rows
    frame = pd.concat(pd.read_parquet(path) for path in (tmp_path / "out" / "trajectories").glob("*.parquet"))
    spent = frame.groupby("point")["spent_krw_bn"].mean() / 0.02
    labels = {point.label: point.id for point in open_sweep(tmp_path / "out").points}
    beside = {row["option"]: row["public_mean"] - spent[labels[row["option"]]] for row in rows}
    none, parks = sorted(beside.values())
    assert none == pytest.approx(0.0)
    assert parks > 10.0


def test_a_sweep_that_is_not_finished_gives_no_indices(designed: Path) -> None:
    sweep = open_sweep(designed)
    content = report_of(dataclasses.replace(sweep, given=sweep.given + 1))
    assert "not finished" in content.tables["no_indices"].rows[0]["reason"]
    assert "indices" not in content.tables
