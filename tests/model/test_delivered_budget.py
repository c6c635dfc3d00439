"""ODD 7.2: from delivered_from on, a year delivers delivered_share of what is due, and shortfall_carried of the rest is due again in the
next year. All money is whole won. Unspent money lapses at the end of the year, except that of parks and loans, which moves on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.calendar import Horizon
from aixsim.model.delivery import delivered_budget
from aixsim.model.draw_scenario import draw_scenario
from aixsim.world.classification import SIZES
from tests import worlds
from tests.model.values import BN, MEDIUM, SMALL, line, world_of

HUNDREDS = [100.0, 100.0, 100.0]


def test_half_of_the_shortfall_is_due_again() -> None:
    # 100 due, 50 delivered, 50 short, 25 passed on; 125 due, 62.5 delivered, 31.25 passed on; 131.25 due, 65.625 delivered
    assert delivered_budget(HUNDREDS, [0.5] * 3, 0.5) == [50.0, 62.5, 65.625]


@pytest.mark.parametrize(
    ("share", "carried", "first", "expected"),
    [
        (1.0, 1.0, 0, [100.0, 100.0, 100.0]),
        (0.5, 0.0, 0, [50.0, 50.0, 50.0]),  # the rest lapses
        (0.5, 1.0, 0, [50.0, 75.0, 87.5]),  # 100; 100 + 50 = 150; 100 + 75 = 175
        (0.0, 1.0, 0, [0.0, 0.0, 0.0]),
        (1.5, 1.0, 0, [150.0, 150.0, 150.0]),  # no shortfall, and no surplus is taken back
        (0.5, 0.5, 1, [100.0, 50.0, 62.5]),  # the first year is delivered in full
        (0.5, 0.5, 3, [100.0, 100.0, 100.0]),
    ],
)
def test_delivery_by_hand(share: float, carried: float, first: int, expected: list[float]) -> None:
    planned = list(HUNDREDS)
    assert delivered_budget(planned, [1.0] * first + [share] * (3 - first), carried) == expected
    assert planned == HUNDREDS, "the plan itself stays"


def test_a_shortfall_reaches_a_year_without_a_plan() -> None:
    # 80 due, 20 delivered, 60 short and due again; 60 due, 15 delivered, 45 due; 45 due, 11.25 delivered
    assert delivered_budget([80.0, 0.0, 0.0], [0.25] * 3, 1.0) == [20.0, 15.0, 11.25]


def test_a_line_is_in_whole_won_of_the_sample() -> None:
    horizon = Horizon("2024-06", "2026-03")
    made = line(horizon, 0.1, budget_krw_bn={2023: 9.0, 2024: 10.0, 2026: 1 / 3}, delivered_share=0.5, shortfall_carried=1.0)
    # 2024: 10 due, 5 delivered; 2025: 5 due, 2.5 delivered; 2026: 1/3 + 2.5 due, half of it delivered; a tenth of all
    assert made.budget.tolist() == [500_000_000, 250_000_000, 141_666_667]
    assert made.grant[:, MEDIUM].tolist() == [BN] * 3, "grants are those of the nation"


@pytest.mark.parametrize(
    ("since", "expected"), [(None, [5, 5, 5]), (2020, [5, 5, 5]), (2024, [5, 5, 5]), (2025, [10, 5, 5]), (2026, [10, 10, 5])]
)
def test_delivery_counts_from_its_first_year(since: int | None, expected: list[int]) -> None:
    budgets = dict.fromkeys((2024, 2025, 2026), 10.0)
    made = line(Horizon("2024-01", "2026-12"), budget_krw_bn=budgets, delivered_share=0.5, delivered_from=since)
    assert (made.budget / BN).tolist() == expected


def test_a_grant_that_no_year_states_is_that_of_the_year_before() -> None:
    made = line(Horizon("2024-01", "2028-12"), grant_krw_bn={2025: 2.0, 2027: 0.83})
    assert made.grant[:, SMALL].tolist() == [2 * BN, 2 * BN, 2 * BN, 830_000_000, 830_000_000]


def test_calls_are_held_in_their_months_and_masks_say_who_may_apply() -> None:
    made = line(Horizon("2024-06", "2025-07"), call_months=[1, 7], sizes=["small", "large"], regional_floor=0.4, lag_months=3)
    assert np.flatnonzero(made.calls).tolist() == [1, 7, 13]  # July, January, July, counted from June
    assert made.size.tolist() == [False, True, False, False, True]
    assert made.province.all()
    assert (made.floor == 0.4).all()
    assert (made.quota == 0.0).all()
    assert (made.lag, made.instalments, made.change.tolist()) == (3, 1, [0, 0])


def left_after(**stated: Any) -> tuple[list[int], list[int]]:
    """Budget and money left in bn by year: five firms decide at once, each call of January pays whole grants of 2 bn."""
    world = world_of(
        end="2026-12",
        n_firms=5,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0, "attempts": 100, "patience_months": 100},
        implementation={"median_months": dict.fromkeys(SIZES, 60.0), "sigma": 0.0},
        programme=[worlds.programme(budget_krw_bn=dict.fromkeys((2024, 2025, 2026), 3.0), grant_krw_bn=2.0, **stated)],
    )
    model = DiffusionModel(world, draw_scenario(world, 0))
    for _ in range(36):
        model.step()
    return (model.accounts.budget[0] // BN).tolist(), (model.accounts.left[0] // BN).tolist()


def test_what_a_grant_programme_does_not_spend_lapses() -> None:
    assert left_after() == ([3, 3, 3], [1, 1, 1])


def test_what_a_loan_programme_does_not_spend_moves_on() -> None:
    # 3 - 2 = 1 moves on; 3 + 1 - 2 x 2 = 0; 3 - 2 = 1
    assert left_after(kind="loan", repaid_share=0.0, recovered_share=0.0) == ([2, 4, 3], [0, 0, 1])


def test_money_moves_on_in_a_horizon_that_starts_in_december() -> None:
    loan = worlds.programme(budget_krw_bn={2024: 3.0}, call_months=[6], kind="loan", repaid_share=0.0, recovered_share=0.0)
    world = world_of(programme=[loan])
    world = replace(world, horizon=Horizon("2024-12", "2025-12"))
    model = DiffusionModel(world, draw_scenario(world, 0))
    for _ in range(2):
        model.step()
    assert model.accounts.budget[0].tolist() == [0, 3 * BN]
