"""A sample of the nation: grants that its money does not pay for in whole, and instalments beyond the horizon, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aixsim.api import run
from aixsim.config import load
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.funding import award_rest
from aixsim.model.history import Event
from aixsim.model.sample import part_of
from aixsim.world.population import Population
from tests import worlds
from tests.lever_worlds import korea, settings_of

BN = 1_000_000_000
PATIENT = {"mode": "programmes", "own_rate": 0.0, "attempts": 100, "patience_months": 1000}


def rest_of(left: list[float], lot: float, grants: tuple[float, ...] = (1.0,), instalments: int = 1, year: int = 0) -> Any:
    """Returns the new sum of chances, and money left and budget by year in KRW bn, and who is funded; budgets were what is left."""
    money, budget = (np.array([round(each * BN) for each in left], np.int64) for _ in range(2))
    funded = np.zeros(len(grants), np.bool_)
    new = award_rest(np.array([round(each * BN) for each in grants], np.int64), money, budget, year, instalments, lot, funded)
    return new, (money / BN).tolist(), (budget / BN).tolist(), funded.tolist()


def test_a_rest_is_a_grant_when_the_sum_of_chances_passes_1() -> None:
    # 0.3 bn left of grants of 1 bn: a chance of 0.3. 0.75 + 0.3 = 1.05 passes 1: the budget is raised by 0.7 bn, and 0.05 stays.
    assert rest_of([0.3], 0.75) == (pytest.approx(0.05), [0.0], [1.0], [True])
    # 0.5 + 0.3 = 0.8 does not: the 0.3 bn are taken from the budget.
    assert rest_of([0.3], 0.5) == (pytest.approx(0.8), [0.0], [0.0], [False])

    # 0.5 + 0.5 is 1: it wins, and the sum is below 1 again.
    assert rest_of([0.5], 0.5) == (0.0, [0.0], [1.0], [True])


def test_only_the_best_applicant_is_given_the_rest() -> None:
    assert rest_of([0.5], 0.9, (1.0, 0.5))[3] == [True, False]
    assert rest_of([0.5], 0.9, ()) == (0.9, [0.5], [0.5], []), "nobody waits: the money is left"


def test_instalments_need_their_part_of_every_year() -> None:
    # A grant of 2 bn in two instalments of 1 bn; 0.6 bn and 0.2 bn are left: a chance of 0.2.
    assert rest_of([0.6, 0.2], 0.9, (2.0,), 2) == (pytest.approx(0.1), [0.0, 0.0], [1.0, 1.0], [True])
    assert rest_of([0.6, 0.2], 0.7, (2.0,), 2) == (pytest.approx(0.9), [0.0, 0.2], [0.0, 0.2], [False])


def test_a_rest_counts_the_years_of_its_instalments_and_no_others() -> None:
    # A call of the second of four years: 0.6 and 0.2 bn are left of its own and the next, nothing of the others. A chance of 0.2.
    found = rest_of([0.0, 0.6, 0.2, 0.0], 0.9, (2.0,), 2, year=1)
    assert found == (pytest.approx(0.1), [0.0] * 4, [0.0, 1.0, 1.0, 0.0], [True])


def test_what_pays_a_whole_instalment_is_no_rest() -> None:
    # 1 bn pays the part of this year, 0.2 bn a fifth of the next one's: no grant, and nothing is taken from this year.
    assert rest_of([1.0, 0.2], 0.7, (2.0,), 2) == (pytest.approx(0.9), [1.0, 0.2], [1.0, 0.2], [False])


def test_instalments_of_a_won_and_of_nothing() -> None:
    # 2 won in two parts of 1: the second year has none, so there is no chance, though the first has 5.
    assert rest_of([5e-9, 0.0], 0.5, (2e-9,), 2) == (0.5, [5e-9, 0.0], [5e-9, 0.0], [False])
    # 1 won is paid at once: the second part is 0.
    assert rest_of([0.0, 0.0], 0.5, (1e-9,), 2) == (0.5, [0.0, 0.0], [0.0, 0.0], [False])


def test_the_rest_is_awarded_after_the_last_call_of_a_year() -> None:
    """1.5 bn in two calls: the first may spend 0.75, which is no grant of 1; the second spends 1 and makes the rest a grant or none."""
    for replicate in range(4):
        line = worlds.programme(budget_krw_bn={2024: 3.0}, call_months=[3, 9])
        chosen = worlds.settings({"innovation": {"rate": 1000.0}}, funding=PATIENT, programme=[line])
        problem = replace(worlds.problem(chosen, 5, end="2024-12"), scale=0.5)
        history = worlds.in_both(problem, replicate)
        assert set(history.month[history.event == Event.FUNDED].tolist()) == {8}
        n = int(history.funded[0, 0])
        assert n in (1, 2)
        assert history.budget.tolist() == history.spent.tolist() == [[n * BN]]


def test_awards_are_unbiased_and_never_more_than_one_away() -> None:
    """Money for 0.02 grants a year, for 400 years: 8 grants, wherever the lot starts."""
    for start in (0.01, 0.37, 0.99):
        lot, n = start, 0
        for year in range(1, 401):
            lot, _, _, funded = rest_of([0.02], lot)
            n += funded[0]
            assert abs(n - 0.02 * year) <= 1.0
        assert n == 8


def test_parts_of_whole_things() -> None:
    """Of 15 models a twentieth has 0.75: one in three of four replicates."""
    drawn = [part_of(0.75, 1, replicate, "models") for replicate in range(4000)]
    assert set(drawn) == {0, 1}
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.03)  # four standard errors
    assert {part_of(15.0, 1, replicate, "models") for replicate in range(100)} == {15}, "the nation has all of them"


def launched_by(end: str, budgets: dict[int, float], year: int) -> int:
    """Returns how many projects are funded in 2024 and 2025, of grants of 6 bn in three instalments."""
    line = worlds.programme(budget_krw_bn=budgets, grant_krw_bn=6.0, call_months=[1], instalments=3, lag_months=0)
    chosen = worlds.settings({"innovation": {"rate": 5.0}}, funding=PATIENT, programme=[line])
    problem = replace(worlds.problem(chosen, population=Population.homogeneous(60, 1)), horizon=Horizon("2023-01", end))
    history = reference.run(problem, draw_scenario(problem, 0))
    return int(history.funded[0][: year - 2023 + 1].sum())


def test_the_end_of_the_horizon_does_not_change_the_past() -> None:
    """6, 6 and 12 bn for grants of 2 bn a year for three years.

    A grant of 2024 takes 2 bn of 2024, 2025 and 2026: 6 / 2 = 3 grants. In 2025 nothing is left. One of 2026 would need 2027 and 2028,
    which have no money. So there are 3 grants, whether or not 2027 is simulated.
    """
    budgets = {2024: 6.0, 2025: 6.0, 2026: 12.0}
    assert launched_by("2026-12", budgets, 2026) == launched_by("2028-12", budgets, 2026) == 3
    # With 12 bn in 2027 and 2028 as well, 2026 has 12 - 3 * 2 = 6 bn left for 3 more, though the horizon ends before they are paid.
    more = budgets | {2027: 12.0, 2028: 12.0}
    assert launched_by("2026-12", more, 2026) == launched_by("2028-12", more, 2026) == 6


def test_a_config_states_the_budgets_that_its_last_grants_reserve(tmp_path: Path) -> None:
    """The same numbers from a file: without 12 bn in 2027 and 2028 it is 3 grants, and 6 with them, wherever the horizon ends."""
    text = """
title = "Instalments"
counts = ["programme"]
horizon = { start = "2024-01", end = "2026-12" }
population = { kind = "homogeneous", firms = 300 }
network = { kind = "none" }
mechanisms = { innovation = { rate = 0.9 } }
funding = { own_rate = 0.0 }
monte_carlo = { replicates = 1, seed = 1 }
[[programme]]
name = "p"
budget_krw_bn = { 2024 = 6.0, 2025 = 6.0, 2026 = 12.0 }
grant_krw_bn = 6.0
instalments = 3
call_months = [1]
"""
    (tmp_path / "p.toml").write_text(text)
    later = {f"programme.p.budget_krw_bn.{year}": 12.0 for year in (2027, 2028)}
    for end, more, grants in (("2026-12", {}, 3), ("2028-12", {}, 3), ("2026-12", later, 6), ("2028-12", later, 6)):
        table = run(load(tmp_path / "p.toml", {"horizon.end": end, **more})).trajectories()
        assert table.loc[table["month"] == "2026-12-01", "launched"].tolist() == [grants]


@pytest.mark.parametrize("start", ["2024-01", "2026-06"])
def test_models_lead_also_when_the_horizon_starts_after_them(start: str) -> None:
    """Forming a model is its lead's decision: 10 % of 30 models are 3 leads, and nobody else decides."""
    world = korea({"collaboration": {**settings_of("collaboration", number=30, start="2025-07")}}, open_funding=True)
    alone = worlds.settings({}, levers=world.settings["levers"])
    problem = replace(world, horizon=Horizon(start, "2027-12"), settings=alone)
    assert (reference.run(problem, draw_scenario(problem, 0)).event == Event.DECIDED).sum() == 3


@pytest.mark.verify
@pytest.mark.parametrize("scale", [0.02, 0.05, 0.2])
@pytest.mark.parametrize("without_lot", [False, True])
def test_samples_agree_with_the_nation(scale: float, without_lot: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Launched, operating and money of 300 replicates with the same parameters; twin: without the lot the small samples differ.

    Means agree within four standard errors of the paired difference and 3 %: firms of a sample have fewer ties.
    """
    if without_lot:
        monkeypatch.setattr("aixsim.model.draw_scenario.start_of", lambda *_: -1e9)
    national, sample = (by_replicate(each) for each in (1.0, scale))
    difference = sample - national
    beyond = difference.mean().abs() - 0.03 * national.mean()
    apart = (beyond / (difference.std() / np.sqrt(len(difference)))).to_dict()
    if not without_lot:
        assert max(apart.values()) < 4.0, apart
    elif scale < 0.1:
        assert max(apart.values()) > 4.0, apart


def by_replicate(scale: float) -> pd.DataFrame:
    """Returns launched, operating and money of each replicate at the end of 2030, scaled to the nation."""
    changes = {"population.scale": scale, "monte_carlo.replicates": 300, "monte_carlo.seed": 5}
    result = run(load(Path(__file__).parents[2] / "configs" / "korea-2030.toml", changes))
    table = result.trajectories()
    last = table[table["month"] == table["month"].max()].set_index("replicate")
    return last[["launched", "operating"]].assign(money=result.money().groupby("replicate")["spent_krw_bn"].sum()) / scale
