"""Mesa agents with plain lists of neighbours, stepped with ``do``: everybody senses, then everybody decides."""

from __future__ import annotations

import math
from collections.abc import Callable

import mesa
import numpy as np
from benchmarks.neutral.workload import DEGREE, MONTHS, P, Q, Workload
from numpy.typing import NDArray


class Firm(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One firm."""

    def __init__(self, model: mesa.Model) -> None:
        """Starts without AI."""
        super().__init__(model)
        self.adopted, self.share = False, 0.0
        self.sources: list[Firm] = []

    def sense(self) -> None:
        """Looks at its in-neighbours."""
        if not self.adopted:
            self.share = sum(source.adopted for source in self.sources) / DEGREE

    def decide(self) -> None:
        """Tosses a coin."""
        if not self.adopted and self.random.random() < 1.0 - math.exp(-(P + Q * self.share)):
            self.adopted = True


def prepare(work: Workload) -> Callable[[int], NDArray[np.int64]]:
    """Returns what runs one replicate: adopters by month, ``(60,)``."""

    def run(replicate: int) -> NDArray[np.int64]:
        model = mesa.Model(rng=replicate)
        firms = [Firm(model) for _ in range(work.n)]
        for firm, sources in zip(firms, work.sources.tolist(), strict=True):
            firm.sources = [firms[source] for source in sources]
        out = np.empty(MONTHS, np.int64)
        for month in range(MONTHS):
            model.agents.do("sense")
            model.agents.do("decide")
            out[month] = sum(firm.adopted for firm in firms)
        return out

    return run
