"""ODD 7.2: applicants are ranked by merit_noise * logistic + size_weight * ln(employees) + consortium_bonus + growth-engine bonus."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import funding
from aixsim.model.funding import Funding
from aixsim.random.draws import Purpose, logistic, uniforms
from aixsim.world.classification import PROVINCES, SECTORS
from tests.model.values import cell, firms, values, with_lever, world_of

P = values(Funding, merit_noise=2.0, size_weight=0.5, consortium_bonus=0.75)


@pytest.mark.parametrize(
    ("noise", "log_employees", "member", "priority", "expected"),
    [
        (0.0, 0.0, False, 0.0, 0.0),
        (1.5, 0.0, False, 0.0, 3.0),
        (0.0, 4.0, False, 0.0, 2.0),
        (0.0, 0.0, True, 0.0, 0.75),
        (0.0, 0.0, False, 0.5, 0.5),
        (-1.0, 3.0, True, 0.25, 0.5),  # -2 + 1.5 + 0.75 + 0.25
    ],
)
def test_points_by_hand(noise: float, log_employees: float, member: bool, priority: float, expected: float) -> None:
    assert funding.merit(noise, log_employees, member, priority, P) == pytest.approx(expected)


def test_the_logarithm_is_that_of_at_least_one_employee() -> None:
    assert funding.log_employees(100) == pytest.approx(4.605170186)
    assert (funding.log_employees(1), funding.log_employees(0)) == (0.0, 0.0)


def spread(scale: float) -> float:
    """Variance of the noise of 20,000 firms."""
    p = values(Funding, merit_noise=scale, size_weight=0.0)
    draws = uniforms(7, 0, Purpose.MERIT, 20_000).tolist()
    return float(np.var([funding.merit(logistic(u), 0.0, False, 0.0, p) for u in draws]))


def test_noise_has_the_variance_of_the_logistic_law() -> None:
    # pi^2 / 3 = 3.29 at scale 1; kurtosis 4.2, so the variance of 20,000 draws is within 4 * sqrt(3.2 / 20,000) = 5 %
    assert spread(1.0) == pytest.approx(math.pi**2 / 3, rel=0.05)
    assert spread(2.0) == pytest.approx(4 * math.pi**2 / 3, rel=0.05)
    assert spread(1.1) != pytest.approx(math.pi**2 / 3, rel=0.05), "the twin: a scale that is a tenth too large"


def test_preferred_sectors_get_the_bonus_in_their_pole_and_months() -> None:
    """Food is over-represented in Jeju and in Jeonnam (Honam), textiles in Daegu, apparel in Seoul (Capital)."""
    world = world_of()
    priority = with_lever("growth_engines", world, start="2024-03", stop="2024-06", bonus=0.5, poles=["Honam", "Daegyeong"]).priority
    assert priority[:7, *cell("Jeonnam", "food")].tolist() == [0.0, 0.0, 0.5, 0.5, 0.5, 0.0, 0.0]
    assert priority[3, *cell("Gwangju", "food")] == 0.5, "what one province of a pole stands for, the whole pole does"
    assert priority[3, *cell("Gyeongbuk", "textiles")] == 0.5
    assert priority[3, *cell("Jeju", "food")] == priority[3, *cell("Seoul", "apparel")] == priority[3, *cell("Jeonnam", "wood")] == 0.0


def test_the_corridor_prefers_its_industries_at_its_three_places() -> None:
    world = world_of()
    scenario = with_lever(
        "semiconductor_corridor", world, start="2024-02", stop="2024-04", bonus=0.5, tie_factor=1.5, sites=["Gumi", "Busan"]
    )
    for place, sector, inside in (
        ("Gyeongbuk", "electronics and semiconductors", True),
        ("Gyeongbuk", "chemicals", True),
        ("Busan", "electrical equipment", True),
        ("Busan", "chemicals", False),
        ("Gwangju", "electronics and semiconductors", False),
        ("Seoul", "electronics and semiconductors", False),
    ):
        at = cell(place, sector)
        assert scenario.priority[:5, *at].tolist() == ([0.0, 0.5, 0.5, 0.0, 0.0] if inside else [0.0] * 5)
        assert scenario.cell_tie_factor[:5, *at].tolist() == ([1.0, 1.5, 1.5, 1.0, 1.0] if inside else [1.0] * 5)


def test_a_firms_points_add_up() -> None:
    """Without noise: 0.5 * ln(100) = 2.3026, and 0.5 for a food maker of Jeju."""
    population = firms(province=[PROVINCES.index("Jeju")], sector=[SECTORS.index("food")], employees=[100])
    world = world_of(population=population, funding={"merit_noise": 0.0, "size_weight": 0.5})
    model = DiffusionModel(world, with_lever("growth_engines", world, start="2024-01", bonus=0.5))
    model.step()
    assert model.firms[0].points() == pytest.approx(2.302585093 + 0.5)
