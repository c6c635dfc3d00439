"""Firms: they sense what others do, build up pressure and decide."""

from __future__ import annotations

from aixsim.engines.reference.applicant import Applicant
from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.codes import SUPPLIER, Seen, Stage
from aixsim.engines.reference.country import Country
from aixsim.engines.reference.milieu import Milieu, added
from aixsim.model.history import Event
from aixsim.model.pressure import grown, lowered, raised, rate, reaches, threshold
from aixsim.model.reuse import LARGE_FIRMS_SOLUTION, SOLUTION
from aixsim.model.sensing import visible_share
from aixsim.random.draws import Purpose, exponential


class Firm(Applicant):
    """A site that senses and decides."""

    def __init__(self, model: Country, identity: int, milieu: Milieu, park: AXPark | None) -> None:
        """Draws its first resistance; its ties are given to it once all firms exist."""
        super().__init__(model, identity, milieu, park)
        self.partners: list[tuple[Firm, int, int]] = []
        self.threshold = threshold(exponential(self.draw(Purpose.RESISTANCE)), self.susceptibility)
        self.pressure = 0
        self.hazard = 0.0
        self.sensed: dict[str, float] = {}
        self.hazards: dict[str, float] = {}

    def learn(self) -> None:
        """Gets to know the solution of a customer, a sibling site or the lead of its started collaboration model that operates one."""
        for partner, kind, _ in self.partners:
            if partner.seen == Seen.OPERATING and kind != SUPPLIER:
                self.knows = max(self.knows, LARGE_FIRMS_SOLUTION if isinstance(partner, LargeFirm) else SOLUTION)
        if self.is_led() and self.model.leads[self.consortium].seen == Seen.OPERATING:
            self.knows = LARGE_FIRMS_SOLUTION

    def sense(self) -> None:
        """Looks at its ties and at the lead of its collaboration model; only a potential firm does."""
        if self.stage != Stage.POTENTIAL:
            return
        for mechanism, p in self.model.tie_mechanisms:
            sensed = getattr(self, mechanism.senses)()
            self.sensed[mechanism.name] = sensed
            self.hazards[mechanism.name] = mechanism.hazard(sensed, p)
        case, month = self.model.case, self.model.month
        ties = added(self.hazards.values()) * float(case.tie_factor[month, self.tier])
        self.hazard = ties * float(case.cell_tie_factor[month, self.province, self.sector])

    def partner_share(self) -> float:
        """Returns the weighted share of its customers, suppliers and sibling sites that are visible AI factories."""
        seen = [0, 0, 0, 0]
        for partner, _, weight in self.partners:
            seen[partner.seen] += weight
        scenario = self.model.case
        return visible_share(seen[Seen.OPERATING], seen[Seen.LAUNCHED], seen[Seen.DISAPPOINTING], sum(seen), scenario.sensing)

    def lead_visible(self) -> float:
        """Returns 1 when its collaboration model has started and its lead, another firm, is visible."""
        if not self.is_led():
            return 0.0
        lead, visibility = self.model.leads[self.consortium], self.model.case.sensing.visibility
        return 1.0 if lead.seen == Seen.OPERATING or (lead.seen == Seen.LAUNCHED and visibility > 0.0) else 0.0

    def decide(self) -> None:
        """Adds the month's pressure and decides when it reaches the firm's resistance."""
        if self.stage != Stage.POTENTIAL:
            return
        self.pressure = grown(self.pressure, rate(self.hazard), self.model.pace[self.size])
        if reaches(self.milieu.pressure, self.pressure, self.threshold):
            self.commit()

    def reconsider(self) -> None:
        """Is potential again after its pause, with a new resistance on top of the pressure it has already withstood."""
        self.episode += 1
        resistance = threshold(exponential(self.draw(Purpose.RESISTANCE)), self.susceptibility)
        self.threshold = raised(self.milieu.pressure, self.pressure, resistance)
        self.stage = Stage.POTENTIAL

    def uplift(self, factor: float, *, equips: bool) -> None:
        """Reacts more strongly from now on: what is left to resist shrinks by the factor."""
        self.susceptibility *= factor
        if self.stage == Stage.POTENTIAL:
            self.threshold = lowered(self.milieu.pressure, self.pressure, self.threshold, factor)
        if equips:
            self.model.log.add(self.model.month, Event.EQUIPPED, self.identity)


class LargeFirm(Firm):
    """A site of a firm with 300 employees or more."""


class Supplier(Firm):
    """A firm that sells to a large firm directly."""


class SME(Firm):
    """Any other firm."""
