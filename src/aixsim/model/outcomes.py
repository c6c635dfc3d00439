"""Outcomes: what is counted, each declared once. A new entry of ``DECLARED`` is a new outcome, everywhere.

From the declarations follow the tables of results, what goals, expectations and observations may name, and the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.history import Event
from aixsim.world.arrays import read_only
from aixsim.world.classification import GROUPS, ROUTES
from aixsim.world.population import Population, firm_levels

WITH_ROUTE: Final = (
    Event.FUNDED, Event.LAUNCHED, Event.OPERATING, Event.FAILED, Event.ABANDONED, Event.SHORT, Event.QUEUED, Event.STARTED
)  # fmt: skip
"""Events of a project: the route by which it is paid is known."""
_MOST_RESTRICTED = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a count adds up.

    Attributes:
        name: column of the tables, and what a config calls it.
        title: one line for people.
        changes: what each event adds to the count. One that takes away makes a stock, otherwise the count is cumulative.
        routes: routes whose projects count; None for those that the config's ``counts`` names. Events without a route always count.
        firms: which firms count, by group of ``GROUPS`` other than ``route``; a group left out: all of its levels.
    """

    name: str
    title: str
    changes: Mapping[Event, int]
    routes: tuple[str, ...] | None = None
    firms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses routes, groups and levels that do not exist.

        Raises:
            ValueError: there is no such route, group or level.
        """
        unknown = set(self.routes or ()) - set(ROUTES)
        for group, levels in self.firms.items():
            unknown |= set(levels) - set(GROUPS[group]) if group in GROUPS and group != "route" else {group}
        if unknown:
            raise ValueError(f"outcome {self.name!r}: there is no {', '.join(sorted(unknown))}")

    @property
    def is_stock(self) -> bool:
        """Whether the count can fall."""
        return min(self.changes.values()) < 0

    @property
    def has_routes(self) -> bool:
        """Whether every event that it counts has a route, so that it can be told by route."""
        return all(event in WITH_ROUTE for event in self.changes)


DECLARED: Final = (
    Outcome("decided", "firms that have decided at least once", {Event.DECIDED: 1}),
    Outcome("launched", "projects whose contract has begun", {Event.LAUNCHED: 1}),
    Outcome("operating", "factories in productive use and not abandoned", {Event.OPERATING: 1, Event.ABANDONED: -1}),
    Outcome("failed", "projects that did not reach production", {Event.FAILED: 1}),
    Outcome("abandoned", "factories given up after productive use", {Event.ABANDONED: 1}),
    Outcome("withdrawn", "decided firms that gave up waiting for money", {Event.WITHDRAWN: 1}),
    Outcome("launched_own", "projects launched that the firm pays itself", {Event.LAUNCHED: 1}, routes=("own",)),
    Outcome(
        "operating_own",
        "factories in productive use that the firm paid itself",
        {Event.OPERATING: 1, Event.ABANDONED: -1},
        routes=("own",),
    ),
    Outcome("equipped", "firms that a programme gave a smart factory, which is no AI factory", {Event.EQUIPPED: 1}),
    Outcome("launched_adequate", "projects launched with at least 70 % of their cost paid for", {Event.LAUNCHED: 1, Event.SHORT: -1}),
    Outcome("queued", "projects that wait for vendors and engineers", {Event.QUEUED: 1, Event.STARTED: -1}),
)
"""All outcomes, in the order of columns and arrays: append, never reorder."""
OUTCOMES: Final = tuple(outcome.name for outcome in DECLARED)
"""Their names."""
STOCKS: Final = tuple(outcome.name for outcome in DECLARED if outcome.is_stock)
"""Names of those that can fall."""


def firm_kinds(population: Population) -> NDArray[np.int8]:
    """Returns the first index of ``effects`` for every firm, shape ``(n,)``: a bit for each restricted outcome."""
    kind = np.zeros(len(population), np.int8)
    levels = firm_levels(population)
    for bit, outcome in enumerate(_restricted()):
        counted = np.ones(len(population), np.bool_)
        for group, names in outcome.firms.items():
            counted &= np.isin(levels[group], [GROUPS[group].index(name) for name in names])
        kind |= counted.astype(np.int8) << bit
    return kind


@cache
def effects(counts: tuple[bool, ...], *, by_route: bool = False) -> NDArray[np.int64]:
    """Returns what an event adds to each outcome, shape ``(n_kinds, n_routes + 1, n_events, n_outcomes)``.

    The second index is the route of the event plus 1, 0 for none.

    Args:
        counts: shape ``(n_routes,)``, which routes count as AI factories.
        by_route: leave out the outcomes that cannot be told by route.
    """
    restricted = _restricted()
    table = np.zeros((1 << len(restricted), len(ROUTES) + 1, len(Event), len(DECLARED)), np.int64)
    for column, outcome in enumerate(DECLARED):
        if by_route and not outcome.has_routes:
            continue
        counted = counts if outcome.routes is None else [name in outcome.routes for name in ROUTES]
        for event, change in outcome.changes.items():
            table[:, :, event, column] = change
            if event in WITH_ROUTE:
                table[:, :, event, column] *= np.array([False, *counted])
    for bit, outcome in enumerate(restricted):
        table[(np.arange(len(table)) >> bit) % 2 == 0, :, :, DECLARED.index(outcome)] = 0
    return read_only(table)


def _restricted() -> tuple[Outcome, ...]:
    """Returns the outcomes that count only some firms.

    Raises:
        ValueError: there are more than a kind of firm has bits.
    """
    restricted = tuple(outcome for outcome in DECLARED if outcome.firms)
    if len(restricted) > _MOST_RESTRICTED:
        raise ValueError(f"{len(restricted)} outcomes count only some firms; at most {_MOST_RESTRICTED} can")
    return restricted
