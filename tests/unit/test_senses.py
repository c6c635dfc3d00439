"""Senses: declared once, read alike by both engines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aixsim.engines.kernel import inputs, layout
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.engines.reference.firm import Firm
from aixsim.engines.reference.milieu import Milieu
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.problem import Milieus, Problem
from aixsim.model.sense import Sense
from aixsim.model.senses import senses
from aixsim.world.cache import korea_population
from aixsim.world.classification import PROVINCES, SECTORS
from tests import worlds
from tests.lever_worlds import settings_of

MONTH = 20


@pytest.fixture(scope="module")
def world() -> Problem:
    """A small Korea in which parks and zones are at work."""
    levers = {name: settings_of(name, start="2024-06") for name in ("parks", "regulation_free_zones")}
    laws = {"innovation": {"rate": 0.01}, "peers": {"rate": 0.1}, "parks": {"rate": 0.01}, "zones": {"rate": 0.01}}
    return worlds.problem(worlds.settings(laws, levers=levers), population=korea_population(0.005, 1), end="2026-12")


def read_by_kernel(world: Problem, place: int = 0) -> dict[str, list[float]]:
    """What every milieu is given of every sense in a month; ``place`` shifts the columns, as a fault."""
    scenario = draw_scenario(world, 0)
    given, column = inputs.sensed_of(scenario, world)[MONTH], layout.world_of(world).column[:-1]
    wanted = {law.senses for law, _ in scenario.mechanisms}
    return {
        sense.name: given[(column[:, k] + place) % len(given)].tolist() for k, sense in enumerate(layout.SENSES) if sense.name in wanted
    }


def read_by_reference(world: Problem) -> dict[str, list[float]]:
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.month = MONTH
    return {name: [milieu.sensed_by(senses()[name], model) for milieu in model.milieus] for name in model.given}


def test_both_engines_give_every_milieu_the_same(world: Problem) -> None:
    kernel, reference = read_by_kernel(world), read_by_reference(world)
    assert kernel == reference
    assert all(max(kernel[name]) > 0.0 for name in ("park_service", "zone_activity"))
    assert read_by_kernel(world, place=1) != reference


def test_what_no_active_law_senses_is_not_looked_up(world: Problem) -> None:
    scenario = draw_scenario(world, 0)
    scenario.mechanisms = tuple(item for item in scenario.mechanisms if item[0].name != "zones")
    columns = dict(zip((sense.name for sense in layout.SENSES), layout.columns_of(world), strict=True))
    given = inputs.sensed_of(scenario, world)
    assert given[:, columns["park_service"]].any()
    assert not given[:, columns["zone_activity"]].any()


def test_a_place_by_hand() -> None:
    three = np.zeros(3, np.int32)
    milieus = Milieus(
        three, np.array([0, 2, 16]), np.array([0, 5, 22]), np.array([1, 0, 4]), np.array([-1, 1, 0]), three, three, np.zeros(3, np.int64)
    )
    assert Sense("a", "", by=("province", "sector")).place(milieus, 2).tolist() == [0, 2 * 23 + 5, 17 * 23 - 1]
    assert Sense("a", "", by=("size", "park")).place(milieus, 2).tolist() == [-1, 1, 8]
    assert Sense("a", "").place(milieus, 2).tolist() == [0, 0, 0]


def test_values_of_another_shape_are_refused(world: Problem) -> None:
    scenario = draw_scenario(world, 0)
    right = replace(senses()["zone_activity"], by=("province", "sector"))
    assert right.table(scenario, world).shape == (world.horizon.n_months, len(PROVINCES), len(SECTORS))
    with pytest.raises(ValueError, match="shape"):
        replace(right, by=("sector", "province")).table(scenario, world)
    with pytest.raises(ValueError, match="of the level milieu"):
        replace(right, level="tie")


def test_what_engines_compute_has_a_function_of_its_name() -> None:
    computed = {sense.name: sense.level for sense in senses().values() if sense.values is None}
    assert set(computed) == {"peer_share", "partner_share", "lead_visible"}
    assert all(callable(getattr(Milieu if level == "milieu" else Firm, name)) for name, level in computed.items())
