"""The commands as an analyst uses them, in temporary folders."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest

from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.runs.lock import FolderLock
from tests.cli.run_cli import run_cli
from tests.cli.test_bad_configs import GOOD

ROOT = Path(__file__).parents[2]
TABLES = ("trajectories", "groups", "parameters", "money", "projects")
UNCERTAIN = GOOD.replace("rate = 0.01", 'rate = { dist = "loguniform", low = 0.05, high = 0.5 }').replace(
    "replicates = 2", "replicates = 24"
)


@pytest.fixture(autouse=True)
def _without_figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take longer than the runs of these tests; those that are about figures ask for them."""
    if "figures" not in request.keywords:
        monkeypatch.setattr("aixsim.cli.run._draw", lambda folder, *_, **__: (folder / "figures").mkdir(exist_ok=True))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(UNCERTAIN, encoding="utf-8")
    return tmp_path


@pytest.mark.figures
def test_run_writes_the_contract_and_answers(study: Path) -> None:
    ended = run_cli(["run", "study.toml", "-o", "out", "--workers", "1"], study)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("10 projects will probably have been launched by the end of June 2024: ")
    assert "of 24" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80 + len(str(study))
    out = study / "out"
    for table in TABLES:
        assert (out / f"{table}.parquet").is_file()
    trajectories = pd.read_parquet(out / "trajectories.parquet")
    assert list(trajectories.columns[:8]) == ["replicate", "month", "decided", "launched", "operating", "failed", "abandoned", "withdrawn"]
    assert len(trajectories) == 24 * 6
    assert trajectories["replicate"].dtype == np.int32
    groups = pd.read_parquet(out / "groups.parquet")
    assert list(groups.columns) == ["month", "group", "level", "outcome", "mean", "p05", "p25", "p50", "p75", "p95"]
    assert set(groups["group"]) == {"agent_type", "pole", "province", "size", "sector", "route"}
    parameters = pd.read_parquet(out / "parameters.parquet")
    assert list(parameters.columns) == ["replicate", "mechanisms.innovation.rate"]
    assert parameters["mechanisms.innovation.rate"].between(0.05, 0.5).all()
    assert parameters["mechanisms.innovation.rate"].nunique() == 24
    money = pd.read_parquet(out / "money.parquet")
    assert np.allclose(money["spent_krw_bn"] + money["left_krw_bn"], money["budget_krw_bn"], rtol=0, atol=1e-9)
    (goal,) = json.loads((out / "goals.json").read_text())
    deadline = trajectories[trajectories["month"] == trajectories["month"].max()]
    assert goal["successes"] == (deadline["launched"] >= 10).sum()
    assert goal["interval"]["low"] <= goal["probability"] <= goal["interval"]["high"]
    assert (goal["n"], goal["n_failed"], goal["interval_method"]) == (24, 0, "Clopper-Pearson")
    provenance = json.loads((out / "provenance.json").read_text())
    jsonschema.validate(provenance, json.loads((ROOT / "src/aixsim/data/provenance.schema.json").read_text()))
    assert not list(study.glob(".*partial"))
    assert {path.suffix for path in (out / "figures").iterdir()} == {".png", ".svg", ".txt"}


def test_workers_change_no_byte(study: Path) -> None:
    for workers in (1, 2, 3):
        assert run_cli(["run", "study.toml", "-o", f"out{workers}", "--workers", str(workers)], study).code == 0
    for table in TABLES:
        first = (study / "out1" / f"{table}.parquet").read_bytes()
        for workers in (2, 3):
            assert (study / f"out{workers}" / f"{table}.parquet").read_bytes() == first
    assert run_cli(["run", "study.toml", "-o", "other", "--seed", "2"], study).code == 0
    assert (study / "other" / "trajectories.parquet").read_bytes() != (study / "out1" / "trajectories.parquet").read_bytes()


def test_the_stored_config_runs_again_to_the_same_bytes(study: Path) -> None:
    run_cli(["run", "study.toml", "-o", "out", "--set", "mechanisms.innovation.rate=0.2"], study)
    assert run_cli(["run", "out/config.toml", "-o", "again"], study).code == 0
    for table in TABLES:
        assert (study / "out" / f"{table}.parquet").read_bytes() == (study / "again" / f"{table}.parquet").read_bytes()


def test_the_same_run_is_not_computed_twice_and_another_does_not_overwrite(study: Path) -> None:
    assert run_cli(["run", "study.toml", "-o", "out"], study).code == 0
    before = (study / "out" / "provenance.json").read_text()
    again = run_cli(["run", "study.toml", "-o", "out"], study)
    assert (again.code, "already complete" in again.err) == (0, True)
    fewer = run_cli(["run", "study.toml", "-o", "out", "-n", "3"], study)
    assert (fewer.code, "it holds 24 replicates" in fewer.err) == (0, True), "more replicates are never replaced by fewer"
    other = run_cli(["run", "study.toml", "-o", "out", "--seed", "5"], study)
    assert other.code == 4
    assert (study / "out" / "provenance.json").read_text() == before
    (study / "mine").mkdir()
    (study / "mine" / "notes.txt").write_text("of somebody else")
    assert run_cli(["run", "study.toml", "-o", "mine"], study).code == 4
    (study / "file").write_text("x")
    assert run_cli(["run", "study.toml", "-o", "file"], study).code == 4


def test_a_busy_folder_is_left_alone(study: Path) -> None:
    (study / "out").mkdir()
    with FolderLock(study / "out"):
        assert run_cli(["run", "study.toml", "-o", "out"], study).code == 3
    assert run_cli(["run", "study.toml", "-o", "out"], study).code == 0


def test_a_folder_below_a_file(study: Path) -> None:
    (study / "file").write_text("no folder")
    ended = run_cli(["run", "study.toml", "-o", "file/out"], study)
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_json_is_one_document_and_nothing_else(study: Path) -> None:
    ended = run_cli(["run", "study.toml", "-o", "out", "--json"], study)
    document = json.loads(ended.out)
    assert document["goals"][0]["name"] == "ten"
    assert document["replicates_done"] == 24


def test_a_seed_nobody_chose_is_recorded(study: Path) -> None:
    text = UNCERTAIN.replace("seed = 1\n", "")
    assert text != UNCERTAIN
    (study / "free.toml").write_text(text)
    for out in ("a", "b"):
        assert run_cli(["run", "free.toml", "-o", out], study).code == 0
    a, b = (json.loads((study / out / "provenance.json").read_text()) for out in ("a", "b"))
    assert a["seed"] != b["seed"]
    assert not a["seed_chosen"]
    assert run_cli(["run", "free.toml", "-o", "c", "--seed", str(a["seed"])], study).code == 0
    assert (study / "a" / "trajectories.parquet").read_bytes() == (study / "c" / "trajectories.parquet").read_bytes()


def test_the_stop_rule_ends_a_run_that_is_precise_enough(study: Path) -> None:
    sets = ["--set", "monte_carlo.half_width=0.2", "--set", "goal.ten.at_least=50", "-n", "200"]
    outs = []
    for workers in (1, 2):
        assert run_cli(["run", "study.toml", "-o", f"out{workers}", "--workers", str(workers), *sets], study).code == 0
        outs.append(json.loads((study / f"out{workers}" / "provenance.json").read_text()))
    assert outs[0]["stopped_at"] == outs[0]["replicates_done"] == 50
    first, second = ((study / f"out{workers}" / "trajectories.parquet").read_bytes() for workers in (1, 2))
    assert first == second
    assert run_cli(["run", "study.toml", "-o", "sharp", "--workers", "1", *sets, "--set", "monte_carlo.half_width=0.001"], study).code == 0
    assert json.loads((study / "sharp" / "provenance.json").read_text())["stopped_at"] is None


@pytest.mark.figures
def test_a_run_draws_no_figure_or_the_main_ones_or_all(study: Path) -> None:
    """The same command with more figures simulates nothing again and draws what is missing."""
    drawn = {}
    for figures in ("none", "main", "all"):
        ended = run_cli(["run", "study.toml", "-o", "out", "--workers", "1", "--figures", figures], study)
        assert ended.code == 0, ended.err
        assert ended.out.splitlines()[-1].startswith("Results: " if figures == "none" else "Results and figures: ")
        assert ("already complete" in ended.err) == (figures != "none")
        drawn[figures] = {path.name for path in (study / "out").glob("figures/*")}
    assert drawn["none"] == set()
    assert drawn["main"] == {f"{name}.{ending}" for name in ("adoption", "probability", "money") for ending in ("png", "svg", "alt.txt")}
    assert drawn["all"] > drawn["main"]
    assert run_cli(["run", "study.toml", "-o", "out", "--figures", "some"], study).code == 2


@pytest.mark.figures
def test_plot_draws_from_results_alone(study: Path) -> None:
    run_cli(["run", "study.toml", "-o", "out"], study)
    (study / "adoption.svg").write_text("another drawing")
    ended = run_cli(["plot", "out", "-k", "adoption", "-o", "mine.svg"], study)
    assert (ended.code, ended.out) == (0, "mine.svg\n")
    assert (study / "adoption.svg").read_text() == "another drawing"
    assert (study / "mine.svg").read_bytes() == (study / "out" / "figures" / "adoption.svg").read_bytes()
    assert run_cli(["plot", "out", "-o", "all"], study).code == 0
    wrong = run_cli(["plot", "out", "-k", "adoptoin"], study)
    assert (wrong.code, "did you mean 'adoption'" in wrong.err) == (2, True)
    for folder in ("nowhere", "all"):
        assert run_cli(["plot", folder], study).code == 4
    assert run_cli(["plot", "out", "-o", "x.pdf"], study).code == 2
    (study / "out" / "trajectories.parquet").write_bytes(b"broken")
    broken = run_cli(["plot", "out", "-k", "adoption"], study)
    assert (broken.code, "trajectories.parquet" in broken.err) == (4, True)


def test_compare_is_paired(study: Path) -> None:
    run_cli(["run", "study.toml", "-o", "a"], study)
    run_cli(["run", "study.toml", "-o", "b", "--set", "programme.calls.grant_krw_bn=2.0"], study)
    run_cli(["run", "study.toml", "-o", "c", "--seed", "9"], study)
    ended = run_cli(["compare", "a", "b", "a", "--json"], study)
    halved, same = json.loads(ended.out)["differences"]
    assert halved["paired"]
    assert halved["count"][0] < 0 < halved["lost"]
    assert same["count"] == [0.0, 0.0, 0.0]
    refused = run_cli(["compare", "a", "c"], study)
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "the seeds differ (9 and 1)" in refused.err
    assert run_cli(["compare", "a"], study).code == 2
    assert run_cli(["compare", "a", "b", "-o", "a"], study).code == 2, "a result is not drawn over"


@pytest.mark.figures
def test_compare_draws_and_runs_configs_first(study: Path) -> None:
    (study / "free.toml").write_text(UNCERTAIN.replace("seed = 1\n", "").replace("grant_krw_bn = 1.0", "grant_krw_bn = 2.0"))
    ended = run_cli(["compare", "study.toml", "free.toml", "-n", "8", "--workers", "1", "-o", "both", "--full"], study)
    assert ended.code == 0, ended.err
    assert "n = 8 pairs" in ended.out
    assert "programme.calls.grant_krw_bn: 2 instead of 1" in ended.out
    assert {"comparison.json", "comparison.txt", "fan.png", "dumbbell.svg"} <= {path.name for path in (study / "both").iterdir()}
    assert (study / "both" / "comparison.txt").read_text() in ended.out
    again = run_cli(["compare", "study.toml", "free.toml", "-n", "8", "--json"], study)
    assert json.loads(again.out) == json.loads((study / "both" / "comparison.json").read_text())


def test_check_judges_expectations(study: Path) -> None:
    right = UNCERTAIN + '[[expect]]\nname = "few"\noutcome = "launched"\nby = "2024-06"\nat_most = 10.0\n'
    (study / "right.toml").write_text(right)
    (study / "wrong.toml").write_text(right.replace("at_most = 10.0", "at_least = 11.0"))
    ended = run_cli(["check", "right.toml"], study)
    assert (ended.code, "holds" in ended.out) == (0, True)
    ended = run_cli(["check", "wrong.toml"], study)
    assert (ended.code, "FAILS" in ended.out) == (1, True)
    assert sorted(path.name for path in study.iterdir()) == ["right.toml", "study.toml", "wrong.toml"]


def test_describe_shows_unit_range_and_source(tmp_path: Path) -> None:
    everything = run_cli(["describe"], tmp_path)
    for key in ("mechanisms.peers", "levers.parks", "economics", "programme"):
        assert key in everything.out
    one = run_cli(["describe", "mechanisms.peers.rate"], tmp_path).out
    for word in ("1/month", "0 to 5", "behaviour_parameters.csv", "assumed"):
        assert word in one
    assert run_cli(["describe", "parks"], tmp_path).out.count("[mechanisms.parks]") == 1
    assert "[levers.parks]" in run_cli(["describe", "parks"], tmp_path).out, "a name may be that of a mechanism and of a lever"
    wrong = run_cli(["describe", "paers"], tmp_path)
    assert (wrong.code, "did you mean 'peers'" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("grant", ["programme.grant_krw_bn", "levers.parks.grant_krw_bn"]),
        ("Goals", ["[[goal]]", "answer.goal"]),
        ("levers", ["levers.parks", "levers.training", "levers.*.stop"]),
        ("mechanisms", ["mechanisms.peers"]),
        ("replicates", ["[monte_carlo]", "answer.n_failed"]),
        ("productive use", ["operating  ", "projects.operating_from"]),
        ("tenant", ["levers.parks.capacity", "mechanisms.parks"]),
    ],
)
def test_describe_searches_names_and_meanings(word: str, found: list[str], tmp_path: Path) -> None:
    ended = run_cli(["describe", word], tmp_path)
    assert ended.code == 0, ended.err
    for name in found:
        assert f"  {name}" in ended.out
    assert "climate.volatility" not in ended.out


def test_describe_that_finds_nothing_names_the_nearest(tmp_path: Path) -> None:
    near, none = run_cli(["describe", "elastcity"], tmp_path), run_cli(["describe", "xxxx"], tmp_path)
    assert (near.code, "did you mean 'elasticity'" in near.err) == (2, True)
    assert (none.code, len(none.err.splitlines()), "did you mean" in none.err) == (2, 1, False)


def test_schema_accepts_what_loads_and_refuses_what_does_not(tmp_path: Path) -> None:
    import tomllib

    schema = json.loads(run_cli(["schema"], tmp_path).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)  # jsonschema.validate would check the schema itself for every file
    for path in sorted((ROOT / "configs").rglob("*.toml")):
        validator.validate(tomllib.loads(path.read_text()))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(tomllib.loads(GOOD.replace("rate = 0.01", "rate = -1")))


def test_init_writes_a_config_that_is_valid_and_never_overwrites(tmp_path: Path) -> None:
    assert run_cli(["init", "mine"], tmp_path).code == 0
    assert run_cli(["check", "mine.toml"], tmp_path).code == 0
    assert run_cli(["init", "mine"], tmp_path).code == 2
    assert run_cli(["init", "../up"], tmp_path).code == 2


def test_verify_says_identical_or_where_engines_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.toml").write_text(GOOD)
    ended = run_cli(["run", "s.toml", "--verify", "2"], tmp_path)
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "identical")
    assert not (tmp_path / "results").exists()

    # A planted fault: the kernel is handed a rate off by one part in ten million.
    from aixsim.cli import verify
    from aixsim.config import load
    from aixsim.engines import engine

    def planted(name: str) -> Callable[[Problem, Scenario], History]:
        def off(problem: Problem, scenario: Scenario) -> History:
            laws = tuple((law, replace(p, rate=p.rate * (1 + 1e-7))) for law, p in scenario.mechanisms)
            return engine(name)(problem, replace(scenario, mechanisms=laws))

        return off if name == "kernel" else engine(name)

    monkeypatch.setattr(verify, "engine", planted)
    assert verify.verify(load(tmp_path / "s.toml"), 2) == 1
    assert "DIFFERENT" in capsys.readouterr().out


def test_one_firm_is_traced(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(GOOD.replace("rate = 0.01", "rate = 0.9"))
    ended = run_cli(["run", "s.toml", "--trace", "3"], tmp_path)
    assert ended.code == 0
    for word in ("Firm 3: SME", "resistance", "decides", "applies to calls"):
        assert word in ended.out
    assert run_cli(["run", "s.toml", "--trace", "50"], tmp_path).code == 2


def test_a_population_from_files(tmp_path: Path) -> None:
    text = GOOD.replace('kind = "homogeneous"\nfirms = 50', 'kind = "file"\nfile = "firms.csv"')
    (tmp_path / "s.toml").write_text(text)
    (tmp_path / "firms.csv").write_text(
        "province,sector,size,agent_type,employees\nSeoul,food,small,SME,12\nBusan,food,large,large firm,900\n"
    )
    assert run_cli(["check", "s.toml"], tmp_path).code == 0
    (tmp_path / "firms.csv").write_text(
        "province,sector,size,agent_type,employees\nSeoul,food,small,SME,12\nBusan,foood,large,large firm,900\n"
    )
    ended = run_cli(["check", "s.toml"], tmp_path)
    assert ended.code == 2
    assert "line 3" in ended.err
    assert "'sector'" in ended.err
