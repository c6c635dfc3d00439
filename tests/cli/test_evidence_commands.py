"""Calibrations and back-tests from the command line: small ones, resumed ones, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.ensembles import EnsembleError, ensemble_bytes, read_columns, read_ensemble
from aixsim.model.draw_scenario import draw_scenario
from tests.cli.run_cli import run_cli

ROOT = Path(__file__).parents[2]
THEORY = ROOT / "configs" / "theory" / "calibration.toml"
ROLL_OUT = ROOT / "configs" / "smart-factory.toml"
FEW = ["--workers", "1", *(f"--set=calibration.{key}" for key in ("particles=160", "moves=5", "dispersion=0.5"))]
TINY = ["--workers", "1", "--set", "population.scale=0.003", "--set", "calibration.particles=24", "--set", "calibration.moves=1"]


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibrated")
    ended = run_cli(["calibrate", THEORY, "-o", "out", *FEW, "--set", "population.firms=200"], folder)
    assert ended.code == 0, ended.err
    assert "about " in ended.err, "what it will cost is said before"
    assert "effective sample size" in ended.out
    return folder / "out"


def test_an_ensemble_and_a_report_are_written(calibrated: Path) -> None:
    keys, values, about = read_columns(calibrated / "ensemble.parquet")
    report = json.loads((calibrated / "calibration.json").read_text())
    assert values.shape == (160, len(report["parameters"]))
    assert "mechanisms.peers.rate" in keys
    assert "observation.dispersion" in keys
    assert about["config"] == "calibration"
    assert report["ess"] >= 100
    assert (calibrated / "figures" / "prior-posterior.png").is_file()


@pytest.mark.verify
def test_the_shipped_calibration_runs_on_its_own_settings(tmp_path: Path) -> None:
    ended = run_cli(["calibrate", THEORY, "-o", "out"], tmp_path)
    assert ended.code == 0, ended.err
    assert (tmp_path / "out" / "ensemble.parquet").is_file()


def test_the_same_calibration_is_not_made_twice_and_another_is_refused(calibrated: Path) -> None:
    arguments: list[str | Path] = ["calibrate", THEORY, "-o", "out", *FEW]
    again = run_cli([*arguments, "--set", "population.firms=200"], calibrated.parent)
    assert again.code == 0
    assert "already complete" in again.err
    other = run_cli([*arguments, "--set", "population.firms=201"], calibrated.parent)
    assert other.code == 4
    assert "holds something else" in other.err


def test_an_interrupted_calibration_goes_on_to_the_same_ensemble(calibrated: Path) -> None:
    first = (calibrated / "ensemble.parquet").read_bytes()
    (calibrated / "calibration.json").unlink()
    (calibrated / "ensemble.parquet").unlink()
    ended = run_cli(["calibrate", THEORY, "-o", "out", *FEW, "--set", "population.firms=200"], calibrated.parent)
    assert ended.code == 0, ended.err
    assert "from the prior" not in ended.err, "the particles are read from their state"
    assert (calibrated / "ensemble.parquet").read_bytes() == first


def test_a_config_uses_an_ensemble_row_by_row(calibrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.cli.run._draw", lambda folder, *_, **__: (folder / "figures").mkdir(exist_ok=True))
    config = tmp_path / "with.toml"
    text = THEORY.read_text(encoding="utf-8") + '\n[uncertainty]\nensemble = "e.parquet"\n'
    config.write_text(text, encoding="utf-8")
    (tmp_path / "e.parquet").write_bytes((calibrated / "ensemble.parquet").read_bytes())
    problem = problems(load(config))(0)
    rows = read_ensemble(tmp_path / "e.parquet")
    for replicate in (0, 1, 159, 160):
        drawn = draw_scenario(problem, replicate).drawn
        for key, value in zip(rows.keys, rows.values[replicate % 160], strict=True):
            assert drawn[key] == value
    ended = run_cli(["run", config, "-o", "out", "-n", "3", "--workers", "1"], tmp_path)
    assert ended.code == 0, ended.err
    assert (tmp_path / "out" / "e.parquet").is_file(), "the result is enough to run it again"
    again = run_cli(["run", tmp_path / "out" / "config.toml", "-o", "again", "--workers", "1"], tmp_path)
    assert again.code == 0, again.err
    assert (tmp_path / "again" / "trajectories.parquet").read_bytes() == (tmp_path / "out" / "trajectories.parquet").read_bytes()


def test_an_ensemble_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    text = THEORY.read_text(encoding="utf-8")
    for columns, says in ((("mechanisms.peer.rate",), "is not a parameter of a config"), (None, "does not exist")):
        folder = tmp_path / says.replace(" ", "-")
        folder.mkdir()
        (folder / "c.toml").write_text(text + '\n[uncertainty]\nensemble = "e.parquet"\n', encoding="utf-8")
        if columns is not None:
            (folder / "e.parquet").write_bytes(ensemble_bytes(columns, np.ones((3, 1)), {}))
        ended = run_cli(["check", "c.toml"], folder)
        assert ended.code == 2
        assert says in ended.err
        assert "uncertainty.ensemble" in ended.err
    (tmp_path / "broken.parquet").write_bytes(b"no")
    with pytest.raises(EnsembleError, match="cannot be read"):
        read_ensemble(tmp_path / "broken.parquet")
    (tmp_path / "nan.parquet").write_bytes(ensemble_bytes(("a",), np.array([[np.nan]]), {}))
    with pytest.raises(EnsembleError, match="not finite"):
        read_ensemble(tmp_path / "nan.parquet")


def test_too_few_particles_are_refused(tmp_path: Path) -> None:
    ended = run_cli(
        ["calibrate", THEORY, "-o", "out", *TINY[:2], "--set", "calibration.particles=30", "--set", "calibration.moves=1"], tmp_path
    )
    assert ended.code == 2
    assert "at least 100 is needed" in ended.err
    assert not (tmp_path / "out" / "ensemble.parquet").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["calibrate", ROOT / "configs" / "theory" / "bass.toml"], "state observed counts as [[observed]]"),
        (["backtest", ROLL_OUT, "--as-of", "2019-06"], "allowed: 2016-12, 2017-12"),
        (["backtest", ROOT / "configs" / "theory" / "bass.toml"], "needs [[observed]] counts"),
        (["describe", "--ledger", "-o", "x.doc"], "allowed: a file name that ends in .csv, .html, .txt"),
        (["calibrate", ROLL_OUT, "--set", "calibration.policy_error=-1"], "policy_error"),
    ],
)
def test_bad_usage_is_refused_in_one_line(command: list[str], says: str, tmp_path: Path) -> None:
    ended = run_cli(command, tmp_path)
    assert ended.code == 2
    assert says in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ('[[observed]]\nmonth = "2040-01"\noutcome = "launched"\nvalue = 3\nsource = "x"', "a month of the horizon"),
        ('[[observed]]\nmonth = "2025-01"\noutcome = "launched"\nvalue = -3\nsource = "x"', "found value = -3"),
        ('[[observed]]\nmonth = "2025-01"\noutcome = "launched"\nvalue = 30\nsize = "small"\nsource = "x"', "a share from 0 to 1"),
        ('[[observed]]\nmonth = "2025-01"\noutcome = "decided"\nvalue = 0.3\nsize = "small"\nsource = "x"', "outcome = 'launched'"),
        ('[[observed]]\nmonth = "2025-01"\noutcome = "launched"\nvalue = 3', "source: is missing"),
        (
            '[[announcement]]\nknown_from = "2024-01"\nprogramme = "tests"\nbudget_krw_bn = { 2026 = 1.0 }\nsource = "x"',
            "did you mean 'test'",
        ),
    ],
)
def test_bad_observations_are_refused_with_their_line(tables: str, says: str, tmp_path: Path) -> None:
    text = THEORY.read_text(encoding="utf-8")
    (tmp_path / "c.toml").write_text(f"{text}\n{tables}\n", encoding="utf-8")
    ended = run_cli(["check", "c.toml"], tmp_path)
    assert ended.code == 2
    assert says in ended.err
    assert "c.toml, line" in ended.err


def test_a_back_test_writes_scores_table_and_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.evidence.baselines._N_CURVE", 100)
    few = [*TINY, "--set", "calibration.dispersion=0.3"]
    refused = run_cli(["backtest", ROLL_OUT, "--as-of", "2019-12", "-o", "refused", *TINY], tmp_path)
    assert refused.code == 2
    assert "as of 2019-12: the effective sample size is" in refused.err
    monkeypatch.setattr("aixsim.evidence.calibration.LEAST_ESS", 0.0)
    ended = run_cli(["backtest", ROLL_OUT, "--as-of", "2019-12", "-o", "out", *few], tmp_path)
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "scores.csv").open(encoding="utf-8") as file:
        scores = list(csv.DictReader(file))
    assert {row["model"] for row in scores} == {
        "aixsim", "aixsim and planned number", "Bass", "logistic", "Gompertz", "drift", "budget over last unit cost", "planned number",
    }  # fmt: skip
    assert {(row["counts"], row["policy"]) for row in scores} == {
        (counts, policy) for counts in ("all counts", "verified counts") for policy in ("announced", "known")
    }
    assert {row["year"] for row in scores} == {"2020", "2021", "2022", "2023", "2024"}
    assert "As of 2019-12" in ended.out
    assert (tmp_path / "out" / "figures" / "backtest.png").is_file()
    first = (tmp_path / "out" / "scores.csv").read_bytes()
    again = run_cli(["backtest", ROLL_OUT, "--as-of", "2019-12", "-o", "out", *few], tmp_path)
    assert again.code == 0
    assert (tmp_path / "out" / "scores.csv").read_bytes() == first


def test_held_out_counts_are_compared_by_what_came_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two cumulative counts is predicted by its growth: level against growth would look far outside."""
    text = THEORY.read_text(encoding="utf-8")
    for month, value in (("2026-06", 25), ("2027-06", 60)):
        text += f'\n[[observed]]\nmonth = "{month}"\noutcome = "operating_own"\nvalue = 0\nheld_out = true\nsource = "made up"\n'
        text += f'\n[[observed]]\nmonth = "{month}"\noutcome = "decided"\nvalue = {value}\nheld_out = true\nsource = "made up"\n'
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("aixsim.evidence.calibration.LEAST_ESS", 0.0)
    few = [*TINY[:2], *(f"--set={key}" for key in ("population.firms=200", "calibration.particles=24", "calibration.moves=1"))]
    ended = run_cli(["calibrate", "c.toml", "-o", "out", *few, "--set", "calibration.dispersion=1.0"], tmp_path)
    assert ended.code == 0, ended.err
    report = json.loads((tmp_path / "out" / "calibration.json").read_text())
    counted = {one["what"]: one["counted"] for one in report["held_out"]}
    assert counted["decided 2026-06"] == 25
    assert counted["decided 2027-06"] == 35
    assert counted["operating_own 2027-06"] == 0


def test_the_method_can_be_checked(tmp_path: Path) -> None:
    ended = run_cli(["calibrate", THEORY, "--self-check", "20", "-o", "out", *TINY[:2], "--set", "calibration.particles=24", "--set",
                     "calibration.moves=1", "--set", "population.firms=60"], tmp_path)  # fmt: skip
    assert ended.code == 0, ended.err
    assert "contain the true value in" in ended.out
    assert len((tmp_path / "out" / "ranks.csv").read_text().splitlines()) == 21
