"""Money for projects: firms that have decided apply to programmes, pay themselves, wait or withdraw."""

from __future__ import annotations

from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.codes import COLLABORATION, FIRM, OWN, PROGRAMME, Stage
from aixsim.engines.reference.country import Country
from aixsim.engines.reference.milieu import Milieu
from aixsim.engines.reference.project_owner import ProjectOwner
from aixsim.model.funding import gives_up, log_employees, merit, own_hazard
from aixsim.model.history import Event
from aixsim.model.matching import applies, cost_at_start, due_from_firm, grant_of, means_now, own_means, project_cost, scope
from aixsim.model.pressure import PACE_UNIT, grown, rate, threshold
from aixsim.model.scenario import FundingLine
from aixsim.random.draws import Purpose, exponential, logistic, normal, uniform


class Applicant(ProjectOwner):
    """A site that looks for money for its project."""

    def __init__(self, model: Country, identity: int, milieu: Milieu, park: AXPark | None) -> None:
        """Starts without a project to pay for."""
        super().__init__(model, identity, milieu, park)
        self.cost_at_start = self.means = 0.0
        self.refusals = self.own_pressure = self.own_threshold = 0
        self.applications: list[tuple[int, str]] = []

    def commit(self) -> None:
        """Becomes a firm that has decided."""
        self.model.log.add(self.model.month, Event.DECIDED_AGAIN if self.episode else Event.DECIDED, self.identity)
        self.stage, self.since, self.refusals, self.own_pressure = Stage.DECIDED, self.model.month, 0, 0
        self.own_threshold = threshold(exponential(self.draw(Purpose.OWN_RESISTANCE)), 1.0)
        case = self.model.case
        if case.matches:
            log_size = log_employees(self.employees)
            z = normal(uniform(case.seed, case.replicate, Purpose.PROJECT_COST, self.identity))
            class_cost = case.economics.class_cost_krw_bn[self.size]
            self.cost_at_start = cost_at_start(log_size - float(case.log_mean_employees[self.size]), z, class_cost, case.matching)
            z = normal(uniform(case.seed, case.replicate, Purpose.OWN_MEANS, self.identity))
            self.means = own_means(log_size + case.economics.log_sales_per_employee, z, self.size, case.matching)

    def is_eligible(self, line: FundingLine) -> bool:
        """Returns whether it may apply to a programme or to its park."""
        if line.park_tenants_only and not self.in_open_park():
            return False
        if not (line.size[self.size] and line.province[self.province] and line.sector[self.sector] and line.agent_type[self.agent_type]):
            return False
        if not line.matches:
            return True
        state, lead, own = self.bill_of(line)
        return applies(state + lead + own, state, own, self.means_now(), self.model.case.matching)

    def cost(self) -> int:
        """Returns what its project costs now, in won."""
        case = self.model.case
        park_share = case.park_cost_share if self.in_open_park() else 0.0
        return project_cost(self.cost_at_start, self.model.cost, self.spared(case.reuse.cost), park_share)

    def means_now(self) -> int:
        """Returns what it can bring now, in won."""
        return means_now(self.means, self.model.climate, self.credit())

    def bill_of(self, line: FundingLine) -> tuple[int, int, int]:
        """Returns what the state, the lead of its model and the firm itself are to pay of its project, in won."""
        most, cost, case = int(line.grant[self.model.year, self.size]), self.cost(), self.model.case
        if not line.matches:
            return most, 0, max(cost - most, 0)
        share = float(line.share[self.size])
        lead_share = case.matching.lead_share if self.is_led() else 0.0
        grant, own = grant_of(cost, most, share, lead_share), due_from_firm(cost, most, share, lead_share)
        return grant, cost - grant - own, own

    def points(self) -> float:
        """Returns its points in this month's rankings; every call of a month judges the same merit."""
        scenario = self.model.case
        noise = logistic(uniform(scenario.seed, scenario.replicate, Purpose.MERIT, self.identity, self.model.month))
        priority = float(scenario.priority[self.model.month, self.province, self.sector])
        return merit(noise, log_employees(self.employees), self.in_started_model(), priority, scenario.funding)

    def receive(self, k: int, line: FundingLine) -> None:
        """Is funded; the project is launched when the contract is due."""
        state, lead, own = self.bill_of(line)
        self.lender, self.taken = k, line.kind.taken(state, line.terms)
        paid = min(own, self.means_now()) if line.matches else own
        self.scope = scope(state + lead + own, own, paid)
        self.route = COLLABORATION if line.route == PROGRAMME and self.in_started_model() else line.route
        self.model.accounts.paid[self.model.year, self.route] += (self.taken, lead, paid)
        self.model.log.add(self.model.month, Event.FUNDED, self.identity, self.route)
        self.stage, self.due = Stage.FUNDED, self.model.month + line.lag
        if line.lag == 0:
            self.launch()

    def wait(self) -> None:
        """Without a grant, pays itself, goes on waiting, or withdraws."""
        scenario, month = self.model.case, self.model.month
        burden = float(scenario.own_burden[self.size]) * self.model.cost * (1.0 - self.credit())
        hazard = own_hazard(float(scenario.own_rate[month, self.size]), burden)
        self.own_pressure = grown(self.own_pressure, rate(hazard), PACE_UNIT)
        if self.own_pressure >= self.own_threshold:
            self.route, self.lender, self.scope = OWN, -1, 1.0
            self.model.accounts.paid[self.model.year, OWN, FIRM] += self.cost()
            self.launch()
        elif gives_up(self.refusals, month - self.since, scenario.funding):
            self.model.log.add(month, Event.WITHDRAWN, self.identity)
            self.stage, self.due = Stage.WITHDRAWN, month + scenario.implementation.pause_months
