"""ODD 7.1: firms imitate those that use AI in a smaller way: q_user * min(1, stock + share equipped by the end of the year before)."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.mechanisms.ai_users import AiUsers, hazard
from aixsim.model.senses.ai_user_share import values as shares
from aixsim.model.uplift import Uplifts
from aixsim.world.classification import PROVINCES
from tests.model.values import firms, values, with_lever, world_of


@pytest.mark.parametrize(("stock", "share", "expected"), [(0.0, 0.0, 0.0), (0.02, 0.0, 0.002), (0.02, 0.03, 0.005), (0.5, 0.9, 0.1)])
def test_the_law_by_hand(stock: float, share: float, expected: float) -> None:
    assert hazard(share, values(AiUsers, rate=0.1, stock=stock)) == pytest.approx(expected)


def test_the_share_is_that_of_the_year_before() -> None:
    """Four small firms of one province and sector, of which three are equipped in 2026 and the last in 2027 or later."""
    small = 1
    population = firms(size=[small] * 4)
    world = world_of(population=population, end="2028-12")
    scenario = with_lever("smart_factories", world, per_year={2026: 3.0, 2027: 1.0}, delivered_share=1.0, strength=0.0)
    found = shares(scenario, world)
    place = int(population.province[0]), int(population.sector[0])
    equipped = scenario.uplifts.month[scenario.uplifts.equips]
    assert len(equipped) == 4
    by_year = [found[12 * year][place] for year in range(5)]
    assert by_year == [0.0, 0.0, 0.0, 0.75, 1.0]  # 3 of 4 by the end of 2026, all by the end of 2027
    assert (np.diff(found, axis=0) >= 0).all()
    assert (found[24:36] == 0.0).all(), "the year itself does not count yet"


def test_shares_of_places_in_a_horizon_that_ends_in_january() -> None:
    """The only firm of Seoul is equipped twice in 2024, the only one of Ulsan once, one of two in Busan in the last month."""
    seoul, busan, ulsan = (PROVINCES.index(name) for name in ("Seoul", "Busan", "Ulsan"))
    world = world_of(population=firms(province=[seoul, busan, busan, ulsan]), end="2025-01")
    scenario = draw_scenario(world, 0)
    scenario.uplifts = Uplifts.none().and_more(np.array([3, 5, 7, 12]), np.array([0, 0, 3, 1], np.int32), np.ones(4), equips=True)
    found = shares(scenario, world)[:, :, int(world.population.sector[0])]
    assert (found[:12] == 0.0).all(), "the year itself does not count yet"
    assert found[12, [seoul, busan, ulsan]].tolist() == [1.0, 0.0, 1.0]
