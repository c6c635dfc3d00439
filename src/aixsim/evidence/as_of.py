"""What was known at a time: budgets that were announced, and for the years after them the last one with an error that grows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aixsim.config.build import Problems
from aixsim.config.evidence import Announcement
from aixsim.config.study import Study
from aixsim.core.calendar import parse_month
from aixsim.core.distributions import Distribution

Number = float | Distribution


def as_of(problem_of: Problems, study: Study, month: str) -> Problems:
    """Returns the same study with no money that was not known at the end of ``month``; nothing before it changes.

    A plan enters as it was announced; how much of it is delivered is as uncertain as in every other year (``delivered_share``). After the
    last announced year the last known budget goes on, log-normally wrong by ``policy_error`` times the root of the years.
    """
    settings = dict(problem_of.settings)
    settings["programme"] = [
        _known(table, [plan for plan in study.announcements if plan.programme == table["name"] and plan.known_from <= month], study, month)
        for table in settings["programme"]
    ]
    shared = problem_of.shared
    return replace(problem_of, settings=settings, shared=None if shared is None else replace(shared, settings=settings))


def known_budgets(table: Mapping[str, Any], plans: list[Announcement], study: Study, month: str) -> dict[int, Number]:
    """Returns the budgets of all years of one programme, as they were known at the end of ``month``, KRW bn."""
    now, error = parse_month(month)[0], study.calibration.policy_error
    budgets: dict[int, Number] = {year: value for year, value in table["budget_krw_bn"].items() if year <= now}
    for plan in sorted(plans, key=lambda plan: plan.known_from):
        budgets |= {year: value for year, value in plan.budget_krw_bn.items() if year > now}
    last = max(budgets)
    for year in study.horizon.years:
        if year > last:
            budgets[year] = Distribution("lognormal", (middle(budgets[last]), error * math.sqrt(year - last)))
    return dict(sorted(budgets.items()))


def middle(value: Number) -> float:
    """Returns a number, or the median of what is not known."""
    return value.quantile(0.5) if isinstance(value, Distribution) else float(value)


def _known(table: dict[str, Any], plans: list[Announcement], study: Study, month: str) -> dict[str, Any]:
    now = parse_month(month)[0]
    grants = table["grant_krw_bn"]
    if isinstance(grants, Mapping):
        # Years that are left out take the year before.
        grants = {year: value for year, value in grants.items() if year <= now}
        for plan in sorted(plans, key=lambda plan: plan.known_from):
            grants |= {year: value for year, value in plan.grant_krw_bn.items() if year > now}
    return {**table, "budget_krw_bn": known_budgets(table, plans, study, month), "grant_krw_bn": grants}
