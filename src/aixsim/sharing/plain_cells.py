"""Rows of a table as spreadsheets and statistics packages take them: safe text, no dictionaries, months as dates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from aixsim.escapes import cell
from aixsim.runs.files import durable_file

if TYPE_CHECKING:
    import pyarrow as pa


def plain_cells(table: pa.Table) -> pa.Table:
    """Returns a table whose text is safe (``escapes.cell``), also that of its columns' names; months become dates."""
    import pyarrow as pa

    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
            columns.append(_safe(column))
        else:
            columns.append(column.cast(pa.date32()) if pa.types.is_timestamp(kind) else column)
    return pa.table(columns, names=[cell(name) for name in table.column_names])


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Returns texts, each made safe once."""
    import pyarrow as pa

    chunks = []
    for chunk in (column if pa.types.is_dictionary(column.type) else column.dictionary_encode()).chunks:
        safe = pa.array([None if text is None else cell(text) for text in chunk.dictionary.to_pylist()], pa.string())
        chunks.append(safe.take(chunk.indices))
    return pa.chunked_array(chunks, pa.string())


def write_csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Path:
    """Writes rows as a CSV file in UTF-8, with missing values empty, and returns its path.

    Raises:
        OSError: it cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    kind = plain_cells(pa.Table.from_batches([], schema)).schema
    with durable_file(path) as file, csv.CSVWriter(file, kind, write_options=csv.WriteOptions(quoting_style="needed")) as writer:
        for batch in batches:
            writer.write_table(plain_cells(pa.Table.from_batches([batch])))
    return path
