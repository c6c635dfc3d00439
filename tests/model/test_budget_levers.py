"""ODD 7.6: budget multiplies programmes' budgets and grants by calendar year, in years that lie in the window as a whole; budget_cut takes
``share`` of the budgets in its first whole year and less by equal steps until recovery_years have passed. ODD 7.2: what levers change comes
in when its year begins; a cut takes at most what earlier calls have not reserved.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import run
from aixsim.model.calendar import Horizon
from aixsim.model.history import Event
from aixsim.model.lever import whole_years, window
from aixsim.model.levers.budget import Budget
from aixsim.model.problem import Problem
from tests import worlds
from tests.model.values import BN, SMALL, line, values, with_lever, world_of

YEARS = (2024, 2025, 2026, 2027)


def world(**stated: Any) -> Problem:
    lines = [worlds.programme(name=name, budget_krw_bn=dict.fromkeys(YEARS, 10.0), **stated) for name in ("a", "b")]
    return world_of(
        end="2027-12", programme=lines, mechanisms={"innovation": {"rate": 1000.0}}, funding={"mode": "programmes", "own_rate": 0.0}
    )


def changed(lever: str, **stated: Any) -> list[list[float]]:
    """What the budgets of 10 bn a year become, in bn."""
    return [((item.budget + item.change) / BN).tolist() for item in with_lever(lever, world(), **stated).lines]


def test_budgets_are_multiplied_in_whole_years_of_the_window() -> None:
    assert changed("budget", start="2025-01", stop="2027-01", budget_factor=2.0) == [[10.0, 20.0, 20.0, 10.0]] * 2
    assert changed("budget", start="2025-02", stop="2026-12", budget_factor=2.0) == [[10.0] * 4] * 2, "no whole year"
    assert changed("budget", start="2024-01", budget_factor={2025: 0.5, 2027: 3.0}) == [[10.0, 5.0, 10.0, 30.0]] * 2


def test_one_programme_can_be_named() -> None:
    assert changed("budget", start="2024-01", programme="b", budget_factor=0.0) == [[10.0] * 4, [0.0] * 4]


def test_grants_are_multiplied_too() -> None:
    found = with_lever("budget", world(grant_krw_bn=1.5), start="2025-01", stop="2027-01", grant_factor={2025: 2.0, 2026: 0.1, 2027: 9.0})
    assert found.lines[0].grant[:, SMALL].tolist() == [1_500_000_000, 3_000_000_000, 150_000_000, 1_500_000_000]
    tiny = with_lever("budget", world(grant_krw_bn=1e-9), start="2024-01", grant_factor=0.1)
    assert (tiny.lines[0].grant == 1).all(), "a grant is a won at least"


def test_a_cut_shrinks_by_equal_steps() -> None:
    # 0.6, then 0.4 and 0.2 of the budget are taken, then nothing
    assert changed("budget_cut", start="2024-01", share=0.6, recovery_years=3)[0] == pytest.approx([4.0, 6.0, 8.0, 10.0])
    assert changed("budget_cut", start="2024-06", share=0.6, recovery_years=2)[0] == pytest.approx([10.0, 4.0, 7.0, 10.0])
    assert changed("budget_cut", start="2024-01", stop="2026-01", share=0.6, recovery_years=3)[0] == pytest.approx([4.0, 6.0, 10.0, 10.0])
    assert changed("budget_cut", start="2024-01", share=1.0, recovery_years=1, programme="b")[0] == [10.0] * 4


def test_factors_multiply_in_any_order_to_the_won() -> None:
    one, other = (line(Horizon("2024-01", "2025-12"), budget_krw_bn={2024: 10.0, 2025: 1.0}) for _ in range(2))
    half, third = np.array([0.5, 1.0]), np.array([0.3, 3.0])
    one.multiply(half)
    one.multiply(third)
    other.multiply(third)
    other.multiply(half)
    assert one.change.tolist() == other.change.tolist() == [-8_500_000_000, 2_000_000_000]  # 10 x 0.15 - 10 and 3 - 1
    assert one.budget.tolist() == [10 * BN, BN], "the plan itself stays: nobody expects the change"


def test_windows_and_whole_years() -> None:
    horizon = Horizon("2024-06", "2026-03")
    for start, stop, months, years in (
        ("2024-06", "9999-12", (0, 22), [True, True, True]),
        ("2024-01", "2026-01", (0, 19), [True, True, False]),
        ("2024-07", "2026-04", (1, 22), [False, True, True]),
        ("2025-03", "2025-03", (9, 9), [False, False, False]),
        ("2027-01", "2028-01", (22, 22), [False, False, False]),
        ("2020-01", "2021-01", (0, 0), [False, False, False]),
    ):
        p = values(Budget, start=start, stop=stop)
        assert window(p, horizon) == months
        assert whole_years(p, horizon).tolist() == years


def funded(**stated: Any) -> tuple[list[int], list[float]]:
    """Projects and budget in bn by year of one programme of 10 bn a year that pays 1 bn a year for two years; ten firms decide at once."""
    chosen = world_of(
        end="2025-12",
        n_firms=10,
        programme=[worlds.programme(budget_krw_bn={2024: 6.0, 2025: 6.0}, grant_krw_bn=2.0, instalments=2)],
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes", "own_rate": 0.0},
    )
    history = run(chosen, with_lever("budget", chosen, **stated))
    assert (history.event == Event.FUNDED).sum() == history.funded.sum()
    return history.funded[0].tolist(), (history.budget[0] / BN).tolist()


def test_a_grant_over_years_reserves_no_money_that_a_lever_adds_later() -> None:
    assert funded(start="2025-01", budget_factor=1.0) == ([6, 0], [6.0, 6.0])  # six instalments of 1 bn in each year
    # In 2024, 12 bn are there, but the plan of 2025 has 6: six projects. In 2025 6 bn come in, but 2026 has no money for
    # a second instalment.
    assert funded(start="2024-01", budget_factor=2.0) == ([6, 0], [12.0, 12.0])


def test_a_cut_takes_no_more_than_earlier_calls_have_left() -> None:
    assert funded(start="2025-01", budget_factor=0.0) == ([6, 0], [6.0, 6.0]), "all of 2025 is reserved"
    assert funded(start="2024-01", budget_factor=0.5) == ([3, 0], [3.0, 3.0])  # 3 of 6 bn in 2024; of 2025 3 bn are reserved
