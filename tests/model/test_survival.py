"""ODD 7.4: a project reaches production with the chance of its size class, lower when the firm pays itself; operating factories are
abandoned with a constant hazard. ODD 2: a failed firm is potential again after a pause, an abandoned factory does not return.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from aixsim.model import implementation
from aixsim.model.history import Event
from aixsim.model.implementation import Implementation
from aixsim.random.draws import Purpose, uniform, uniforms
from aixsim.world.classification import ROUTES, SIZES
from tests import worlds
from tests.model.values import LARGE, MICRO, by_size, values, world_of


def test_the_chance_of_success_by_route_and_size() -> None:
    p = values(Implementation, success=by_size(0.5, 0.6, 0.7, 0.8, 0.9), own_success=0.8)
    chances = [[implementation.success_chance(route, size, p) for size in (MICRO, LARGE)] for route in range(len(ROUTES))]
    assert chances == pytest.approx(np.array([[0.5, 0.9], [0.5, 0.9], [0.5, 0.9], [0.4, 0.72]]))  # programme, collaboration, park; own


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (0.0, [0.0, 0.2, 0.5, 0.8, 1.0]),
        # odds 0.25, 1 and 4 times e: 0.67957 / 1.67957, 2.71828 / 3.71828, 10.87313 / 11.87313
        (1.0, [0.0, 0.404610, 0.731059, 0.915776, 1.0]),
        # 4 x e^-1.8 = 0.66120; 0.66120 / 1.66120
        (-1.8, [0.0, 0.039685, 0.141851, 0.398024, 1.0]),
    ],
)
def test_a_common_shift_adds_to_the_log_odds(shift: float, expected: list[float]) -> None:
    p = values(Implementation, success=by_size(0.0, 0.2, 0.5, 0.8, 1.0), success_shift=shift, own_success=0.5)
    assert [implementation.success_chance(0, size, p) for size in range(5)] == pytest.approx(expected, abs=1e-6)
    own = [implementation.success_chance(implementation.OWN, size, p) for size in range(5)]
    assert own == pytest.approx([chance / 2 for chance in expected], abs=1e-6)


def test_a_shift_of_nothing_changes_no_bit() -> None:
    """The twin: odds and back would change the last bit of some."""
    chances = [0.13, 0.35, 0.45, 0.53, 0.55]
    p = values(Implementation, success=by_size(*chances))
    assert [implementation.success_chance(0, size, p) for size in range(5)] == chances
    assert [chance / (1.0 - chance) / (1.0 + chance / (1.0 - chance)) for chance in chances] != chances


@pytest.mark.parametrize("own", [False, True])
def test_projects_succeed_as_often_as_they_should(own: bool) -> None:
    """2,000 projects: 0.8 with public money, 0.8 x 0.75 = 0.6 on own money, within 0.05, 4.5 standard errors."""
    n = 2000
    world = world_of(
        end="2024-01",
        n_firms=n,
        mechanisms={"innovation": {"rate": 1000.0}},
        funding={"mode": "programmes" if own else "open", "own_rate": 10.0, "own_burden_half": 1000.0},
        implementation={"success": dict.fromkeys(SIZES, 0.8), "own_success": 0.75},
    )
    history = worlds.simulate(world)
    launched = int((history.event == Event.LAUNCHED).sum())
    share = (history.event == Event.OPERATING).sum() / launched
    assert launched > 0.99 * n
    assert share == pytest.approx(0.6 if own else 0.8, abs=0.05)
    assert share != pytest.approx(0.8 if own else 0.6, abs=0.05)


def test_a_lot_below_the_chance_succeeds_and_one_that_equals_it_does_not() -> None:
    lot = uniform(worlds.SEED, 0, Purpose.SUCCESS, 0)
    for chance, last in ((lot, Event.FAILED), (math.nextafter(lot, 1.0), Event.OPERATING)):
        success = {"success": dict.fromkeys(SIZES, chance)}
        history = worlds.in_both(world_of(end="2024-01", n_firms=1, mechanisms={"innovation": {"rate": 1000.0}}, implementation=success))
        assert history.event[-1] == last


def test_the_monthly_chance_of_being_abandoned_adds_up_to_the_yearly_one() -> None:
    assert values(Implementation, abandonment_per_year=0.0).abandonment == 0.0
    assert values(Implementation, abandonment_per_year=1.0).abandonment == 1.0
    assert values(Implementation, abandonment_per_year=1.0 - 0.5**12).abandonment == pytest.approx(0.5)
    assert (1.0 - values(Implementation, abandonment_per_year=0.03).abandonment) ** 12 == pytest.approx(0.97)


@pytest.mark.parametrize(("u", "months"), [(0.9, 1), (0.51, 1), (0.49, 2), (0.26, 2), (0.24, 3), (0.126, 3), (0.124, 4)])
def test_a_lifetime_by_hand(u: float, months: int) -> None:
    """At 0.5 a month it outlives n months with chance 0.5^n: month 1 ends half of them, month 2 a quarter."""
    assert implementation.lifetime_months(u, values(Implementation, abandonment_per_year=1.0 - 0.5**12)) == months


def test_the_ends_of_the_range() -> None:
    assert implementation.lifetime_months(0.5, values(Implementation, abandonment_per_year=0.0)) == 1_000_000
    assert implementation.lifetime_months(1e-15, values(Implementation, abandonment_per_year=1.0)) == 1
    assert implementation.lifetime_months(1e-15, values(Implementation, abandonment_per_year=1e-9)) == 1_000_001


def mean_lifetime(yearly: float) -> float:
    p = values(Implementation, abandonment_per_year=yearly)
    return float(np.mean([implementation.lifetime_months(u, p) for u in uniforms(5, 0, Purpose.LIFETIME, 10_000).tolist()]))


def test_lifetimes_are_geometric() -> None:
    # A month's chance of 0.1 lasts 10 months on average, with standard deviation sqrt(0.9) / 0.1 = 9.5: error 0.095 of 10,000 draws
    yearly = 1.0 - 0.9**12
    assert mean_lifetime(yearly) == pytest.approx(10.0, abs=0.4)
    assert mean_lifetime(1.0 - 0.895**12) != pytest.approx(10.0, abs=0.4), "the twin: a chance that is a twentieth too high"


def test_what_fails_is_potential_again_after_its_pause_and_what_is_abandoned_is_not() -> None:
    always = {"innovation": {"rate": 10.0}}
    failing = world_of(
        end="2024-11", n_firms=1, mechanisms=always, implementation={"success": dict.fromkeys(SIZES, 0.0), "pause_months": 5}
    )
    history = worlds.simulate(failing)
    assert history.month[history.event == Event.FAILED].tolist() == [0, 5, 10]
    assert history.month[history.event == Event.DECIDED_AGAIN].tolist() == [5, 10]
    abandoned = worlds.simulate(world_of(end="2024-12", n_firms=1, mechanisms=always, implementation={"abandonment_per_year": 1.0}))
    assert abandoned.event.tolist() == [Event.DECIDED, Event.LAUNCHED, Event.OPERATING, Event.ABANDONED]
    assert abandoned.month.tolist() == [0, 0, 0, 1]
