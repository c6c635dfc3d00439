"""AMBER in its vectorised lane: the state is a column, a step reads it, computes over all firms and writes it."""

from __future__ import annotations

from collections.abc import Callable

import ambr
import numpy as np
from benchmarks.neutral.workload import MONTHS, Q_EACH, P, Workload
from numpy.typing import NDArray


class Diffusion(ambr.Model):  # type: ignore[misc]  # ambr ships no types
    """Firms that decide month by month."""

    def __init__(self, work: Workload, seed: int) -> None:
        """Keeps the ties beside the parameters, which hold no arrays."""
        super().__init__({"n": work.n, "steps": MONTHS, "seed": seed, "show_progress": False})
        self.sources = work.sources
        self.curve: list[int] = []

    def setup(self) -> None:
        """Starts without AI."""
        self.add_agents(len(self.sources), adopted=False)

    def step_vectorized(self) -> None:
        """Everybody counts the adopters that it sees and tosses a coin."""
        adopted = self.agents.numpy("adopted")
        seen = np.count_nonzero(adopted[self.sources], axis=1)
        chance = -np.expm1(-(P + Q_EACH * seen))
        self.agents.adopted = adopted | (self.rng.random(len(adopted)) < chance)

    def update(self) -> None:
        """Notes the adopters of the month."""
        self.curve.append(int(self.agents.adopted.sum()))


def build(work: Workload) -> Callable[[int], Callable[[], NDArray[np.int64]]]:
    """Returns what builds the model of a replicate, which returns what steps it."""

    def begin(replicate: int) -> Callable[[], NDArray[np.int64]]:
        model = Diffusion(work, replicate).cpu(mode="vectorized")
        model.run(steps=0)

        def run() -> NDArray[np.int64]:
            for _ in range(MONTHS):
                model.run_step()
            return np.array(model.curve)

        return run

    return begin
