"""Reach: finds known optima, says when there is none, reports new replicates alone, resumes, and refuses what it cannot answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import aixsim
from aixsim import api
from aixsim.answers import cheapest_packages, package_proposals
from aixsim.answers.cheapest_packages import Plan, plan_of
from aixsim.answers.package_tables import Package, Reach, answer_of
from aixsim.config.lever_bounds import bounds_of
from aixsim.random.draws import uniforms
from aixsim.report.text.reach_text import reach_text
from aixsim.runs.signals import Interrupted

CONFIG = """
title = "Toy: projects are money over grant"
horizon = { start = "2024-01", end = "2024-12" }
population = { kind = "homogeneous", firms = 100 }
network = { kind = "none" }
mechanisms = { innovation = { rate = 1.0 } }
funding = { mode = "programmes", own_rate = 0.0, attempts = 1000, patience_months = 1200 }
[levers.budget]
start = "2024-01"
[levers.training]
[[programme]]
name = "yearly"
budget_krw_bn = { 2024 = 50.0 }
grant_krw_bn = 1.0
call_months = [6]
lag_months = 0
delivered_from = 2024
delivered_share = { dist = "uniform", low = 0.5, high = 1.0 }
[[goal]]
name = "30 launched"
outcome = "launched"
at_least = 30
by = "2024-12"
[[goal]]
name = "35 launched"
outcome = "launched"
at_least = 35
by = "2024-12"
[monte_carlo]
replicates = 10
seed = 7
"""
BUDGET, GRANT = "levers.budget.budget_factor", "levers.budget.grant_factor"
HALF: dict[str, Any] = {GRANT: 0.5}
SMALL: dict[str, Any] = {"between": {BUDGET: (0.25, 1.0)}, "replicates": 10, "confirm": 50}
"""A small question for what is simulated."""
BETWEEN = {BUDGET: (0.25, 4.0), GRANT: (0.5, 2.0)}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "toy.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(config: Path) -> tuple[Reach, Path]:
    out = config.parent / "out"
    return aixsim.reach(aixsim.load(config, HALF), **SMALL, out=out, progress=False), out


# --- the law of the toy without its simulation: a share d is delivered, uniform from 0.5 to 1; 50 f d / h projects for 50 f d of money


def by_law(plan: Plan, study: Any, _: Any) -> list[Package]:
    found = []
    for point in study.points:
        f, h = (point.values.get(key, 1.0) for key in (BUDGET, GRANT))
        delivered = 0.5 + 0.5 * uniforms(point.study.monte_carlo.seed, 0, 0, study.monte_carlo.replicates)
        money = 50.0 * f * delivered
        targets = [float(goal.split()[0]) for goal in plan.goals]
        found.append(Package(dict(point.values), np.stack([money / h / target for target in targets]), money, 0.0))
    return found


@pytest.fixture
def law(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, by_law)


def use(monkeypatch: pytest.MonkeyPatch, packages_of: Any) -> None:
    monkeypatch.setattr(cheapest_packages, "packages_of", packages_of)
    monkeypatch.setattr(api, "sweep", lambda *_, **__: None)
    monkeypatch.setattr(cheapest_packages, "_compared", lambda *_: None)


def asked(config: Path, *args: Any, **options: Any) -> Reach:
    return aixsim.reach(aixsim.load(config), *args, **({"between": BETWEEN} | options))


def answer_row(answer: Reach) -> dict[str, Any]:
    (row,) = (dict(row) for row in answer.tables["packages"].rows if row["chosen"])
    return row


def is_optimum(answer: Reach) -> bool:
    """The cheapest: half the grant and half the budget, for 18.75; confirmed, it lies a little above, where its interval clears 80 %."""
    row = answer_row(answer)
    return row["verdict"] == "reached" and row[GRANT] == 0.5 and 0.49 <= row[BUDGET] <= 0.55 and 18.0 <= row["public"] <= 20.5


@pytest.mark.usefixtures("law")
def test_a_known_optimum_is_found(config: Path) -> None:
    answer = asked(config)
    assert is_optimum(answer)
    assert answer.sentence.startswith("The cheapest package found is budget factor 0.5")
    assert "The config: 79.3 %" in answer.sentence
    rows = answer.tables["packages"].rows
    assert (rows[0]["label"], rows[0]["on_frontier"]) == ("as in the config", False)
    frontier = sorted((row for row in rows if row["on_frontier"]), key=lambda row: row["public"])
    assert len(frontier) >= 6
    chances = [row["probability"] for row in frontier]
    assert chances == sorted(chances)
    for row in frontier:
        true = min(max((1.0 - 0.6 * row[GRANT] / row[BUDGET]) / 0.5, 0.0), 1.0)
        assert row["low"] <= true <= row["high"], "the joint interval holds the known probability"


@pytest.mark.usefixtures("law")
def test_a_search_that_ignores_money_does_not_find_it(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_proposals, "mean_surface", lambda *_: lambda where: np.zeros(len(where)))
    assert not is_optimum(asked(config))


@pytest.mark.usefixtures("law")
def test_where_none_exists_it_says_so(config: Path) -> None:
    narrow = {BUDGET: (0.1, 0.4), GRANT: (0.5, 2.0)}  # 0.5 is needed
    answer = asked(config, between=narrow)
    assert answer.sentence.startswith("No package within the bounds reaches 30 launched with 80 %: the best found, budget factor 0.4, ")
    assert not answer.tables["packages"].rows[0]["within_bounds"]
    answer = asked(config, at_most="KRW 17 bn")
    assert "No package within the bounds reaches 30 launched with 80 % for at most KRW 17 bn" in answer.sentence
    row = answer_row(answer)
    assert row["within_money"]
    assert row["public"] == max(one["public"] for one in answer.tables["packages"].rows if one["within_money"])
    assert is_optimum(asked(config, at_most="0.025 tn"))


def test_verdicts_hold_for_all_packages_together(config: Path) -> None:
    """By hand: 825 of 1,000 clear 80 % alone (95 % interval from 80.0), but not as one of ten; 845 do."""
    plan = plan_of(aixsim.load(config), between=BETWEEN)

    def verdict(successes: int, n_packages: int) -> str:
        package = Package({}, (np.arange(1000)[None] < successes).astype(np.float64), np.arange(1000.0), 0.0)
        return str(answer_of(plan, [package] * n_packages, 0, None).tables["packages"].rows[0]["verdict"])

    assert [verdict(n, 1) for n in (770, 800, 826)] == ["not reached", "open", "reached"]
    assert [verdict(n, 10) for n in (760, 826, 845)] == ["not reached", "open", "reached"]


@pytest.mark.usefixtures("law")
def test_several_goals_are_met_together(config: Path) -> None:
    answer = asked(config, ["30 launched", "35 launched"], 0.5)
    rows = [row for row in answer.tables["goals"].rows if row["package"] == answer_row(answer)["package"]]
    assert [row["goal"] for row in rows] == ["30 launched", "35 launched", "all"]
    assert rows[2]["probability"] == rows[1]["probability"] == answer_row(answer)["probability"] < rows[0]["probability"]
    assert "30 launched and 35 launched" in answer.sentence


def by_chance(plan: Plan, study: Any, _: Any) -> list[Package]:
    """Every package reaches the goal in half of its replicates, by its own chance."""
    found = []
    for point in study.points:
        address = round(1e6 * sum(point.values.values())) % 2**31
        u = uniforms(point.study.monte_carlo.seed, address, 0, study.monte_carlo.replicates)
        found.append(Package(dict(point.values), (u < 0.5)[None].astype(np.float64), 50.0 + 0.0 * u, 0.0))
    return found


def test_what_is_reported_is_not_what_was_selected(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most probable of the tried packages looks far better than it is; what is reported of those proposed does not."""
    seen: list[list[Package]] = []

    def watched(*args: Any) -> list[Package]:
        seen.append(by_chance(*args))
        return seen[-1]

    use(monkeypatch, watched)
    held, flattered = 0, 0
    for seed in range(6):
        seen.clear()
        answer = aixsim.reach(aixsim.load(config).with_seed(seed), between=BETWEEN, replicates=40, confirm=400)
        rows = answer.tables["packages"].rows
        held += all(row["low"] <= 0.5 <= row["high"] for row in rows)
        best = max(package.reached.mean() for packages in seen[:-1] for package in packages)
        flattered += best > 0.6
        assert answer.sentence.startswith("No package")
    assert held >= 5
    assert flattered == 6


# --- simulated


def test_the_simulated_toy_is_the_law(done: tuple[Reach, Path]) -> None:
    answer, out = done
    row = answer_row(answer)
    assert row["verdict"] == "reached"
    assert 0.5 <= row[BUDGET] <= 0.75
    assert row["public"] == pytest.approx(37.5 * row[BUDGET], rel=0.1)
    folder = next(out.glob("package-*"))
    result = aixsim.open_result(folder)
    assert result.provenance["seed"] != 7
    launched = result.counts_in("2024-12")["launched"]
    assert row["probability"] == float((launched >= 30).mean())
    assert row["public"] == pytest.approx(result.money()["spent_krw_bn"].sum() / 50)
    cost = {(one["outcome"], one["payer"]): one for one in answer.tables["cost"].rows}
    each = cost["launched", "public"]
    assert each["each"] is None or each["each"] == pytest.approx(each["money"] / each["factories"])
    assert {"deadweight", "displacement"} <= {one["quantity"] for one in answer.tables["additionality"].rows}


def test_an_interrupted_search_resumes(done: tuple[Reach, Path], config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Path] = []

    def stopping(study: Any, folder: Path, **options: Any) -> Any:
        if len(ran) == 2:
            raise Interrupted("stopped")
        ran.append(folder)
        return original(study, folder, **options)

    original, options = api.sweep, SMALL | {"out": tmp_path / "out", "progress": False}
    with monkeypatch.context() as patch:
        patch.setattr(api, "sweep", stopping)
        with pytest.raises(Interrupted):
            aixsim.reach(aixsim.load(config, HALF), **options)
    assert [folder.name.split("-")[0] for folder in ran] == ["design", "round"]
    tables = [path for folder in ran for path in sorted((folder / "trajectories").iterdir())]
    before = [path.stat().st_mtime_ns for path in tables]
    again = aixsim.reach(aixsim.load(config, HALF), **options)
    assert tables
    assert [path.stat().st_mtime_ns for path in tables] == before, "nothing is run again"
    assert again.to_dict() == done[0].to_dict()


def test_the_answer_is_written(done: tuple[Reach, Path], tmp_path: Path) -> None:
    answer, _ = done
    text = reach_text(answer, 78)
    assert text.startswith(answer.sentence[:40])
    assert max(map(len, text.splitlines())) <= 78
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["answer"] == answer.sentence
    answer.write(tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "packages.parquet"), answer.frame("packages"), check_dtype=False)
    texts = {text.get_text() for axes in answer.plot("frontier").axes for text in axes.texts}
    assert "the config" in texts


# --- what is asked


def test_what_has_no_price_is_not_varied_unless_named_and_never_called_free(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = aixsim.load(config)
    assert [one.key for one in bounds_of(study)] == [BUDGET, GRANT]
    assert [one.key for one in bounds_of(aixsim.load("korea-2030"))] == [BUDGET, GRANT, "levers.parks.number"]
    use(monkeypatch, by_law)
    answer = aixsim.reach(study, between=BETWEEN | {"levers.training.per_year": None})
    levers = {row["key"]: row for row in answer.tables["levers"].rows}
    assert levers["levers.training.per_year"]["money"] == "not priced"
    assert (levers["levers.training.per_year"]["low"], levers["levers.training.per_year"]["high"]) == (100.0, 10000.0)
    assert levers[BUDGET]["money"] == "public money"
    assert any(note.startswith("NOT PRICED: what levers.training.per_year costs") for note in answer.notes)
    plain = asked(config).notes
    assert not any(note.startswith("NOT PRICED") for note in plain)
    assert any("without a stated price: training" in note for note in plain)
