"""ODD 7.5: attraction is (cost at start / net cost)^elasticity; ODD 7.1: economic time is climate times attraction."""

from __future__ import annotations

import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import economics, pressure
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.economics import Economics
from tests.model.values import MEDIUM, SMALL, values, with_lever, world_of


@pytest.mark.parametrize(
    ("elasticity", "cost", "support", "expected"),
    [
        (0.5, 1.0, 0.0, 1.0),  # the cost of the start, unsupported
        (0.5, 1.0, 0.75, 2.0),  # the firm pays a quarter: the root of 4
        (1.0, 0.5, 0.5, 4.0),  # half the cost, half of it public: 1 / 0.25
        (2.0, 0.8, 0.5, 6.25),  # net cost 0.4: (1 / 0.4)^2
        (0.5, 0.81, 0.0, 1 / 0.9),
        (0.5, 1.0, 0.99, 10.0),  # the most that is expected: the root of 100
        (0.0, 0.3, 0.6, 1.0),  # inelastic
    ],
)
def test_attraction_by_hand(elasticity: float, cost: float, support: float, expected: float) -> None:
    assert economics.attraction(cost, support, values(Economics, elasticity=elasticity)) == pytest.approx(expected)


def test_economic_time_is_climate_times_attraction() -> None:
    assert pressure.pace(1.0, 1.0) == 2**18
    assert pressure.pace(0.5, 3.0) == 3 * 2**17  # one and a half months
    assert pressure.pace(0.0, 3.0) == 0
    assert pressure.pace(1.0, 2.0**-19) == 1  # half a unit is rounded up
    assert pressure.pace(1.0, 2.0**-20) == 0
    assert pressure.pace(100.0, 100.0) == 1000 * 2**18  # at most 1,000 months in a month


def test_a_supported_class_lives_faster_than_others() -> None:
    """Small firms are given 0.75 of the cost: four times cheaper, at elasticity 0.5 twice as attractive; medium ones are not."""
    world = world_of(economics={"elasticity": 0.5}, climate={"level": 1.5, "volatility": 0.0})
    scenario = with_lever("sme_subsidy", world, start="2024-01", share=0.75, sizes=["small"])
    model = DiffusionModel(world, scenario)
    model.step()
    assert (model.climate, model.attraction[SMALL], model.attraction[MEDIUM]) == pytest.approx((1.5, 2.0, 1.0))
    assert (model.pace[SMALL], model.pace[MEDIUM]) == (3 * 2**18, 3 * 2**17)


def test_attraction_is_one_at_the_start() -> None:
    world = world_of(economics={"elasticity": 0.7})
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert model.attraction == [1.0] * 5
