"""Public money by programme and year, over all replicates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aixsim.runs.arrow_columns import array_of

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Money:
    """Budgets and spending of the simulated population, KRW bn.

    Attributes:
        years: ascending, shape ``(n_years,)``.
        replicates: ascending, shape ``(n_replicates,)``.
        programmes: in the order of the config, shape ``(n_programmes,)``.
        budget, spent: means over replicates, shape ``(n_programmes, n_years)``.
        total: spending of all programmes by replicate, shape ``(n_replicates, n_years)``.
    """

    years: list[int]
    replicates: NDArray[np.int32]
    programmes: list[str]
    budget: Floats
    spent: Floats
    total: Floats


def add_up(batches: Iterable[pa.RecordBatch], years: list[int]) -> Money:
    """Returns budgets and spending from rows of ``money``, which are sorted by replicate, programme and year.

    Args:
        batches: the rows in pieces, the first with at least one replicate; with the columns ``replicate``, ``programme``,
            ``budget_krw_bn`` and ``spent_krw_bn``.
        years: of the horizon, ascending.
    """
    programmes: list[str] = []
    sums, totals, rest = np.zeros(2), [], np.zeros((2, 0))
    replicates: list[NDArray[np.int32]] = []
    for batch in batches:
        if not programmes:
            first = array_of(batch["replicate"]) == batch["replicate"][0].as_py()
            programmes = batch["programme"].to_pylist()[: int(first.sum()) : len(years)]
            sums = np.zeros((2, len(programmes), len(years)))
        rows = np.concatenate([rest, [array_of(batch[name]) for name in ("budget_krw_bn", "spent_krw_bn")]], axis=1)
        # A piece may end in the middle of a replicate.
        whole = rows.shape[1] - rows.shape[1] % sums[0].size
        rest, block = rows[:, whole:], rows[:, :whole].reshape(2, -1, len(programmes), len(years))
        sums += block.sum(axis=1)
        replicates.append(array_of(batch["replicate"]))
        totals.append(block[1].sum(axis=1))
    total = np.concatenate(totals)
    budget, spent = sums / len(total)
    return Money(years, np.unique(np.concatenate(replicates)), programmes, budget, spent, total)
