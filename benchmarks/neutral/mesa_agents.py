"""Mesa agents with plain lists of neighbours, stepped with ``do``, as light as they can be.

One pass a month over those who have not adopted; adopters of a month are marked after the pass, so that nobody sees them too early.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa
import numpy as np
from benchmarks.neutral.workload import CHANCE, MONTHS, Workload
from mesa.agent import AgentSet
from numpy.typing import NDArray


class Firm(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One firm that looks at its in-neighbours."""

    def __init__(self, model: Diffusion) -> None:
        """Starts without AI."""
        super().__init__(model)
        self.adopted = False
        self.sources: list[Firm] = []

    def decide(self) -> None:
        """Counts the adopters that it sees and tosses a coin."""
        seen = 0
        for source in self.sources:
            if source.adopted:
                seen += 1
        if self.random.random() < CHANCE[seen]:
            self.model.deciders.append(self)

    def adopt(self) -> None:
        """Adopts."""
        self.adopted = True


class ToldFirm(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One firm that is told by its in-neighbours: it does not look."""

    def __init__(self, model: Diffusion) -> None:
        """Starts without AI."""
        super().__init__(model)
        self.seen = 0
        self.followers: list[ToldFirm] = []

    def decide(self) -> None:
        """Tosses a coin."""
        if self.random.random() < CHANCE[self.seen]:
            self.model.deciders.append(self)

    def adopt(self) -> None:
        """Adopts and tells who looks at it."""
        for follower in self.followers:
            follower.seen += 1


class Diffusion(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """Firms that decide month by month."""

    def __init__(self, work: Workload, kind: type[Firm | ToldFirm], seed: int) -> None:
        """Ties the firms."""
        super().__init__(rng=seed)
        self.deciders: list[Firm | ToldFirm] = []
        firms = [kind(self) for _ in range(work.n)]
        for firm, sources in zip(firms, work.sources.tolist(), strict=True):
            if isinstance(firm, Firm):
                firm.sources = [firms[source] for source in sources]
            else:
                for source in sources:
                    firms[source].followers.append(firm)
        self.potential = AgentSet(firms, random=self.random)

    def run(self) -> NDArray[np.int64]:
        """Returns adopters by month."""
        out, adopters = np.empty(MONTHS, np.int64), 0
        for month in range(MONTHS):
            self.deciders = []
            self.potential.do("decide")
            for firm in self.deciders:
                firm.adopt()
                self.potential.discard(firm)
            adopters += len(self.deciders)
            out[month] = adopters
        return out


def build(work: Workload) -> Callable[[int], Callable[[], NDArray[np.int64]]]:
    """Returns what builds the model of a replicate, which returns what steps it."""
    return lambda replicate: Diffusion(work, Firm, replicate).run


def build_told(work: Workload) -> Callable[[int], Callable[[], NDArray[np.int64]]]:
    """Returns the same with firms that are told, which is less work: what the kernel and the C loop do."""
    return lambda replicate: Diffusion(work, ToldFirm, replicate).run
