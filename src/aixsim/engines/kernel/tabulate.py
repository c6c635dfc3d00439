"""The compiled twin of the tables of ``core.history``: one pass over the events, no table between."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from aixsim.engines.kernel.compile import compiled
from aixsim.model.history import History, effects, firm_levels
from aixsim.world.classification import GROUPS, OUTCOMES
from aixsim.world.population import Population

_OWN_ROUTE = GROUPS["route"].index("own")
_N_LEVELS = sum(len(names) for names in GROUPS.values())
_FIRST_ROUTE = _N_LEVELS - len(GROUPS["route"])
_N_OUTCOMES = len(OUTCOMES)

_levels: WeakKeyDictionary[Population, NDArray[np.int8]] = WeakKeyDictionary()


def tables(
    history: History, counts: NDArray[np.bool_], n_months: int, population: Population
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns what ``outcome_counts`` and ``group_counts`` of ``core.history`` do.

    Args:
        history: what happened.
        counts: bool ``(n_routes,)``, which routes count as AI factories.
        n_months: of the horizon.
        population: whose firms they are.
    """
    total, groups = np.zeros((_N_OUTCOMES, n_months), np.int32), np.zeros((_N_LEVELS, _N_OUTCOMES, n_months), np.int32)
    tabulate(history.month, history.event, history.firm, history.route, counts, effects(), _levels_of(population), total, groups)
    return total, groups


def _levels_of(population: Population) -> NDArray[np.int8]:
    """Returns the rows of ``groups`` that a firm belongs to, shape ``(n, n_groups - 1)``: firm by firm, because they are read together."""
    if population not in _levels:
        by_group = firm_levels(population)
        first, columns = 0, []
        for group, names in GROUPS.items():
            if group != "route":
                columns.append(by_group[group] + first)
            first += len(names)
        _levels[population] = np.stack(columns, axis=1).astype(np.int8)
    return _levels[population]


@compiled
def accumulate(table: Any) -> None:
    """Turns changes by month, in the last axis, into what there is at the end of each month."""
    for outcome in range(table.shape[0]):
        so_far = table[outcome, 0]
        for month in range(1, table.shape[1]):
            so_far += table[outcome, month]
            table[outcome, month] = so_far


@compiled
def tabulate(months: Any, events: Any, firms: Any, routes: Any, counts: Any, effect: Any, level: Any, total: Any, groups: Any) -> None:
    """Adds up what every event changes, then runs through the months."""
    for k in range(len(months)):
        month, event, route, firm = max(months[k], 0), events[k], routes[k], firms[k]
        has_route = route >= 0
        is_own = 1 if route == _OWN_ROUTE else 0
        is_counted = 1 if has_route and counts[route] else 0
        for outcome in range(_N_OUTCOMES):
            change = effect[is_counted, is_own, event, outcome]
            if change != 0:
                total[outcome, month] += change
                for group in range(level.shape[1]):
                    groups[level[firm, group], outcome, month] += change
            if has_route:
                # Among the routes every one counts, so that what firms build on their own can be reported beside the others.
                groups[_FIRST_ROUTE + route, outcome, month] += effect[1, is_own, event, outcome]
    accumulate(total)
    for row in range(len(groups)):
        accumulate(groups[row])
