"""Tornado: ends and replicates are those of runs, paired and resumable; what crosses a level is found, and a wrong answer is noticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import aixsim
from aixsim import api
from aixsim.answers.one_at_a_time import Tornado, plan_of
from aixsim.answers.swings import OPEN, SWITCHED, Swing, swing_row, switching_row
from aixsim.config.documented_ranges import DocumentedRange
from aixsim.errors import UserError
from aixsim.model.uncertainties import uncertainties_of
from aixsim.random.distributions import Distribution
from aixsim.report.text.tornado_text import tornado_text
from aixsim.runs.signals import Interrupted
from tests.cli.run_cli import run_cli

CONFIG = """
title = "A small nation"
horizon = { start = "2024-01", end = "2025-06" }
population = { kind = "korea-2023", scale = 0.005 }
network = { kind = "none" }
funding = { mode = "open", attempts = { dist = "choice", values = [2, 4] } }
[mechanisms.innovation]
rate = { dist = "loguniform", low = 0.001, high = 0.009 }
[mechanisms.zones]
rate = { dist = "lognormal", median = 0.01, sigma = 0.2 }
[levers.regulation_free_zones]
start = "2024-01"
ramp_months = 1
[levers.training]
[[goal]]
name = "12,000 decided"
outcome = "decided"
at_least = 12000
by = "2025-06"
[[goal]]
name = "all decided"
outcome = "decided"
at_least = 160000
by = "2025-06"
[monte_carlo]
replicates = 10
seed = 3
"""
N = 20


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "small.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(config: Path) -> tuple[Tornado, Path]:
    out = config.parent / "out"
    return aixsim.tornado(aixsim.load(config), replicates=N, out=out, progress=False), out


def rows_of(answer: Tornado, table: str) -> dict[Any, dict[str, Any]]:
    return {row["key"] if table == "tornado" else (row["key"], row["level"]): dict(row) for row in answer.tables[table].rows}


def test_ends_are_those_that_the_config_documents() -> None:
    def ends(dist: str, *values: float, whole: bool = False) -> tuple[list[float | int], str]:
        one = DocumentedRange("a", Distribution(dist, values), "1", "", whole)
        return [one.setting(place) for place in (0.0, 0.5, 1.0)], one.ends

    assert ends("uniform", 0.0, 0.3) == ([0.0, 0.15, 0.3], "ends of the distribution")
    assert ends("loguniform", 1.0, 100.0) == ([1.0, 10.0, 100.0], "ends of the distribution")
    assert ends("choice", 220.0, 145.0) == ([145.0, 182.5, 220.0], "ends of the distribution")
    assert ends("uniform", 6, 24, whole=True) == ([6, 15, 24], "ends of the distribution")
    assert ends("triangular", 0.0, 1.0, 1.0)[0] == pytest.approx([0.0, 0.5**0.5, 1.0])
    assert ends("pert", 0.0, 0.5, 2.0)[0][::2] == [0.0, 2.0]
    assert ends("beta", 2.0, 2.0)[0] == pytest.approx([0.0, 0.5, 1.0])
    found, what = ends("normal", 10.0, 2.0)
    assert found == pytest.approx([10.0 - 1.6448536 * 2, 10.0, 10.0 + 1.6448536 * 2])
    assert what == "5 % and 95 % quantiles"
    members = DocumentedRange("a", Distribution("loguniform", (5.0, 50.0)), "1", "", is_whole=True)
    assert members.setting(members.nearest(0.3)) == members.setting(0.3)
    assert members.nearest(0.3) == pytest.approx((round(5 + 0.3 * 45) - 5) / 45)


def test_every_number_and_lever_of_the_country_has_a_row() -> None:
    study = aixsim.load("korea-2030")
    plan = plan_of(study, replicates=10)
    assert [one.key for one in plan.ranges] == list(uncertainties_of(study.settings))
    assert len(plan.ranges) >= 98
    assert len(plan.ends.points) == 2 * len(plan.ranges) + len(study.settings["levers"])
    assert plan.n_replicates == 10 * 10 + 10 * len(plan.ends.points)
    assert all(one.meaning for one in plan.ranges)
    lead = 'programme."AI Factory lead projects"'
    found = {one.key: (one.setting(0.0), one.setting(1.0)) for one in plan.ranges}
    assert found[f"{lead}.lag_months"] == (1, 6)
    assert found[f"{lead}.public_share.large"] == (0.33, 0.5)
    assert found["levers.parks.ramp_months"] == (6, 24)


def test_probabilities_are_those_of_runs(done: tuple[Tornado, Path], config: Path) -> None:
    """The ends by runs of their own, and what the base adds by hand; another seed would not fit."""

    def reached(settings: dict[str, Any], n: int, seed: int = 3) -> Any:
        result = aixsim.run(aixsim.load(config, settings).with_seed(seed), replicates=n, progress=False)
        return (result.counts_in("2025-06")["decided"] >= 12000 * 0.005).astype(float)

    answer, _ = done
    base = reached({}, 10 * N)
    (told,) = answer.tables["base"].rows
    assert (told["p"], told["n"]) == (base.mean(), 10 * N)
    rows = rows_of(answer, "tornado")

    def corrected(y: Any) -> float:
        b = base[:N] - base[:N].mean()
        return float(np.clip(y.mean() + (y @ b) / (b @ b) * (base.mean() - base[:N].mean()), 0.0, 1.0))

    assert base[:N].std() > 0
    for settings, key, side in (
        ({"mechanisms.innovation.rate": 0.009}, "mechanisms.innovation.rate", "high"),
        ({"levers.regulation_free_zones": False}, "levers.regulation_free_zones", "low"),
    ):
        assert rows[key][f"p_{side}"] == pytest.approx(corrected(reached(settings, N)))
    assert rows["levers.regulation_free_zones"]["p_high"] == pytest.approx(base.mean())
    off = {"levers.regulation_free_zones": False}
    assert any(corrected(reached(off, N, seed)) != pytest.approx(rows["levers.regulation_free_zones"]["p_low"]) for seed in (4, 5, 6))


def test_what_crosses_a_level_is_told(done: tuple[Tornado, Path]) -> None:
    answer, out = done
    rows, crossed = rows_of(answer, "tornado"), rows_of(answer, "switching")
    rate = rows["mechanisms.innovation.rate"]
    assert (rate["low"], rate["high"], rate["unit"], rate["ends"]) == (0.001, 0.009, "1/month", "ends of the distribution")
    assert next(iter(rows)) == "mechanisms.innovation.rate"
    assert rate["p_value"] < 0.01
    assert rows["levers.training"]["difference"] == 0.0
    assert rows["levers.training"]["p_value"] == 1.0
    assert rows["levers.training"]["difference_from"] < 0.0 < rows["levers.training"]["difference_to"]
    found = crossed["mechanisms.innovation.rate", 0.5]
    assert 0.001 < found["low"] < found["value"] < found["high"] < 0.009
    assert (found["reached"], found["reason"]) == ("from it on", None)
    assert found["values_run"] > 2
    assert crossed["levers.training", 0.8]["value"] is None
    assert (out / "base").is_dir()
    assert "12,000 decided is reached with a probability of" in answer.sentence
    assert "innovation: rate at" in answer.sentence


def test_an_interrupted_tornado_resumes(done: tuple[Tornado, Path], config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def stopping(study: Any, folder: Path, **options: Any) -> Any:
        if len(ran) == 2:
            raise Interrupted("stopped")
        ran.append(folder.name)
        return original(study, folder, **options)

    original = api.sweep
    study = aixsim.load(config)
    with monkeypatch.context() as patch:
        patch.setattr(api, "sweep", stopping)
        with pytest.raises(Interrupted):
            aixsim.tornado(study, replicates=N, out=tmp_path / "out", progress=False)
    assert ran == ["base", "ends"]
    tables = [path for name in ran for path in sorted((tmp_path / "out" / name / "trajectories").iterdir())]
    before = [path.stat().st_mtime_ns for path in tables]
    again = aixsim.tornado(study, replicates=N, out=tmp_path / "out", progress=False)
    assert tables
    assert [path.stat().st_mtime_ns for path in tables] == before, "nothing is run again"
    assert again.to_dict() == done[0].to_dict()


def made(low: list[int], high: list[int], plain: list[int], law: Distribution | None = None) -> Swing:
    reached = {place: dict(enumerate(map(float, side))) for place, side in ((0.0, low), (1.0, high))}
    number = None if law is None else DocumentedRange("sensing.visibility", law, "1", "", is_whole=False)
    return Swing("levers.parks" if law is None else "sensing.visibility", number, reached, dict(enumerate(map(float, plain))), 0.95)


def test_reasons_by_hand() -> None:
    law = Distribution("uniform", (0.0, 10.0))
    rare, half, often = [1] * 2 + [0] * 98, [1] * 50 + [0] * 50, [1] * 98 + [0] * 2
    assert switching_row(made(rare, often, half, law), 0.5)["value"] == pytest.approx(5.0)
    assert switching_row(made(often, rare, half, law), 0.5)["reached"] == "up to it"
    assert switching_row(made(rare, rare, half, law), 0.5)["reason"] == "none within the range"
    assert switching_row(made(rare, [1] * 45 + [0] * 55, half, law), 0.5)["reason"] == OPEN
    weak = made([1] * 45 + [0] * 55, [1] * 55 + [0] * 45, half, law)
    assert weak.curve.crossing(0.5) is not None
    assert switching_row(weak, 0.5)["reason"] == OPEN, "the interval is as wide as the range"
    assert switching_row(made([1] * 45 + [0] * 55, often, often), 0.5)["reason"] == OPEN
    lever = made(rare, often, often)
    assert (lever.name, switching_row(lever, 0.5)["reason"]) == ("parks (lever)", SWITCHED)
    assert lever.discordant == (96, 0)
    assert swing_row(lever, 0.0)["difference"] == pytest.approx(0.96)
    failed = Swing("a", None, {0.0: {0: 1.0}, 1.0: {1: 1.0}}, {0: 1.0, 1: 1.0}, 0.95)
    with pytest.raises(UserError, match="only 0 replicates finished"):
        _ = failed.curve


def test_failed_replicates_are_left_out_of_their_pairs() -> None:
    whole = made([0] * 10 + [1] * 20, [1] * 30, [0] * 15 + [1] * 15)
    partly = Swing(
        whole.key, None, {0.0: {k: v for k, v in whole.reached[0.0].items() if k != 3}, 1.0: whole.reached[1.0]}, whole.plain, 0.95
    )
    assert whole.curve.reached.shape == (2, 30)
    assert partly.curve.reached.shape == (2, 29)
    assert partly.discordant == (9, 0)
    assert len(partly.curve.base) == 30


def test_the_answer_is_written(done: tuple[Tornado, Path], tmp_path: Path) -> None:
    answer, _ = done
    text = tornado_text(answer, 78)
    assert text.startswith(answer.sentence[:40])
    assert max(map(len, text.splitlines())) <= 78
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["answer"] == answer.sentence
    assert len(answer.write(tmp_path)) == 6
    frame = answer.frame("tornado")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "tornado.parquet"), frame, check_dtype=False)
    figure = answer.plot("tornado")
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"innovation: rate", "0.001", "0.009", "off"} <= texts


def test_questions_without_an_answer_are_refused(config: Path, tmp_path: Path) -> None:
    study = aixsim.load(config)
    with pytest.raises(UserError, match="did you mean '12,000 decided'"):
        aixsim.tornado(study, "12,000 decide", out=tmp_path / "out")
    with pytest.raises(UserError, match="between 0 and 1"):
        aixsim.tornado(study, levels=[1.0], out=tmp_path / "out")
    fixed = {"mechanisms.innovation.rate": 0.1, "mechanisms.zones.rate": 0.1, "funding.attempts": 2}
    with pytest.raises(UserError, match="nothing to vary"):
        plan_of(study.with_(fixed | {"levers.training": False, "levers.regulation_free_zones": False}))
    with pytest.raises(UserError, match="has no"):
        plan_of(study.with_({"goal": []}))
    assert not (tmp_path / "out").exists()


def test_the_command_tells_its_cost_first(config: Path, tmp_path: Path) -> None:
    told = run_cli(["tornado", config, "--dry-run", "-n", "10", "--workers", "1", "-o", tmp_path / "out"], tmp_path)
    assert told.code == 0
    assert "3 numbers, 2 levers: 180 replicates, about" in told.out
    assert not (tmp_path / "out").exists()
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "provenance.json").write_text("{}", encoding="utf-8")
    refused = run_cli(["tornado", config, "-o", tmp_path / "held"], tmp_path)
    assert refused.code == 2
    assert "this folder holds a result" in refused.err


def test_the_command_prints_and_writes(config: Path, tmp_path: Path) -> None:
    ended = run_cli(["tornado", config, "-n", "10", "--goal", "all decided", "--level", "0.5", "--workers", "1", "--json"], tmp_path)
    assert ended.code == 0
    answer = json.loads(ended.out)
    assert answer["base"]["rows"][0]["goal"] == "all decided"
    assert {row["reason"] for row in answer["switching"]["rows"]} == {"none within the range"}
    assert "replicates, about" in ended.err
    (folder,) = (tmp_path / "results" / "small").iterdir()
    assert folder.name.startswith("tornado-")
    assert {"tornado.txt", "tornado.json", "tornado.csv", "tornado.png"} <= {path.name for path in folder.iterdir()}
