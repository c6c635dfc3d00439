"""ODD 7.3: the first ``number`` of the listed places open; service rises over ramp_months to min(1, capacity / tenants). project_share of
the money of all open parks pays projects of their tenants, from one line. A park that closes advises and pays nobody any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel, run
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.levers import parks
from aixsim.model.mechanisms.parks import MECHANISM
from aixsim.model.problem import Problem
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.world.classification import ROUTES
from tests.model.values import BN, firms, park, with_lever, world_of


@pytest.mark.parametrize(
    ("ramp", "capacity", "tenants", "expected"),
    [
        (4, 150.0, 100, [0.25, 0.5, 0.75, 1.0, 1.0]),  # a quarter more every month
        (4, 50.0, 100, [0.125, 0.25, 0.375, 0.5, 0.5]),  # capacity for half of the tenants
        (1, 150.0, 100, [1.0] * 5),
        (2, 150.0, 0, [0.0] * 5),  # nobody to serve
        (2, 0.0, 10, [0.0] * 5),
        (2, 150.0, 1, [0.5, 1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_service_by_hand(ramp: int, capacity: float, tenants: int, expected: list[float]) -> None:
    assert parks.service_level(np.arange(5), ramp, capacity, tenants).tolist() == expected


def test_the_hazard_is_the_rate_times_the_service() -> None:
    assert MECHANISM.hazard(0.25, MECHANISM.parameters.read({"rate": 0.004})) == pytest.approx(0.001)


PARKS = (park("Changwon", "Gyeongnam", 100), park("Banwol-Sihwa", "Gyeonggi", 300), park("Myeongji-Noksan", "Busan", 0))
"""As the first three of the table ``industrial_parks.csv``; the numbers of tenants are made up."""


def world(**changes: Any) -> Problem:
    """Four firms, two of them in the first park and one in the second."""
    return world_of(population=replace(firms(park=[0, 0, 1, -1]), parks=PARKS), **changes)


def opened(**stated: Any) -> Scenario:
    settings = {"number": 2, "first_wave": 1, "first_opening": "2024-03", "later_opening": "2025-03", "ramp_months": 2, "capacity": 150.0}
    return with_lever("parks", world(), **{**settings, **stated})


def line_of(scenario: Scenario) -> FundingLine:
    (line,) = (line for line in scenario.lines if line.name == parks.PARK_MONEY)
    return line


def test_the_first_places_open_in_two_waves() -> None:
    found = opened()
    assert found.park_open.tolist() == [2, 14, 60]
    assert found.park_service[0, :5].tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert found.park_service[1, 12:17].tolist() == [0.0, 0.0, 0.25, 0.5, 0.5]  # 150 of 300 tenants
    assert not found.park_service[2].any()
    assert found.park_close.tolist() == [60, 60, 60]


def test_places_say_which_parks_are_the_first() -> None:
    assert opened(places=["Myeongji-Noksan", "Changwon"]).park_open.tolist() == [14, 60, 2]
    assert opened(places=["Pohang", "Gunsan", "Banwol-Sihwa"], number=1).park_open.tolist() == [60, 2, 60], (
        "places that this population has not"
    )
    assert opened(places=[parks.PLACES[3], "Changwon"], number=1).park_open.tolist() == [2, 60, 60], "the first that it has not"
    assert opened(number=0).park_open.tolist() == [60, 60, 60]


def test_a_park_that_closes_serves_nobody_any_more() -> None:
    found = opened(stop="2024-06")
    assert found.park_service[0, :7].tolist() == [0.0, 0.0, 0.5, 1.0, 1.0, 0.0, 0.0]
    assert (found.park_close[0], found.park_open[1]) == (5, 60), "the second wave would have come later"
    assert opened(stop="2024-03").lines == [], "it would close in the month in which it opens"
    assert opened(stop="2024-03").park_open.tolist() == [60, 60, 60]


def test_the_lever_holds_openings_back_until_its_start() -> None:
    found = opened(start="2024-05")
    assert found.park_open.tolist() == [4, 14, 60]
    assert found.park_service[0, 3:7].tolist() == [0.0, 0.5, 1.0, 1.0], "the ramp starts with the opening"
    early = opened(first_opening="2023-12", start="2023-01", ramp_months=4)
    assert early.park_service[0, :4].tolist() == [0.5, 0.75, 1.0, 1.0], "one month of the ramp was before the horizon"


def test_money_by_year() -> None:
    # 14 bn x 1.4 x 0.3 / 4 = 1.47 bn a year and park: one from 2024 to 2027, the other from 2025 to 2028
    assert line_of(opened()).budget.tolist() == [1_470_000_000, 2_940_000_000, 2_940_000_000, 2_940_000_000, 1_470_000_000]
    # 10 x 1.5 x 0.2 / 2 = 1.5 bn
    stated = {"central_krw_bn": 10.0, "local_match": 0.5, "project_share": 0.2, "years": 2}
    assert (line_of(opened(**stated)).budget / BN).tolist() == [1.5, 3.0, 1.5, 0.0, 0.0]


def test_money_of_a_park_that_opened_before_the_horizon_or_closes() -> None:
    assert (line_of(opened(number=1, first_opening="2023-06", start="2023-01")).budget / BN).tolist() == [1.47, 1.47, 1.47, 0.0, 0.0]
    assert (line_of(opened(number=1, stop="2025-02")).budget / BN).tolist() == [1.47, 1.47, 0.0, 0.0, 0.0]
    assert (line_of(opened(number=1, stop="2025-01")).budget / BN).tolist() == [1.47, 0.0, 0.0, 0.0, 0.0]


def test_a_sample_has_its_share_of_money_and_capacity_and_whole_grants() -> None:
    tenth = replace(world(), scale=0.1)
    found = with_lever("parks", tenth, number=1, first_opening="2024-03", ramp_months=1, capacity=150.0)
    assert line_of(found).budget[0] == 147_000_000
    assert (line_of(found).grant == 1_650_000_000).all()
    assert found.park_service[0, 2] == pytest.approx(0.15)  # 15 of 100 tenants


def test_the_lines_rules() -> None:
    line = line_of(opened(grant_krw_bn=0.83, call_month=6, lag_months=3))
    assert (line.route, line.lag, line.instalments, line.park_tenants_only, line.carries) == (ROUTES.index("park"), 3, 1, True, True)
    assert (line.grant == 830_000_000).all()
    assert len(line.beyond) == 0, "one instalment reserves no later year"
    assert np.flatnonzero(line.calls).tolist() == [5, 17, 29, 41, 53]
    assert opened(project_share=0.0).lines == [], "no money, no line"


def test_open_parks_shorten_projects() -> None:
    assert opened(duration_factor=0.9).park_duration_factor == 0.9
    assert opened(number=0, duration_factor=0.9).park_duration_factor == 1.0
    closed = draw_scenario(world(), 0)
    assert (closed.park_duration_factor, closed.park_cost_share, closed.park_staff_share) == (1.0, 0.0, 0.0)


def test_tenants_sense_the_service_of_their_own_park_and_others_nothing() -> None:
    chosen = world(mechanisms={"parks": {"rate": 0.2}})
    scenario = draw_scenario(chosen, 0)
    scenario.park_service[:, 0] = 1.0, 0.5, 0.25
    model = DiffusionModel(chosen, scenario)
    model.month = 0
    model.sense()
    assert [firm.milieu.sensed["parks"] for firm in model.firms] == [1.0, 1.0, 0.5, 0.0]


def test_only_tenants_of_open_parks_are_paid_and_what_is_left_moves_on() -> None:
    """1.47 bn a year, a grant of 1 bn: one in 2024; 0.47 + 2.94 = 3.41 in 2025, when the second park's only tenant is the last to ask."""
    chosen = world(end="2026-12", mechanisms={"innovation": {"rate": 1000.0}}, funding={"mode": "programmes", "own_rate": 0.0})
    scenario = with_lever("parks", chosen, number=2, first_wave=1, first_opening="2024-03", later_opening="2025-03", grant_krw_bn=1.0)
    history = run(chosen, scenario)
    funded = history.event == Event.FUNDED
    months, who = history.month[funded].tolist(), history.firm[funded].tolist()
    assert months == [3, 15, 15]  # the calls of April
    assert who[0] in (0, 1)
    assert sorted(who) == [0, 1, 2], "the firm without a park is never paid"
    assert history.budget[0].tolist() == [BN, 2 * BN, 1_410_000_000 + 2_940_000_000]
    assert history.spent[0].tolist() == [BN, 2 * BN, 0]


def test_a_closed_park_pays_nobody() -> None:
    chosen = world(end="2026-12", mechanisms={"innovation": {"rate": 1000.0}}, funding={"mode": "programmes", "own_rate": 0.0})
    scenario = with_lever("parks", chosen, number=1, first_opening="2024-03", stop="2024-06", grant_krw_bn=1.0)
    history = run(chosen, scenario)
    assert history.month[history.event == Event.FUNDED].tolist() == [3], "one in April 2024, while it is open, and no second one in 2025"
