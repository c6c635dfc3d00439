"""Budgets as known at an origin: passed budgets, and plans for later years with a growing error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import Problems
from aixsim.config.observations import Announcement
from aixsim.config.study import Study
from aixsim.model.calendar import parse_month
from aixsim.random.distributions import Distribution
from aixsim.random.draws import Purpose, uniforms

Number = float | Distribution
Floats = NDArray[np.float64]
MOST_YEARS: Final = 1000
"""Maximum number of years, for distinct addresses of the programmes' random numbers."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The yearly money of one programme as it was known at a time, KRW bn.

    A budget is passed for one year at a time, in December. Later budgets deviate from the plan, or from the last plan if there
    is none for the year, by one random walk of the logarithm, so deviations persist.

    Attributes:
        known: budgets of past years and of passed budgets; years left out have none.
        planned: median of every later year.
        last: last year with a passed budget.
        error: standard deviation of the walk's yearly step.
    """

    known: dict[int, Number]
    planned: dict[int, float]
    last: int
    error: float

    def laws(self) -> dict[int, Number]:
        """Returns the budgets of all years; later ones as marginal distributions."""
        later: dict[int, Number] = {
            year: Distribution("lognormal", (plan, self.error * float(np.sqrt(year - self.last)))) if self._strays(plan) else plan
            for year, plan in self.planned.items()
        }
        return dict(sorted((self.known | later).items()))

    def walks(self, n: int, seed: int, programme: int) -> dict[int, Floats]:
        """Returns a sample of the uncertain years, each of shape ``(n,)``; each row is one walk.

        Args:
            n: size of the sample.
            programme: its number, as from ``numbers_of``; every programme has its own walk.
        """
        from scipy.special import ndtri

        out, strayed = {}, np.zeros(n)
        for position, (year, plan) in enumerate(sorted(self.planned.items())):
            strayed = strayed + self.error * ndtri(uniforms(seed, 4, Purpose.COUNTING, n, MOST_YEARS * programme + position))
            if self._strays(plan):
                out[year] = plan * np.exp(strayed)
        return out

    def _strays(self, plan: float) -> bool:
        return plan > 0.0 and self.error > 0.0


def budgets_of(name: str, table: Mapping[str, Any], study: Study, month: str) -> Budgets:
    """Returns the money of one ``[[programme]]`` as it was known at the end of ``month``.

    The latest announcement replaces earlier ones. A programme that was not announced has no budget, and an ended programme has none
    either.
    """
    now = parse_month(month)[0]
    plans = _plans(name, study, month)
    announced = {year: value for year, value in plans[-1].budget_krw_bn.items() if year > now} if plans else {}
    known = {year: value for year, value in table["budget_krw_bn"].items() if year <= now}
    if now + 1 in announced:
        known[now + 1] = announced[now + 1]
    last = now + 1 if now + 1 in announced else now
    level = middle(known.get(last, 0.0))
    planned = {}
    for year in study.horizon.years:
        if year > last:
            level = middle(announced.get(year, level))
            planned[year] = level
    # A table of budgets needs at least one year.
    return Budgets(known or {study.horizon.years[0]: 0.0}, planned, last, study.calibration.policy_error)


def grants_of(name: str, table: Mapping[str, Any], study: Study, month: str) -> Any:
    """Returns the money for one project as it was known at the end of ``month``; years left out take the year before."""
    grants = table["grant_krw_bn"]
    if not isinstance(grants, Mapping):
        return grants
    now = parse_month(month)[0]
    known = {year: value for year, value in grants.items() if year <= now}
    for plan in _plans(name, study, month):
        known |= {year: value for year, value in (plan.grant_krw_bn or {}).items() if year > now}
    # Without a known price there is no budget, so the price does not matter.
    return known or grants


def as_of(problem_of: Problems, study: Study, month: str) -> Problems:
    """Returns a copy of the study with the budgets known at the end of ``month``; earlier settings do not change.

    Plans enter as announced; their delivered share is as uncertain as in every other year (``delivered_share``). Budgets not yet passed
    have marginal distributions; ``Budgets.walks`` samples them jointly.
    """
    settings = dict(problem_of.settings)
    settings["programme"] = {
        name: {
            **table,
            "budget_krw_bn": budgets_of(name, table, study, month).laws(),
            "budget_walk": 0.0,  # the laws have it
            "grant_krw_bn": grants_of(name, table, study, month),
        }
        for name, table in settings["programme"].items()
    }
    return replace(problem_of, settings=settings)


def middle(value: Number) -> float:
    """Returns a number, or the median of a distribution."""
    return value.quantile(0.5) if isinstance(value, Distribution) else float(value)


def _plans(name: str, study: Study, month: str) -> list[Announcement]:
    """Returns the announcements on a programme up to a month, the latest last."""
    plans = [plan for plan in study.announcements if plan.programme == name and plan.known_from <= month]
    return sorted(plans, key=lambda plan: plan.known_from)
