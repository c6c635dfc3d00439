"""Programmes: public support lines of the config turned into pots of whole won.

How much of a planned budget is delivered, and when, is an uncertainty: from ``delivered_from`` on, each year delivers
``delivered_share`` of what is planned plus what the year before passed on; ``shortfall_carried`` of the shortfall is passed on and
the rest lapses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon, by_year
from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.scenario import Pot
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

WON_PER_BN = 1_000_000_000
HIGHEST_SUPPORT = 0.99
"""Share of a project's cost beyond which no firm expects public money to go."""


_NUMBERS = {"AI Factory lead projects": 1, "Smart factories": 0, "test": 0}
"""Programmes of shipped configs, whose random numbers were first addressed by the position of their table and stay as they were."""


def numbers_of(names: Iterable[str]) -> dict[str, int]:
    """Returns the number that stands for each programme in the addresses of random numbers: it follows from the name, not from the order.

    Numbers of one config differ and are below 4,000,100.
    """
    numbers: dict[str, int] = {}
    for name in sorted(names):
        digest = hashlib.sha256(name.encode()).digest()
        number = _NUMBERS.get(name, 2 + int.from_bytes(digest[:4], "big") % 4_000_000)
        while number in numbers.values():
            number += 1
        numbers[name] = number
    return numbers


def programme_pot(name: str, settings: Mapping[str, Any], horizon: Horizon, scale: float) -> Pot:
    """Returns the pot of one ``[[programme]]`` table whose distributions have been drawn."""
    planned = by_year(settings["budget_krw_bn"], horizon, fill=0.0)
    delivered = delivered_budget(
        planned,
        settings["delivered_share"],
        settings["shortfall_carried"],
        max((settings["delivered_from"] or horizon.years[0]) - horizon.years[0], 0),
    )
    kind = programme_kinds()[settings["kind"]]
    grant = np.rint(by_year(settings["grant_krw_bn"], horizon, fill=None) * WON_PER_BN).astype(np.int64)
    return Pot(
        name=name,
        route=ROUTES.index("programme"),
        budget=np.rint(delivered * scale * WON_PER_BN).astype(np.int64),
        grant=np.repeat(grant[:, None], len(SIZES), axis=1),
        instalments=settings["instalments"],
        calls=np.isin(horizon.calendar_months, settings["call_months"]),
        lag=settings["lag_months"],
        size=_mask(settings["sizes"], SIZES),
        province=_mask(settings["provinces"], PROVINCES),
        sector=_mask(settings["sectors"], SECTORS),
        agent_type=_mask(settings["agent_types"], AGENT_TYPES),
        quota=np.zeros(horizon.n_months),
        floor=np.full(horizon.n_months, float(settings["regional_floor"])),
        change=np.zeros(len(horizon.years), np.int64),
        kind=kind,
        terms=tuple(float(settings[card.name]) for card in kind.cards),
        carries=kind.carries,
    )


def delivered_budget(planned: NDArray[np.float64], share: float, carried: float, first: int) -> NDArray[np.float64]:
    """Returns the budget that is delivered by year, in the unit of ``planned``, shape ``(n_years,)``.

    Args:
        planned: budget of the plan.
        share: delivered share of what is due in a year.
        carried: share of a year's shortfall that is due again in the next year.
        first: position of the first year that is not delivered in full.
    """
    delivered = planned.copy()
    passed_on = 0.0
    for year in range(first, len(planned)):
        due = planned[year] + passed_on
        delivered[year] = share * due
        passed_on = carried * max(due - delivered[year], 0.0)
    return delivered


def expected_support(
    pots: Sequence[Pot], horizon: Horizon, cost_krw_bn: NDArray[np.float64], share_max: Sequence[float], expected_success: float
) -> NDArray[np.float64]:
    """Returns the share of its project's cost that a firm expects public money to carry, shape ``(n_months, 5)``, in 0..0.99.

    Only what a successful project need not pay back carries any of its cost.

    Args:
        pots: programmes, in any order.
        horizon: simulated months.
        cost_krw_bn: cost of a project by size class, shape ``(5,)``.
        share_max: highest public share of a cost, by pot.
        expected_success: chance of a grant that a firm reckons with.
    """
    support = np.zeros((len(horizon.years), len(SIZES)))
    for pot, highest in zip(pots, share_max, strict=True):
        kept = [[pot.kind.kept(grant, pot.terms) for grant in by_size] for by_size in pot.grant.tolist()]
        offered = np.minimum(np.array(kept) / WON_PER_BN / cost_krw_bn, highest) * pot.size
        has_money = pot.budget + pot.change > 0
        support = np.maximum(support, np.where(has_money[:, None], expected_success * offered, 0.0))
    return np.minimum(support, HIGHEST_SUPPORT)[horizon.month_years]


def _mask(names: Sequence[str], of: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name in names for name in of])
