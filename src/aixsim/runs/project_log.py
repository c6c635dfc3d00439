"""Projects of all replicates: each process appends to a file of its own, the slots say where a replicate's rows are.

The number of projects differs from replicate to replicate, so they fit no slot. A row counts only once the slot of its replicate is
done, hence what a killed process wrote halfway is never read; and since slots are read in the order of replicates, the table is the
same whoever wrote what when.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.projects import NEVER, PROJECT_COLUMNS
from aixsim.world.classification import AGENT_TYPES, PROVINCES, ROUTES, SECTORS, SIZES

_ROW = 4 * len(PROJECT_COLUMNS)
_ROWS_AT_A_TIME = 50_000
_EPOCH = np.datetime64("1970-01-01", "D")

Place = tuple[int, int, int]
"""Number of the process that wrote, first byte in its file, number of rows."""


class ProjectLog:
    """Append-only files of projects in the scratch folder, one a process."""

    def __init__(self, folder: Path) -> None:
        """Names the folder; a file appears with its first row."""
        self._folder = folder

    def _path(self, process: int) -> Path:
        return self._folder / f"projects-{process}.bin"

    def append(self, projects: NDArray[np.int32]) -> Place:
        """Writes the projects of a replicate, as from ``core.projects.projects_of``, and returns where they are."""
        process = os.getpid()
        with self._path(process).open("ab") as stream:
            # From the end of the file, not from a count: an earlier process of the same number may have died halfway.
            first = stream.tell()
            stream.write(np.ascontiguousarray(projects, np.int32).tobytes())
        return process, first, len(projects)

    def read(self, places: NDArray[np.int64]) -> Iterator[NDArray[np.int32]]:
        """Yields the projects at each place, shape ``(n_projects, 9)``; ``places`` has shape ``(n, 3)``."""
        files = {process: self._path(process).open("rb") for process in np.unique(places[:, 0]).tolist()}
        try:
            for process, first, n in places.tolist():
                files[process].seek(first)
                yield np.frombuffer(files[process].read(n * _ROW), np.int32).reshape(n, len(PROJECT_COLUMNS))
        finally:
            for file in files.values():
                file.close()


def write_projects(path: Path, log: ProjectLog, replicates: NDArray[np.int64], places: NDArray[np.int64], horizon: Horizon) -> None:
    """Writes ``projects.parquet``: one row a project, by replicate, month of launch and firm.

    Args:
        path: of the table.
        log: the files.
        replicates: finished ones, ascending, shape ``(n,)``.
        places: where their projects are, shape ``(n, 3)``.
        horizon: simulated months.
    """
    names = {"agent_type": AGENT_TYPES, "province": PROVINCES, "size": SIZES, "sector": SECTORS}
    strings = pa.dictionary(pa.int8(), pa.string())
    dates = [(name, pa.date32()) for name in ("launched", "operating_from", "ended")]
    schema = pa.schema(
        [("replicate", pa.int32()), ("firm", pa.int32()), ("route", strings), *dates, ("operating", pa.bool_())]
        + [(name, strings) for name in names]
    )
    with pq.ParquetWriter(path, schema) as writer:
        # Whole replicates, in portions that follow from the data alone: every worker count gives the same row groups.
        portion = (np.cumsum(places[:, 2]) - places[:, 2]) // _ROWS_AT_A_TIME
        for number in np.unique(portion):
            chosen = portion == number
            parts = list(log.read(places[chosen]))
            rows = np.concatenate(parts)
            firm, route, launched, operating, ended, *traits = rows.T
            columns = [
                pa.array(np.repeat(replicates[chosen], [len(part) for part in parts]).astype(np.int32)),
                pa.array(firm),
                _strings(route, ROUTES),
                *(_dates(months, horizon) for months in (launched, operating, ended)),
                pa.array((operating != NEVER) & (ended == NEVER)),
                *(_strings(trait, levels) for trait, levels in zip(traits, names.values(), strict=True)),
            ]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=max(len(rows), 1))


def _strings(values: NDArray[np.int32], names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int8)), pa.array(names))


def _dates(months: NDArray[np.int32], horizon: Horizon) -> pa.Array:
    """Returns first days of months as dates, null for what never happens."""
    never = months == NEVER
    start = np.datetime64(horizon.start, "M")
    days = ((start + np.where(never, 0, months)).astype("datetime64[D]") - _EPOCH).astype(np.int32)
    return pa.array(days, pa.int32(), mask=never).cast(pa.date32())
