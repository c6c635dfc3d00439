"""ODD 7.6: smart_factories equips small and medium firms by lot, as many a month as planned; those without a smart factory become as
susceptible as those with one. training multiplies the susceptibility of firms drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model import lottery
from aixsim.model.calendar import Horizon
from aixsim.model.uplift import Uplifts
from aixsim.random.draws import Purpose, uniform, uniforms
from tests.model.values import LARGE, MEDIUM, SMALL, firms, with_lever, world_of

LOTS = {
    "uniform": uniforms(1, 2, Purpose.TRAINING, 5000),
    # As unlucky as can be: far fewer than expected lie below the bound, so all need an order.
    "all high": 1.0 - 1e-6 * uniforms(1, 3, Purpose.TRAINING, 5000),
    "all low": 1e-6 * uniforms(1, 4, Purpose.TRAINING, 5000),
    "one": np.array([0.5]),
}


@pytest.mark.parametrize("lots", LOTS)
@pytest.mark.parametrize("k", [1, 2, 400, 4999, 5000])
def test_the_lowest_lots_in_order(lots: str, k: int) -> None:
    lot = LOTS[lots]
    k = min(k, len(lot))
    assert lottery.lowest(lot, k).tolist() == np.argsort(lot, kind="stable")[:k].tolist()


HORIZON = Horizon("2024-01", "2025-12")


def reached(eligible: list[int], yearly: list[float], window: tuple[int, int] = (0, 24), replicate: int = 0) -> tuple[list[int], list[int]]:
    firm, month = lottery.months_reached(np.array(eligible), np.array(yearly), HORIZON, window, (3, replicate, Purpose.TRAINING))
    return firm.tolist(), month.tolist()


def test_a_twelfth_of_the_years_number_is_reached_every_month() -> None:
    everybody = list(range(100))
    assert reached(everybody, [24.0, 0.0])[1] == [month for month in range(12) for _ in range(2)]
    assert reached(everybody, [0.0, 12.0])[1] == list(range(12, 24))


def test_parts_of_firms_add_up_to_whole_ones() -> None:
    # 4 a year is a third of a firm a month: the first is whole at the end of month 2
    assert reached(list(range(100)), [4.0, 0.0])[1] == [2, 5, 8, 11]
    # 5 a year: 15/12 in month 2, 25/12 in month 4, 40/12 in month 7, 50/12 in month 9, 60/12 in month 11
    assert reached(list(range(100)), [5.0, 0.0])[1] == [2, 4, 7, 9, 11]
    # half a firm of the first year is completed in the second: 6/12 and 6 x 1/12
    assert reached(list(range(100)), [0.5, 1.0])[1] == [17]


def test_the_lowest_lots_are_reached_first_and_nobody_twice() -> None:
    eligible = [1, 4, 5, 8, 9]
    lots = {firm: uniform(3, 0, Purpose.TRAINING, firm) for firm in eligible}
    firm, month = reached(eligible, [36.0, 36.0])
    assert firm == sorted(eligible, key=lambda firm: lots[firm])
    assert month == [0, 0, 0, 1, 1], "three a month until all five are reached"


def test_the_window_leaves_months_out_and_moves_none() -> None:
    everybody = list(range(100))
    whole = list(zip(*reached(everybody, [12.0, 12.0]), strict=True))
    part = list(zip(*reached(everybody, [12.0, 12.0], window=(5, 8)), strict=True))
    assert part == whole[5:8]


def test_nobody_is_reached_when_nobody_may_be_or_the_number_is_zero() -> None:
    assert reached([], [12.0, 12.0]) == ([], [])
    assert reached([1, 2], [0.0, 0.0]) == ([], [])


def is_fair(draw: Callable[[int], list[int]]) -> bool:
    """Whether 6 of 20 firms are drawn equally often in 600 replicates: 180 times each, with error sqrt(600 x 0.3 x 0.7) = 11.2."""
    times = np.bincount(np.concatenate([draw(replicate) for replicate in range(600)]), minlength=20)
    return bool((np.abs(times - 180) < 45).all())


def test_the_lottery_is_fair() -> None:
    assert is_fair(lambda replicate: reached(list(range(20)), [6.0, 0.0], replicate=replicate)[0])
    assert not is_fair(lambda _: list(range(6))), "the twin: the first on the list"
    assert not is_fair(lambda _: reached(list(range(20)), [6.0, 0.0], replicate=0)[0]), "the twin: the same lots for ever"


FIRMS = firms(size=[SMALL] * 6 + [MEDIUM] * 6 + [LARGE] * 6, ready=[True, False] * 9)


def uplifts(name: str, scale: float = 1.0, **stated: Any) -> Uplifts:
    world = replace(world_of(end="2025-12", population=FIRMS, susceptibility={"readiness": 3.0}), scale=scale)
    return with_lever(name, world, **{"start": "2024-01", **stated}).uplifts


def test_training_raises_the_winners_of_its_sizes_for_good() -> None:
    found = uplifts("training", per_year=12.0, sizes=["small"], factor=1.3)
    assert sorted(found.firm.tolist()) == list(range(6)), "six small firms, one a month, then nobody is left"
    assert found.month.tolist() == list(range(6))
    assert found.factor.tolist() == [1.3] * 6
    assert not found.equips.any()


def test_training_by_year_and_in_a_sample() -> None:
    assert uplifts("training", per_year={2025: 24.0}).month.tolist() == [month for month in range(12, 18) for _ in range(2)]
    assert uplifts("training", scale=0.25, per_year={2024: 24.0}).month.tolist() == [1, 3, 5, 7, 9, 11]  # half a firm a month


def test_smart_factories_make_firms_ready_that_were_not() -> None:
    found = uplifts("smart_factories", per_year={2024: 24.0, 2025: 24.0})
    assert sorted(found.firm.tolist()) == list(range(12)), "small and medium firms"
    assert found.equips.all()
    assert found.factor.tolist() == [1.0 if firm % 2 == 0 else 3.0 for firm in found.firm.tolist()], "even ones were ready"
    assert found.month.tolist() == [month for month in range(6) for _ in range(2)]
    assert uplifts("smart_factories", per_year={2024: 3.0}).month.tolist() == [3, 7, 11], "none in a year that is left out"


@pytest.mark.parametrize(("strength", "factor"), [(0.0, 1.0), (0.5, 3.0**0.5), (2.0, 9.0)])
def test_the_strength_is_a_power_of_the_readiness_ratio(strength: float, factor: float) -> None:
    assert uplifts("smart_factories", per_year=24.0, strength=strength).factor.max() == pytest.approx(factor)


def test_what_is_not_delivered_reaches_nobody() -> None:
    assert uplifts("smart_factories", per_year=24.0, delivered_share=0.25).month.tolist()[:4] == [1, 3, 5, 7]  # half a firm a month
    assert len(uplifts("smart_factories", per_year=24.0, delivered_share=0.0)) == 0
    assert uplifts("smart_factories", scale=0.5, per_year=24.0).month.tolist()[:3] == [0, 1, 2]
