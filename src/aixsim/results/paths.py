"""Paths: the count of one outcome by replicate and month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.runs.arrow_columns import array_of, dates_of

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Paths:
    """Counts of one outcome, in simulated firms.

    Attributes:
        months: first day of each month; counts are as of its end. Shape ``(n_months,)``.
        replicates: ascending, shape ``(n_replicates,)``.
        values: shape ``(n_replicates, n_months)``.
    """

    months: list[dt.date]
    replicates: NDArray[np.int32]
    values: NDArray[np.int32]


def gather(batches: Iterable[pa.RecordBatch], outcome: str, months: list[dt.date]) -> Paths:
    """Returns the paths in rows of ``trajectories``, which are sorted by replicate and month.

    Args:
        batches: the rows, piece by piece, with the columns ``replicate``, ``month`` and that of the outcome.
        outcome: name of the outcome.
        months: of the horizon.

    Raises:
        UserError: there are no rows, or a replicate lacks a month.
    """
    dates = np.array(months, "datetime64[M]")
    replicates: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    values: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    n, last, is_whole = 0, -1, True
    for batch in batches:
        place = np.arange(n, n + len(batch)) % len(months)
        replicate = array_of(batch["replicate"])
        # The number of the replicate changes only where the months start again.
        begins = np.diff(replicate, prepend=last) != 0
        found = dates_of(batch["month"]).astype("datetime64[M]")
        is_whole &= bool((begins == (place == 0)).all() and (found == dates[place]).all())
        replicates.append(replicate[begins])
        values.append(array_of(batch[outcome]).astype(np.int32))
        n, last = n + len(batch), replicate[-1] if len(batch) else last
    if not n:
        raise UserError("no replicate has finished")
    if not is_whole or n % len(months):
        raise UserError(f"trajectories: some values of {outcome!r} are missing or out of order; run the study again")
    return Paths(months, np.concatenate(replicates), np.concatenate(values).reshape(-1, len(months)))


def at_month(batches: Iterable[pa.RecordBatch], names: Sequence[str], month: dt.date) -> dict[str, NDArray[np.int32]]:
    """Returns some columns of the rows of one month, by name, in the order of the replicates, shape ``(n,)`` each.

    Args:
        batches: rows of the table ``trajectories`` in pieces.
        names: columns of numbers, with ``replicate``.
        month: its first day.
    """
    parts: dict[str, list[NDArray[np.int32]]] = {name: [np.zeros(0, np.int32)] for name in names}
    for batch in batches:
        rows = dates_of(batch["month"]) == np.datetime64(month, "ms")
        for name in names:
            parts[name].append(array_of(batch[name])[rows])
    columns = {name: np.concatenate(values) for name, values in parts.items()}
    order = np.argsort(columns["replicate"], kind="stable")
    return {name: values[order] for name, values in columns.items()}
