"""ODD 4: an operating factory counts 1, a launched one ``visibility``, a failed or abandoned one ``-disappointment``, never below 0 in sum.
ODD 7.1: what peers, partners and members sense; a tie weighs as the partner's kind says, in multiples of 1/1024.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.codes import Seen
from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import sensing
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.mechanisms import collaboration, innovation, partners, peers
from aixsim.model.sensing import Sensing
from aixsim.world.network import CUSTOMER, SIBLING, SUPPLIER, Network
from tests.model.values import firms, values, with_lever, world_of


@pytest.mark.parametrize(
    ("operating", "launched", "disappointing", "total", "expected"),
    [
        (3, 0, 0, 10, 0.3),
        (0, 5, 0, 10, 0.2),  # 5 x 0.4
        (3, 5, 2, 10, 0.38),  # 3 + 2 - 2 x 0.6 = 3.8
        (1, 0, 5, 10, 0.0),  # 1 - 3 is below 0
        (0, 3, 2, 10, 0.0),  # 1.2 - 1.2
        (10, 0, 0, 10, 1.0),
        (0, 0, 0, 10, 0.0),
        (0, 0, 0, 0, 0.0),  # nobody to look at
        (1, 0, 0, 1, 1.0),
    ],
)
def test_the_visible_share_by_hand(operating: int, launched: int, disappointing: int, total: int, expected: float) -> None:
    p = values(Sensing, visibility=0.4, disappointment=0.6)
    assert sensing.visible_share(operating, launched, disappointing, total, p) == pytest.approx(expected)


def test_weights_are_whole_numbers_of_a_1024th() -> None:
    p = values(Sensing, customer_weight=2.0, supplier_weight=0.1, sibling_weight=0.0, large_customer_factor=1.5)
    assert p.tie_weights == (2048, 102, 0, 3072)  # 0.1 x 1,024 = 102.4; 2 x 1.5 x 1,024 = 3,072


@pytest.mark.parametrize(
    ("law", "sensed", "expected"), [(peers, 0.5, 0.1), (partners, 0.25, 0.05), (collaboration, 1.0, 0.2), (innovation, 0.7, 0.2)]
)
def test_hazards_by_hand(law: Any, sensed: float, expected: float) -> None:
    mechanism = law.MECHANISM
    assert mechanism.hazard(sensed, mechanism.parameters.read({"rate": 0.2})) == pytest.approx(expected)


P = {"visibility": 0.5, "disappointment": 0.25, "customer_weight": 2.0, "supplier_weight": 1.0, "sibling_weight": 4.0}
SEEN = (Seen.NOTHING, Seen.OPERATING, Seen.LAUNCHED, Seen.DISAPPOINTING, Seen.OPERATING)


def looked_around(model: DiffusionModel, seen: tuple[Seen, ...] = SEEN) -> DiffusionModel:
    """Lets everybody sense a state of the world that is given."""
    model.month = 0
    for firm, state in zip(model.firms, seen, strict=True):
        firm.seen = state
    model.sense()
    return model


def test_peers_are_the_firms_of_ones_sector_and_province() -> None:
    """Four machinery firms of Gyeonggi, one of Seoul: (1 + 0.5 - 0.25) / 4, also for the other size; and 1 / 1."""
    population = firms(province=[2, 2, 2, 2, 0], size=[1, 2, 1, 1, 1])
    world = world_of(population=population, mechanisms={"peers": {"rate": 0.2}}, sensing=P)
    model = looked_around(DiffusionModel(world, draw_scenario(world, 0)))
    assert [firm.milieu.sensed["peers"] for firm in model.firms] == pytest.approx([0.3125] * 4 + [1.0])
    assert model.firms[0].milieu.hazard == pytest.approx(0.0625)


def tied(**levers: Any) -> DiffusionModel:
    """Firm 0 has a customer that operates, a supplier with a launched project, a sibling site that failed, a supplier that operates."""
    kinds = np.array([CUSTOMER, SUPPLIER, SIBLING, SUPPLIER], np.int8)
    network = Network.from_ties(5, np.zeros(4, np.int32), np.arange(1, 5, dtype=np.int32), kinds)
    world = replace(world_of(population=firms(tier=[1, 0, 2, 1, 4]), mechanisms={"partners": {"rate": 0.4}}, sensing=P), network=network)
    scenario = with_lever(next(iter(levers)), world, **next(iter(levers.values()))) if levers else draw_scenario(world, 0)
    return looked_around(DiffusionModel(world, scenario))


def test_partners_weigh_as_what_they_are() -> None:
    # (2 + 1 x 0.5 - 4 x 0.25 + 1) / (2 + 1 + 4 + 1) = 2.5 / 8
    model = tied()
    assert model.firms[0].partner_share() == pytest.approx(0.3125)
    assert model.firms[0].hazard == pytest.approx(0.125)
    # The other way round firm 0, which has nothing to show, is all that they see.
    assert [firm.partner_share() for firm in model.firms[1:]] == [0.0] * 4


def test_a_place_multiplies_the_tie_hazards_of_its_firms() -> None:
    model = tied()
    firm = model.firms[0]
    model.case.cell_tie_factor[0, firm.province, firm.sector] = 2.0
    model.sense()
    assert firm.hazard == pytest.approx(0.25)


@pytest.mark.parametrize(("reach", "factor"), [(0, 1.0), (1, 1.5), (3, 1.5)])
def test_joint_development_multiplies_the_tie_hazards_within_reach(reach: int, factor: float) -> None:
    found = tied(joint_development={"start": "2024-01", "strength": 1.5, "reach": reach})
    assert found.firms[0].hazard == pytest.approx(0.125 * factor), "firm 0 is of tier 1"


def test_joint_development_acts_in_its_months_on_tiers_within_reach() -> None:
    found = with_lever("joint_development", world_of(n_firms=1), start="2024-02", stop="2024-04", strength=1.5, reach=2).tie_factor
    assert found[:4, 0].tolist() == found[:4, 2].tolist() == [1.0, 1.5, 1.5, 1.0]
    assert (found[:, 3:] == 1.0).all()


@pytest.mark.parametrize(
    ("lead", "visibility", "expected"),
    [
        (Seen.NOTHING, 0.5, 0.0),
        (Seen.LAUNCHED, 0.5, 1.0),
        (Seen.LAUNCHED, 0.0, 0.0),
        (Seen.OPERATING, 0.0, 1.0),
        (Seen.DISAPPOINTING, 0.5, 0.0),
    ],
)
def test_members_follow_a_visible_lead_while_the_model_runs(lead: Seen, visibility: float, expected: float) -> None:
    world = world_of(population=firms(size=[4, 1, 1]), mechanisms={"collaboration": {"rate": 0.3}}, sensing={"visibility": visibility})
    scenario = draw_scenario(world, 0)
    scenario.model_of[:2], scenario.model_lead = 0, np.array([0], np.int32)
    scenario.model_start, scenario.model_stop = np.array([2]), np.array([4])
    model = DiffusionModel(world, scenario)
    model.firms[0].seen = lead
    sensed = []
    for month in range(5):
        model.month = month
        sensed.append([firm.lead_visible() for firm in model.firms])
    assert [row[0] for row in sensed] == [0.0] * 5, "the lead does not follow itself"
    assert [row[1] for row in sensed] == [0.0, 0.0, expected, expected, 0.0]
    assert [row[2] for row in sensed] == [0.0] * 5, "it belongs to no model"
