"""Projects of one replicate: who launched when, by which route, and what became of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.history import Event, History
from aixsim.world.population import Population

NEVER: Final = int(np.iinfo(np.int32).max)
"""Month of what does not happen within the horizon; later than every month, so that ``month <= deadline`` needs no exception."""

PROJECT_COLUMNS: Final = ("firm", "route", "launched", "operating", "ended", "agent_type", "province", "size", "sector")
"""One project is one row; a firm whose project failed may launch a second one.

``launched``, ``operating`` and ``ended`` are months of the horizon (-1: before its start) or ``NEVER``. A project that ended without
having operated failed, one that had was abandoned. The rest says which firm it is, because every replicate may have its own population.
"""


def projects_of(history: History, population: Population) -> NDArray[np.int32]:
    """Returns the projects of a replicate by month of launch and then by firm, shape ``(n_projects, 9)``, columns ``PROJECT_COLUMNS``.

    Args:
        history: what happened; the events of one firm stand in the order in which they happened.
        population: whose firms they are.
    """
    steps = np.flatnonzero((history.event >= Event.LAUNCHED) & (history.event <= Event.ABANDONED))
    order = steps[np.argsort(history.firm[steps], kind="stable")]
    event, month = history.event[order], history.month[order]
    begins = event == Event.LAUNCHED
    project = np.cumsum(begins) - 1
    firm, route = history.firm[order][begins], history.route[order][begins]
    out = np.full((len(firm), len(PROJECT_COLUMNS)), NEVER, np.int32)
    out[:, 0], out[:, 1], out[:, 2] = firm, route, month[begins]
    for column, happened in ((3, event == Event.OPERATING), (4, (event == Event.FAILED) | (event == Event.ABANDONED))):
        out[project[happened], column] = month[happened]
    for column, trait in enumerate((population.agent_type, population.province, population.size, population.sector), start=5):
        out[:, column] = trait[firm]
    return out[np.lexsort((out[:, 0], out[:, 2]))]
