"""What happened in one replicate: every event of every firm, and where the money went."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aixsim.world.classification import GROUPS, OUTCOMES, POLE_INDEX, ROUTES
from aixsim.world.population import Population

NO_ROUTE = -1
_OWN = ROUTES.index("own")


class Event(IntEnum):
    """What can happen to a firm; append, never renumber."""

    DECIDED = 0
    DECIDED_AGAIN = 1
    FUNDED = 2
    LAUNCHED = 3
    OPERATING = 4
    FAILED = 5
    ABANDONED = 6
    WITHDRAWN = 7
    EQUIPPED = 8


_WITHOUT_ROUTE = {Event.DECIDED: ("decided", 1), Event.WITHDRAWN: ("withdrawn", 1), Event.EQUIPPED: ("equipped", 1)}
_BY_ROUTE: dict[Event, tuple[tuple[str, int], ...]] = {
    Event.LAUNCHED: (("launched", 1),),
    Event.OPERATING: (("operating", 1),),
    Event.FAILED: (("failed", 1),),
    Event.ABANDONED: (("abandoned", 1), ("operating", -1)),
}
_OWN_TWIN = {"launched": "launched_own", "operating": "operating_own"}


@dataclass(slots=True)
class History:
    """One replicate as it happened.

    Attributes:
        month, event, firm, route: one entry an event, in the order of the months; month -1 is before the start, ``route`` is
            ``NO_ROUTE`` for events without money. int32 each, shape ``(n_events,)``.
        pressure: int64 ``(n,)``, what each firm has accumulated by the end, in units of ``core.pressure``.
        pots: names of the pots.
        budget, spent: int64 ``(n_pots, n_years)``, whole won.
        applicants, funded: int64 ``(n_pots, n_years)``.
    """

    month: NDArray[np.int32]
    event: NDArray[np.int32]
    firm: NDArray[np.int32]
    route: NDArray[np.int32]
    pressure: NDArray[np.int64]
    pots: tuple[str, ...]
    budget: NDArray[np.int64]
    spent: NDArray[np.int64]
    applicants: NDArray[np.int64]
    funded: NDArray[np.int64]

    def canonical(self) -> NDArray[np.int32]:
        """Returns the events sorted by month, firm, event, shape ``(n_events, 4)``: equal for engines that agree."""
        rows = np.stack([self.month, self.firm, self.event, self.route], axis=1)
        return rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]


@dataclass(slots=True)
class EventLog:
    """Collects events while an engine runs."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, month: int, event: Event, firm: int, route: int = NO_ROUTE) -> None:
        """Notes that something happened to a firm at the given month."""
        self.rows.append((month, int(event), firm, route))

    def columns(self) -> tuple[NDArray[np.int32], ...]:
        """Returns month, event, firm and route as arrays."""
        table = np.array(self.rows, dtype=np.int32).reshape(-1, 4)
        return tuple(np.ascontiguousarray(table[:, column]) for column in range(4))


def outcome_counts(history: History, counts: NDArray[np.bool_], n_months: int) -> NDArray[np.int32]:
    """Returns the count of each outcome at the end of each month, shape ``(n_outcomes, n_months)``.

    Args:
        history: what happened.
        counts: bool ``(n_routes,)``, which routes count as AI factories.
        n_months: of the horizon.
    """
    none = np.zeros(len(history.firm), np.int64)
    return _tabulate(history, counts, n_months, none, 1, by_route=False)[0]


def group_counts(history: History, counts: NDArray[np.bool_], n_months: int, levels: dict[str, NDArray[np.int64]]) -> NDArray[np.int32]:
    """Returns counts by level of every group of ``GROUPS``, shape ``(n_levels, n_outcomes, n_months)``.

    Levels stand in the order of ``GROUPS``. The level ``own`` of ``route`` holds what firms built on their own even when ``counts``
    leaves it out, so that it can be reported beside the others.

    Args:
        history: what happened.
        counts: bool ``(n_routes,)``.
        n_months: of the horizon.
        levels: as from ``firm_levels``.
    """
    parts = []
    for group, names in GROUPS.items():
        if group == "route":
            parts.append(_tabulate(history, np.ones_like(counts), n_months, np.maximum(history.route, 0), len(names), by_route=True))
        else:
            parts.append(_tabulate(history, counts, n_months, levels[group][history.firm], len(names), by_route=False))
    return np.concatenate(parts)


def firm_levels(population: Population) -> dict[str, NDArray[np.int64]]:
    """Returns the level of every firm in every group but ``route``, each shape ``(n,)``."""
    return {
        "agent_type": population.agent_type.astype(np.int64),
        "pole": np.array(POLE_INDEX)[population.province],
        "province": population.province.astype(np.int64),
        "size": population.size.astype(np.int64),
        "sector": population.sector.astype(np.int64),
    }


@cache
def effects() -> NDArray[np.int64]:
    """Returns what an event adds to each outcome: shape ``(counted, own, n_events, n_outcomes)``."""
    table = np.zeros((2, 2, len(Event), len(OUTCOMES)), np.int64)
    for event, (outcome, sign) in _WITHOUT_ROUTE.items():
        table[:, :, event, OUTCOMES.index(outcome)] = sign
    for event, changes in _BY_ROUTE.items():
        for outcome, sign in changes:
            table[1, :, event, OUTCOMES.index(outcome)] = sign
            if outcome in _OWN_TWIN:
                table[:, 1, event, OUTCOMES.index(_OWN_TWIN[outcome])] = sign
    return table


def _tabulate(
    history: History, counts: NDArray[np.bool_], n_months: int, level: NDArray[np.int64], n_levels: int, *, by_route: bool
) -> NDArray[np.int32]:
    has_route = history.route != NO_ROUTE
    counted = np.where(has_route, counts[history.route], 0).astype(np.int64)
    change = effects()[counted, (history.route == _OWN).astype(np.int64), history.event]
    if by_route:
        change = change * has_route[:, None]
    cell = level * n_months + np.maximum(history.month, 0)
    out = np.empty((n_levels, len(OUTCOMES), n_months), np.int32)
    for outcome in range(len(OUTCOMES)):
        flow = np.bincount(cell, weights=change[:, outcome], minlength=n_levels * n_months)
        out[:, outcome] = np.cumsum(flow.reshape(n_levels, n_months), axis=1)
    return out
