"""ODD 7.2.4: the chance of success is multiplied by ``s^success_exponent``, the duration divided by ``s^duration_exponent``; then a known
solution takes its share of the risk away. A project of scope below 0.7 is launched and not ``launched_adequate``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model import adequacy
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.tabulation import outcome_counts
from aixsim.random.draws import Purpose, uniforms
from aixsim.world.network import Network
from tests import worlds
from tests.model.values import LARGE, SMALL, by_size, firms, world_of


@pytest.mark.parametrize(
    ("scope", "exponent", "expected"),
    [(0.49, 0.5, 0.7), (0.49, 1.0, 0.49), (0.5, 2.0, 0.25), (0.49, 0.0, 1.0), (0.01, 0.5, 0.1)],
)
def test_powers(scope: float, exponent: float, expected: float) -> None:
    assert adequacy.power_of_scope(scope, exponent) == pytest.approx(expected)


def test_a_project_that_is_fully_paid_for_is_exactly_as_before() -> None:
    assert {adequacy.power_of_scope(1.0, exponent) for exponent in (0.0, 0.3, 0.5, 7.0)} == {1.0}


def test_signs() -> None:
    steps = np.linspace(0.01, 1.0, 50).tolist()
    rising = [adequacy.power_of_scope(scope, 0.5) for scope in steps]
    falling = [adequacy.power_of_scope(0.49, exponent) for exponent in steps]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert 0.0 < rising[0] < rising[-1] == 1.0


# --- worlds: a project costs 100; the state gives 40; a firm of 40 employees has sales of 20 and can bring own_share of them

N = 400


def short(own_share: float, *, n: int = N, success: float = 1.0, call_month: int = 1, **changes: Any) -> Problem:
    """Firms that all decide and are funded in month 0; their projects take 7 months when they are fully paid for."""
    share = {"grant_krw_bn": 40.0, "public_share": by_size(*[1.0] * 5), "budget_krw_bn": {2024: 40.0 * n}}
    changes.setdefault("population", firms(size=[SMALL] * n, employees=[40] * n))
    return world_of(
        end="2024-12",
        mechanisms={"innovation": {"rate": 1000.0}},
        programme=[worlds.programme(**share, call_months=[call_month])],
        funding={"mode": "programmes", "own_rate": 0.0, **changes.pop("funding", {})},
        matching={"cost_exponent": 0.0, "cost_spread": 0.0, "own_share": own_share, "own_spread": 0.0, "least_scope": 0.0},
        economics={
            "project_cost_krw_bn": by_size(*[100.0] * 5),
            "sales_per_employee_krw_bn": 0.5,
            "elasticity": 0.0,
            "learning_rate": 0.0,
        },
        implementation={
            "median_months": by_size(7.0, 7.0, 7.0, 7.0, 1.0),
            "sigma": 0.0,
            "success": by_size(*[success] * 4, 1.0),
            "pause_months": 600,
        },
        **changes,
    )


SCOPE_049, SCOPE_070, SCOPE_1 = 0.45, 1.5, 100.0
"""Own shares: 40 + 9, 40 + 30, and 40 + 60 of 100 are paid for."""
HALF: dict[str, Any] = {"adequacy": {"success_exponent": 0.5, "duration_exponent": 0.5}}


def months(history: History, event: Event) -> set[int]:
    return set(history.month[history.event == event].tolist())


def operating(history: History) -> set[int]:
    return set(history.firm[history.event == Event.OPERATING].tolist())


def lucky(chance: float, n: int = N) -> set[int]:
    """Firms whose lot lets a project of that chance succeed."""
    return set(np.flatnonzero(uniforms(worlds.SEED, 0, Purpose.SUCCESS, n) < chance).tolist())


def test_a_project_of_scope_049_takes_ten_months_instead_of_seven() -> None:
    assert months(worlds.in_both(short(SCOPE_049, **HALF)), Event.OPERATING) == {10}  # 7 / sqrt(0.49) = 7 / 0.7
    assert months(worlds.in_both(short(SCOPE_049)), Event.OPERATING) == {7}, "exponents of 0 change nothing"
    assert months(worlds.in_both(short(SCOPE_1, **HALF)), Event.OPERATING) == {7}


def test_a_project_of_scope_049_succeeds_seven_times_in_ten_of_the_others() -> None:
    assert operating(worlds.in_both(short(SCOPE_049, success=0.8, **HALF))) == lucky(0.56)  # 0.8 x 0.7
    assert operating(worlds.in_both(short(SCOPE_1, success=0.8, **HALF))) == lucky(0.8)
    assert lucky(0.56) < lucky(0.8), "some firms tell the two apart"


def test_a_known_solution_takes_its_share_of_the_risk_that_is_left() -> None:
    """Firm 0 is a large customer of all and operates after a month: 1 - (1 - 0.8 x 0.7)(1 - 0.5) = 0.78."""
    size, employees = [LARGE] + [SMALL] * (N - 1), [1000] + [40] * (N - 1)
    world = short(SCOPE_049, success=0.8, population=firms(size=size, employees=employees), reuse={"success": 0.5}, **HALF)
    others = set(range(1, N))
    assert operating(worlds.in_both(replace(world, network=Network.star(N)))) & others == lucky(0.78) & others
    assert operating(worlds.in_both(world)) & others == lucky(0.56) & others, "without ties nobody knows it"
    # The other order, (1 - (1 - 0.8)(1 - 0.5)) x 0.7 = 0.63, would have other winners.
    assert lucky(0.63) & others != lucky(0.78) & others


@pytest.mark.parametrize(("own_share", "adequate"), [(SCOPE_049, 0), (1.4999, 0), (SCOPE_070, 20), (SCOPE_1, 20)])
def test_what_counts_as_adequate(own_share: float, adequate: int) -> None:
    """A scope of 0.7 is adequate; all 20 are launched whatever is paid for."""
    world = short(own_share, n=20)
    history = worlds.in_both(world)
    table = outcome_counts(history, draw_scenario(world, 0).counts, world.horizon.n_months, world.population)[:, -1]
    assert table[OUTCOMES.index("launched")] == 20
    assert table[OUTCOMES.index("launched_adequate")] == adequate


def test_who_pays_itself_is_adequate() -> None:
    """It pays all of its cost, whatever it could have brought beside a grant; no call is held before its project."""
    own = {"mode": "programmes", "own_rate": 10.0, "own_burden_half": 1000.0}
    world = short(SCOPE_049, n=20, funding=own, call_month=12, **HALF)
    history = worlds.in_both(world)
    assert months(history, Event.OPERATING) == {7}
    assert months(history, Event.SHORT) == set()
