"""Ensembles as Parquet files: written by calibrations, read by any config."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError, storage_error
from aixsim.model.ensemble import Ensemble

OBSERVATION = "observation."
"""Prefix of columns that belong to the law of the counts and not to the model, such as ``observation.dispersion``."""
_ABOUT = b"aixsim"


class EnsembleError(UserError):
    """An ensemble that cannot be used.

    Attributes:
        path: of the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Keeps the facts as fields."""
        super().__init__(f"{path}: {reason}; give a Parquet file that aixsim calibrate has written")
        self.path, self.reason = path, reason


def write_ensemble(path: Path, keys: tuple[str, ...], values: NDArray[np.float64], about: Mapping[str, Any]) -> None:
    """Writes an ensemble, complete or not at all.

    Args:
        path: of the file.
        keys: config keys, and those of the observation law.
        values: shape ``(n_rows, n_keys)``.
        about: how it was made, kept in the file's metadata as JSON.

    Raises:
        StoreError: the disk refuses.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table([pa.array(values[:, k]) for k in range(len(keys))], names=list(keys))
    table = table.replace_schema_metadata({_ABOUT: json.dumps(dict(about), sort_keys=True).encode()})
    temporary = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, temporary)
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error


def read_columns(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64], dict[str, Any]]:
    """Returns the keys, the values and how they were made.

    Raises:
        EnsembleError: no such thing, or values that are not finite numbers.
    """
    import pyarrow.parquet as pq  # late: configs are read by commands that need no table

    try:
        table = pq.read_table(path)
        about = json.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
        columns = [table.column(name).to_numpy().astype(np.float64) for name in table.column_names]
    except (OSError, ValueError, TypeError) as error:
        raise EnsembleError(path, f"cannot be read ({error})") from error
    if not columns or len(columns[0]) == 0:
        raise EnsembleError(path, "holds no rows")
    values = np.stack(columns, axis=1)
    if not np.isfinite(values).all():
        raise EnsembleError(path, "holds values that are not finite numbers")
    return tuple(table.column_names), values, about


def read_ensemble(path: Path) -> Ensemble:
    """Returns the rows for the model, without the columns of the observation law.

    Raises:
        EnsembleError: as ``read_columns``.
    """
    keys, values, _ = read_columns(path)
    kept = [k for k, key in enumerate(keys) if not key.startswith(OBSERVATION)]
    return Ensemble(tuple(keys[k] for k in kept), np.ascontiguousarray(values[:, kept]))
