"""ODD 7.1: hazards are whole numbers of 2^-36 a month, time of 2^-18 months, pressure of 2^-54. Pressure is told apart up to 128; a firm
whose resistance over susceptibility lies beyond never decides. ODD 4: a firm decides in the first month in which a (S + Y) >= E.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import pressure
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.pressure import CEILING, NEVER, PACE_UNIT
from aixsim.random.draws import Purpose, exponential, uniform
from aixsim.world.classification import SIZES
from aixsim.world.network import Network
from tests import worlds
from tests.model.values import firms, world_of

ONE = 2**54

THRESHOLDS = [
    (1.0, 1.0, ONE),
    (0.75, 1.5, ONE // 2),
    (3.0, 0.5, 6 * ONE),
    (127.0, 1.0, 127 * ONE),
    (128.0, 1.0, NEVER),
    (1.0, 0.0, NEVER),
    (1.0, 1e-280, NEVER),
    (1.0, 5e-324, NEVER),
    (1e-300, 1.0, 1),  # no pressure at all never suffices
    (2.0**-54, 1.0, 1),
    (1.5 * 2.0**-54, 1.0, 2),  # reached by whole numbers, so rounded up
    (1.5, 1e5, 270215977643),  # 1.5e-5 x 2^54 = 270,215,977,642.2976
]


@pytest.mark.parametrize(("resistance", "susceptibility", "expected"), THRESHOLDS)
def test_a_threshold_is_resistance_over_susceptibility(resistance: float, susceptibility: float, expected: int) -> None:
    assert pressure.threshold(resistance, susceptibility) == expected


@pytest.mark.parametrize(
    ("hazard", "expected"),
    [(0.0, 0), (1.0, 2**36), (0.25, 2**34), (2.0**-36, 1), (0.6 * 2.0**-36, 1), (0.4 * 2.0**-36, 0), (1e9, 1000 * 2**36)],
)
def test_a_hazard_is_rounded_to_its_unit(hazard: float, expected: int) -> None:
    assert pressure.rate(hazard) == expected


def test_pressure_grows_by_hazard_times_economic_time() -> None:
    half_a_month = PACE_UNIT // 2
    assert pressure.grown(0, 2**36, PACE_UNIT) == ONE  # a hazard of 1 for a month
    assert pressure.grown(ONE, 2**35, half_a_month) == ONE + ONE // 4
    assert pressure.grown(7, 0, PACE_UNIT) == 7
    assert pressure.grown(7, 2**36, 0) == 7, "a climate of 0 lets no time pass"


def test_it_grows_to_the_ceiling_and_no_further() -> None:
    assert pressure.grown(0, 127 * 2**36, PACE_UNIT) == 127 * ONE
    assert pressure.grown(ONE, 127 * 2**36, PACE_UNIT) == CEILING
    assert pressure.grown(0, 128 * 2**36, PACE_UNIT) == CEILING
    assert pressure.grown(0, 1000 * 2**36, 1000 * PACE_UNIT) == CEILING, "a product of more than 63 bits"
    assert pressure.grown(0, 2**31, 2**31) == CEILING
    assert pressure.grown(0, 2**31 - 1, 2**30) == 2**61 - 2**30
    assert pressure.grown(0, 2**30, 2**30) == 2**60


def test_a_firm_decides_when_shared_and_own_pressure_reach_its_threshold() -> None:
    assert pressure.reaches(3, 4, 7)
    assert not pressure.reaches(3, 3, 7)
    assert not pressure.reaches(CEILING, CEILING, NEVER)
    assert pressure.reaches(CEILING, 5, CEILING)


def test_a_firm_resists_anew_on_top_of_what_it_has_withstood() -> None:
    assert pressure.raised(3, 4, 10) == 17
    assert pressure.raised(CEILING, 0, NEVER) == NEVER
    assert pressure.raised(0, 1, NEVER - 1) == NEVER


def test_a_hazard_of_its_milieu_makes_a_firm_decide_in_the_month_it_should() -> None:
    """Two firms of susceptibility 1 under 0.3 a month at half the economic time: they decide in the month after which 0.15 t >= E."""
    world = world_of(n_firms=2, mechanisms={"innovation": {"rate": 0.3}}, climate={"level": 0.5, "volatility": 0.0})
    history = worlds.simulate(world)
    decided = worlds.first_month(history, Event.DECIDED, 2)
    for firm in range(2):
        resistance = exponential(uniform(worlds.SEED, 0, Purpose.RESISTANCE, firm))
        assert 0.15 * decided[firm] < resistance <= 0.15 * (decided[firm] + 1)


def test_hazards_of_a_firm_add_up() -> None:
    """Innovation 0.1 and peers 0.2 x 1/2 in the milieu: firm 0 of two operates."""
    world = world_of(
        population=firms(size=[1, 1]),
        mechanisms={"innovation": {"rate": 0.1}, "peers": {"rate": 0.2}},
        initial_adopters=1,
        climate={"volatility": 0.0},
    )
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert model.milieus[0].pressure / ONE == pytest.approx(0.2)


def test_a_history_holds_what_firms_share_and_what_is_their_own() -> None:
    """A month of innovation, 0.1, and of a partner that operates, 0.2 x 1."""
    world = world_of(n_firms=2, mechanisms={"innovation": {"rate": 0.1}, "partners": {"rate": 0.2}}, initial_adopters=1)
    world = replace(world, network=Network.star(2))
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert model.history().pressure[1] / ONE == pytest.approx(0.3)


def test_every_attempt_has_a_resistance_of_its_own() -> None:
    """It fails in month 0 under a hazard of 10 and is potential again in month 1, with the second number drawn for it."""
    failing = {"success": dict.fromkeys(SIZES, 0.0), "pause_months": 1}
    world = world_of(n_firms=1, mechanisms={"innovation": {"rate": 10.0}}, implementation=failing)
    model = DiffusionModel(world, draw_scenario(world, 0))
    for _ in range(2):
        model.step()
    second = exponential(uniform(worlds.SEED, 0, Purpose.RESISTANCE, 0, 1))
    assert model.firms[0].threshold == 10 * ONE + pressure.threshold(second, 1.0)
