"""Finance for participants of the AI factory programme: loans, guarantees and a fund of their own.

KRW 200 bn of loans, a fund of KRW 45 bn, guarantees and insurance of up to KRW 10 tn (``ai_factory_budgets.csv``). What share of a firm's
own part they carry is money over demand: what participants are to bring in a year, at most all of it. No disbursement was found.

    credit = min(1, take-up * (loans + fund + guarantees) / years / demand)

The credit adds to what firms can bring for a project (matching) and lowers the burden of those who pay themselves.
"""

from __future__ import annotations

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction, integer, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class ParticipantsFinance(Parameters):
    """Settings of the lever."""

    start: str = starts("2026-01", "assumed: announced in September 2025", "assumed")
    stop: str = stops()
    loans_krw_bn: float = real(200.0, "KRW bn", 0.0, 1e6, "loans over the years", "ai_factory_budgets.csv", "quoted")
    fund_krw_bn: float = real(45.0, "KRW bn", 0.0, 1e6, "money of the participants' fund", "ai_factory_budgets.csv", "quoted")
    guarantees_krw_bn: float = real(
        10000.0, "KRW bn", 0.0, 1e6, "guarantees and insurance over the years, an upper limit", "ai_factory_budgets.csv", "quoted"
    )
    years: int = integer(6, "year", 1, 50, "years over which they are given", "ai_factory_budgets.csv (2025 to 2030)", "quoted")
    take_up: float = fraction(0.1, "share of the money that participants take up", "assumed", "assumed", "0.01 to 0.3")
    demand_krw_bn: float = real(
        1000.0,
        "KRW bn/year",
        1.0,
        1e6,
        "what participants are to bring in a year",
        "assumed; ai_factory_budgets.csv: 3,510 private money for the 26 projects of 2024, over four years",
        "assumed",
        "300 to 3,000",
    )


def credit(p: ParticipantsFinance) -> float:
    """Returns the share of what participants are to bring that the finance carries, in 0..1."""
    return min(p.take_up * (p.loans_krw_bn + p.fund_krw_bn + p.guarantees_krw_bn) / p.years / p.demand_krw_bn, 1.0)


def apply(scenario: Scenario, p: ParticipantsFinance, problem: Problem) -> None:
    """Adds to the credit of all poles."""
    first, end = window(p, problem.horizon)
    scenario.credit[first:end] += credit(p) - scenario.credit[first:end] * credit(p)


LEVER = Lever(
    name="participants_finance",
    title="Loans, guarantees and a fund for participants",
    apply=apply,
    neutral={"take_up": 0.0},
    parameters=ParticipantsFinance,
    source="ai_factory_budgets.csv",
)
