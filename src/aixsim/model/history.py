"""What happened in one replicate: every event of every firm, and where the money went."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

NO_ROUTE = -1
PAYERS = ("state", "lead", "firm")
"""Who pays for a project: the public programme, the lead of the collaboration model, the firm itself."""


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
    SHORT = 9
    QUEUED = 10
    STARTED = 11


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a rule: its name, the count that was seen, in simulated firms, and whether the rule acts."""

    rule: str
    count: int
    acts: bool


@dataclass(slots=True)
class History:
    """One replicate as it happened.

    Attributes:
        month, event, firm, route: one entry an event, in the order of the months; month -1 is before the start, ``route`` is
            ``NO_ROUTE`` for events without money. int32 each, shape ``(n_events,)``.
        pressure: int64 ``(n,)``, what each firm has accumulated by the end, in units of ``model.pressure``.
        lines: names of the lines.
        budget, spent: int64 ``(n_lines, n_years)``, whole won; the budget includes what has come back.
        applicants, funded: int64 ``(n_lines, n_years)``.
        repaid: int64 ``(n_lines, n_years)``, what has come back from projects, in the year in which it did, whole won.
        paid: int64 ``(n_years, n_routes, 3)``, what is promised for projects in the year of the call, by route of money and by ``PAYERS``,
            whole won; what leads and firms pay is known where some line pays a share of the cost.
        decisions: on the rules of the policy, in the order in which they were checked.
    """

    month: NDArray[np.int32]
    event: NDArray[np.int32]
    firm: NDArray[np.int32]
    route: NDArray[np.int32]
    pressure: NDArray[np.int64]
    lines: tuple[str, ...]
    budget: NDArray[np.int64]
    spent: NDArray[np.int64]
    applicants: NDArray[np.int64]
    funded: NDArray[np.int64]
    repaid: NDArray[np.int64]
    paid: NDArray[np.int64]
    decisions: tuple[Decision, ...] = ()

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
