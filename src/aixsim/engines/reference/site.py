"""Factory sites: what they are and where they stand."""

from __future__ import annotations

import mesa

from aixsim.engines.reference.ax_park import AXPark
from aixsim.engines.reference.codes import Seen, Stage
from aixsim.engines.reference.country import Country
from aixsim.engines.reference.milieu import Milieu
from aixsim.model.reuse import NO_SOLUTION, spared
from aixsim.random.draws import Purpose, uniform
from aixsim.world.classification import POLE_INDEX


class Site(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One factory site: what it is and where it stands."""

    def __init__(self, model: Country, identity: int, milieu: Milieu, park: AXPark | None) -> None:
        """Takes what it is from the population and its susceptibility from the scenario."""
        super().__init__(model)
        population, scenario = model.problem.population, model.case
        self.identity = identity
        self.size = int(population.size[identity])
        self.sector = int(population.sector[identity])
        self.province = int(population.province[identity])
        self.agent_type = int(population.agent_type[identity])
        self.employees = int(population.employees[identity])
        self.tier = int(population.tier[identity])
        self.park, self.milieu = park, milieu
        self.susceptibility = float(scenario.class_factor[self.size, int(population.ready[identity])]) * float(scenario.frailty[identity])
        self.consortium = int(scenario.model_of[identity])
        self.knows = NO_SOLUTION
        self.stage, self.seen, self.route = Stage.POTENTIAL, Seen.NOTHING, -1
        self.since = self.due = 0
        self.episode = 0

    def in_open_park(self) -> bool:
        """Returns whether it sits in a park that is open."""
        return self.park is not None and self.park.is_open

    def in_started_model(self) -> bool:
        """Returns whether it belongs to a collaboration model that has started."""
        case, consortium = self.model.case, self.consortium
        return consortium >= 0 and bool(case.model_start[consortium] <= self.model.month < case.model_stop[consortium])

    def is_led(self) -> bool:
        """Returns whether another firm leads it in a collaboration model that has started."""
        return self.in_started_model() and self.model.leads[self.consortium] is not self

    def credit(self) -> float:
        """Returns the share of a project's cost that credit carries in its pole."""
        return float(self.model.case.credit[self.model.month, POLE_INDEX[self.province]])

    def spared(self, share: float) -> float:
        """Returns the share that the solution it knows spares, of the share that the solution of a partner spares."""
        return spared(share, self.knows, float(self.model.case.tie_factor[self.model.month, self.tier]))

    def draw(self, purpose: Purpose) -> float:
        """Returns the uniform of this firm for a purpose, one an episode."""
        scenario = self.model.case
        return uniform(scenario.seed, scenario.replicate, purpose, self.identity, self.episode)
