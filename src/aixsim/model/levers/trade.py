"""Trade: what a government does for exports and against their swings, acting through the investment climate.

Diversified markets, accession to the CPTPP and the USD 200 bn investment fund with the United States move the level of the climate;
KRW 275 tn of trade insurance damps its swings: with damping ``d`` the deviation ``x(t)`` counts ``(1 - d)`` of itself, at a mean that
stays 1, with the same random numbers. What others do (tariffs, unfair competition) is no lever and stands in ``climate.py``. No effect of
any of these on AI projects is known: all strengths are assumed, and the fund's may have either sign, because the money goes abroad.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aixsim.model.autoregression import log_deviations
from aixsim.model.lever import Lever, start_card, stop_card, window
from aixsim.model.parameters import Card
from aixsim.model.problem import Problem, substitute
from aixsim.model.scenario import Scenario

_PLAN = "work plan of 17 December 2025 (seed_article in sources.csv)"
_INSURANCE_KRW_TN = 275.0
_FUND_USD_BN = 200.0


def apply(scenario: Scenario, settings: Mapping[str, Any], problem: Problem) -> None:
    """Moves the level of the climate and damps its swings in the window."""
    horizon = problem.horizon
    first, end = window(settings, horizon)
    accession = horizon.index(settings["cptpp_from"])
    damping = min(settings["insurance_damping"] * settings["insurance_krw_tn"] / _INSURANCE_KRW_TN, 1.0)
    level = (1.0 + settings["diversification"]) * (1.0 + settings["fund_effect"] * settings["fund_usd_bn"] / _FUND_USD_BN)
    climate = substitute(problem.settings["climate"], scenario.drawn, ("climate",))
    sd = climate["volatility"]
    x = log_deviations(sd, climate["persistence"], horizon.n_months, scenario.seed, scenario.replicate)
    for t in range(first, end):
        # exp((1 - d) x - (1 - d)^2 v / 2) over exp(x - v / 2), so that the damped path has mean 1 as well.
        steadied = math.exp(-damping * x[t] + (1.0 - (1.0 - damping) ** 2) * sd * sd / 2.0)
        scenario.climate[t] *= level * (1.0 + settings["cptpp"] if t >= accession else 1.0) * steadied


LEVER = Lever(
    name="trade",
    title="Trade strategy: markets, CPTPP, investment fund, insurance",
    apply=apply,
    neutral={"diversification": 0.0, "cptpp": 0.0, "fund_usd_bn": 0.0, "insurance_krw_tn": 0.0},
    cards=(
        start_card("2026-01", f"{_PLAN}, for 2026", "derived"),
        stop_card(),
        Card(
            "diversification",
            0.03,
            "1",
            0.0,
            1.0,
            "share by which more diverse export markets raise the climate",
            "assumed",
            "assumed",
            "0 to 0.1",
        ),
        Card("cptpp", 0.02, "1", 0.0, 1.0, "share by which accession to the CPTPP raises the climate", "assumed", "assumed", "0 to 0.05"),
        Card("cptpp_from", "2028-01", "month", 0, 0, "month of the accession", "assumed: the plan gives none", "assumed", kind="month"),
        Card("fund_usd_bn", 200.0, "USD bn", 0.0, 1e4, "size of the investment fund with the United States", _PLAN, "quoted"),
        Card(
            "fund_effect",
            0.0,
            "1",
            -0.5,
            0.5,
            "share by which a fund of USD 200 bn raises the climate (markets) or lowers it (money abroad)",
            "assumed",
            "assumed",
            "-0.03 to 0.03",
        ),
        Card("insurance_krw_tn", 275.0, "KRW tn", 0.0, 1e4, "trade insurance", _PLAN, "quoted"),
        Card(
            "insurance_damping",
            0.2,
            "1",
            0.0,
            1.0,
            "share of the climate's deviations that KRW 275 tn of insurance take away; more insurance takes more, at most all",
            "assumed",
            "assumed",
            "0 to 0.5",
        ),
    ),
    source=_PLAN,
)
