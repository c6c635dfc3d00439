"""AX demonstration parks: industrial parks that advise their tenants and pay for demonstration projects.

Ten parks were chosen in 2025 and three more in 2026, each with KRW 14 bn of central money and at least 40 % of that from
local governments, over four years (``ax_parks.csv``). Which share of the money pays tenants' projects is not published.
A park that closes advises and pays nobody any more; its money of the years after lapses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.data.packaged import rows
from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, fraction, integer, month, names, real
from aixsim.model.problem import Problem
from aixsim.model.programme_kinds.grant import KIND as GRANT
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

_WON_PER_BN = 1_000_000_000
PARK_MONEY = "AX parks"
"""Name of the line that pays tenants' projects."""
PLACES = tuple(row["park"] for row in rows("industrial_parks.csv"))


def service_level(age: NDArray[np.int64], ramp: int, capacity: float, tenants: int) -> NDArray[np.float64]:
    """Returns what a park offers a tenant, in 0..1, by month: rising over the ramp-up, at most what capacity reaches.

    Args:
        age: months since opening, 0 or more.
        ramp: months until full service.
        capacity: tenants that the park can advise at a time.
        tenants: firms in the park.
    """
    if tenants <= 0:
        return np.zeros(len(age))
    return np.minimum((age + 1) / max(ramp, 1), 1.0) * min(capacity / tenants, 1.0)


class Parks(Parameters):
    """Settings of the lever."""

    start: str = starts("2024-01", "assumed: the openings below say when", "assumed")
    stop: str = stops()
    number: int = integer(13, "parks", 0, len(PLACES), "AX demonstration parks: the first so many places", "ax_parks.csv", "quoted")
    places: tuple[str, ...] = names(
        list(PLACES),
        PLACES,
        "industrial parks in the order in which they become AX parks",
        "industrial_parks.csv; four of the thirteen confirmed, the others likely or assumed",
        "assumed",
    )
    first_wave: int = integer(10, "parks", 0, len(PLACES), "parks that open with the first opening", "ax_parks.csv", "quoted")
    first_opening: str = month("2025-09", "opening of the first wave", "ax_parks.csv (Noksan: 2025-09 to 2028-12)", "quoted")
    later_opening: str = month("2026-09", "opening of the others", "assumed: a year after the first", "assumed")
    ramp_months: int = integer(12, "month", 1, 240, "months from opening to full service", "assumed", "assumed", "6 to 24")
    capacity: float = real(
        150.0,
        "firms",
        0.0,
        1e6,
        "tenants that a park can advise at a time",
        "assumed; 153 firms in the demand survey of Gunsan (ax_parks.csv)",
        "assumed",
        "50 to 500",
    )
    duration_factor: float = real(
        0.9, "1", 0.01, 1.0, "what an open park multiplies the duration of its tenants' projects by", "assumed", "assumed", "0.7 to 1"
    )
    central_krw_bn: float = real(14.0, "KRW bn", 0.0, 1e5, "central money of a park over its years", "ax_parks.csv", "quoted")
    local_match: float = real(0.4, "1", 0.0, 10.0, "local money over central money", "ax_parks.csv", "quoted")
    years: int = integer(4, "year", 1, 30, "calendar years over which the money is paid", "ax_parks.csv (2025 to 2028)", "quoted")
    project_share: float = fraction(
        0.3,
        "share of the money that pays tenants' projects; the rest builds shared facilities",
        "assumed; three model plants are planned for Changwon (ax_parks.csv)",
        "assumed",
        "0.1 to 0.5",
    )
    grant_krw_bn: float = real(
        1.65,
        "KRW bn",
        0.001,
        1e4,
        "money for one project",
        "ai_factory_budgets.csv (lead projects of 2026; parks publish none)",
        "assumed",
        "0.83 to 2.0",
    )
    public_share: float = fraction(
        0.0,
        "share of a project's cost that a park pays, up to its grant; 0: it pays the grant whatever the project costs",
        "assumed",
        "assumed",
        "0.5 to 0.75",
    )
    cost_share: float = fraction(
        0.0, "share of the cost of a tenant's project that the park's shared equipment spares", "assumed", "assumed", "0 to 0.3"
    )
    staff_share: float = fraction(
        0.0, "share of the vendors and engineers of a tenant's project that the park's own staff replaces", "assumed", "assumed", "0 to 0.3"
    )
    call_month: int = integer(4, "month of the year", 1, 12, "month of the yearly call", "assumed", "assumed")
    lag_months: int = integer(2, "month", 0, 60, "months from the call to the launch", "assumed as in the programmes", "assumed")


def apply(scenario: Scenario, p: Parks, problem: Problem) -> None:
    """Opens the first of the listed places and adds their project money as one line."""
    horizon, parks = problem.horizon, problem.population.parks
    first, end = window(p, horizon)
    # Parks of a population stand in the order of the table; a population from a file may have fewer or none.
    listed = [PLACES.index(name) for name in p.places]
    places = [park for park in listed if park < len(parks)][: p.number]
    budget = np.zeros(len(horizon.years), np.int64)
    yearly = p.central_krw_bn * (1.0 + p.local_match) * p.project_share / p.years
    for position, park in enumerate(places):
        opening = p.first_opening if position < p.first_wave else p.later_opening
        month = max(horizon.index(opening), horizon.index(p.start))
        if month >= end:
            continue
        scenario.park_open[park], scenario.park_close[park] = month, end
        age = np.arange(max(month, first), end) - month
        capacity, ramp = p.capacity * problem.scale, p.ramp_months
        scenario.park_service[park, age + month] = service_level(age, ramp, capacity, parks[park].n_tenants)
        first_year = horizon.date(month).year
        for year in range(first_year, min(first_year + p.years, horizon.date(end - 1).year + 1)):
            if year in horizon.years:
                budget[year - horizon.years[0]] += round(yearly * problem.scale * _WON_PER_BN)
    if (scenario.park_open < horizon.n_months).any():
        scenario.park_duration_factor = p.duration_factor
        scenario.park_cost_share, scenario.park_staff_share = p.cost_share, p.staff_share
    if not budget.any():
        return
    scenario.lines.append(
        FundingLine(
            name=PARK_MONEY,
            route=ROUTES.index("park"),
            budget=budget,
            beyond=np.zeros(0, np.int64),
            grant=np.full((len(horizon.years), len(SIZES)), round(p.grant_krw_bn * _WON_PER_BN), np.int64),
            share=np.full(len(SIZES), p.public_share),
            instalments=1,
            calls=horizon.calendar_months == p.call_month,
            lag=p.lag_months,
            size=np.ones(len(SIZES), np.bool_),
            province=np.ones(len(PROVINCES), np.bool_),
            sector=np.ones(len(SECTORS), np.bool_),
            agent_type=np.ones(len(AGENT_TYPES), np.bool_),
            quota=np.zeros(horizon.n_months),
            floor=np.zeros(horizon.n_months),
            change=np.zeros(len(horizon.years), np.int64),
            kind=GRANT,
            terms=GRANT.parameters(),
            park_tenants_only=True,
            carries=True,
        )
    )


LEVER = Lever(
    name="parks",
    title="AX demonstration parks",
    apply=apply,
    neutral={"number": 0},
    parameters=Parks,
    source="ax_parks.csv; emetro_20250617 in sources.csv",
)
