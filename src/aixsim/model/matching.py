"""Matching: what a project costs a firm, who pays which part of it, and whether the firm applies.

A programme that states ``public_share`` pays a share of the project's cost, up to its grant. The firm brings the rest; a member of a
started collaboration model is given less by the state, and its lead pays part of what is left. A firm that cannot bring its part has a
project of smaller *scope*: the share of its cost that is paid for. Below ``least_scope`` it does not apply.

Money is whole won: public money, the lead's and the firm's own money add up to the cost times the scope, to the won.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.parameters import BySize, Parameters, by_size, fraction, real

WON_PER_BN: Final = 1e9
ADEQUATE: Final = 0.7
"""A project of smaller scope than this counts as short of money."""


class Matching(Parameters):
    """Cost of a firm's project, own money and scope."""

    cost_exponent: float = real(
        0.4,
        "1",
        0.0,
        2.0,
        "power of employees with which the cost of a project rises within a size class",
        "assumed",
        "assumed",
        "0.2 to 0.6",
    )
    cost_spread: float = real(
        0.5,
        "1",
        0.0,
        3.0,
        "standard deviation of the logarithm of a project's cost among firms of one size",
        "assumed",
        "assumed",
        "0.35 to 0.65",
    )
    own_share: float = real(
        0.01,
        "1/year",
        0.0,
        100.0,
        "money that the median firm can bring, as a share of its yearly sales",
        "smart_factory_dropout_and_demand.csv: 68.9 % of 502 SMEs would invest at most KRW 0.1 bn (2025)",
        "assumed",
        "loguniform, 0.003 to 0.04",
    )
    own_spread: float = real(
        1.0, "1", 0.0, 5.0, "standard deviation of the logarithm of that share among firms", "assumed", "assumed", "0.5 to 1.5"
    )
    own_factor: BySize = by_size(
        {"micro": 1.0, "small": 1.0, "medium": 1.0, "mid-size": 3.0, "large": 1000.0},
        "1",
        0.0,
        1e6,
        "what own_share is multiplied by; large firms are not limited by it",
        "assumed; ai_factory_budgets.csv: 94.9 % of the cost of the 26 projects of 2024 was not public",
        "assumed",
        "mid-size: 1 to 10",
    )
    lead_share: float = fraction(
        0.4,
        "part of the public money that the state saves on a member of a started collaboration model; its lead pays it and half as large a "
        "part of the member's own money",
        "smart_factory_unit_support.csv: state pays 30 instead of 50 % in the collaborative scheme",
        "derived",
        "0.2 to 0.6",
    )
    least_scope: float = fraction(0.5, "scope below which a firm does not apply", "assumed", "assumed", "0.3 to 0.7")
    least_grant_share: float = fraction(
        0.0,
        "share of the cost that the state must give for a firm to go through a call",
        "assumed; ai_factory_budgets.csv: 5.1 % of the cost of the 26 projects of 2024 was public",
        "assumed",
        "loguniform, 0.001 to 0.02",
    )


def cost_at_start(log_size: float, z: float, class_cost: float, p: Matching) -> float:
    """Returns the cost of a firm's project at the start of the horizon, in the unit of ``class_cost``.

    Args:
        log_size: logarithm of the firm's employees over the mean of its class.
        z: standard normal variate of the firm.
        class_cost: cost for the mean firm of the class.
        p: of the section.
    """
    return class_cost * math.exp(p.cost_exponent * log_size + p.cost_spread * z - 0.5 * p.cost_spread * p.cost_spread)


def own_means(log_sales: float, z: float, size: int, p: Matching) -> float:
    """Returns the money that a firm can bring in a year of climate 1 without credit, in the unit of the sales.

    Args:
        log_sales: logarithm of the firm's yearly sales.
        z: standard normal variate of the firm.
        size: class of the firm.
        p: of the section.
    """
    return p.own_factor[size] * p.own_share * math.exp(log_sales + p.own_spread * z)


def grant_of(cost: int, most: int, share: float, lead_share: float) -> int:
    """Returns what the state gives, in won.

    Args:
        cost: of the project, in won.
        most: highest grant of the programme, in won.
        share: of the cost that the programme pays.
        lead_share: part of it that the state saves; 0 for a lead and for a firm outside a started collaboration model.
    """
    public = min(most, int(share * cost + 0.5))
    return public - int(lead_share * public + 0.5)


def due_from_firm(cost: int, most: int, share: float, lead_share: float) -> int:
    """Returns what the firm is to bring, in won; arguments as in ``grant_of``. The lead of its model pays what is left."""
    rest = cost - min(most, int(share * cost + 0.5))
    return rest - int(0.5 * lead_share * rest + 0.5)


def scope(cost: int, due: int, means: int) -> float:
    """Returns the share of a project's cost that is paid for, in 0..1: all but what the firm is to bring and cannot.

    Args:
        cost: of the project, in won; 0 gives 1.
        due: what the firm is to bring, at most the cost.
        means: what it can bring, 0 or more.
    """
    if means >= due:
        return 1.0
    return (cost - due + means) / cost


def applies(cost: int, state: int, due: int, means: int, p: Matching) -> bool:
    """Returns whether a firm that may apply does: the state gives enough for the effort, and enough of the cost is paid for.

    Args:
        cost, state, due, means: in won: of the project, what the state gives, what the firm is to bring, and what it can.
        p: of the section.
    """
    if state <= 0 or state < p.least_grant_share * cost:
        return False
    return means >= due or (cost - due + means) / cost >= p.least_scope


def log_mean_employees(mean_employees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the logarithm of the mean number of employees by size class, of at least 1, shape ``(5,)``."""
    return np.array([math.log(max(float(mean), 1.0)) for mean in mean_employees])


def project_cost(at_start: float, learning: float, spared: float, park_share: float) -> int:
    """Returns the cost of a firm's project, in won.

    Args:
        at_start: at the start of the horizon, KRW bn.
        learning: cost over its cost at the start, as from ``economics.cost_now``.
        spared: share that a known solution spares.
        park_share: share that an open park spares.
    """
    return int(at_start * learning * (1.0 - spared) * (1.0 - park_share) * WON_PER_BN + 0.5)


def means_now(means: float, climate: float, credit: float) -> int:
    """Returns the money that a firm can bring now, in won.

    Args:
        means: as from ``own_means``, KRW bn.
        climate: of the month.
        credit: share of a project's cost that credit carries, in 0..1.
    """
    return int(means * climate * (1.0 + credit) * WON_PER_BN + 0.5)
