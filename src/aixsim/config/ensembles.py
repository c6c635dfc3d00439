"""Ensembles as Parquet files: written by calibrations, read by any config."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aixsim.config.models import Config
from aixsim.config.observations import DISPERSION, OBSERVATION
from aixsim.config.shipped import find_file
from aixsim.config.validation import NotAllowed, nearest
from aixsim.errors import UserError
from aixsim.model.catalogue import entries
from aixsim.model.ensemble import Ensemble
from aixsim.model.keys import dotted
from aixsim.model.parameters import Parameter
from aixsim.model.programmes import declared_of
from aixsim.model.registry import Registry
from aixsim.model.uncertainties import uncertainties_of
from aixsim.world.classification import SIZES

RESULT_TABLES: Final = ("trajectories", "groups", "projects", "parameters", "money", "payers", "rules", "answer")
"""Names of the tables in a result folder, which also holds copies of the ensemble and the plugins."""
RESULT_FOLDERS: Final = ("figures", "shards", "trajectories")
"""Names of the folders that aixsim makes in the folder of a run or a sweep."""
NOT_IN_RESULT_FOLDERS: Final = f"in none of its folders {', '.join(RESULT_FOLDERS)}, of which results have their own"
_ABOUT = b"aixsim"
_SHA256 = b"aixsim sha256"


class EnsembleError(UserError):
    """An ensemble that cannot be used, with the ``reason``."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; give a Parquet file that aixsim calibrate has written")
        self.reason = reason


def ensemble_bytes(keys: tuple[str, ...], values: NDArray[np.float64], about: Mapping[str, Any]) -> bytes:
    """Returns an ensemble as a Parquet file.

    Args:
        keys: config keys, and parameters of the observation model.
        values: shape ``(n_rows, n_keys)``.
        about: how it was made, stored in the file's metadata as JSON.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table([pa.array(values[:, k]) for k in range(len(keys))], names=list(keys))
    table = table.replace_schema_metadata({_ABOUT: json.dumps(dict(about), sort_keys=True).encode(), _SHA256: _digest(keys, values)})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def read_columns(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64], dict[str, Any]]:
    """Returns the keys, the values and how they were made.

    Raises:
        EnsembleError: the file is not an ensemble, is damaged, or has values that are not finite.
    """
    import pyarrow as pa  # imported here because many commands read configs but no tables
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
        said = table.schema.metadata or {}
        about = json.loads(said.get(_ABOUT, b"{}"))
        columns = [table.column(name).to_numpy().astype(np.float64) for name in table.column_names]
    except (OSError, ValueError, TypeError, RecursionError, pa.ArrowException) as error:
        raise EnsembleError(path, f"cannot be read ({error})") from error
    if not columns or len(columns[0]) == 0:
        raise EnsembleError(path, "holds no rows")
    values = np.stack(columns, axis=1)
    if not np.isfinite(values).all():
        raise EnsembleError(path, "holds values that are not finite numbers")
    keys = tuple(table.column_names)
    if _SHA256 not in said:
        raise EnsembleError(path, "has no checksum, so that a changed value would not be noticed (earlier versions wrote none)")
    if said[_SHA256] != _digest(keys, values):
        raise EnsembleError(path, "is damaged: its values are not those that were written")
    return keys, values, about


def _digest(keys: tuple[str, ...], values: NDArray[np.float64]) -> bytes:
    return hashlib.sha256("\n".join(keys).encode() + np.ascontiguousarray(values).tobytes()).hexdigest().encode()


def read_ensemble(path: Path) -> Ensemble:
    """Returns the rows for the model, without the columns of the observation model.

    Raises:
        EnsembleError: as ``read_columns``.
    """
    keys, values, _ = read_columns(path)
    kept = [k for k, key in enumerate(keys) if not key.startswith(OBSERVATION)]
    return Ensemble(tuple(keys[k] for k in kept), np.ascontiguousarray(values[:, kept]))


def broken_columns(path: Path, config: Config, registry: Registry) -> Iterator[NotAllowed]:
    """Yields the problems of an ensemble for a config: a column that is not a parameter, or a value outside a parameter's range.

    Args:
        path: of the file.
        config, registry: define the parameters.

    Raises:
        EnsembleError: as ``read_columns``.
    """
    numbers = numbers_of(config, registry)
    keys, values, _ = read_columns(path)
    for key, column in zip(keys, values.T, strict=True):
        parameter = numbers.get(key)
        if parameter is None:
            yield NotAllowed(
                f"{path}: its column {key!r} is not a parameter of a config", "names as in aixsim describe", nearest(key, [*numbers])
            )
        elif not (parameter.low <= column.min() and column.max() <= parameter.high):
            found = f"{path}: its column {key!r} has values from {column.min():g} to {column.max():g}"
            yield NotAllowed(found, f"{parameter.low:g} to {parameter.high:g} ({parameter.unit})")


def unused_columns(ensemble: Ensemble, settings: Mapping[str, Any]) -> list[str]:
    """Returns the columns that replicates do not read, since the settings fix or leave out these numbers."""
    uncertain = uncertainties_of(settings)
    return [key for key in ensemble.keys if key not in uncertain]


def ensemble_path(folder: Path, name: str) -> Path:
    """Returns the path of an ensemble: below the config's folder, below a folder ``configs`` that holds it, or packaged.

    Raises:
        NotAllowed: there is no such file, or its copy would be outside the result folder or replace a table.
    """
    plain = Path(name)
    if plain.is_absolute() or ".." in plain.parts or plain.suffix != ".parquet":
        raise NotAllowed(f"found {name!r}", "a Parquet file below the config's folder, or below its folder 'configs', without '..'")
    if len(plain.parts) == 1 and plain.stem.casefold() in RESULT_TABLES:
        raise NotAllowed(f"found {name!r}", f"another name: result tables have the names {', '.join(RESULT_TABLES)}")
    if in_result_folder(name):
        raise NotAllowed(f"found {name!r}", f"a Parquet file below the config's folder, {NOT_IN_RESULT_FOLDERS}")
    target = find_file(folder, name)
    if not target.is_file():
        raise NotAllowed(f"found {name!r}, which does not exist", "a Parquet file that aixsim calibrate has written")
    return target


def in_result_folder(name: str) -> bool:
    """Returns whether the copy of a file would lie in a folder of the result that holds something else."""
    return any(part.casefold() in RESULT_FOLDERS for part in Path(name).parts[:1])


def numbers_of(config: Config, registry: Registry) -> dict[str, Parameter]:
    """Returns all parameters that the config states or could state, by key."""
    years = config.horizon.months.years
    tables: list[tuple[str, Iterable[Parameter], Iterable[int]]] = [(entry.key, entry.parameters, years) for entry in entries(registry)]
    for table in config.programme:
        until = range(years[0], years[-1] + table.instalments)  # the budgets that instalments reserve
        tables.append((dotted(("programme", table.name)), declared_of(table.kind), until))
    found = {f"{OBSERVATION}{DISPERSION.name}": DISPERSION}
    for key, parameters, of in tables:
        found |= {f"{key}.{end}": parameter for parameter in parameters for end in _ends(parameter, of)}
    return found


def _ends(parameter: Parameter, years: Iterable[int]) -> Iterator[str]:
    if parameter.kind in ("number", "integer", "by_year") and not parameter.certain:
        yield parameter.name
    if parameter.kind == "by_size":
        yield from (f"{parameter.name}.{size}" for size in SIZES)
    if parameter.kind in ("by_year", "years"):
        yield from (f"{parameter.name}.{year}" for year in years)
