"""Starsim: adoption as an infection over directed ties, which it is; whoever escapes the ties may still adopt unprompted.

Chances of one month multiply to the law: ``exp(-p) * exp(-q/8) ** seen`` not to adopt. Common random numbers are switched off, an option
of Starsim that makes it faster.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import starsim
from benchmarks.neutral.workload import DEGREE, MONTHS, Q_EACH, P, Workload
from numpy.typing import NDArray


class Ties(starsim.Network):  # type: ignore[misc]  # starsim ships no types
    """Who looks at whom."""

    def step(self) -> None:
        """Ties do not change."""


class Adoption(starsim.Infection):  # type: ignore[misc]  # starsim ships no types
    """The state of the firms."""

    def __init__(self) -> None:
        """Ties act from the seen to the one who looks, not back."""
        super().__init__()
        self.define_pars(beta={"ties": [-math.expm1(-Q_EACH), 0]}, unprompted=starsim.bernoulli(p=-math.expm1(-P)))

    def set_prognoses(self, uids: Any, sources: Any = None) -> None:
        """Firms adopt."""
        super().set_prognoses(uids, sources)
        self.infected[uids] = True

    def step(self) -> None:
        """Firms adopt over ties, then unprompted."""
        super().step()
        self.set_prognoses(self.pars.unprompted.filter(self.susceptible.uids))


def build(work: Workload) -> Callable[[int], Callable[[], NDArray[np.int64]]]:
    """Returns what builds the simulation of a replicate, which returns what steps it."""
    starsim.options(verbose=0, crn=False)
    edges = {"p1": work.sources.ravel(), "p2": np.repeat(np.arange(work.n), DEGREE), "beta": np.ones(work.n * DEGREE)}

    def begin(replicate: int) -> Callable[[], NDArray[np.int64]]:
        adoption = Adoption()
        sim = starsim.Sim(
            n_agents=work.n,
            networks=Ties(**edges, name="ties"),
            diseases=adoption,
            start=starsim.date("2024-01-01"),
            dur=starsim.months(MONTHS - 1),
            dt=starsim.month,
            rand_seed=replicate,
            people_results=False,
        ).init()
        adoption = sim.diseases[0]

        def run() -> NDArray[np.int64]:
            sim.loop.run()
            return np.cumsum(adoption.results.new_infections.values).astype(np.int64)

        return run

    return begin
