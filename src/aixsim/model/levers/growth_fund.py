"""The National Growth Fund: credit that lets firms without a grant pay for their project.

KRW 150 tn over five years, of which 30 for AI and at least 40 % for the regions (``national_growth_fund.csv``). How much of a project's
cost its credit carries in a pole is money over demand:

    money(pole, year)   = size * AI share * pace(year) / years * share of the pole
    demand(pole, year)  = demand * AI share of the demand / years * share of the pole in manufacturing output
    credit(pole, year)  = loan share * min(1, money / demand)

The Capital pole gets what the regional share leaves, the others share theirs by output (``pole_structure.csv``). The demand is that
which was received by November 2025, KRW 153 tn in over 100 cases: demand, not commitments. No disbursement was found, so the pace is a
wide guess. Money and demand are national, and their ratio is the same at every scale. A loan at a low rate gives away a part of itself,
which firms reckon with as with public money.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.data.tables import value
from aixsim.model.calendar import by_year
from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
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


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Gives credit by pole and what its low rate is worth, in the months of the fund."""
    horizon = problem.horizon
    first, end = window(settings, horizon)
    end = max(min(end, horizon.index(settings["start"]) + 12 * round(settings["years"])), first)
    pace = by_year(settings["pace"], horizon, fill=1.0)
    money = settings["size_krw_tn"] * settings["ai_share"] * pace
    demand = settings["demand_krw_tn"] * settings["ai_demand_share"]
    yearly = settings["loan_share"] * np.array([coverage(float(paid), demand, settings["regional_share"]) for paid in money])
    credit = yearly[horizon.month_years[first:end]]
    scenario.credit[first:end] += credit - scenario.credit[first:end] * credit
    scenario.support[first:end] += settings["grant_element"] * (credit * _output_shares()).sum(axis=1)[:, None]


@cache
def _output_shares() -> NDArray[np.float64]:
    table = "pole_structure.csv"
    shares = np.array([value(table, "manufacturing_output_share_2015_pct_domestic", pole_or_zone=pole) for pole in POLES])
    return shares / shares.sum()


LEVER = Lever(
    name="growth_fund",
    title="National Growth Fund",
    apply=apply,
    neutral={"size_krw_tn": 0.0},
    cards=(
        start_card("2026-01", "national_growth_fund.csv (2026 to 2030)", "quoted"),
        stop_card(),
        Card("size_krw_tn", 150.0, "KRW tn", 0.0, 1e4, "money of the fund over its years", "national_growth_fund.csv", "quoted"),
        Card("years", 5, "year", 1, 50, "years over which it is paid", "national_growth_fund.csv (2026 to 2030)", "quoted", kind="integer"),
        Card(
            "pace",
            1.0,
            "1",
            0.0,
            5.0,
            "share of an equal yearly part that is paid, one number or by calendar year",
            "national_growth_fund.csv: at least 30 of 150 planned for 2026; no disbursement found",
            "assumed",
            "0.2 to 1",
            kind="by_year",
        ),
        Card(
            "regional_share",
            0.4,
            "1",
            0.0,
            1.0,
            "share for poles outside the Capital",
            "national_growth_fund.csv (at least 40 %)",
            "quoted",
        ),
        Card("ai_share", 0.2, "1", 0.0, 1.0, "share for AI", "national_growth_fund.csv (30 of 150)", "derived"),
        Card(
            "demand_krw_tn",
            153.0,
            "KRW tn",
            0.001,
            1e5,
            "demand over the years",
            "national_growth_fund.csv (received by 2025-11)",
            "quoted",
        ),
        Card("ai_demand_share", 0.3, "1", 0.001, 1.0, "share of the demand that is for AI", "assumed", "assumed", "0.2 to 1"),
        Card(
            "loan_share",
            0.33,
            "1",
            0.0,
            1.0,
            "share of a project's cost that is lent when the demand is met",
            "assumed; national_growth_fund.csv: 50 of 150 are loans",
            "assumed",
            "0.1 to 0.7",
        ),
        Card("grant_element", 0.1, "1", 0.0, 1.0, "share of a loan that its low rate gives away", "assumed", "assumed", "0 to 0.25"),
    ),
    source="national_growth_fund.csv",
)
