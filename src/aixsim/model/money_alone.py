"""Money alone: how many projects the budgets would pay if nothing else counted, budget over grant, as a spreadsheet computes it.

It stands beside every count of AI factories, so that everybody sees what firms, ties and capacity add to it or take from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aixsim.model.scenario import FundingLine


def affordable(lines: Sequence[FundingLine]) -> NDArray[np.float64]:
    """Returns how many projects the budget of each line would pay at its highest grant, shape ``(n_lines, n_years)``.

    Instalments reserve the budgets of later years. Whether anybody applies, what projects cost and what loans pay back is left out.

    Args:
        lines: of a scenario, all levers applied.
    """
    n_years = len(lines[0].budget) if lines else 0
    return np.array([_affordable(line) for line in lines]).reshape(len(lines), n_years)


def _affordable(line: FundingLine) -> list[float]:
    left = np.concatenate([np.maximum(line.budget + line.change, 0), line.beyond]).astype(np.float64)
    n_years, grants = len(line.budget), np.where(line.size, line.grant, 0).max(axis=1)
    found = []
    for year in range(n_years):
        due = left[year : year + line.instalments]
        part = float(grants[year]) / line.instalments
        n = max(float(due.min()) / part, 0.0) if part > 0.0 else 0.0
        due -= n * part
        found.append(n)
    return found
