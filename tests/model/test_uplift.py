"""ODD 7.6: what a firm has left of its resistance is divided by the factor by which it is made more susceptible."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import pressure
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.pressure import NEVER
from aixsim.model.uplift import Uplifts
from tests.model.values import world_of


@pytest.mark.parametrize(
    ("shared", "own", "threshold", "factor", "expected"),
    [
        (0, 0, 100, 2.0, 50),
        (10, 20, 90, 3.0, 50),  # 60 left, a third of it: 30 + 20
        (10, 20, 90, 1.0, 90),
        (10, 20, 91, 2.0, 61),  # 61 left: half is 30.5, rounded up
        (0, 0, 2**60 + 1, 1.0, 2**60 + 1),  # a factor of 1 loses no bit
        (5, 0, NEVER, 10.0, NEVER),
    ],
)
def test_what_is_left_to_resist_shrinks(shared: int, own: int, threshold: int, factor: float, expected: int) -> None:
    assert pressure.lowered(shared, own, threshold, factor) == expected


def test_an_uplift_acts_from_its_month_on() -> None:
    """0.01 a month: 0.02 by month 2. Firm 0 becomes twice as susceptible then, firm 1 twice and three times more."""
    world = world_of(n_firms=2, mechanisms={"innovation": {"rate": 0.01}})
    scenario = draw_scenario(world, 0)
    scenario.uplifts = Uplifts(
        np.array([2, 2, 2]), np.array([0, 1, 1], np.int32), np.array([2.0, 2.0, 3.0]), np.array([True, False, False])
    )
    model = DiffusionModel(world, scenario)
    before = [firm.threshold for firm in model.firms]
    for _ in range(2):
        model.step()
    assert [firm.threshold for firm in model.firms] == before
    model.step()
    had = 0.02 * 2**54
    for firm, old, factor in zip(model.firms, before, (2.0, 6.0), strict=True):
        assert firm.threshold == pytest.approx(had + (old - had) / factor, rel=1e-9)
        assert firm.susceptibility == factor
    assert [row[2] for row in model.log.rows if row[1] == 8] == [0], "only who is equipped is counted"


def test_none_is_empty_and_more_stand_in_order_whoever_came_first() -> None:
    month, firm, factor = np.array([3, 1]), np.array([0, 7], np.int32), np.array([1.5, 2.0])
    same_month, others, factors = np.array([1, 1, 3]), np.array([2, 7, 0], np.int32), np.array([4.0, 3.0, 1.5])
    assert len(Uplifts.none()) == 0
    one = Uplifts.none().and_more(month, firm, factor, equips=True).and_more(same_month, others, factors, equips=False)
    other = Uplifts.none().and_more(same_month, others, factors, equips=False).and_more(month, firm, factor, equips=True)
    for found in (one, other):
        assert found.month.tolist() == [1, 1, 1, 3, 3]
        assert found.firm.tolist() == [2, 7, 7, 0, 0]
        assert found.factor.tolist() == [4.0, 2.0, 3.0, 1.5, 1.5]
        assert found.equips.tolist() == [False, True, False, False, True]
        assert (found.month.dtype.name, found.firm.dtype.name) == ("int64", "int32")


def test_two_uplifts_of_one_firm_in_one_month_stand_by_their_factor() -> None:
    month, firm = np.array([2, 2]), np.array([1, 1], np.int32)
    assert Uplifts.none().and_more(month, firm, np.array([3.0, 2.0]), equips=False).factor.tolist() == [2.0, 3.0]
