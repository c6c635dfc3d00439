"""The compiled twin of the tables of ``model.tabulation``: one pass over the events, no table between."""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from aixsim.engines.kernel.compile import compiled, kept
from aixsim.model.history import History
from aixsim.model.outcomes import effects, firm_kinds
from aixsim.world.classification import GROUPS
from aixsim.world.population import Population, firm_levels

_N_LEVELS = sum(len(names) for names in GROUPS.values())
_N_ROUTES = len(GROUPS["route"])
_FIRST_ROUTE = _N_LEVELS - _N_ROUTES

_levels: WeakKeyDictionary[Population, NDArray[np.uint8]] = WeakKeyDictionary()


def tables(
    history: History, counts: NDArray[np.bool_], n_months: int, population: Population
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns what ``outcome_counts`` and ``group_counts`` of ``model.tabulation`` do.

    Args:
        history: what happened.
        counts: bool ``(n_routes,)``, which routes count as AI factories.
        n_months: of the horizon.
        population: whose firms they are.
    """
    effect, changed = effects_and_where(tuple(counts.tolist()))
    total, groups = np.zeros((effect.shape[-1], n_months), np.int32), np.zeros((_N_LEVELS, effect.shape[-1], n_months), np.int32)
    tabulate(
        history.month, history.event, history.firm, history.route,
        effect, changed, *effects_and_where((True,) * _N_ROUTES, by_route=True), _levels_of(population),
        total.reshape(-1), groups.reshape(_N_LEVELS, -1), n_months,
    )  # fmt: skip
    return total, groups


@cache
def effects_and_where(counts: tuple[bool, ...], *, by_route: bool = False) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns ``effects``, and the outcomes that are not 0 there, -1 after the last of them, which spares the pass the others."""
    effect = effects(counts, by_route=by_route)
    most = int((effect != 0).sum(axis=-1).max())
    first = np.argsort(effect == 0, axis=-1, kind="stable")[..., :most]
    return effect, np.where(np.take_along_axis(effect, first, axis=-1) != 0, first, -1)


def _levels_of(population: Population) -> NDArray[np.uint8]:
    """Returns the rows of ``groups`` that a firm belongs to, and last its kind, shape ``(n, n_groups)``: firm by firm, as they are read."""
    if population not in _levels:
        by_group = firm_levels(population)
        first, columns = 0, []
        for group, names in GROUPS.items():
            if group != "route":
                columns.append(by_group[group] + first)
            first += len(names)
        _levels[population] = np.stack([*columns, firm_kinds(population)], axis=1).astype(np.uint8)
    return _levels[population]


@compiled
def accumulate(table: Any, n_months: int) -> None:
    """Turns changes by month into what there is at the end of each month; the months of an outcome stand in a row."""
    for first in range(0, len(table), n_months):
        for place in range(first + 1, first + n_months):
            table[place] += table[place - 1]


@kept
def tabulate(
    months: Any, events: Any, firms: Any, routes: Any,
    effect: Any, changed: Any, by_route: Any, changed_by_route: Any, level: Any, total: Any, groups: Any, n_months: int,
) -> None:  # fmt: skip
    """Adds up what every event changes, then runs through the months."""
    n_groups = level.shape[1] - 1
    for k in range(len(months)):
        month, event, route, firm = max(months[k], 0), events[k], routes[k], firms[k]
        kind = level[firm, n_groups]
        for outcome in changed[kind, route + 1, event]:
            if outcome < 0:
                break
            change = effect[kind, route + 1, event, outcome]
            # Without a sign, since compiled code would ask of every other index whether it counts from the end.
            place = np.uint64(outcome * n_months + month)
            total[place] += change
            for group in range(n_groups):
                groups[level[firm, group], place] += change
        if route < 0:
            continue
        # Among the routes every one counts, so that what firms build on their own can be reported beside the others.
        for outcome in changed_by_route[kind, route + 1, event]:
            if outcome < 0:
                break
            groups[_FIRST_ROUTE + route, outcome * n_months + month] += by_route[kind, route + 1, event, outcome]
    accumulate(total, n_months)
    for row in range(len(groups)):
        accumulate(groups[row], n_months)
