"""What money alone says beside each goal: budget over grant, as a spreadsheet computes it, replicate by replicate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.runs.arrow_columns import array_of
from aixsim.stats.summary import quantiles

_OF_PROJECTS: Final = ("launched", "launched_adequate", "operating")
"""Outcomes that a budget pays for."""


def money_alone(affordable: NDArray[np.float64], counts: NDArray[np.int32], at_least: float, scale: float) -> dict[str, float | None]:
    """Returns what the record of a goal says of money alone.

    Args:
        affordable: projects that the budgets up to the deadline would pay, of the simulated population, shape ``(n_replicates,)``.
        counts: what the model counts at the deadline, shape ``(n_replicates,)``.
        at_least: the goal, in firms of the nation.
        scale: share of the national population.

    Returns:
        ``probability`` that money alone reaches the goal; mean and quantiles of its count in firms of the nation; and ``r_squared``, the
        share of the variance of the model's count that a straight line in it explains, None where either does not vary.
    """
    national = affordable / scale
    varies = min(len(counts), 2) == 2 and np.ptp(affordable) > 0 and np.ptp(counts) > 0
    return {
        "probability": float((national >= at_least - 1e-9).mean()),
        "mean": float(national.mean()),
        **quantiles(national),
        "r_squared": float(np.corrcoef(affordable, counts)[0, 1] ** 2) if varies else None,
    }


def affordable_by(rows: Any, replicates: NDArray[np.int64], year: int) -> NDArray[np.float64]:
    """Returns the projects that the budgets of all programmes would pay up to a year, by replicate, shape ``(n_replicates,)``.

    Args:
        rows: of the table ``money``: ``replicate``, ``year`` and ``affordable``.
        replicates: finished ones, ascending.
        year: the last one that counts.
    """
    until = array_of(rows["year"]) <= year
    place = np.searchsorted(replicates, array_of(rows["replicate"])[until])
    found = np.zeros(len(replicates))
    np.add.at(found, place, array_of(rows["affordable"])[until])
    return found


def add_money_alone(
    records: list[dict[str, Any]],
    rows: Any,
    replicates: NDArray[np.int64],
    paths: Mapping[str, NDArray[np.int32]],
    horizon: Horizon,
    scale: float,
) -> list[dict[str, Any]]:
    """Returns records of goals, those on projects with ``money_alone``; unchanged without programmes.

    Args:
        records: as from ``goals.evaluate_goals``; changed in place.
        rows, replicates: as in ``affordable_by``.
        paths: counts by outcome, shape ``(n_replicates, n_months)`` each.
        horizon: simulated months.
        scale: share of the national population.
    """
    for record in records:
        if record["outcome"] in _OF_PROJECTS and len(rows):
            affordable = affordable_by(rows, replicates, int(record["by"][:4]))
            counts = paths[record["outcome"]][:, horizon.index(record["by"])]
            record["money_alone"] = money_alone(affordable, counts, record["at_least"], scale)
    return records
