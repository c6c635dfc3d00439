"""The National Growth Fund: credit that lets firms without a grant pay for their project.

KRW 150 tn over five years, of which 30 for AI and at least 40 % for the regions (``national_growth_fund.csv``). How much of a project's
cost its credit carries in a pole is money over demand:

    money(pole, year)   = size * AI share * pace(year) / years * share of the pole
    demand(pole, year)  = demand * AI share of the demand / years * share of the pole in manufacturing output
    credit(pole, year)  = loan share * min(1, money / demand)

The Capital pole gets what the regional share leaves, the others share theirs by output (``pole_structure.csv``). The demand is that
which was received by November 2025, KRW 153 tn in over 100 cases: demand, not commitments. No disbursement was found, so the pace is a
wide guess. Money and demand are national, and their ratio is the same at every scale. A loan at a low rate gives away a part of itself,
which firms expect as they expect public money.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import value
from aixsim.model.calendar import over_years
from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import ByYear, Parameters, by_year, fraction, integer, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.world.arrays import read_only
from aixsim.world.classification import CAPITAL, POLES


def coverage(money: float, demand: float, regional_share: float) -> NDArray[np.float64]:
    """Returns the share of each pole's demand that the fund meets, shape ``(8,)``, in 0..1.

    Args:
        money, demand: in the same unit, of the whole country.
        regional_share: share of the money for poles outside the Capital.
    """
    output = _output_shares()
    regions = 1.0 - output[CAPITAL]
    share = output / regions * regional_share
    share[CAPITAL] = 1.0 - regional_share
    return np.minimum(money * share / (demand * output), 1.0)


class GrowthFund(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "national_growth_fund.csv (2026 to 2030)", "quoted")
    stop: str = stops()
    size_krw_tn: float = real(150.0, "KRW tn", 0.0, 1e4, "money of the fund over its years", "national_growth_fund.csv", "quoted")
    years: int = integer(5, "year", 1, 50, "years over which it is paid", "national_growth_fund.csv (2026 to 2030)", "quoted")
    pace: ByYear = by_year(
        1.0,
        "1",
        0.0,
        5.0,
        "share of an equal yearly part that is paid, one number or by calendar year",
        "national_growth_fund.csv: at least 30 of 150 planned for 2026; no disbursement found",
        "assumed",
        "0.2 to 1",
    )
    regional_share: float = fraction(0.4, "share for poles outside the Capital", "national_growth_fund.csv (at least 40 %)", "quoted")
    ai_share: float = fraction(0.2, "share for AI", "national_growth_fund.csv (30 of 150)", "derived")
    demand_krw_tn: float = real(
        153.0, "KRW tn", 0.001, 1e5, "demand over the years", "national_growth_fund.csv (received by 2025-11)", "quoted"
    )
    ai_demand_share: float = real(0.3, "1", 0.001, 1.0, "share of the demand that is for AI", "assumed", "assumed", "0.2 to 1")
    loan_share: float = fraction(
        0.33,
        "share of a project's cost that is lent when the demand is met",
        "assumed; national_growth_fund.csv: 50 of 150 are loans",
        "assumed",
        "0.1 to 0.7",
    )
    grant_element: float = fraction(0.1, "share of a loan that its low rate gives away", "assumed", "assumed", "0 to 0.25")


def apply(scenario: Scenario, p: GrowthFund, problem: Problem) -> None:
    """Gives credit by pole and what its low rate is worth, in the months of the fund."""
    horizon = problem.horizon
    first, end = window(p, horizon)
    end = max(min(end, horizon.index(p.start) + 12 * p.years), first)
    pace = over_years(p.pace, horizon, fill=1.0)
    money = p.size_krw_tn * p.ai_share * pace
    demand = p.demand_krw_tn * p.ai_demand_share
    yearly = p.loan_share * np.array([coverage(float(paid), demand, p.regional_share) for paid in money])
    credit = yearly[horizon.month_years[first:end]]
    scenario.credit[first:end] += credit - scenario.credit[first:end] * credit
    scenario.support[first:end] += p.grant_element * (credit * _output_shares()).sum(axis=1)[:, None]


@cache
def _output_shares() -> NDArray[np.float64]:
    table = "pole_structure.csv"
    shares = np.array([value(table, "manufacturing_output_share_2015_pct_domestic", pole_or_zone=pole) for pole in POLES])
    return read_only(shares / shares.sum())


LEVER = Lever(
    name="growth_fund",
    title="National Growth Fund",
    apply=apply,
    neutral={"size_krw_tn": 0.0},
    parameters=GrowthFund,
    source="national_growth_fund.csv",
)
