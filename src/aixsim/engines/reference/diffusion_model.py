"""The model: creates the agents of a country and steps them through the months."""

from __future__ import annotations

from collections import Counter

import numpy as np

from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.codes import CUSTOMER, LARGE_CUSTOMER, PROGRAMME, STATE, Stage
from aixsim.engines.reference.country import Country
from aixsim.engines.reference.firm import SME, Firm, LargeFirm, Supplier
from aixsim.engines.reference.milieu import Milieu
from aixsim.engines.reference.project_queue import ProjectQueue
from aixsim.errors import UserError
from aixsim.model.history import Event, History
from aixsim.model.pressure import grown, rate
from aixsim.model.problem import Problem
from aixsim.model.scenario import FundingLine, Scenario
from aixsim.model.schedule import run_month
from aixsim.world.classification import CAPITAL, POLE_INDEX


class HorizonError(UserError):
    """A step past the end of the horizon.

    Attributes:
        end: last month of the horizon, ``YYYY-MM``.
    """

    def __init__(self, end: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(f"the model has reached the end of its horizon, {end}; step it while it is running, or set a later horizon.end")
        self.end = end


class DiffusionModel(Country):
    """The country with its firms, month by month."""

    def __init__(self, problem: Problem, scenario: Scenario) -> None:
        """Creates parks, milieus, firms and their ties; nothing has happened yet."""
        super().__init__(problem, scenario)
        groups, population = problem.milieus, problem.population
        self.milieus = [Milieu(groups, index) for index in range(len(groups.cell))]
        self.parks = [AXPark(self, index) for index in range(len(population.parks))]
        kinds = (LargeFirm, Supplier, SME)
        self.firms: list[Firm] = []
        for identity, kind in enumerate(population.agent_type):
            park = self.parks[population.park[identity]] if population.park[identity] >= 0 else None
            self.firms.append(kinds[kind](self, identity, self.milieus[groups.of_firm[identity]], park))
        self.leads = [self.firms[lead] for lead in scenario.model_lead]
        network, weights = problem.network, scenario.sensing.tie_weights
        for firm in self.firms:
            ties = slice(network.start[firm.identity], network.start[firm.identity + 1])
            for j, kind in zip(network.partner[ties].tolist(), network.kind[ties].tolist(), strict=True):
                partner = self.firms[j]
                large_customer = kind == CUSTOMER and isinstance(partner, LargeFirm)
                firm.partners.append((partner, kind, weights[LARGE_CUSTOMER if large_customer else kind]))
        self.projects = ProjectQueue(self)
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
        """Checks rules, sets what nobody controls and what opens this month; firms whose pause is over reconsider."""
        self.follow_rules()
        self.set_conditions()
        for firm in self.firms:
            if firm.stage in (Stage.FAILED, Stage.WITHDRAWN) and firm.due <= self.month:
                firm.reconsider()
        uplifts = self.case.uplifts
        for k in np.flatnonzero(uplifts.month == self.month):
            self.firms[uplifts.firm[k]].uplift(float(uplifts.factor[k]), equips=bool(uplifts.equips[k]))

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
            if line.calls[self.month] and self.accounts.budget[k][self.year] > 0:
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
        funded = self.accounts.award(
            k,
            self.month,
            self.year,
            calls_left,
            grants=np.array([line.kind.taken(firm.bill_of(line)[STATE], line.terms) for firm in ranked], dtype=np.int64),
            members=np.array([firm.in_started_model() for firm in ranked], dtype=np.bool_),
            regional=np.array([POLE_INDEX[firm.province] != CAPITAL for firm in ranked], dtype=np.bool_),
            is_sample=self.case.scale < 1.0,
        )
        for firm, has_won in zip(ranked, funded, strict=True):
            if has_won:
                firm.receive(k, line)
        return [firm for firm, has_won in zip(ranked, funded, strict=True) if not has_won]

    def implement(self) -> None:
        """Projects progress, operating factories may be abandoned, and waiting projects start where there is room."""
        for firm in self.firms:
            firm.implement()
        self.projects.start_projects()

    def record(self) -> None:
        """Events are noted as they happen; there is nothing left to write."""

    def history(self) -> History:
        """Returns what has happened so far."""
        month, event, firm, route = self.log.columns()
        accounts, n_years = self.accounts, len(self.problem.horizon.years)
        budget, left = (
            np.array([row[:n_years] for row in rows], np.int64).reshape(len(rows), n_years) for rows in (accounts.budget, accounts.left)
        )
        return History(
            month,
            event,
            firm,
            route,
            pressure=np.array([f.milieu.pressure + f.pressure for f in self.firms], dtype=np.int64),
            lines=tuple(line.name for line in self.case.lines),
            budget=budget,
            spent=budget - left,
            applicants=accounts.applicants,
            funded=accounts.funded,
            repaid=accounts.repaid,
            paid=accounts.paid,
            decisions=tuple(self.rules.decisions),
        )


def run(problem: Problem, scenario: Scenario) -> History:
    """Simulates one replicate with Mesa agents and returns its history."""
    model = DiffusionModel(problem, scenario)
    for _ in range(problem.horizon.n_months):
        model.step()
    return model.history()
