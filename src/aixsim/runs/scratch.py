"""Scratch files of a run: one slot a replicate, written by the workers themselves, so that memory stays flat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.model.history import History
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.projects import projects_of
from aixsim.model.scenario import Scenario
from aixsim.runs.mapped import release
from aixsim.runs.project_log import ProjectLog
from aixsim.world.classification import GROUPS

WAITING, DONE, FAILED = 0, 1, 2
N_LEVELS = sum(len(levels) for levels in GROUPS.values())
MONEY_COLUMNS = ("budget", "spent", "applicants", "funded")


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of the slots.

    Attributes:
        folder: where the scratch files are.
        n_replicates, n_months, n_years: sizes.
        pots: names of programmes and parks' money.
        uncertainties: keys of what is drawn.
    """

    folder: Path
    n_replicates: int
    n_months: int
    n_years: int
    pots: tuple[str, ...]
    uncertainties: tuple[str, ...]


class Scratch:
    """Open scratch files; every array has the replicate as its first axis.

    Attributes:
        counts: int32 ``(R, n_outcomes, n_months)``.
        groups: int32 ``(R, n_levels, n_outcomes, n_months)``.
        money: int64 ``(R, n_pots, n_years, 4)``, columns ``MONEY_COLUMNS``, won.
        drawn: float64 ``(R, n_uncertainties)``.
        projects: int64 ``(R, 3)``, where the projects are in ``log``, see ``project_log.Place``.
        log: projects of all replicates.
        state: uint8 ``(R,)``: waiting, done or failed.
    """

    def __init__(self, layout: Layout, *, create: bool = False) -> None:
        """Opens the files, or creates them with every replicate waiting."""
        self.layout = layout
        mode: Any = "w+" if create else "r+"
        r = layout.n_replicates

        def array(name: str, dtype: Any, *shape: int) -> Any:
            # A file of no bytes cannot be mapped.
            if 0 in shape:
                return np.zeros((r, *shape), dtype)
            return np.memmap(layout.folder / f"{name}.bin", dtype=dtype, mode=mode, shape=(r, *shape))

        self.counts = array("counts", np.int32, len(OUTCOMES), layout.n_months)
        self.groups = array("groups", np.int32, N_LEVELS, len(OUTCOMES), layout.n_months)
        self.money = array("money", np.int64, len(layout.pots), layout.n_years, len(MONEY_COLUMNS))
        self.drawn = array("drawn", np.float64, len(layout.uncertainties))
        self.projects = array("projects", np.int64, 3)
        self.log = ProjectLog(layout.folder)
        self.state = array("state", np.uint8)

    def write(self, problem: Problem, scenario: Scenario, history: History) -> None:
        """Fills the slot of a replicate; its state is set last."""
        from aixsim.engines.kernel.tabulate import tables  # late, because it loads Numba

        r = scenario.replicate
        self.counts[r], self.groups[r] = tables(history, scenario.counts, self.layout.n_months, problem.population)
        for k, name in enumerate(history.pots):
            slot = self.money[r, self.layout.pots.index(name)]
            for column, values in enumerate((history.budget, history.spent, history.applicants, history.funded)):
                slot[:, column] = values[k]
        for position, key in enumerate(self.layout.uncertainties):
            self.drawn[r, position] = scenario.drawn[key]
        self.projects[r] = self.log.append(projects_of(history, problem.population))
        self.state[r] = DONE
        self.release()

    def release(self) -> None:
        """Takes what has been written or read out of this process's memory; the files keep it."""
        for array in (self.counts, self.groups, self.money, self.drawn, self.projects):
            release(array)

    def done(self) -> NDArray[np.int64]:
        """Returns the replicates that are finished, ascending."""
        return np.flatnonzero(self.state == DONE)
