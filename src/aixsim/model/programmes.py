"""Programmes: the programmes of a config as funding lines in whole won. How much of a plan comes stands in ``delivery.py``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon, over_years
from aixsim.model.delivery import Delivery, delivered_budget, deviations, traded_grant, variates, walk
from aixsim.model.economics import Economics
from aixsim.model.parameters import BySize, ByYear, Parameter, by_size, by_year, choice, each_year, fraction, integer, integers, names
from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.scenario import FundingLine
from aixsim.random.draws import Purpose
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

_BUDGETS = "ai_factory_budgets.csv"
WON_PER_BN = 1_000_000_000
HIGHEST_SUPPORT = 0.99
"""Share of a project's cost beyond which no firm expects public money to go."""


class Programme(Delivery):
    """A public support line: budget by year, size of a grant, who may apply, and when."""

    budget_krw_bn: Mapping[int, float] = each_year(
        "KRW bn/year", 0.0, 1e6, "planned public money by calendar year; years left out have none", _BUDGETS, "quoted"
    )
    grant_krw_bn: ByYear = by_year(
        None,
        "KRW bn",
        0.001,
        1e5,
        "public money for one project, at most with public_share; one number or by calendar year of the call; years left out take the year "
        "before",
        _BUDGETS,
        "derived",
        "0.83 (2025) to 2.0 (plan of 2030)",
    )
    public_share: BySize = by_size(
        dict.fromkeys(SIZES, 0.0),
        "1",
        0.0,
        1.0,
        "share of a project's cost that the programme pays, up to its grant; 0 for all sizes: it pays the grant whatever the project costs",
        "smart_factory_unit_support.csv, ai_factory_budgets.csv (50 and 70 % in lines for SMEs)",
        "assumed",
        "SMEs 0.5 to 0.75, mid-size 0.5 to 0.7, large 0.33 to 0.5",
    )
    call_months: tuple[int, ...] = integers(
        "month of the year", 1, 12, "months in which calls are held", "ai_factory_plan_and_delivery.csv", "quoted"
    )
    kind: str = choice(
        "grant",
        tuple(programme_kinds()),
        "what becomes of the money: " + "; ".join(f"{name}: {kind.title}" for name, kind in programme_kinds().items()),
        "ai_factory_budgets.csv (grants)",
        "quoted",
    )
    instalments: int = integer(
        1,
        "year",
        1,
        10,
        "years over which a grant is paid; later years are reserved",
        "ai_factory_programme_by_year.csv (4 years in 2024, single-year from 2025)",
        "quoted",
        certain=True,
    )
    lag_months: int = integer(
        2,
        "month",
        0,
        60,
        "months from the call to the launch",
        "ai_factory_plan_and_delivery.csv (call in May and June, selection in June and July)",
        "derived",
        "1 to 6",
    )
    sizes: tuple[str, ...] = names(list(SIZES), SIZES, "size classes that may apply", "assumed", "assumed")
    provinces: tuple[str, ...] = names(list(PROVINCES), PROVINCES, "provinces that may apply", "assumed", "assumed")
    sectors: tuple[str, ...] = names(list(SECTORS), SECTORS, "sectors that may apply", "assumed", "assumed")
    agent_types: tuple[str, ...] = names(list(AGENT_TYPES), AGENT_TYPES, "types of firm that may apply", "assumed", "assumed")
    regional_floor: float = fraction(
        0.0, "share of the budget for firms outside the Capital pole first", "national_growth_fund.csv (at least 40 %)", "quoted"
    )
    public_share_max: float = fraction(
        0.5, "highest public share of a project's cost that firms expect", "smart_factory_unit_support.csv (50 %)", "quoted"
    )


_TERMS = [(parameter, kind.name) for kind in programme_kinds().values() for parameter in kind.parameters.declared]
TERMS: Final = {parameter.name: (parameter, kind) for parameter, kind in _TERMS}
"""Parameters of kinds of programme, stated in ``[[programme]]`` beside its other settings, and of which kind they are."""
EVERY: Final = (*Programme.declared, *(parameter for parameter, _ in _TERMS))
"""What a programme can state beside its name."""
if len({parameter.name for parameter in EVERY}) < len(EVERY):
    raise ValueError("a parameter of a kind of programme has the name of another setting of [[programme]]")


def declared_of(kind: str) -> tuple[Parameter, ...]:
    """Returns what a programme of a kind can state."""
    return (*Programme.declared, *programme_kinds()[kind].parameters.declared)


def programme_line(
    name: str, p: Programme, table: Mapping[str, Any], horizon: Horizon, scale: float, address: tuple[int, int, int]
) -> FundingLine:
    """Returns the funding line of a programme.

    Args:
        name: of the programme.
        p: values of its parameters.
        table: the whole table, with the values of the parameters of its kind.
        horizon: simulated months.
        scale: share of the national population.
        address: seed, replicate and the programme's number, by which its delivery is drawn.
    """
    kind = programme_kinds()[p.kind]
    delivered, granted = _money(p, horizon, address)
    budget, n_years = np.rint(delivered * scale * WON_PER_BN).astype(np.int64), len(horizon.years)
    grant = np.rint(granted * WON_PER_BN).astype(np.int64)
    return FundingLine(
        name=name,
        route=ROUTES.index("programme"),
        budget=budget[:n_years],
        beyond=budget[n_years:],
        grant=np.repeat(grant[:, None], len(SIZES), axis=1),
        share=np.array(p.public_share),
        instalments=p.instalments,
        calls=np.isin(horizon.calendar_months, p.call_months),
        lag=p.lag_months,
        size=_mask(p.sizes, SIZES),
        province=_mask(p.provinces, PROVINCES),
        sector=_mask(p.sectors, SECTORS),
        agent_type=_mask(p.agent_types, AGENT_TYPES),
        quota=np.zeros(horizon.n_months),
        floor=np.full(horizon.n_months, p.regional_floor),
        change=np.zeros(len(horizon.years), np.int64),
        kind=kind,
        terms=kind.parameters.read(table),
        carries=kind.carries,
    )


def _money(p: Programme, horizon: Horizon, address: tuple[int, int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the budget that comes, by year up to the last that an instalment reserves, and the grant by year of the horizon, KRW bn."""
    passed = over_years(p.budget_krw_bn, horizon, fill=0.0, beyond=p.instalments - 1).tolist()
    grants, numbers = (over_years(value, horizon, fill=None).tolist() for value in (p.grant_krw_bn, p.planned_number))
    shifts = over_years(p.delivery_shift, horizon, fill=None, beyond=p.instalments - 1).tolist()
    years = range(horizon.years[0], horizon.years[0] + len(passed))
    seed, replicate, number = address
    shares, first = [1.0] * len(years), max((p.delivered_from or years[0]) - years[0], 0)
    if p.budget_walk > 0.0:
        later = range(p.passed_until + 1, years[-1] + 1)
        strayed = walk(p.budget_walk, variates(seed, replicate, Purpose.BUDGET_WALK, number, later))
        for year, logarithm in zip(later, strayed, strict=True):
            if year >= years[0]:
                passed[year - years[0]] *= math.exp(logarithm)
    differences = [0.0] * len(years[first:])
    if p.delivery_spread > 0.0:
        differences = deviations(
            p.delivery_spread, p.delivery_persistence, variates(seed, replicate, Purpose.DELIVERY, number, years[first:])
        )
    for k, difference in enumerate(differences, first):
        shares[k] = p.delivered_share * math.exp(difference + shifts[k])
    budget = delivered_budget(passed, shares, p.shortfall_carried)
    for k in range(first, len(grants)):
        grants[k] = traded_grant(grants[k], budget[k], numbers[k], p.number_kept, p.lowest_grant_krw_bn, p.highest_grant_krw_bn)
    return np.array(budget), np.array(grants)


def expected_support(lines: Sequence[FundingLine], horizon: Horizon, p: Economics, share_max: Sequence[float]) -> NDArray[np.float64]:
    """Returns the share of its project's cost that a firm expects public money to pay, shape ``(n_months, 5)``, in 0..0.99.

    Only what a successful project need not pay back carries any of its cost.

    Args:
        lines: programmes, in any order.
        horizon: simulated months.
        p: of the section, with the cost of a project and the chance of a grant that a firm expects.
        share_max: highest public share of a cost, by line, where the line does not state the share that it pays.
    """
    cost = np.array(p.class_cost_krw_bn)
    support = np.zeros((len(horizon.years), len(SIZES)))
    for line, highest in zip(lines, share_max, strict=True):
        grants = np.minimum(line.grant, np.rint(line.share * cost * WON_PER_BN).astype(np.int64)) if line.matches else line.grant
        kept = [[line.kind.kept(grant, line.terms) for grant in by_size] for by_size in grants.tolist()]
        offered = np.minimum(np.array(kept) / WON_PER_BN / cost, line.share if line.matches else highest) * line.size
        has_money = line.budget + line.change > 0
        support = np.maximum(support, np.where(has_money[:, None], p.expected_success * offered, 0.0))
    return np.minimum(support, HIGHEST_SUPPORT)[horizon.month_years]


def _mask(names: Sequence[str], of: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name in names for name in of])
