"""The reference engine: the model as Mesa agents, written to be read beside the ODD.

Slow on purpose: every firm looks at every partner every month and nothing is kept up to date by increments, so that it can vouch for a
faster engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import IntEnum

import mesa
import numpy as np

from aixsim.errors import UserError
from aixsim.model.economics import attraction, cost_now
from aixsim.model.funding import award, award_rest, gives_up, log_employees, merit, own_hazard
from aixsim.model.history import Event, EventLog, History
from aixsim.model.implementation import duration_factor, duration_months, lifetime_months, success_chance
from aixsim.model.pressure import PACE_UNIT, grown, lowered, pace, raised, rate, reaches, threshold
from aixsim.model.problem import Milieus, Problem
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.model.schedule import run_month
from aixsim.model.sense import Sense
from aixsim.model.senses import senses
from aixsim.model.sensing import visible_share
from aixsim.random.draws import Purpose, exponential, logistic, normal, uniform
from aixsim.world.classification import CAPITAL, POLE_INDEX, ROUTES

PROGRAMME, COLLABORATION, PARK, OWN = range(len(ROUTES))


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
        self.partners: list[tuple[Firm, int]] = []
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
        for partner, weight in self.partners:
            seen[partner.seen] += weight
        scenario = self.model.case
        return visible_share(seen[Seen.OPERATING], seen[Seen.LAUNCHED], seen[Seen.DISAPPOINTING], sum(seen), scenario.sensing)

    def lead_visible(self) -> float:
        """Returns 1 when its collaboration model has started and its lead, another firm, is visible."""
        if not self.in_started_model() or self.model.leads[self.consortium] is self:
            return 0.0
        lead, visibility = self.model.leads[self.consortium], self.model.case.sensing.visibility
        return 1.0 if lead.seen == Seen.OPERATING or (lead.seen == Seen.LAUNCHED and visibility > 0.0) else 0.0

    def in_started_model(self) -> bool:
        """Returns whether it belongs to a collaboration model that has started."""
        case, consortium = self.model.case, self.consortium
        return consortium >= 0 and bool(case.model_start[consortium] <= self.model.month < case.model_stop[consortium])

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
        if line.park_tenants_only and not (self.park is not None and self.park.is_open):
            return False
        return bool(line.size[self.size] and line.province[self.province] and line.sector[self.sector] and line.agent_type[self.agent_type])

    def points(self) -> float:
        """Returns its points in this month's rankings; every call of a month judges the same merit."""
        scenario = self.model.case
        noise = logistic(uniform(scenario.seed, scenario.replicate, Purpose.MERIT, self.identity, self.model.month))
        priority = float(scenario.priority[self.model.month, self.province, self.sector])
        return merit(noise, log_employees(self.employees), self.in_started_model(), priority, scenario.funding)

    def receive(self, k: int, line: FundingLine) -> None:
        """Is funded; the project is launched when the contract is due."""
        self.lender, self.taken = k, line.kind.taken(int(line.grant[self.model.year, self.size]), line.terms)
        self.route = COLLABORATION if line.route == PROGRAMME and self.in_started_model() else line.route
        self.model.log.add(self.model.month, Event.FUNDED, self.identity, self.route)
        self.stage, self.due = Stage.FUNDED, self.model.month + line.lag
        if line.lag == 0:
            self.launch()

    def wait(self) -> None:
        """Without a grant, pays itself, goes on waiting, or withdraws."""
        scenario, month = self.model.case, self.model.month
        credit = float(scenario.credit[month, POLE_INDEX[self.province]])
        burden = float(scenario.own_burden[self.size]) * self.model.cost * (1.0 - credit)
        hazard = own_hazard(float(scenario.own_rate[month, self.size]), burden)
        self.own_pressure = grown(self.own_pressure, rate(hazard), PACE_UNIT)
        if self.own_pressure >= self.own_threshold:
            self.route, self.lender = OWN, -1
            self.launch()
        elif gives_up(self.refusals, month - self.since, scenario.funding):
            self.model.log.add(month, Event.WITHDRAWN, self.identity)
            self.stage, self.due = Stage.WITHDRAWN, month + scenario.implementation.pause_months

    # --- implement

    def launch(self) -> None:
        """Starts its project."""
        scenario = self.model.case
        factor = duration_factor(
            self.park is not None and self.park.is_open,
            scenario.park_duration_factor,
            float(scenario.zone[max(self.model.month, 0), self.province, self.sector]),
            scenario.zone_duration_factor,
        )
        z = normal(self.draw(Purpose.DURATION))
        months = duration_months(z, self.size, factor, scenario.implementation)
        self.model.log.add(self.model.month, Event.LAUNCHED, self.identity, self.route)
        self.stage, self.seen, self.due = Stage.LAUNCHED, Seen.LAUNCHED, self.model.month + months

    def implement(self) -> None:
        """Reaches production or fails when its project is due; an operating one is abandoned when its life is over."""
        if self.due != self.model.month:
            return
        if self.stage == Stage.LAUNCHED:
            operates = self.draw(Purpose.SUCCESS) < success_chance(self.route, self.size, self.model.case.implementation)
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
            firm.partners = [
                (self.firms[j], weights[k]) for j, k in zip(network.partner[ties].tolist(), network.kind[ties].tolist(), strict=True)
            ]
        self.budget = [np.concatenate([line.budget, line.beyond]) for line in scenario.lines]
        self.left, self.lots = [budget.copy() for budget in self.budget], [line.lot for line in scenario.lines]
        shape = (len(scenario.lines), len(problem.horizon.years))
        self.applicants, self.funded, self.repaid = (np.zeros(shape, np.int64) for _ in range(3))
        for firm in self.firms[: scenario.initial_adopters]:
            firm.commit()
            firm.route = PROGRAMME
            firm.launch()
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
        """Contracts fall due, calls are held, and who is left without money waits."""
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
        grants = np.array([line.kind.taken(int(line.grant[self.year, firm.size]), line.terms) for firm in ranked], dtype=np.int64)
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
        """Projects progress, operating factories may be abandoned."""
        for firm in self.firms:
            firm.implement()

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
        )


def run(problem: Problem, scenario: Scenario) -> History:
    """Simulates one replicate with Mesa agents and returns its history."""
    model = DiffusionModel(problem, scenario)
    for _ in range(problem.horizon.n_months):
        model.step()
    return model.history()
