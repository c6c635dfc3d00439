"""What a run will cost is measured on a replicate that counts, and told before the run."""

from __future__ import annotations

import json
from collections import namedtuple
from pathlib import Path

import pytest

from aixsim import simulation
from aixsim.config import load
from aixsim.engines.reference import run
from aixsim.errors import StoreError
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.runs import cost
from aixsim.simulation import simulate
from tests.cli.run_cli import run_cli
from tests.cli.test_bad_configs import GOOD

Usage = namedtuple("Usage", "total used free")
_ran: list[int] = []
_clock = [0.0]


def takes_two_seconds(problem: Problem, scenario: Scenario) -> History:
    """Lets the clock of these tests run, and nobody wait."""
    _ran.append(scenario.replicate)
    _clock[0] += 2.0
    return run(problem, scenario)


def fails_at_once(problem: Problem, scenario: Scenario) -> History:
    _ran.append(scenario.replicate)
    if scenario.replicate == 0:
        raise ArithmeticError("planted")
    return run(problem, scenario)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _ran.clear()
    monkeypatch.setattr("aixsim.runs.cost.perf_counter", lambda: _clock[0])
    path = tmp_path / "study.toml"
    path.write_text(GOOD.replace("replicates = 2", "replicates = 8"))
    return path


def test_a_long_run_says_what_it_will_cost_and_wastes_nothing(config: Path) -> None:
    told: list[str] = []
    simulate(load(config), config.parent / "out", engine_function=takes_two_seconds, tell=told.append)
    (line,) = told
    for part in ("about 16 s", "8 replicates of 50 firms on 1 worker", "kB of scratch space in", str(config.parent)):
        assert part in line
    assert sorted(_ran) == list(range(8)), "the replicate that was timed is not run again"


def test_a_short_run_says_nothing(config: Path) -> None:
    told: list[str] = []
    simulate(load(config, {"monte_carlo.replicates": 5}), config.parent / "out", engine_function=takes_two_seconds, tell=told.append)
    assert not told


@pytest.mark.parametrize("workers", [1, 2])
def test_the_replicate_that_was_timed_is_in_the_tables(config: Path, workers: int) -> None:
    out, plain = config.parent / "out", config.parent / "plain"
    simulate(load(config), out, engine_function=takes_two_seconds, workers=workers)
    simulate(load(config), plain, engine="mesa")
    for table in ("trajectories", "groups", "parameters", "money"):
        assert (out / f"{table}.parquet").read_bytes() == (plain / f"{table}.parquet").read_bytes()


def test_a_failure_while_timing_is_a_record_like_any_other(config: Path) -> None:
    out = config.parent / "out"
    simulate(load(config), out, engine_function=fails_at_once)
    (record,) = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert (record["replicate"], record["error"]) == (0, "ArithmeticError")
    assert json.loads((out / "provenance.json").read_text())["replicates_done"] == 7


def test_expected_cost_by_hand(config: Path, tmp_path: Path) -> None:
    expected = cost.Cost(replicates=1000, firms=164_843, workers=2, seconds=40.4, scratch_bytes=149_600_000, folder=Path("results"))
    assert str(expected) == "about 40 s: 1,000 replicates of 164,843 firms on 2 workers; 150 MB of scratch space in results"
    assert [cost.duration(seconds) for seconds in (99.4, 100, 5999, 6000, 36_000)] == ["99 s", "2 min", "100 min", "1.7 h", "10.0 h"]
    assert [cost.size(n) for n in (999, 1000, 999_400, 999_600, 1.5e9)] == ["999 bytes", "1 kB", "999 kB", "1 MB", "1.5 GB"]


def test_json_stays_alone_on_stdout(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "WORTH_TELLING", -1.0)
    monkeypatch.setattr("aixsim.cli.run._draw", lambda *_: None)
    monkeypatch.setattr("aixsim.cli.run.Artists.call", lambda _: None)
    ended = run_cli(["run", "study.toml", "-o", "out", "--json", "--workers", "1"], config.parent)
    assert json.loads(ended.out)["replicates_done"] == 8
    assert "8 replicates of 50 firms" in ended.err


def test_a_run_that_does_not_fit_is_refused_before_it_starts(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "disk_usage", lambda _: Usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(StoreError) as caught:
        simulate(load(config), config.parent / "out", engine_function=takes_two_seconds)
    assert (caught.value.reason, caught.value.exit_code) == ("storage", 5)
    assert _ran == [0]
    assert [path.name for path in config.parent.iterdir()] == ["study.toml"]
