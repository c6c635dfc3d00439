"""Projects firm by firm: the life of each one, and a log that survives whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aixsim.api import run
from aixsim.config import load
from aixsim.model.history import Event, EventLog, History
from aixsim.model.projects import NEVER, projects_of
from aixsim.results.result import open_result
from aixsim.results.source import ResultError
from aixsim.world.population import Population
from tests.cli.test_bad_configs import GOOD

LIVELY = (
    GOOD.replace("rate = 0.01", "rate = 0.2").replace("replicates = 2", "replicates = 12")
    + "[implementation]\nmedian_months = { micro = 1.0, small = 1.0, medium = 1.0, mid-size = 1.0, large = 1.0 }\npause_months = 1\n"
)


def history(*events: tuple[int, Event, int, int]) -> History:
    log = EventLog()
    for event in events:
        log.add(*event)
    none = np.zeros((0, 0), np.int64)
    month, happened, firm, route = log.columns()
    return History(month, happened, firm, route, np.zeros(5, np.int64), (), none, none, none, none, none, none)


def test_every_launch_is_a_project_with_its_own_end() -> None:
    told = history(
        (-1, Event.LAUNCHED, 4, 0),
        (-1, Event.OPERATING, 4, 0),
        (0, Event.DECIDED, 3, -1),
        (2, Event.LAUNCHED, 3, 0),
        (2, Event.LAUNCHED, 1, 2),
        (4, Event.FAILED, 3, 0),
        (5, Event.WITHDRAWN, 2, -1),
        (6, Event.OPERATING, 1, 2),
        (7, Event.LAUNCHED, 3, 3),
        (8, Event.OPERATING, 3, 3),
        (9, Event.ABANDONED, 3, 3),
    )
    rows = projects_of(told, Population.homogeneous(5, 1))[:, :5].tolist()
    assert rows == [[4, 0, -1, -1, NEVER], [1, 2, 2, 6, NEVER], [3, 0, 2, NEVER, 4], [3, 3, 7, 8, 9]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("projects")
    (place / "study.toml").write_text(LIVELY, encoding="utf-8")
    return run(load(place / "study.toml"), out=place / "out").path


def test_projects_add_up_to_the_trajectories(folder: Path) -> None:
    result = open_result(folder)
    projects, table = result.project_arrays, result.trajectories()
    assert table["failed"].sum()
    public = projects.where(projects.is_public)
    for month, rows in table.groupby("month"):
        t = result.horizon.index(f"{month:%Y-%m}")
        for outcome, met in (("launched", public.started(t)), ("operating", public.operate_at(t))):
            counted = np.bincount(public.replicate[met], minlength=12)
            assert counted.tolist() == rows.sort_values("replicate")[outcome].tolist(), (month, outcome)
    own = projects.where(~projects.is_public)
    assert own.started(result.horizon.n_months).sum() == table.loc[table["month"] == table["month"].max(), "launched_own"].sum()


def test_the_table_reads_well(folder: Path) -> None:
    table = pd.read_parquet(folder / "projects.parquet")
    assert list(table.columns) == [
        "replicate", "firm", "route", "launched", "operating_from", "ended", "operating", "agent_type", "province", "size", "sector",
    ]  # fmt: skip
    assert table["launched"].notna().all()
    assert (table["operating"] == (table["operating_from"].notna() & table["ended"].isna())).all()
    assert set(table["size"]) == {"small"}


def test_engines_write_the_same_projects(folder: Path) -> None:
    run(load(folder.parent / "study.toml"), out=folder.parent / "mesa", engine="mesa")
    assert (folder.parent / "mesa" / "projects.parquet").read_bytes() == (folder / "projects.parquet").read_bytes()


def test_firms_are_counted_by_level_and_marked(folder: Path) -> None:
    firms = json.loads((folder / "firms.json").read_text(encoding="utf-8"))
    assert firms["by"]["province"]["Gyeonggi"] == firms["n_firms"] == 50
    assert all(sum(levels.values()) == 50 for levels in firms["by"].values())
    other = LIVELY.replace("firms = 50", "firms = 50\nseed = 2")
    (folder.parent / "other.toml").write_text(other, encoding="utf-8")
    run(load(folder.parent / "other.toml"), out=folder.parent / "other")
    marks = json.loads((folder.parent / "other" / "firms.json").read_text(encoding="utf-8"))
    assert marks["population_sha256"] != firms["population_sha256"], "frailty differs"
    assert marks["network_sha256"] == firms["network_sha256"]


def test_a_missing_table_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text((folder / "provenance.json").read_text(encoding="utf-8"), encoding="utf-8")
    result = open_result(tmp_path)
    with pytest.raises(ResultError) as caught:
        result.projects()
    assert caught.value.file == "projects.parquet"
    with pytest.raises(ResultError, match=r"counting\.json"):
        _ = result.counting
