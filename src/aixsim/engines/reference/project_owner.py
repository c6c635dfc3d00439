"""Projects: firms launch, start and finish them, and abandon factories."""

from __future__ import annotations

from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.codes import Seen, Stage
from aixsim.engines.reference.country import Country
from aixsim.engines.reference.milieu import Milieu
from aixsim.engines.reference.site import Site
from aixsim.model.adequacy import power_of_scope
from aixsim.model.capacity import UNIT
from aixsim.model.history import Event
from aixsim.model.implementation import duration_factor, duration_months, lifetime_months, success_chance
from aixsim.model.matching import ADEQUATE
from aixsim.model.reuse import surer
from aixsim.random.draws import Purpose, normal


class ProjectOwner(Site):
    """A site that carries out projects."""

    def __init__(self, model: Country, identity: int, milieu: Milieu, park: AXPark | None) -> None:
        """Starts without a project."""
        super().__init__(model, identity, milieu, park)
        self.scope, self.contract, self.room = 1.0, 0, 0
        self.lender, self.taken = -1, 0

    def launch(self) -> None:
        """Has a contract: its project starts at once, or waits for vendors and engineers."""
        self.model.log.add(self.model.month, Event.LAUNCHED, self.identity, self.route)
        if self.scope < ADEQUATE:
            self.model.log.add(self.model.month, Event.SHORT, self.identity, self.route)
        self.stage, self.seen, self.contract, self.due = Stage.LAUNCHED, Seen.LAUNCHED, self.model.month, -1
        if self.model.case.is_limited:
            self.model.projects.contracts.append(self)
        else:
            self.start()

    def room_needed(self) -> int:
        """Returns the room that its project takes, in ``1 / UNIT`` of a project."""
        return round(UNIT * (1.0 - self.model.case.park_staff_share)) if self.in_open_park() else UNIT

    def start(self) -> None:
        """Starts its project."""
        scenario = self.model.case
        factor = duration_factor(
            self.in_open_park(),
            scenario.park_duration_factor,
            float(scenario.zone[self.model.month, self.province, self.sector]),
            scenario.zone_duration_factor,
        )
        factor *= 1.0 - self.spared(scenario.reuse.duration)
        factor /= power_of_scope(self.scope, scenario.adequacy.duration_exponent)
        z = normal(self.draw(Purpose.DURATION))
        self.due = self.model.month + duration_months(z, self.size, factor, scenario.implementation)

    def implement(self) -> None:
        """Reaches production or fails when its project is due; an operating one is abandoned when its life is over."""
        if self.due != self.model.month:
            return
        if self.stage == Stage.LAUNCHED:
            case = self.model.case
            chance = success_chance(self.route, self.size, case.implementation)
            chance = surer(chance * power_of_scope(self.scope, case.adequacy.success_exponent), self.spared(case.reuse.success))
            operates = self.draw(Purpose.SUCCESS) < chance
            self.model.projects.room_used -= self.room
            self.pay_back(operates=operates)
            if operates:
                self.operate()
            else:
                self.model.log.add(self.model.month, Event.FAILED, self.identity, self.route)
                self.stage, self.seen = Stage.FAILED, Seen.DISAPPOINTING
                self.due = self.model.month + self.model.case.implementation.pause_months
        elif self.stage == Stage.OPERATING:
            self.model.log.add(self.model.month, Event.ABANDONED, self.identity, self.route)
            self.stage, self.seen = Stage.ABANDONED, Seen.DISAPPOINTING

    def pay_back(self, *, operates: bool) -> None:
        """Gives the programme that paid its project what is due when it starts operating, or when it fails."""
        if self.lender < 0:
            return
        line, year = self.model.case.lines[self.lender], self.model.year
        returned = line.kind.returned(self.taken, line.terms, operates=operates)
        accounts = self.model.accounts
        for money in (accounts.left[self.lender], accounts.budget[self.lender], accounts.repaid[self.lender]):
            money[year] += returned

    def operate(self) -> None:
        """Goes into productive use for a geometric number of months."""
        self.model.log.add(self.model.month, Event.OPERATING, self.identity, self.route)
        self.model.n_operated += 1
        self.stage, self.seen = Stage.OPERATING, Seen.OPERATING
        self.due = self.model.month + lifetime_months(self.draw(Purpose.LIFETIME), self.model.case.implementation)
