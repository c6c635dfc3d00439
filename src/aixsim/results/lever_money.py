"""Money of levers that no funding line shows: what parks build, credit that is offered, and which settings have no price at all.

Funding lines (programmes, and the projects that parks pay) are counted as they spend, in the tables of money. Beside them

- a park costs the state more than the projects that it pays: the rest of its central and local money builds shared facilities;
- funds, loans and guarantees offer credit, which is to be repaid: it is told apart, and is no public spending here;
- every other lever is a rule or a service whose cost to the state is not stated anywhere. It is not free: its price is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np

from aixsim.config.distribution_tables import distribution
from aixsim.model.calendar import Horizon, over_years
from aixsim.model.lever import window
from aixsim.model.levers.growth_fund import GrowthFund
from aixsim.model.levers.parks import Parks
from aixsim.model.levers.participants_finance import ParticipantsFinance
from aixsim.random.distributions import Distribution

Price = Literal["public money", "credit", "not priced"]
_PUBLIC: Final = {
    "budget": ("budget_factor", "grant_factor"),
    "budget_cut": ("share", "recovery_years"),
    "parks": ("number", "first_wave", "central_krw_bn", "local_match", "years", "project_share", "grant_krw_bn", "public_share"),
}
_CREDIT: Final = {
    "growth_fund": ("size_krw_tn", "years", "pace", "ai_share"),
    "participants_finance": ("loans_krw_bn", "fund_krw_bn", "guarantees_krw_bn", "years", "take_up"),
}
_QUANTILES: Final = 1000


def price_of(lever: str, setting: str) -> Price:
    """Returns where the money of a lever's setting is counted: in public money, in credit, or nowhere, because no price is stated."""
    if setting in _PUBLIC.get(lever, ()):
        return "public money"
    return "credit" if setting in _CREDIT.get(lever, ()) else "not priced"


def facilities(levers: Mapping[str, Mapping[str, Any]], horizon: Horizon) -> float:
    """Returns the money of AX parks that pays no projects, KRW bn of the nation over the horizon.

    Args:
        levers: settings by lever, as ``Study.settings`` has them; a distribution counts with its mean.
        horizon: simulated months.
    """
    if "parks" not in levers:
        return 0.0
    p = Parks.read(means(levers["parks"]))
    _, end = window(p, horizon)
    years = 0
    for position in range(min(p.number, len(p.places))):
        opening = p.first_opening if position < p.first_wave else p.later_opening
        month = max(horizon.index(opening), horizon.index(p.start))
        if month < end:
            first = horizon.date(month).year
            last = min(first + p.years - 1, horizon.date(end - 1).year)
            years += len([year for year in horizon.years if first <= year <= last])
    return years * p.central_krw_bn * (1.0 + p.local_match) / p.years * (1.0 - p.project_share)


def credit_offered(levers: Mapping[str, Mapping[str, Any]], horizon: Horizon) -> float:
    """Returns the credit for AI projects that the growth fund and the participants' finance offer, KRW bn of the nation over the horizon.

    How much of it firms take for counted projects is not simulated. Arguments as for ``facilities``.
    """
    total = 0.0
    if "growth_fund" in levers:
        fund = GrowthFund.read(means(levers["growth_fund"]))
        first, end = window(fund, horizon)
        months = horizon.month_years[first : max(min(end, horizon.index(fund.start) + 12 * fund.years), first)]
        pace = over_years(fund.pace, horizon, fill=1.0)
        total += 1000.0 * fund.size_krw_tn * fund.ai_share / fund.years * float(pace[months].sum()) / 12.0
    if "participants_finance" in levers:
        p = ParticipantsFinance.read(means(levers["participants_finance"]))
        first, end = window(p, horizon)
        total += p.take_up * (p.loans_krw_bn + p.fund_krw_bn + p.guarantees_krw_bn) * min((end - first) / 12.0 / p.years, 1.0)
    return total


def levers_of(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns settings by lever from the resolved config of a result, as ``Study.settings`` has them; empty without a config."""
    return {name: {key: _law(value) for key, value in table.items()} for name, table in config.get("levers", {}).items()}


def _law(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return distribution(value) if "dist" in value else {int(year): _law(item) for year, item in value.items()}


def means(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings with the mean of every distribution in its place."""
    return {key: _mean(value) for key, value in settings.items()}


def _mean(value: Any) -> Any:
    if isinstance(value, Distribution):
        return float(np.mean([value.quantile((k + 0.5) / _QUANTILES) for k in range(_QUANTILES)]))
    return {key: _mean(item) for key, item in value.items()} if isinstance(value, Mapping) else value
