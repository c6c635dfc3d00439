"""agentpy agents with plain lists of neighbours; calls are broadcast over agent lists, as agentpy does it."""

from __future__ import annotations

from collections.abc import Callable

import agentpy
import numpy as np
from benchmarks.neutral.workload import CHANCE, MONTHS, Workload
from numpy.typing import NDArray


class Firm(agentpy.Agent):  # type: ignore[misc]  # agentpy ships no types
    """One firm."""

    def setup(self) -> None:
        """Starts without AI."""
        self.adopted = False
        self.sources: list[Firm] = []

    def decides(self) -> bool:
        """Counts the adopters that it sees and tosses a coin."""
        seen = 0
        for source in self.sources:
            if source.adopted:
                seen += 1
        return bool(self.model.random.random() < CHANCE[seen])


class Diffusion(agentpy.Model):  # type: ignore[misc]  # agentpy ships no types
    """Firms that decide month by month."""

    def setup(self) -> None:
        """Ties the firms."""
        firms = agentpy.AgentList(self, self.p.n, Firm)
        for firm, sources in zip(firms, self.p.sources, strict=True):
            firm.sources = [firms[source] for source in sources]
        self.potential = firms

    def step(self) -> None:
        """Everybody decides, then adopters are marked."""
        decisions = list(self.potential.decides())
        self.potential.select(decisions).adopted = True
        self.potential = self.potential.select([not decision for decision in decisions])

    def update(self) -> None:
        """Notes the adopters of the month."""
        self.record("adopters", self.p.n - len(self.potential))


def build(work: Workload) -> Callable[[int], Callable[[], NDArray[np.int64]]]:
    """Returns what builds the model of a replicate, which returns what steps it."""

    def begin(replicate: int) -> Callable[[], NDArray[np.int64]]:
        model = Diffusion({"n": work.n, "sources": work.sources.tolist(), "steps": MONTHS, "seed": replicate})
        model.sim_setup()

        def run() -> NDArray[np.int64]:
            while model.running:
                model.sim_step()
            return np.array(model.log["adopters"][1:])

        return run

    return begin
