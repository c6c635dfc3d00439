"""Delivery: how much of a planned budget comes, when, and whether the size of a grant or the number of projects gives way.

Parliament passes a budget for one year at a time. What it will pass in later years strays from the plan by one random walk of the
logarithm, ``walk(y) = walk(y-1) + step * z(y)``. Of what is passed a year delivers ``share * exp(x(y))``, with the stationary
``x(y) = r * x(y-1) + sd * sqrt(1 - r^2) * z(y)``, as the climate has it; ``shift(y)`` is added to x where a year is known to differ, so
that a calibration can estimate it. What is not delivered lapses or is due again. Where a number of projects was announced, the ministry
trades the size of a grant for it: ``log grant = (1 - kept) * log planned grant + kept * log (budget / number)``.

Normal variates are addressed by the programme's number and the calendar year, so neither the order of programmes nor the horizon changes
one. With ``sd``, ``step`` and ``kept`` of 0 every number is the planned one, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from aixsim.model.parameters import ByYear, Parameters, by_year, fraction, integer, real
from aixsim.random.draws import Purpose, normal, uniform

_DELIVERED = "smart_factory_targets.csv, smart_factory_cumulative.csv: share delivered of what was planned, 2015 to 2024"


class Delivery(Parameters):
    """How much of a planned budget comes, when, and for how many projects."""

    delivered_share: float = real(
        1.0,
        "1",
        0.0,
        5.0,
        "delivered share of the money planned for a year, in the median",
        "ai_factory_budgets.csv: 52.75 of 145.0 tendered in 2026",
        "assumed",
        "0.24 to 1; the counts of 2024 and 2025 were 2.6 and 3.0 times the plan, by smaller grants",
    )
    delivery_spread: float = real(
        0.0,
        "1",
        0.0,
        3.0,
        "standard deviation of the logarithm by which a year's delivered share differs from delivered_share",
        f"assumed; {_DELIVERED}, standard deviation 0.29",
        "assumed",
        "lognormal, median 0.25, sigma 0.4",
    )
    delivery_persistence: float = real(
        0.0,
        "1",
        0.0,
        0.9999,
        "autocorrelation of that from year to year",
        f"assumed; {_DELIVERED}, correlation 0.39 from year to year",
        "assumed",
        "0 to 0.8",
    )
    delivery_shift: ByYear = by_year(
        0.0,
        "1",
        -3.0,
        3.0,
        "known part of the same, one number or by calendar year; what delivery_spread draws is added; years left out take the year before",
        "assumed; a calibration estimates it year by year",
        "assumed",
        "normal, 0 and 0.3",
    )
    delivered_from: int | None = integer(
        None,
        "year",
        1900,
        2200,
        "first year in which delivery and grants differ from the plan; none: all",
        "assumed",
        "assumed",
        certain=True,
    )
    shortfall_carried: float = fraction(
        0.0, "share of a year's shortfall that is added to the plan of the next year", "assumed", "assumed", "0 to 1"
    )
    budget_walk: float = real(
        0.0,
        "1/sqrt(year)",
        0.0,
        3.0,
        "standard deviation of the logarithm by which a budget that has not been passed strays from its plan, after one year",
        "assumed; smart_factory_budgets.csv: yearly changes of the logarithm 0.8, 0.2, 0.9 and 0.2 from 2016 to 2020; 0.4 in the back-test",
        "assumed",
        "0.2 to 0.8",
    )
    passed_until: int = integer(
        2026, "year", 1900, 2200, "last year whose budget parliament has passed", "ai_factory_budgets.csv", "derived", certain=True
    )
    planned_number: ByYear = by_year(
        0.0,
        "projects/year",
        0.0,
        1e6,
        "projects announced for a year, one number or by calendar year; 0: none; years left out take the year before",
        "ai_factory_plan_and_delivery.csv: 10, 25 and 100 in 2024 to 2026; ai_factory_targets_history.csv: 100 a year in 2030",
        "quoted",
    )
    number_kept: float = fraction(
        0.0,
        "how much the grant gives way for the announced number when less or more money comes: 0 not at all, 1 entirely",
        "assumed; ai_factory_plan_and_delivery.csv: 2.6 and 3.0 times the planned number in 2024 and 2025, 32 of 100 tendered in 2026",
        "assumed",
        "0 to 1",
    )
    lowest_grant_krw_bn: float = real(
        0.001,
        "KRW bn",
        0.001,
        1e5,
        "smallest grant to which it gives way, or the planned one if that is smaller",
        "ai_factory_budgets.csv: 0.83 in 2025",
        "derived",
    )
    highest_grant_krw_bn: float = real(
        1e5,
        "KRW bn",
        0.001,
        1e5,
        "largest grant to which it gives way, or the planned one if that is larger",
        "ai_factory_budgets.csv: 200 for 100 projects expected in 2030",
        "derived",
    )


def deviations(spread: float, persistence: float, variates: Sequence[float]) -> list[float]:
    """Returns a stationary AR(1) of standard deviation ``spread``, such as the logarithm of what a year delivers over its median.

    Args:
        spread: standard deviation.
        persistence: autocorrelation from one year, or month, to the next.
        variates: standard normal, by year or month.
    """
    out: list[float] = []
    fresh = spread * math.sqrt(1.0 - persistence * persistence)
    for z in variates:
        out.append(persistence * out[-1] + fresh * z if out else spread * z)
    return out


def walk(step: float, variates: Sequence[float]) -> list[float]:
    """Returns a random walk, by year from the first that has not been passed.

    Args:
        step: standard deviation of a yearly step.
        variates: standard normal, by year.
    """
    out, strayed = [], 0.0
    for z in variates:
        strayed += step * z
        out.append(strayed)
    return out


def variates(seed: int, replicate: int, purpose: Purpose, number: int, years: Sequence[int]) -> list[float]:
    """Returns a standard normal variate for each calendar year.

    Args:
        seed, replicate, purpose: of their addresses.
        number: of the programme, as from ``numbers_of``.
        years: calendar years.
    """
    return [normal(uniform(seed, replicate, purpose, number, year)) for year in years]


def delivered_budget(passed: Sequence[float], shares: Sequence[float], carried: float) -> list[float]:
    """Returns the budget that is delivered by year, in the unit of ``passed``.

    Args:
        passed: budget by year.
        shares: delivered share of what is due, by year.
        carried: share of a year's shortfall that is added to the plan of the next year.
    """
    delivered, passed_on = [], 0.0
    for budget, share in zip(passed, shares, strict=True):
        due = budget + passed_on
        delivered.append(share * due)
        passed_on = carried * max(due - delivered[-1], 0.0)
    return delivered


def traded_grant(planned: float, budget: float, number: float, kept: float, lowest: float, highest: float) -> float:
    """Returns the money for one project in a year, between its planned size and what gives the announced number of projects.

    Args:
        planned: grant of the plan.
        budget: that is delivered, in the unit of ``planned``.
        number: announced number of projects, 0 for none.
        kept: how much the grant gives way, in 0..1.
        lowest, highest: bounds, which stretch to the planned grant where that lies beyond.
    """
    if kept == 0.0 or number <= 0.0 or budget <= 0.0:
        return planned
    grant = math.exp((1.0 - kept) * math.log(planned) + kept * math.log(budget / number))
    return min(max(grant, min(lowest, planned)), max(highest, planned))
