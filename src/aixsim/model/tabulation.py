"""Tables of a history: what has been counted by the end of every month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.history import NO_ROUTE, History
from aixsim.model.outcomes import effects, firm_kinds
from aixsim.world.classification import GROUPS
from aixsim.world.population import Population, firm_levels


def outcome_counts(history: History, counts: NDArray[np.bool_], n_months: int, population: Population) -> NDArray[np.int32]:
    """Returns the count of each outcome at the end of each month, shape ``(n_outcomes, n_months)``.

    Args:
        history: what happened.
        counts: bool ``(n_routes,)``, which routes count as AI factories.
        n_months: of the horizon.
        population: whose firms they are.
    """
    none = np.zeros(len(history.firm), np.int64)
    return _tabulate(history, effects(tuple(counts.tolist())), population, n_months, none, 1)[0]


def group_counts(history: History, counts: NDArray[np.bool_], n_months: int, population: Population) -> NDArray[np.int32]:
    """Returns counts by level of every group of ``GROUPS``, shape ``(n_levels, n_outcomes, n_months)``.

    Levels stand in the order of ``GROUPS``. The levels of ``route`` hold what each route pays even when ``counts`` leaves it out, so
    that what firms build on their own can be reported beside the others; outcomes with an event that has no route are 0 there.
    """
    parts = []
    levels = firm_levels(population)
    for group, names in GROUPS.items():
        if group == "route":
            change, level = effects((True,) * len(names), by_route=True), np.maximum(history.route, 0)
        else:
            change, level = effects(tuple(counts.tolist())), levels[group][history.firm]
        parts.append(_tabulate(history, change, population, n_months, level, len(names)))
    return np.concatenate(parts)


def _tabulate(
    history: History, effect: NDArray[np.int64], population: Population, n_months: int, level: NDArray[np.int64], n_levels: int
) -> NDArray[np.int32]:
    change = effect[firm_kinds(population)[history.firm], history.route - NO_ROUTE, history.event]
    cell = level * n_months + np.maximum(history.month, 0)
    out = np.empty((n_levels, effect.shape[-1], n_months), np.int32)
    for outcome in range(effect.shape[-1]):
        flow = np.bincount(cell, weights=change[:, outcome], minlength=n_levels * n_months)
        out[:, outcome] = np.cumsum(flow.reshape(n_levels, n_months), axis=1)
    return out
