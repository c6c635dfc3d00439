"""Funding: awards, own money and withdrawal. Money is whole won and conserved."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from aixsim.model.economics import Economics
from aixsim.model.parameters import Parameters, choice, derived, integer, real


class Funding(Parameters):
    """Ranking, own money and withdrawal."""

    mode: str = choice(
        "programmes",
        ("programmes", "open"),
        "whether programmes decide who is launched, or every decision is launched in its month (theory)",
        "assumed",
        "assumed",
    )
    merit_noise: float = real(
        1.0, "1", 0.0, 100.0, "scale of the logistic noise of the merit in a ranking", "assumed", "assumed", "0.5 to 2"
    )
    size_weight: float = real(
        0.35,
        "1",
        0.0,
        100.0,
        "points in the ranking per unit of the logarithm of employees",
        "assumed; centred on 9 large firms among the 26 leads of 2024 (ai_factory_programme_by_year.csv)",
        "assumed",
        "0.2 to 0.6",
    )
    consortium_bonus: float = real(1.0, "1", 0.0, 100.0, "points for a member of a collaboration model", "assumed", "assumed", "0 to 2")
    attempts: int = integer(3, "calls", 1, 1000, "refusals after which a firm withdraws", "assumed", "assumed", "2 to 5")
    patience_months: int = integer(30, "month", 1, 1200, "months of waiting after which a firm withdraws", "assumed", "assumed", "12 to 48")
    own_rate: float = real(
        0.02,
        "1/month",
        0.0,
        10.0,
        "hazard that a decided firm pays itself when the project is cheap for it",
        "assumed; smart_factory_dropout_and_demand.csv: own funds are the main financing of 56.9 % of adopters",
        "assumed",
        "loguniform, 0.005 to 0.05",
    )
    own_burden_half: float = real(
        0.05, "1", 1e-6, 1e3, "project cost over yearly sales at which that hazard is half", "assumed", "assumed", "0.02 to 0.2"
    )

    @derived
    def is_open(self) -> bool:
        """Whether every decision is launched in its own month (theory)."""
        return self.mode == "open"


def gives_up(refusals: int, months: int, p: Funding) -> bool:
    """Returns whether a firm without a grant withdraws, after some refusals and months of waiting."""
    return refusals >= p.attempts or months >= p.patience_months


def own_burdens(economics: Economics, p: Funding, mean_employees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns cost over yearly sales of the mean firm of a class, in multiples of the burden that halves the hazard, shape ``(5,)``."""
    sales = np.maximum(mean_employees, 1.0) * economics.sales_per_employee_krw_bn
    return np.array(economics.class_cost_krw_bn) / sales / p.own_burden_half


def merit(noise: float, log_employees: float, member: bool, priority: float, p: Funding) -> float:
    """Returns the points of an applicant.

    Args:
        noise: standard logistic variate of the application.
        log_employees: natural logarithm of the employees.
        member: of a collaboration model that has started.
        priority: growth-engine bonus of its province and sector.
        p: of the section.
    """
    points = p.merit_noise * noise + p.size_weight * log_employees + priority
    if member:
        points += p.consortium_bonus
    return points


def own_hazard(rate: float, burden: float) -> float:
    """Returns the hazard per month that a waiting firm pays itself.

    Args:
        rate: hazard in 1/month when the project costs nothing.
        burden: cost over yearly sales, in multiples of the burden at which the hazard is half.
    """
    return rate / (1.0 + burden)


def award(
    grants: NDArray[np.int64],
    members: NDArray[np.bool_],
    regional: NDArray[np.bool_],
    left: NDArray[np.int64],
    year: int,
    instalments: int,
    available: int,
    quota: int,
    floor: int,
    funded: NDArray[np.bool_],
    is_sample: bool,
) -> int:
    """Spends a budget on ranked applicants; marks the funded ones and takes the money from ``left``.

    Three passes from the top of the ranking, each funding the next applicants that the budget can pay for: members of collaboration
    models until the quota is spent on them, firms outside the Capital pole until the floor is spent on them (members among them count),
    then everybody. What a quota or the floor cannot use is open to all.

    Args:
        grants: money for one project in won, best applicant first, shape ``(m,)``.
        members, regional: shape ``(m,)``.
        left: unspent budget by year in won, shape ``(n_years,)``; changed in place. Engines give it the years after the
            horizon that instalments reserve; what is due after its last year is not limited.
        year: position of the call's year.
        instalments: years over which a grant is paid in equal parts, the first with the remainder.
        available: what the call may spend of this year's budget, in won.
        quota, floor: money kept for members and for regions first, in won.
        funded: shape ``(m,)``, all false; changed in place.
        is_sample: a pass ends at the first applicant that the rest cannot pay for. Cheaper ones further down would fill the small
            budgets of a sample with small grants: more of them than the nation awards.

    Returns:
        Number of funded projects.
    """
    n_funded = 0
    to_members = 0
    to_regions = 0
    # What the cheapest project takes this year, but for a remainder of its parts.
    cheapest = available + 1
    for rank in range(len(grants)):
        cheapest = min(cheapest, grants[rank] // instalments)
    for reserve in range(3):
        for rank in range(len(grants)):
            # A pass ends when no further award is possible; most applicants are far below the line.
            if available < cheapest or (reserve == 0 and to_members >= quota) or (reserve == 1 and to_regions >= floor):
                break
            if funded[rank] or (reserve == 0 and not members[rank]) or (reserve == 1 and not regional[rank]):
                continue
            part = grants[rank] // instalments
            first = grants[rank] - part * (instalments - 1)
            fits = first <= available and first <= left[year]
            for later in range(year + 1, min(year + instalments, len(left))):
                if part > left[later]:
                    fits = False
            if not fits:
                if is_sample:
                    break
                continue
            left[year] -= first
            available -= first
            for later in range(year + 1, min(year + instalments, len(left))):
                left[later] -= part
            funded[rank] = True
            n_funded += 1
            if members[rank]:
                to_members += first
            if regional[rank]:
                to_regions += first
    return n_funded


def award_rest(
    grants: NDArray[np.int64],
    left: NDArray[np.int64],
    budget: NDArray[np.int64],
    year: int,
    instalments: int,
    lot: float,
    funded: NDArray[np.bool_],
) -> float:
    """Makes what a year has left below one grant a whole grant or nothing, in a sample of the nation.

    A sample has its share of the budgets, and grants as large as the nation's: without this, more and more of its money is left below one
    grant the smaller it is. The best applicant without a grant gets one with the chance that the rest is of it. Chances of a line add up
    from a start drawn by lot, and a grant is awarded when their sum reaches 1 (systematic sampling, Madow and Madow 1944): awards are then
    unbiased, and never more than one away from what the money pays for.

    Args:
        grants: as in ``award``.
        left, budget: by year in won, shape ``(n_years,)`` or longer; the rest is added to or taken from both, in place.
        year, instalments: as in ``award``.
        lot: sum of the chances, 0 to below 1.
        funded: shape ``(m,)``, as ``award`` left it; changed in place.

    Returns:
        The new sum of the chances.
    """
    for rank in range(len(grants)):
        if funded[rank]:
            continue
        part = grants[rank] // instalments
        first = grants[rank] - part * (instalments - 1)
        # Below 1 in the end: a grant that every year can pay would have been awarded.
        chance = left[year] / first
        for later in range(year + 1, min(year + instalments, len(left))):
            if part > 0:
                chance = min(chance, left[later] / part)
        lot += chance
        wins = lot >= 1.0
        if wins:
            lot -= 1.0
            funded[rank] = True
            for later in range(year + 1, min(year + instalments, len(left))):
                paid = min(part, left[later])
                budget[later] += part - paid
                left[later] -= paid
        if wins or left[year] < first:
            # As much is added when it wins as is taken away when it does not, in expectation.
            budget[year] += (first if wins else 0) - min(left[year], first)
            left[year] -= min(left[year], first)
        break
    return lot


def log_employees(employees: int) -> float:
    """Returns the natural logarithm of the number of employees, at least of one."""
    return math.log(max(employees, 1))
