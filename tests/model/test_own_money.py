"""ODD 7.2: a refused or ineligible firm pays itself at the monthly hazard own_rate / (1 + burden), with burden the project cost over yearly
sales of its class in multiples of own_burden_half. After attempts refusals or patience_months it withdraws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.codes import Stage
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import funding
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.economics import Economics
from aixsim.model.funding import Funding
from aixsim.model.history import Event
from aixsim.model.problem import Problem
from aixsim.world.classification import ROUTES, SIZES
from tests import worlds
from tests.model.values import by_size, values, world_of


@pytest.mark.parametrize(
    ("rate", "burden", "expected"), [(0.02, 0.0, 0.02), (0.02, 1.0, 0.01), (0.3, 2.0, 0.1), (0.5, 9.0, 0.05), (0.0, 1.0, 0.0)]
)
def test_the_hazard_by_hand(rate: float, burden: float, expected: float) -> None:
    assert funding.own_hazard(rate, burden) == pytest.approx(expected)


def test_burdens_are_cost_over_sales_in_multiples_of_the_half_burden() -> None:
    economics = values(Economics, project_cost_krw_bn=by_size(1.0, 3.0, 5.0, 20.0, 300.0), sales_per_employee_krw_bn=0.5)
    p = values(Funding, own_burden_half=0.1)
    found = funding.own_burdens(economics, p, np.array([4.0, 30.0, 100.0, 400.0, 0.0]))
    # sales 2, 15, 50 and 200 bn; cost over sales 0.5, 0.2, 0.1 and 0.1; a class without firms counts as one employee: 300 / 0.5
    assert found == pytest.approx([5.0, 2.0, 1.0, 1.0, 6000.0])


@pytest.mark.parametrize(
    ("refusals", "months", "expected"),
    [(0, 0, False), (2, 29, False), (3, 0, True), (4, 0, True), (0, 30, True), (0, 31, True), (0, 29, False)],
)
def test_who_gives_up(refusals: int, months: int, expected: bool) -> None:
    assert funding.gives_up(refusals, months, values(Funding, attempts=3, patience_months=30)) == expected


def waiting(n_firms: int = 1, end: str = "2024-12", programme: dict[str, Any] | None = None, **stated: Any) -> Problem:
    """Firms that all decide in month 0, and again as soon as they may (a hazard of 10); without a programme nobody is funded."""
    return world_of(
        end=end,
        n_firms=n_firms,
        mechanisms={"innovation": {"rate": 10.0}},
        funding={"mode": "programmes", "attempts": 1000, "patience_months": 1200, "own_rate": 0.0, **stated},
        economics={"project_cost_krw_bn": dict.fromkeys(SIZES, 3.0), "sales_per_employee_krw_bn": 0.5, "learning_rate": 0.0},
        implementation={"pause_months": 7},
        programme=[programme] if programme else [],
    )


def months_of(world: Problem, event: Event) -> list[int]:
    history = worlds.simulate(world)
    return history.month[history.event == event].tolist()


def test_too_poor_a_programme_refuses_until_attempts_are_used_up() -> None:
    poor = worlds.programme(budget_krw_bn={2024: 0.5}, call_months=[2, 9])
    assert months_of(waiting(programme=poor, attempts=2), Event.WITHDRAWN) == [8]  # refused in February and in September
    assert months_of(waiting(programme=poor, attempts=1), Event.WITHDRAWN) == [1, 8]  # February; again after 7 months, in September


def test_without_calls_patience_ends() -> None:
    world = waiting(patience_months=2)
    assert months_of(world, Event.WITHDRAWN) == [2, 11]  # 2 months, 7 of pause, and 2 more
    assert months_of(world, Event.DECIDED_AGAIN) == [9]


def test_who_may_not_apply_is_not_refused() -> None:
    large_only = worlds.programme(budget_krw_bn={2024: 0.5}, sizes=["large"], call_months=list(range(1, 13)))
    assert months_of(waiting(programme=large_only, attempts=1), Event.WITHDRAWN) == []


def test_without_a_budget_no_call_is_held_and_a_won_is_a_budget() -> None:
    small = worlds.programme(budget_krw_bn={2025: 1e-9})
    assert months_of(waiting(end="2025-12", programme=small, attempts=1), Event.WITHDRAWN) == [12]  # the calls are in January


def test_a_month_of_two_calls_is_one_refusal() -> None:
    poor = [worlds.programme(name=name, budget_krw_bn={2024: 0.5}, call_months=[1, 4]) for name in "ab"]
    world = waiting(attempts=2)
    world = worlds.problem(worlds.settings(**{**world.settings, "programme": poor}), 1, end="2024-12")
    assert months_of(world, Event.WITHDRAWN) == [3]


def share_paid(rate: float, months: int) -> float:
    """Share of 2,000 firms that have paid themselves within so many months; cost 3 of sales 20 x 0.5 = 10, half burden 0.15: burden 2."""
    n = 2000
    world = waiting(n, end=f"2024-{months:02d}", own_rate=rate, own_burden_half=0.15)
    history = worlds.simulate(world)
    chosen = history.event == Event.LAUNCHED
    assert (history.route[chosen] == ROUTES.index("own")).all()
    return int(chosen.sum()) / n


def test_those_who_wait_pay_themselves_at_the_hazard() -> None:
    # 0.3 / (1 + 2) = 0.1 a month: after 6 months 1 - e^-0.6 = 0.4512, with error sqrt(0.25 / 2000) = 0.011
    assert share_paid(0.3, 6) == pytest.approx(0.4512, abs=0.045)
    assert share_paid(0.39, 6) != pytest.approx(0.4512, abs=0.045), "the twin: a rate that is three tenths too high"


def test_the_burden_falls_with_the_cost() -> None:
    """One factory operates at the start and experience is 1, so the cost halves: burden 1 instead of 2, hazard 0.3 / 2."""
    world = waiting(2, own_rate=0.3, own_burden_half=0.15)
    settings = {
        **world.settings,
        "initial_adopters": 1,
        "economics": {**world.settings["economics"], "learning_rate": 0.5, "experience": 1.0},
    }
    world = worlds.problem(settings, 2)
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert model.firms[1].own_pressure == round(0.15 * 2**36) * 2**18  # a month, in units of 2^-54


def test_a_firm_pays_itself_when_its_pressure_reaches_its_resistance() -> None:
    """0.3 / (1 + 2) = 0.1 a month; a resistance of 0.2, to the unit, is reached in the second month."""
    world = waiting(own_rate=0.3, own_burden_half=0.15)
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    firm = model.firms[0]
    assert firm.stage == Stage.DECIDED
    firm.own_threshold = 2 * round(0.1 * 2**36) * 2**18
    model.step()
    assert (firm.stage, firm.route) == (Stage.OPERATING, ROUTES.index("own"))
