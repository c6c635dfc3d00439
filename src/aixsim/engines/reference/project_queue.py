"""Projects under contract that wait for vendors and engineers."""

from __future__ import annotations

from collections import deque

from aixsim.engines.reference.country import Country
from aixsim.engines.reference.project_owner import ProjectOwner
from aixsim.model.history import Event
from aixsim.random.draws import Purpose


class ProjectQueue:
    """Projects under contract that have not started, in the order of their contracts, and the room that those under way take.

    Attributes:
        contracts: firms whose contract is of this month.
        waiting: firms that wait, the first in line first.
        room_used: in ``1 / UNIT`` of a project, as in ``model.capacity``.
    """

    def __init__(self, model: Country) -> None:
        """Starts empty."""
        self.model = model
        self.contracts: list[ProjectOwner] = []
        self.waiting: deque[ProjectOwner] = deque()
        self.room_used = 0

    def start_projects(self) -> None:
        """Starts projects in the order of their contracts, those of one month in an order drawn by lot, until there is no more room."""
        month, log = self.model.month, self.model.log
        room = int(self.model.case.room[month])
        self.waiting.extend(sorted(self.contracts, key=lambda firm: (-firm.draw(Purpose.QUEUE), firm.identity)))
        self.contracts.clear()
        while self.waiting and self.room_used + self.waiting[0].room_needed() <= room:
            firm = self.waiting.popleft()
            if firm.contract < month:
                log.add(month, Event.STARTED, firm.identity, firm.route)
            firm.room = firm.room_needed()
            self.room_used += firm.room
            firm.start()
            firm.implement()
        for firm in self.waiting:
            if firm.contract == month:
                log.add(month, Event.QUEUED, firm.identity, firm.route)
