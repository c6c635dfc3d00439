"""ODD 7.6, growth_fund: lends loan_share * min(1, money / demand) of a project's cost in each pole: the fund's AI money by pole and year
over the demand received so far, split by manufacturing output. Credit lowers the burden of those who pay themselves, and grant_element of
it counts as public support.

Output shares of ``pole_structure.csv`` in percent: Capital 34.3, Dongnam 24.2, Daegyeong 12.2, Jungbu 16.8, Honam 8.3, Gangwon 1.0,
Jeonbuk 3.0, Jeju 0.1; in all 99.9, outside the Capital 65.6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event
from aixsim.model.levers import growth_fund
from aixsim.model.scenario import Scenario
from aixsim.world.classification import CAPITAL, PROVINCES, SIZES
from tests import worlds
from tests.model.values import MEDIUM, firms, with_lever, world_of

HONAM, JEJU = 4, 7


def test_coverage_is_money_over_demand_by_pole() -> None:
    # Capital: 40 x 0.6 = 24 of 90 x 34.3 / 99.9 = 30.9; any other pole: 40 x 0.4 = 16 of 90 x 65.6 / 99.9 = 59.1
    found = growth_fund.coverage(40.0, 90.0, 0.4)
    assert found[CAPITAL] == pytest.approx(24.0 / (90.0 * 34.3 / 99.9))
    assert found[HONAM] == pytest.approx(16.0 / (90.0 * 65.6 / 99.9))
    assert found[CAPITAL + 1 :] == pytest.approx([found[HONAM]] * 7), "money and demand of the regions are both split by output"


def test_coverage_is_one_at_most() -> None:
    assert growth_fund.coverage(1000.0, 10.0, 0.4).tolist() == [1.0] * 8
    assert growth_fund.coverage(30.0, 90.0, 0.0)[HONAM] == 0.0
    assert growth_fund.coverage(30.0, 90.0, 1.0)[CAPITAL] == 0.0


def test_a_share_equal_to_output_serves_all_poles_alike() -> None:
    assert growth_fund.coverage(30.0, 90.0, 65.6 / 99.9) == pytest.approx([1.0 / 3.0] * 8)


def fund(end: str = "2028-12", **stated: Any) -> Scenario:
    return with_lever("growth_fund", world_of(end=end, n_firms=1), **{"start": "2024-01", **stated})


def test_credit_is_the_loan_share_of_what_is_covered() -> None:
    # Money 100 x 0.2 = 20, demand 150 x 0.4 = 60; the regions get 20 x 0.4 = 8 of 60 x 65.6 / 99.9 = 39.4
    stated: dict[str, Any] = {"size_krw_tn": 100.0, "ai_share": 0.2, "demand_krw_tn": 150.0, "ai_demand_share": 0.4, "regional_share": 0.4}
    found = fund(**stated, loan_share=0.5, grant_element=0.0)
    regions, capital = 0.5 * 8.0 / (60.0 * 65.6 / 99.9), 0.5 * 12.0 / (60.0 * 34.3 / 99.9)
    assert found.credit[0, HONAM] == pytest.approx(regions)
    assert found.credit[59, CAPITAL] == pytest.approx(capital)
    assert (found.support == 0.0).all()


def test_what_the_low_rate_gives_away_counts_as_support() -> None:
    stated: dict[str, Any] = {"size_krw_tn": 1e4, "loan_share": 0.33, "grant_element": 0.1}  # all demand is met: credit 0.33 everywhere
    found = fund(**stated)
    assert found.credit == pytest.approx(np.full((60, 8), 0.33))
    assert found.support == pytest.approx(np.full((60, 5), 0.033))


def test_support_weighs_poles_by_output() -> None:
    # The Capital gets nothing, the others all they ask for: 0.1 x 0.5 x 65.6 / 99.9
    found = fund(size_krw_tn=1e4, regional_share=1.0, loan_share=0.5, grant_element=0.1)
    assert found.credit[0].tolist() == [0.0] + [0.5] * 7
    assert found.support[0, MEDIUM] == pytest.approx(0.05 * 65.6 / 99.9)


def credited(scenario: Scenario) -> NDArray[np.intp]:
    return np.flatnonzero(scenario.credit[:, HONAM] > 0.0)


def test_it_lends_for_its_years_from_its_start_and_in_its_window() -> None:
    assert credited(fund(start="2024-03", years=2)).tolist() == list(range(2, 26))
    assert credited(fund(start="2023-03", years=2)).tolist() == list(range(14)), "until February 2025, whenever the horizon starts"
    assert credited(fund(start="2024-03", stop="2024-06", years=2)).tolist() == [2, 3, 4]
    assert credited(fund(start="2020-01", years=2)).tolist() == []
    found = fund(start="2024-03", years=2)
    assert (found.support[[1, 26]] == 0.0).all()
    assert (found.support[[2, 25]] > 0.0).all()


def test_pace_is_that_of_the_calendar_year() -> None:
    found = fund(pace={2024: 0.5, 2025: 0.25}, start="2024-07", years=3).credit[:, HONAM]
    assert found[[6, 12, 24]] / found[24] == pytest.approx([0.5, 0.25, 1.0])  # years left out are paid in full


def test_two_sources_of_credit_each_carry_their_share_of_the_rest() -> None:
    world = world_of(n_firms=1)
    scenario = with_lever("growth_fund", world, start="2024-01", size_krw_tn=1e4, loan_share=0.5)
    lever = worlds.REGISTRY.levers["growth_fund"]
    lever.apply(
        scenario, lever.parameters.read(lever.parameters.defaults() | {"start": "2024-01", "size_krw_tn": 1e4, "loan_share": 0.2}), world
    )
    assert scenario.credit[0, JEJU] == pytest.approx(0.6)  # 1 - 0.5 x 0.8


def test_credit_lowers_the_burden_of_those_who_pay_themselves() -> None:
    """One firm of Honam, burden 3 at the cost of the start, own rate 0.4: hazard 0.1; with half of the cost lent 0.4 / 2.5 = 0.16."""
    population = firms(province=[PROVINCES.index("Gwangju")], employees=[10])
    economics = {"project_cost_krw_bn": dict.fromkeys(SIZES, 3.0), "sales_per_employee_krw_bn": 1.0}
    funding = {"mode": "programmes", "own_rate": 0.4, "own_burden_half": 0.1}  # 3 bn / 10 bn / 0.1 = 3
    world = world_of(population=population, mechanisms={"innovation": {"rate": 1000.0}}, economics=economics, funding=funding)
    for scenario, hazard in (
        (draw_scenario(world, 0), 0.1),
        (with_lever("growth_fund", world, start="2024-01", size_krw_tn=1e4, loan_share=0.5), 0.16),
    ):
        model = DiffusionModel(world, scenario)
        model.step()
        assert model.log.rows[0][1] == Event.DECIDED
        assert model.firms[0].own_pressure / 2**54 == pytest.approx(hazard)
