"""ODD 7.6, regulation_free_zones: makes the growth engines outside the Capital pole zones whose activity rises over ramp_months to
``activity``; a fully active zone multiplies durations by duration_factor (test_duration), and firms in it experiment (mechanism zones).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.mechanisms.zones import MECHANISM
from aixsim.model.scenario import Scenario
from aixsim.world.classification import POLES
from aixsim.world.regions import growth_engines
from tests.model.values import cell, firms, with_lever, world_of


def zoned(**stated: Any) -> Scenario:
    settings = {"start": "2024-03", "stop": "2024-08", "activity": 0.8, "ramp_months": 4, "poles": ["Jeju special"]}
    return with_lever("regulation_free_zones", world_of(end="2024-12", n_firms=1), **{**settings, **stated})


def test_activity_rises_over_the_ramp_and_ends() -> None:
    # 0.8 x 1/4, 2/4, 3/4, 4/4, and the whole in the fifth month; nothing from August on
    assert zoned().zone[:9, *cell("Jeju", "food")] == pytest.approx([0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.0, 0.0])


def test_a_zone_that_started_before_the_horizon_is_on_its_way() -> None:
    assert zoned(start="2023-12").zone[:4, *cell("Jeju", "food")] == pytest.approx([0.4, 0.6, 0.8, 0.8])


def test_zones_are_the_growth_engines_of_the_poles() -> None:
    """Over-represented in Jeju: food and beverages; in Honam: what is in Gwangju or in Jeonnam, in both of them."""
    found = zoned().zone[5]
    assert np.argwhere(found > 0.0).tolist() == [list(cell("Jeju", "food")), list(cell("Jeju", "beverages"))]
    honam = zoned(poles=["Honam"]).zone[5]
    sectors = [
        "motor vehicles",
        "electrical equipment",
        "coke and petroleum",
        "chemicals",
        "basic metals",
        "other transport equipment",
        "food",
    ]
    expected = sorted(list(cell(province, sector)) for province in ("Gwangju", "Jeonnam") for sector in sectors)
    assert np.argwhere(honam > 0.0).tolist() == expected


def test_the_capital_is_left_out_by_default() -> None:
    default = with_lever("regulation_free_zones", world_of(end="2024-12", n_firms=1), start="2024-01", ramp_months=1)
    assert default.zone[0, *cell("Jeju", "food")] == 1.0
    assert default.zone[0, *cell("Seoul", "apparel")] == 0.0
    assert growth_engines(POLES)[cell("Seoul", "apparel")]


def test_the_hazard_is_the_rate_times_the_activity() -> None:
    assert MECHANISM.hazard(0.25, MECHANISM.parameters.read({"rate": 0.0004})) == pytest.approx(0.0001)
    at, elsewhere = cell("Jeju", "food"), cell("Jeju", "wood")
    population = firms(province=[at[0], elsewhere[0]], sector=[at[1], elsewhere[1]])
    world = world_of(end="2024-12", population=population, mechanisms={"zones": {"rate": 0.01}})
    model = DiffusionModel(world, with_lever("regulation_free_zones", world, start="2024-01", ramp_months=2, activity=0.8))
    model.step()
    assert [firm.milieu.hazard for firm in model.firms] == pytest.approx([0.004, 0.0])  # 0.01 x 0.8 / 2


def test_an_inactive_zone_shortens_nothing() -> None:
    assert zoned(duration_factor=0.7).zone_duration_factor == 0.7
    assert zoned(duration_factor=0.7, activity=0.0).zone_duration_factor == 1.0
    assert draw_scenario(world_of(n_firms=1), 0).zone_duration_factor == 1.0
