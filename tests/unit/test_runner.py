"""Faults of replicates and of workers lose nothing that was finished."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from aixsim.config import load
from aixsim.engines.reference import run
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.report.text.headline import headline
from aixsim.simulation import simulate
from tests.cli.test_bad_configs import GOOD


def fails_at_three(problem: Problem, scenario: Scenario) -> History:
    if scenario.replicate == 3:
        raise ArithmeticError("planted")
    return run(problem, scenario)


def kills_its_worker_once(problem: Problem, scenario: Scenario) -> History:
    mark = Path(os.environ["AIXSIM_TEST_MARK"])
    if scenario.replicate == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run(problem, scenario)


def always_kills_its_worker(problem: Problem, scenario: Scenario) -> History:
    if scenario.replicate == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return run(problem, scenario)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(GOOD.replace("replicates = 2", "replicates = 8"))
    return path


def provenance(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "provenance.json").read_text())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_replicate_is_a_record_counted_beside_every_estimate(config: Path, workers: int) -> None:
    out = config.parent / "out"
    done = simulate(load(config), out, workers=workers, engine_function=fails_at_three)
    (record,) = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert (record["replicate"], record["error"], record["message"]) == (3, "ArithmeticError", "planted")
    assert "fails_at_three" in record["traceback"]
    assert "test_runner.py" in record["origin"]
    assert (provenance(out)["replicates_done"], provenance(out)["replicates_failed"]) == (7, 1)
    (goal,) = done.result.goal_records
    assert (goal["n"], goal["n_failed"]) == (7, 1)
    assert "1 failed" in headline(done.result)
    assert 3 not in done.result.trajectories()["replicate"].to_numpy()


def test_a_worker_killed_once_costs_time_and_nothing_else(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIXSIM_TEST_MARK", str(config.parent / "mark"))
    killed, calm = config.parent / "killed", config.parent / "calm"
    simulate(load(config), killed, workers=2, engine_function=kills_its_worker_once)
    simulate(load(config), calm, workers=1)
    assert (config.parent / "mark").exists()
    assert provenance(killed)["replicates_failed"] == 0
    for table in ("trajectories.parquet", "projects.parquet"):
        assert (killed / table).read_bytes() == (calm / table).read_bytes()


def test_a_replicate_that_always_kills_its_worker_does_not_hang_the_run(config: Path) -> None:
    out = config.parent / "out"
    simulate(load(config), out, workers=2, engine_function=always_kills_its_worker)
    records = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert 5 in [record["replicate"] for record in records]
    assert {record["error"] for record in records} == {"WorkerKilled"}
    assert provenance(out)["replicates_done"] + len(records) == 8
    assert provenance(out)["replicates_done"] >= 4
