"""Total budgets and planned numbers of factories, for the simpler forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.config.study import Study
from aixsim.evidence.as_of import MOST_YEARS, Number, budgets_of, grants_of, middle
from aixsim.model.uncertainties import numbers_of
from aixsim.random.distributions import Distribution
from aixsim.random.draws import Purpose, uniforms

Floats = NDArray[np.float64]
_BUDGETS, _PRICES = MOST_YEARS // 4, MOST_YEARS // 2
"""Addresses of the random numbers of uncertain budgets and prices, distinct from those of walks."""


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """Budgets and planned numbers by year.

    Attributes:
        budget: of past years, KRW bn, shape ``(n_past,)``; medians of uncertain values.
        planned: planned number of factories, budget over price, shape ``(n_past,)``.
        budget_ahead: sample of budgets of the years ahead, KRW bn, shape ``(n, n_ahead)``.
        planned_ahead: sample of planned numbers of the years ahead, shape ``(n, n_ahead)``.
    """

    budget: Floats
    planned: Floats
    budget_ahead: Floats
    planned_ahead: Floats


def money_of(study: Study, month: str, origin: int, *, n: int, seed: int) -> Money:
    """Returns the money as it was known at the end of ``month``, with all years after ``origin`` as years ahead.

    Args:
        study: with programmes.
        month: information up to this month is used.
        origin: last past year; not after ``month``.
        n: size of the sample.
    """
    years = study.horizon.years
    budget, planned = np.zeros((n, len(years))), np.zeros((n, len(years)))
    for name, programme in numbers_of(study.settings["programme"]).items():
        budgets = budgets_of(name, study.settings["programme"][name], study, month)
        walks, laws = budgets.walks(n, seed, programme), budgets.laws()
        prices = _prices(grants_of(name, study.settings["programme"][name], study, month), years)
        for k, year in enumerate(years):
            number = MOST_YEARS * programme + k
            is_past = year <= origin
            money = walks[year] if year in walks else _sample(laws.get(year, 0.0), n, seed, number + _BUDGETS, is_past=is_past)
            budget[:, k] += money
            planned[:, k] += money / _sample(prices[year], n, seed, number + _PRICES, is_past=is_past)
    past = [k for k, year in enumerate(years) if year <= origin]
    ahead = [k for k, year in enumerate(years) if year > origin]
    return Money(budget[0, past], planned[0, past], budget[:, ahead], planned[:, ahead])


def _prices(grants: Any, years: tuple[int, ...]) -> dict[int, Number]:
    if not isinstance(grants, Mapping):
        return dict.fromkeys(years, grants)
    return {year: grants[max((y for y in grants if y <= year), default=min(grants))] for year in years}


def _sample(value: Number, n: int, seed: int, number: int, *, is_past: bool) -> Floats:
    if is_past or not isinstance(value, Distribution):
        return np.full(n, middle(value))
    return np.array([value.quantile(u) for u in uniforms(seed, 4, Purpose.COUNTING, n, number).tolist()])
