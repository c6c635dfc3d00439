"""Counts of every replicate by level of a group, from the stored replicates of a result folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.model.outcomes import OUTCOMES
from aixsim.results.columns import TABLES, column
from aixsim.results.result import Result
from aixsim.runs.store import SHARDS
from aixsim.runs.tables import months_of
from aixsim.world.classification import GROUPS

if TYPE_CHECKING:
    import pyarrow as pa

_AT_A_TIME: Final = 50
"""Replicates per piece."""


def counts_by_group(result: Result, group: str) -> tuple[pa.Schema, Callable[[], Iterator[pa.RecordBatch]]]:
    """Returns the columns, and a function that yields the rows: replicate, month, level of the group, and the count of every outcome.

    Args:
        result: a run with its folder.
        group: name of the group.

    Raises:
        UserError: the folder has no stored replicates; a packed result has none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = sorted((result.path / SHARDS).glob("*.groups_by_replicate.parquet"))
    if len(found) != 1:
        remedy = "give the folder in which the run was finished; packs do not hold them"
        raise UserError(f"{result.path}: has no file with the counts of every replicate by group in {SHARDS!r}; {remedy}")
    months, levels = months_of(result.horizon), GROUPS[group]
    kinds = [("replicate", pa.int32()), ("month", pa.timestamp("ms")), (group, pa.string()), *((name, pa.int32()) for name in OUTCOMES)]
    schema, names = pa.schema(kinds), [f"{group}:{level}" for level in levels]

    def batches() -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(found[0]) as file:
            for piece in file.iter_batches(_AT_A_TIME, columns=["replicate", *names]):
                r, t, n = len(piece), len(months), len(levels)
                counts = np.stack([_counts(piece[name], len(OUTCOMES), t) for name in names], axis=1)  # replicate, level, outcome, month
                keys = [
                    pa.array(np.repeat(piece["replicate"].to_numpy(), n * t)),
                    pa.array(np.tile(months, r * n)),
                    pa.array(np.tile(np.repeat(np.array(levels, object), t), r)),
                ]
                values = [pa.array(counts[:, :, k].ravel()) for k in range(len(OUTCOMES))]
                yield pa.RecordBatch.from_arrays([*keys, *values], schema=schema)

    return schema, batches


def described_counts(group: str) -> dict[str, tuple[str, str]]:
    """Returns unit and meaning of the columns."""
    keys = {name: ("", TABLES["trajectories"][name].meaning) for name in ("replicate", "month")}
    of = {name: column("trajectories", name) for name in OUTCOMES}
    return {**keys, group: ("", f"level of {group}"), **{name: (one.unit, one.meaning) for name, one in of.items()}}


def _counts(values: pa.Array, n_outcomes: int, n_months: int) -> NDArray[np.int32]:
    """Returns the counts of a level, which are stored as bytes, shape ``(n_replicates, n_outcomes, n_months)``."""
    return np.frombuffer(b"".join(values.to_pylist()), np.int32).reshape(len(values), n_outcomes, n_months)
