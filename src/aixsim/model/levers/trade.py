"""Trade: what a government does for exports and against their swings, acting through the investment climate.

Diversified markets, accession to the CPTPP and the USD 200 bn investment fund with the United States move the level of the climate;
KRW 275 tn of trade insurance damps its swings: with damping ``d`` the deviation ``x(t)`` counts ``(1 - d)`` of itself, at a mean that
stays 1, with the same random numbers. What others do (tariffs, unfair competition) is no lever and stands in ``climate.py``. No effect of
any of these on AI projects is known: all strengths are assumed, and the fund's may have either sign, because the money goes abroad.
"""

from __future__ import annotations

import math

from aixsim.model.climate import log_deviations
from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction, month, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

_PLAN = "work plan of 17 December 2025 (seed_article in sources.csv)"
_INSURANCE_KRW_TN = 275.0
_FUND_USD_BN = 200.0


class Trade(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", f"{_PLAN}, for 2026", "derived")
    stop: str = stops()
    diversification: float = fraction(
        0.03, "share by which more diverse export markets raise the climate", "assumed", "assumed", "0 to 0.1"
    )
    cptpp: float = fraction(0.02, "share by which accession to the CPTPP raises the climate", "assumed", "assumed", "0 to 0.05")
    cptpp_from: str = month("2028-01", "month of the accession", "assumed: the plan gives none", "assumed")
    fund_usd_bn: float = real(200.0, "USD bn", 0.0, 1e4, "size of the investment fund with the United States", _PLAN, "quoted")
    fund_effect: float = real(
        0.0,
        "1",
        -0.5,
        0.5,
        "share by which a fund of USD 200 bn raises the climate (markets) or lowers it (money abroad)",
        "assumed",
        "assumed",
        "-0.03 to 0.03",
    )
    insurance_krw_tn: float = real(275.0, "KRW tn", 0.0, 1e4, "trade insurance", _PLAN, "quoted")
    insurance_damping: float = fraction(
        0.2,
        "share of the climate's deviations that KRW 275 tn of insurance take away; more insurance takes more, at most all",
        "assumed",
        "assumed",
        "0 to 0.5",
    )


def apply(scenario: Scenario, p: Trade, problem: Problem) -> None:
    """Moves the level of the climate and damps its swings in the window."""
    horizon = problem.horizon
    first, end = window(p, horizon)
    accession = horizon.index(p.cptpp_from)
    damping = min(p.insurance_damping * p.insurance_krw_tn / _INSURANCE_KRW_TN, 1.0)
    level = (1.0 + p.diversification) * (1.0 + p.fund_effect * p.fund_usd_bn / _FUND_USD_BN)
    sd = scenario.climate.volatility
    x = log_deviations(sd, scenario.climate.persistence, horizon.n_months, scenario.seed, scenario.replicate)
    for t in range(first, end):
        # exp((1 - d) x - (1 - d)^2 v / 2) over exp(x - v / 2), so that the damped path has mean 1 as well.
        steadied = math.exp(-damping * x[t] + (1.0 - (1.0 - damping) ** 2) * sd * sd / 2.0)
        scenario.climate_index[t] *= level * (1.0 + p.cptpp if t >= accession else 1.0) * steadied


LEVER = Lever(
    name="trade",
    title="Trade strategy: markets, CPTPP, investment fund, insurance",
    apply=apply,
    neutral={"diversification": 0.0, "cptpp": 0.0, "fund_usd_bn": 0.0, "insurance_krw_tn": 0.0},
    parameters=Trade,
    source=_PLAN,
)
