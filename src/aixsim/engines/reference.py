"""The reference engine: the model as Mesa agents, written to be read beside the ODD.

Slow on purpose: every firm looks at every partner every month and nothing is kept up to date by increments, so that it can verify the
faster engine.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from enum import IntEnum

import mesa
import numpy as np

from aixsim.errors import UserError
from aixsim.model.adequacy import power_of_scope
from aixsim.model.capacity import UNIT
from aixsim.model.economics import attraction, cost_now
from aixsim.model.funding import award, award_rest, gives_up, log_employees, merit, own_hazard
from aixsim.model.history import PAYERS, Event, EventLog, History
from aixsim.model.implementation import duration_factor, duration_months, lifetime_months, success_chance
from aixsim.model.matching import ADEQUATE, applies, cost_at_start, due_from_firm, grant_of, means_now, own_means, project_cost, scope
from aixsim.model.pressure import PACE_UNIT, grown, lowered, pace, raised, rate, reaches, threshold
from aixsim.model.problem import Milieus, Problem
from aixsim.model.reuse import LARGE_FIRMS_SOLUTION, NO_SOLUTION, SOLUTION, spared, surer
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.model.schedule import run_month
from aixsim.model.sense import Sense
from aixsim.model.senses import senses
from aixsim.model.sensing import visible_share
from aixsim.random.draws import Purpose, exponential, logistic, normal, uniform
from aixsim.world.classification import CAPITAL, POLE_INDEX, ROUTES

PROGRAMME, COLLABORATION, PARK, OWN = range(len(ROUTES))
STATE, LEAD, FIRM = range(len(PAYERS))
CUSTOMER, SUPPLIER, SIBLING, LARGE_CUSTOMER = range(4)


def added(hazards: Iterable[float]) -> float:
    """Returns the sum in the given order, rounded after each step; from Python 3.12 on ``sum`` would round only once."""
    total = 0.0
    for hazard in hazards:
        total += hazard
    return total


class Stage(IntEnum):
    """Where a firm stands between its first thought and the end of its project."""

    POTENTIAL = 0
    DECIDED = 1
    FUNDED = 2
    LAUNCHED = 3
    OPERATING = 4
    ABANDONED = 5
    FAILED = 6
    WITHDRAWN = 7


class Seen(IntEnum):
    """What others see of a firm; a failure stays in memory until the firm launches again."""

    NOTHING = 0
    LAUNCHED = 1
    OPERATING = 2
    DISAPPOINTING = 3


class HorizonError(UserError):
    """A step past the end of the horizon.

    Attributes:
        end: last month of the horizon, ``YYYY-MM``.
    """

    def __init__(self, end: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(f"the model has reached the end of its horizon, {end}; step it while it is running, or set a later horizon.end")
        self.end = end


class Milieu:
    """Firms of one province, sector, size class and park: they sense the same and share their pressure."""

    def __init__(self, groups: Milieus, index: int) -> None:
        """Starts without pressure."""
        self.cell, self.size, self.park = int(groups.cell[index]), int(groups.size[index]), int(groups.park[index])
        self.province, self.sector = int(groups.province[index]), int(groups.sector[index])
        self.pressure = 0
        self.hazard = 0.0
        self.sensed: dict[str, float] = {}
        self.hazards: dict[str, float] = {}

    def sense(self, model: DiffusionModel) -> None:
        """Adds up what the mechanisms of the milieu make of what it senses."""
        self.sensed = {m.name: self.sensed_by(senses()[m.senses], model) for m, _ in model.milieu_mechanisms}
        self.hazards = {m.name: m.hazard(self.sensed[m.name], p) for m, p in model.milieu_mechanisms}
        self.hazard = added(self.hazards.values())

    def sensed_by(self, sense: Sense, model: DiffusionModel) -> float:
        """Returns what it senses: from the scenario where it depends on its traits alone, else by the method of the sense's name."""
        if sense.name not in model.given:
            return float(getattr(self, sense.name)(model))
        traits = [getattr(self, trait) for trait in sense.by]
        return 0.0 if -1 in traits else float(model.given[sense.name][(model.month, *traits)])

    def peer_share(self, model: DiffusionModel) -> float:
        """Returns the share of visible AI factories among the firms of its province and sector."""
        operating, launched, disappointing = (
            model.seen_in_cell[self.cell, state] for state in (Seen.OPERATING, Seen.LAUNCHED, Seen.DISAPPOINTING)
        )
        n_firms, case = int(model.problem.milieus.cell_firms[self.cell]), model.case
        return visible_share(operating, launched, disappointing, n_firms, case.sensing)


class AXPark(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """An industrial park that may open as an AX demonstration park."""

    def __init__(self, model: DiffusionModel, index: int) -> None:
        """Takes its opening and closing months from the scenario."""
        super().__init__(model)
        self.opening, self.closing = int(model.case.park_open[index]), int(model.case.park_close[index])

    @property
    def is_open(self) -> bool:
        """Whether tenants can apply for the park's project money."""
        return bool(self.opening <= self.model.month < self.closing)


class Firm(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One factory site."""

    def __init__(self, model: DiffusionModel, identity: int) -> None:
        """Takes what it is from the population and its resistance from the scenario."""
        super().__init__(model)
        population, scenario = model.problem.population, model.case
        self.identity = identity
        self.size = int(population.size[identity])
        self.sector = int(population.sector[identity])
        self.province = int(population.province[identity])
        self.agent_type = int(population.agent_type[identity])
        self.employees = int(population.employees[identity])
        self.tier = int(population.tier[identity])
        self.park: AXPark | None = model.parks[population.park[identity]] if population.park[identity] >= 0 else None
        self.milieu = model.milieus[model.problem.milieus.of_firm[identity]]
        self.susceptibility = float(scenario.class_factor[self.size, int(population.ready[identity])]) * float(scenario.frailty[identity])
        self.consortium = int(scenario.model_of[identity])
        self.partners: list[tuple[Firm, int, int]] = []
        self.knows = NO_SOLUTION
        self.cost_at_start = self.means = 0.0
        self.scope, self.contract, self.room = 1.0, 0, 0
        self.stage, self.seen, self.route = Stage.POTENTIAL, Seen.NOTHING, -1
        self.lender, self.taken = -1, 0
        self.since = self.due = 0
        self.episode = self.refusals = 0
        self.threshold = threshold(exponential(self.draw(Purpose.RESISTANCE)), self.susceptibility)
        self.pressure = self.own_pressure = self.own_threshold = 0
        self.hazard = 0.0
        self.sensed: dict[str, float] = {}
        self.hazards: dict[str, float] = {}
        self.applications: list[tuple[int, str]] = []

    # --- sense

    def learn(self) -> None:
        """Gets to know the solution of a customer, a sibling site or the lead of its started collaboration model that operates one."""
        for partner, kind, _ in self.partners:
            if partner.seen == Seen.OPERATING and kind != SUPPLIER:
                self.knows = max(self.knows, LARGE_FIRMS_SOLUTION if isinstance(partner, LargeFirm) else SOLUTION)
        if self.is_led() and self.model.leads[self.consortium].seen == Seen.OPERATING:
            self.knows = LARGE_FIRMS_SOLUTION

    def spared(self, share: float) -> float:
        """Returns the share that the solution it knows spares, of the share that the solution of a partner spares."""
        return spared(share, self.knows, float(self.model.case.tie_factor[self.model.month, self.tier]))

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

    def in_started_model(self) -> bool:
        """Returns whether it belongs to a collaboration model that has started."""
        case, consortium = self.model.case, self.consortium
        return consortium >= 0 and bool(case.model_start[consortium] <= self.model.month < case.model_stop[consortium])

    def is_led(self) -> bool:
        """Returns whether another firm leads it in a collaboration model that has started."""
        return self.in_started_model() and self.model.leads[self.consortium] is not self

    # --- decide

    def decide(self) -> None:
        """Adds the month's pressure and decides when it reaches the firm's resistance."""
        if self.stage != Stage.POTENTIAL:
            return
        self.pressure = grown(self.pressure, rate(self.hazard), self.model.pace[self.size])
        if reaches(self.milieu.pressure, self.pressure, self.threshold):
            self.commit()

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

    # --- fund

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

    def credit(self) -> float:
        """Returns the share of a project's cost that credit carries in its pole."""
        return float(self.model.case.credit[self.model.month, POLE_INDEX[self.province]])

    def in_open_park(self) -> bool:
        """Returns whether it sits in a park that is open."""
        return self.park is not None and self.park.is_open

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
        self.model.paid[self.model.year, self.route] += (self.taken, lead, paid)
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
            self.model.paid[self.model.year, OWN, FIRM] += self.cost()
            self.launch()
        elif gives_up(self.refusals, month - self.since, scenario.funding):
            self.model.log.add(month, Event.WITHDRAWN, self.identity)
            self.stage, self.due = Stage.WITHDRAWN, month + scenario.implementation.pause_months

    # --- implement

    def launch(self) -> None:
        """Has a contract: its project starts at once, or waits for vendors and engineers."""
        self.model.log.add(self.model.month, Event.LAUNCHED, self.identity, self.route)
        if self.scope < ADEQUATE:
            self.model.log.add(self.model.month, Event.SHORT, self.identity, self.route)
        self.stage, self.seen, self.contract, self.due = Stage.LAUNCHED, Seen.LAUNCHED, self.model.month, -1
        if self.model.case.is_limited:
            self.model.contracts.append(self)
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
            float(scenario.zone[max(self.model.month, 0), self.province, self.sector]),
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
            self.model.room_used -= self.room
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
        for money in (self.model.left[self.lender], self.model.budget[self.lender], self.model.repaid[self.lender]):
            money[year] += returned

    def operate(self) -> None:
        """Goes into productive use for a geometric number of months."""
        self.model.log.add(self.model.month, Event.OPERATING, self.identity, self.route)
        self.model.n_operated += 1
        self.stage, self.seen = Stage.OPERATING, Seen.OPERATING
        self.due = self.model.month + lifetime_months(self.draw(Purpose.LIFETIME), self.model.case.implementation)

    def draw(self, purpose: Purpose) -> float:
        """Returns the uniform of this firm for a purpose, one an episode."""
        scenario = self.model.case
        return uniform(scenario.seed, scenario.replicate, purpose, self.identity, self.episode)


class LargeFirm(Firm):
    """A site of a firm with 300 employees or more."""


class Supplier(Firm):
    """A firm that sells to a large firm directly."""


class SME(Firm):
    """Any other firm."""


class DiffusionModel(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """The country, month by month."""

    def __init__(self, problem: Problem, scenario: Scenario) -> None:
        """Creates parks, milieus, firms and their ties; nothing has happened yet.

        Mesa's own generators, which shuffle agents for whoever asks, start from the seed and the replicate; the model uses neither.
        """
        super().__init__(rng=scenario.seed * 2**32 + scenario.replicate)
        # Not "scenario": Mesa 3.5 gives that name to its own.
        self.problem, self.case = problem, scenario
        self.month, self.n_operated, self.log = -1, 0, EventLog()
        self.climate, self.cost, self.attraction, self.pace = 1.0, 1.0, [1.0] * 5, [PACE_UNIT] * 5
        self.milieu_mechanisms = [item for item in scenario.mechanisms if item[0].level == "milieu"]
        self.tie_mechanisms = [item for item in scenario.mechanisms if item[0].level == "tie"]
        chosen = [senses()[item.senses] for item, _ in scenario.mechanisms]
        self.given = {sense.name: sense.table(scenario, problem) for sense in chosen if sense.values is not None}
        self.seen_in_cell: Counter[tuple[int, Seen]] = Counter()
        groups = problem.milieus
        self.milieus = [Milieu(groups, index) for index in range(len(groups.cell))]
        self.parks = [AXPark(self, index) for index in range(len(problem.population.parks))]
        kinds = (LargeFirm, Supplier, SME)
        self.firms: list[Firm] = [kinds[kind](self, identity) for identity, kind in enumerate(problem.population.agent_type)]
        self.leads = [self.firms[lead] for lead in scenario.model_lead]
        network, weights = problem.network, scenario.sensing.tie_weights
        for firm in self.firms:
            ties = slice(network.start[firm.identity], network.start[firm.identity + 1])
            for j, kind in zip(network.partner[ties].tolist(), network.kind[ties].tolist(), strict=True):
                partner = self.firms[j]
                large_customer = kind == CUSTOMER and isinstance(partner, LargeFirm)
                firm.partners.append((partner, kind, weights[LARGE_CUSTOMER if large_customer else kind]))
        self.budget = [np.concatenate([line.budget, line.beyond]) for line in scenario.lines]
        self.left, self.lots = [budget.copy() for budget in self.budget], [line.lot for line in scenario.lines]
        shape = (len(scenario.lines), len(problem.horizon.years))
        self.applicants, self.funded, self.repaid = (np.zeros(shape, np.int64) for _ in range(3))
        self.paid = np.zeros((len(problem.horizon.years), len(ROUTES), len(PAYERS)), np.int64)
        self.contracts: list[Firm] = []
        self.queue: deque[Firm] = deque()
        self.room_used = 0
        for firm in self.firms[: scenario.initial_adopters]:
            firm.commit()
            firm.route = PROGRAMME
            self.log.add(self.month, Event.LAUNCHED, firm.identity, PROGRAMME)
            firm.operate()

    def step(self) -> None:
        """Carries out one month.

        Raises:
            HorizonError: the last month of the horizon has been simulated.
        """
        horizon = self.problem.horizon
        if self.month + 1 >= horizon.n_months:
            self.steps = self.month + 1  # Mesa counts a step before it is made
            raise HorizonError(horizon.end)
        self.month += 1
        run_month(self)
        self.running = self.month + 1 < horizon.n_months

    def environment(self) -> None:
        """Sets what nobody controls and what opens this month; firms whose pause is over reconsider."""
        t, scenario = self.month, self.case
        self.climate = float(scenario.climate_index[t])
        self.cost = cost_now(self.n_operated, scenario.scale, scenario.economics)
        self.attraction = [attraction(self.cost, float(s), scenario.economics) for s in scenario.support[t]]
        self.pace = [pace(self.climate, e) for e in self.attraction]
        self.year = self.problem.horizon.year_index(t)
        if t > 0 and self.problem.horizon.year_index(t - 1) != self.year:
            self.carry_over()
        if t == 0 or self.problem.horizon.year_index(t - 1) != self.year:
            self.change_budgets()
        for firm in self.firms:
            if firm.stage in (Stage.FAILED, Stage.WITHDRAWN) and firm.due <= t:
                firm.reconsider()
        uplifts = scenario.uplifts
        for k in np.flatnonzero(uplifts.month == t):
            self.firms[uplifts.firm[k]].uplift(float(uplifts.factor[k]), equips=bool(uplifts.equips[k]))

    def carry_over(self) -> None:
        """Moves what some lines have left of last year to this one."""
        for k, line in enumerate(self.case.lines):
            if line.carries:
                rest = int(self.left[k][self.year - 1])
                for money in (self.left[k], self.budget[k]):
                    money[self.year - 1] -= rest
                    money[self.year] += rest

    def change_budgets(self) -> None:
        """Gives this year's budgets what levers add to them or take from them, as far as no earlier call has reserved it."""
        for k, line in enumerate(self.case.lines):
            change = max(int(line.change[self.year]), -int(self.left[k][self.year]))
            for money in (self.left[k], self.budget[k]):
                money[self.year] += change

    def sense(self) -> None:
        """Everybody senses the state at the start of the month."""
        cell_of = self.problem.milieus.cell_of_firm
        self.seen_in_cell = Counter((int(cell_of[firm.identity]), firm.seen) for firm in self.firms if firm.seen)
        for milieu in self.milieus:
            milieu.sense(self)
        for firm in self.firms:
            firm.learn()
            firm.sense()

    def decide(self) -> None:
        """Pressure accumulates; firms that can resist no longer decide, and so do leads whose model starts."""
        for milieu in self.milieus:
            milieu.pressure = grown(milieu.pressure, rate(milieu.hazard), self.pace[milieu.size])
        for firm in self.firms:
            firm.decide()
        for consortium, lead in enumerate(self.leads):
            if self.case.model_start[consortium] == self.month and lead.stage == Stage.POTENTIAL:
                lead.commit()

    def fund(self) -> None:
        """Contracts start, calls are held, and firms without money wait."""
        for firm in self.firms:
            if firm.stage == Stage.FUNDED and firm.due == self.month:
                firm.launch()
        waiting = [firm for firm in self.firms if firm.stage == Stage.DECIDED]
        if self.case.funding.is_open:
            for firm in waiting:
                firm.route = PROGRAMME
                firm.launch()
            return
        refused: set[Firm] = set()
        for k, line in enumerate(self.case.lines):
            if line.calls[self.month] and self.budget[k][self.year] > 0:
                refused.update(
                    self.hold_call(k, line, [firm for firm in waiting if firm.stage == Stage.DECIDED and firm.is_eligible(line)])
                )
        for firm in waiting:
            if firm.stage == Stage.DECIDED:
                firm.refusals += firm in refused
                firm.wait()

    def hold_call(self, k: int, line: FundingLine, applicants: list[Firm]) -> list[Firm]:
        """Ranks the applicants, spends the budget from the top, and returns the refused."""
        ranked = sorted(applicants, key=lambda firm: (-firm.points(), firm.identity))
        for firm in ranked:
            firm.applications.append((self.month, line.name))
        calls_left = sum(bool(line.calls[t]) for t in range(self.month, len(line.calls)) if self.problem.horizon.year_index(t) == self.year)
        budget = int(self.budget[k][self.year])
        funded = np.zeros(len(ranked), np.bool_)
        grants = np.array([line.kind.taken(firm.bill_of(line)[STATE], line.terms) for firm in ranked], dtype=np.int64)
        award(
            grants=grants,
            members=np.array([firm.in_started_model() for firm in ranked], dtype=np.bool_),
            regional=np.array([POLE_INDEX[firm.province] != CAPITAL for firm in ranked], dtype=np.bool_),
            left=self.left[k],
            year=self.year,
            instalments=line.instalments,
            available=int(self.left[k][self.year]) // calls_left,
            quota=int(line.quota[self.month] * budget),
            floor=int(line.floor[self.month] * budget),
            funded=funded,
        )
        if self.case.scale < 1.0 and calls_left == 1:
            self.lots[k] = award_rest(grants, self.left[k], self.budget[k], self.year, line.instalments, self.lots[k], funded)
        self.applicants[k, self.year] += len(ranked)
        self.funded[k, self.year] += int(funded.sum())
        for firm, has_won in zip(ranked, funded, strict=True):
            if has_won:
                firm.receive(k, line)
        return [firm for firm, has_won in zip(ranked, funded, strict=True) if not has_won]

    def implement(self) -> None:
        """Projects progress, operating factories may be abandoned, and waiting projects start where there is room."""
        for firm in self.firms:
            firm.implement()
        self.start_projects()

    def start_projects(self) -> None:
        """Starts projects in the order of their contracts, those of one month in an order drawn by lot, until there is no more room."""
        month, room = self.month, int(self.case.room[self.month])
        self.queue.extend(sorted(self.contracts, key=lambda firm: (-firm.draw(Purpose.QUEUE), firm.identity)))
        self.contracts.clear()
        while self.queue and self.room_used + self.queue[0].room_needed() <= room:
            firm = self.queue.popleft()
            if firm.contract < month:
                self.log.add(month, Event.STARTED, firm.identity, firm.route)
            firm.room = firm.room_needed()
            self.room_used += firm.room
            firm.start()
            firm.implement()
        for firm in self.queue:
            if firm.contract == month:
                self.log.add(month, Event.QUEUED, firm.identity, firm.route)

    def record(self) -> None:
        """Events are noted as they happen; there is nothing left to write."""

    def history(self) -> History:
        """Returns what has happened so far."""
        month, event, firm, route = self.log.columns()
        n_years = len(self.problem.horizon.years)
        budget, left = (np.array([row[:n_years] for row in rows], np.int64).reshape(-1, n_years) for rows in (self.budget, self.left))
        return History(
            month,
            event,
            firm,
            route,
            pressure=np.array([f.milieu.pressure + f.pressure for f in self.firms], dtype=np.int64),
            lines=tuple(line.name for line in self.case.lines),
            budget=budget,
            spent=budget - left,
            applicants=self.applicants,
            funded=self.funded,
            repaid=self.repaid,
            paid=self.paid,
        )


def run(problem: Problem, scenario: Scenario) -> History:
    """Simulates one replicate with Mesa agents and returns its history."""
    model = DiffusionModel(problem, scenario)
    for _ in range(problem.horizon.n_months):
        model.step()
    return model.history()
