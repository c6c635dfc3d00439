"""The country: what all agents of a replicate share."""

from __future__ import annotations

from collections import Counter

import mesa
import numpy as np
from numpy.typing import NDArray

from aixsim.engines.reference.accounts import Accounts
from aixsim.engines.reference.codes import Seen
from aixsim.model.economics import attraction, cost_now
from aixsim.model.history import EventLog
from aixsim.model.policy_rules import RuleBook
from aixsim.model.pressure import PACE_UNIT, pace
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.senses import senses


class Country(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """The scenario, the month and its conditions, the money, and the log of events."""

    def __init__(self, problem: Problem, scenario: Scenario) -> None:
        """Starts before the first month.

        Mesa's own generators, which shuffle agents for whoever asks, start from the seed and the replicate; the model uses neither.
        """
        super().__init__(rng=scenario.seed * 2**32 + scenario.replicate)
        # Not "scenario": Mesa 3.5 gives that name to its own.
        self.problem, self.case = problem, scenario
        self.month, self.n_operated, self.log = -1, 0, EventLog()
        self.climate, self.cost, self.attraction, self.pace = 1.0, 1.0, [1.0] * 5, [PACE_UNIT] * 5
        self.milieu_mechanisms = [item for item in scenario.mechanisms if item[0].level == "milieu"]
        self.tie_mechanisms = [item for item in scenario.mechanisms if item[0].level == "tie"]
        self.given = self._given()
        self.rules = RuleBook(problem, scenario)
        self.seen_in_cell: Counter[tuple[int, Seen]] = Counter()
        self.accounts = Accounts(scenario.lines, len(problem.horizon.years))

    def follow_rules(self) -> None:
        """Checks the rules of this month; if one acts, the country goes on with another scenario and the money that is left."""
        if self.month not in self.rules.months:
            return
        _, event, firm, route = self.log.columns()
        if scenario := self.rules.check(self.month, event, firm, route):
            self.case = scenario
            self.accounts.lines = scenario.lines
            self.given = self._given()

    def _given(self) -> dict[str, NDArray[np.float64]]:
        """Returns what milieus sense that is no matter of what firms have done, by sense."""
        chosen = [senses()[item.senses] for item, _ in self.case.mechanisms]
        return {sense.name: sense.table(self.case, self.problem) for sense in chosen if sense.values is not None}

    def set_conditions(self) -> None:
        """Sets the month's climate, cost, attraction and pace, and the budgets of a year that begins."""
        t, scenario = self.month, self.case
        self.climate = float(scenario.climate_index[t])
        self.cost = cost_now(self.n_operated, scenario.scale, scenario.economics)
        self.attraction = [attraction(self.cost, float(s), scenario.economics) for s in scenario.support[t]]
        self.pace = [pace(self.climate, e) for e in self.attraction]
        self.year = self.problem.horizon.year_index(t)
        begins = t == 0 or self.problem.horizon.year_index(t - 1) != self.year
        if t > 0 and begins:
            self.accounts.carry_over(self.year)
        if begins:
            self.accounts.change_budgets(self.year)
