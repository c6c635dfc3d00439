"""ODD 7.5: project cost falls as (1 + Q / experience)^-b, b = -log2(1 - learning_rate), with Q the factories that ever operated."""

from __future__ import annotations

import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import economics
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.economics import Economics
from aixsim.world.classification import SIZES
from tests.model.values import by_size, values, world_of


def test_a_factor_multiplies_the_costs_of_all_classes() -> None:
    p = values(Economics, project_cost_krw_bn=by_size(1.0, 3.0, 5.0, 20.0, 300.0), cost_factor=2.0)
    assert p.class_cost_krw_bn == (2.0, 6.0, 10.0, 40.0, 600.0)


@pytest.mark.parametrize(("rate", "exponent"), [(0.0, 0.0), (0.5, 1.0), (0.75, 2.0), (0.875, 3.0)])
def test_the_exponent_turns_a_doubling_into_the_learning_rate(rate: float, exponent: float) -> None:
    # 2^-1 = 1 - 0.5, 2^-2 = 1 - 0.75, 2^-3 = 1 - 0.875
    assert values(Economics, learning_rate=rate).learning_exponent == pytest.approx(exponent)


def test_cost_falls_by_the_learning_rate_with_every_doubling() -> None:
    p = values(Economics, learning_rate=0.1, experience=1000.0)
    assert economics.cost_now(0, 1.0, p) == 1.0
    assert economics.cost_now(1000, 1.0, p) == pytest.approx(0.9)  # 1,000 + 1,000 = 2 x 1,000: one doubling
    assert economics.cost_now(3000, 1.0, p) == pytest.approx(0.81)  # 4 x 1,000: 0.9 x 0.9
    assert economics.cost_now(7000, 1.0, p) == pytest.approx(0.729)  # 8 x 1,000: 0.9^3


def test_between_doublings_it_is_a_power_law() -> None:
    p = values(Economics, learning_rate=0.5, experience=1000.0)  # b = 1
    assert economics.cost_now(500, 1.0, p) == pytest.approx(1.0 / 1.5)
    p = values(Economics, learning_rate=0.75, experience=1000.0)  # b = 2
    assert economics.cost_now(500, 1.0, p) == pytest.approx(1.0 / (1.5 * 1.5))


def test_nobody_learns_at_rate_zero() -> None:
    assert economics.cost_now(10**6, 1.0, values(Economics, learning_rate=0.0)) == 1.0


def test_a_sample_starts_with_its_share_of_the_experience() -> None:
    p = values(Economics, learning_rate=0.2, experience=1000.0)
    assert economics.cost_now(100, 0.1, p) == pytest.approx(0.8)  # a tenth of 1,000 is 100; 100 more are a doubling


@pytest.mark.parametrize("abandoned", [0.0, 1.0])
def test_experience_counts_factories_that_ever_operated(abandoned: float) -> None:
    """Ten firms operate from the start; whether they are abandoned later takes no experience away."""
    world = world_of(
        economics={"learning_rate": 0.5, "experience": 10.0},
        implementation={"abandonment_per_year": abandoned, "median_months": dict.fromkeys(SIZES, 0.0)},
        initial_adopters=10,
    )
    model = DiffusionModel(world, draw_scenario(world, 0))
    costs = []
    for _ in range(4):
        model.step()
        costs.append(model.cost)
    assert costs == pytest.approx([0.5] * 4)  # (1 + 10 / 10)^-1


def test_what_starts_this_month_lowers_the_cost_next_month() -> None:
    """All ten decide, launch and operate in month 0; the experience counts from month 1 on."""
    world = world_of(mechanisms={"innovation": {"rate": 1000.0}}, economics={"learning_rate": 0.5, "experience": 10.0})
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert (model.cost, model.n_operated) == (1.0, 10)
    model.step()
    assert model.cost == pytest.approx(0.5)
