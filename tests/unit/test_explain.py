"""Explanation: shares add up, every subset is run once, what changes nothing says so, and a run that was stopped is taken up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aixsim
from aixsim import api
from aixsim.answers.lever_credit import Explanation, plan_of
from aixsim.answers.what_binds import by_unit, more_of, units_of, why
from aixsim.errors import UserError
from aixsim.report.text.explain_text import explain_text
from aixsim.runs.signals import Interrupted
from tests.cli.run_cli import run_cli

CONFIG = """
title = "A small nation"
horizon = { start = "2024-01", end = "2025-06" }
population = { kind = "korea-2023", scale = 0.005 }
network = { kind = "none" }
funding = { mode = "open" }
[mechanisms.innovation]
rate = { dist = "loguniform", low = 0.001, high = 0.009 }
[mechanisms.zones]
rate = { dist = "lognormal", median = 0.01, sigma = 0.2 }
[levers.regulation_free_zones]
start = "2024-01"
ramp_months = 1
[levers.training]
[levers.regional_floor]
[[goal]]
name = "12,000 decided"
outcome = "decided"
at_least = 12000
by = "2025-06"
[monte_carlo]
replicates = 10
seed = 3
"""
N = 12


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "small.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(config: Path) -> tuple[Explanation, Path]:
    out = config.parent / "out"
    return aixsim.explain(aixsim.load(config), replicates=N, out=out, progress=False), out


def rows_of(answer: Explanation, table: str, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: dict(row) for row in answer.tables[table].rows}


def test_shares_add_up_to_the_difference_between_all_and_none(done: tuple[Explanation, Path], config: Path) -> None:
    levers, totals = rows_of(done[0], "levers", "lever"), rows_of(done[0], "totals", "levers")
    for quantity in ("count", "probability"):
        assert sum(row[quantity] for row in levers.values()) == pytest.approx(totals["difference"][quantity], abs=1e-9)
        assert totals["all"][quantity] - totals["none"][quantity] == pytest.approx(totals["difference"][quantity], abs=1e-9)
    study = aixsim.load(config)
    for end, settings in (("all", {}), ("none", {f"levers.{name}": False for name in levers})):
        counts = aixsim.run(study.with_(settings), replicates=N).counts_in("2025-06")["decided"]
        assert totals[end]["count"] == pytest.approx(counts.mean() / 0.005)


def test_what_a_lever_changes_alone_is_the_difference_of_two_runs(done: tuple[Explanation, Path], config: Path) -> None:
    row, study = rows_of(done[0], "levers", "lever")["regulation_free_zones"], aixsim.load(config)
    with_, without = (
        aixsim.run(study.with_(settings), replicates=N).counts_in("2025-06")["decided"].astype(float)
        for settings in ({}, {"levers.regulation_free_zones": False})
    )
    assert row["taken_away"] == pytest.approx((with_ - without).mean() / 0.005)
    assert row["changed"] == (with_ != without).mean() > 0


def test_a_lever_that_changes_nothing_says_so(done: tuple[Explanation, Path]) -> None:
    """A floor for regions shares out places, and with open funding there are none to share."""
    row = rows_of(done[0], "levers", "lever")["regional_floor"]
    assert (row["count"], row["changed"]) == (0.0, 0.0)
    assert "regional floor" in done[0].sentence.partition("Taking ")[2].partition(" away changes no replicate: what binds is demand")[0]
    assert row["why"].startswith("what binds is demand: a tenth more of it adds ")
    assert rows_of(done[0], "levers", "lever")["regulation_free_zones"]["why"] is None


def test_demand_binds_where_funding_is_open(done: tuple[Explanation, Path]) -> None:
    binds = rows_of(done[0], "binds", "more")
    assert set(binds) == {"demand"}  # there is neither a programme nor a limit of capacity
    assert binds["demand"]["count_low"] > 0
    assert "what binds is demand" in done[0].sentence
    assert (binds["demand"]["unit"], binds["demand"]["units"]) == ("1 %", 10.0)
    assert binds["demand"]["by_unit"] == pytest.approx(binds["demand"]["count"] / 10)


def test_pairs_and_groups(config: Path, done: tuple[Explanation, Path], tmp_path: Path) -> None:
    assert len(done[0].tables["pairs"].rows) == 3
    grouped = aixsim.explain(
        aixsim.load(config), {"both": ["training", "regulation_free_zones"]}, replicates=N, out=tmp_path / "out", progress=False
    )
    rows, apart = rows_of(grouped, "levers", "lever"), rows_of(done[0], "levers", "lever")
    assert set(rows) == {"both", "regional_floor"}
    assert rows["both"]["count"] == pytest.approx(apart["training"]["count"] + apart["regulation_free_zones"]["count"])


def test_a_second_call_runs_nothing(config: Path, done: tuple[Explanation, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a replicate was run again")

    monkeypatch.setattr("aixsim.runs.executor.InProcess.submit", refuse)
    assert aixsim.explain(aixsim.load(config), replicates=N, out=done[1], progress=False).to_dict() == done[0].to_dict()


def test_an_interrupted_one_is_resumed(
    config: Path, tmp_path: Path, done: tuple[Explanation, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, calls = api.sweep, []

    def stopped(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise Interrupted("stop")
        return whole(*arguments, **options)

    monkeypatch.setattr(api, "sweep", stopped)
    with pytest.raises(Interrupted):
        aixsim.explain(aixsim.load(config), replicates=N, out=tmp_path / "out", progress=False)
    again = aixsim.explain(aixsim.load(config), replicates=N, out=tmp_path / "out", progress=False)
    assert again.to_dict()["levers"] == done[0].to_dict()["levers"]


def test_wrong_arguments_are_refused(config: Path) -> None:
    study = aixsim.load(config)
    with pytest.raises(UserError, match=r"no lever 'traning'.*did you mean 'training'"):
        plan_of(study, {"both": ["traning"]})
    with pytest.raises(UserError, match="'training' is in two groups"):
        plan_of(study, {"a": ["training"], "b": ["training"]})
    with pytest.raises(UserError, match="is the name of a lever"):
        plan_of(study, {"regional_floor": ["training"]})
    with pytest.raises(UserError, match="no lever, so there is nothing to explain"):
        plan_of(study.with_({f"levers.{name}": False for name in study.settings["levers"]}))


def test_of_many_levers_a_sample_of_orders_is_run(config: Path, done: tuple[Explanation, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Six orders of three levers: their shares add up, and the exact ones lie in their intervals."""
    study = aixsim.load(config)
    monkeypatch.setattr("aixsim.answers.lever_credit.MOST", 2)
    monkeypatch.setattr("aixsim.answers.lever_credit.PAIRS", 3)
    answer = aixsim.explain(study, replicates=N, out=config.parent / "sampled", progress=False)
    levers, totals, exact = rows_of(answer, "levers", "lever"), rows_of(answer, "totals", "levers"), rows_of(done[0], "levers", "lever")
    assert sum(row["count"] for row in levers.values()) == pytest.approx(totals["difference"]["count"], abs=1e-9)
    assert all(row["count_low"] <= exact[name]["count"] <= row["count_high"] for name, row in levers.items())
    assert levers["regulation_free_zones"]["taken_away"] == exact["regulation_free_zones"]["taken_away"]
    assert "pairs" not in answer.tables
    assert any("6 orders of 3 groups" in note for note in answer.notes)


def test_the_country_needs_about_as_many_subsets_as_eight_groups() -> None:
    plan = plan_of(aixsim.load("korea-2030"))
    assert len(plan.groups) == 11
    assert 200 < len(plan.masks) == len(plan.subsets.points) < 270


def test_the_command(config: Path, done: tuple[Explanation, Path], tmp_path: Path) -> None:
    told = run_cli(["explain", config, "-n", str(N), "-o", done[1], "--workers", "1"], tmp_path)
    assert told.code == 0
    assert told.out.startswith(done[0].sentence[:30])
    assert {"levers.csv", "totals.parquet", "explanation.json", "lever-shares.png"} <= {path.name for path in done[1].iterdir()}
    assert json.loads((done[1] / "explanation.json").read_text(encoding="utf-8"))["answer"] == done[0].sentence
    assert max(map(len, explain_text(done[0], 78).splitlines())) <= 78
    wrong = run_cli(["explain", config, "--group", "both"], tmp_path)
    assert (wrong.code, "write NAME=LEVER,LEVER" in wrong.err) == (2, True)
    dry = run_cli(["explain", config, "--dry-run", "-n", str(N), "--workers", "1"], tmp_path)
    assert f"3 groups of levers, 8 subsets: {9 * N} replicates" in " ".join(dry.out.split())


def test_intervals_of_shares_hold_the_error_of_the_replicates(done: tuple[Explanation, Path], config: Path) -> None:
    """Planted fault: had the subsets other seeds, the interval of a share would be many times as wide."""
    row = rows_of(done[0], "levers", "lever")["regulation_free_zones"]
    counts = aixsim.run(aixsim.load(config), replicates=N).counts_in("2025-06")["decided"] / 0.005
    unpaired = 2.0 * 1.96 * counts.std(ddof=1) * np.sqrt(2.0 / N)
    assert row["count_high"] - row["count_low"] < 0.5 * unpaired


PAID = (
    CONFIG.replace('funding = { mode = "open" }', "capacity = { projects = 400.0 }")
    + """
[[programme]]
name = "half of the cost"
budget_krw_bn = { 2024 = 60.0, 2025 = 30.0 }
grant_krw_bn = 2.0
public_share = { small = 0.5, medium = 0.5 }
call_months = [3]
[levers.budget]
start = "2024-01"
budget_factor = { 2025 = 2.0 }
"""
)


def test_units_of_what_is_tried_are_what_a_tenth_more_is(tmp_path: Path) -> None:
    path = tmp_path / "paid.toml"
    path.write_text(PAID, encoding="utf-8")
    study = aixsim.load(path)
    more = more_of(study)
    assert list(more) == ["money", "demand", "own money", "capacity"]
    assert more["money"] == {"levers.budget.budget_factor": pytest.approx({"2024": 1.1, "2025": 2.2})}
    units = units_of(study, more, [0, 1], "2025-06")
    assert units_of(study, more, [0, 1], "2024-12")["money"][1] == pytest.approx(0.06, rel=1e-6), "only what comes by the deadline"
    # 60 + 2 x 30 bn, of which a tenth is 12 bn: of 2025 the whole budget, although the horizon ends in June.
    assert units["money"][0] == "KRW 100 bn"
    assert units["money"][1] == pytest.approx(0.12, rel=1e-6)
    assert units["capacity"][0] == "10 projects at once"
    assert units["own money"] == units["demand"] == ("1 %", 10.0)
    assert by_unit({"count": 6.0, "count_low": 3.0, "count_high": 9.0}, units["money"])["by_unit"] == pytest.approx(50.0)


def test_why_nothing_changes_is_what_adds_most_or_nothing() -> None:
    def row(more: str, count: float, low: float) -> dict[str, Any]:
        return {"more": more, "count": count, "count_low": low}

    assert why([row("money", 60.0, 40.0), row("demand", 4.0, 1.0), row("capacity", 90.0, -5.0)]).startswith("what binds is money")
    assert why([row("money", 2.0, -1.0), row("demand", 0.0, 0.0)]) == "nothing that was tried binds (money, demand)"
