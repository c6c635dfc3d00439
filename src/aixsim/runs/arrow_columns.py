"""Columns of PyArrow tables as NumPy arrays. PyArrow's ``to_numpy`` would load pandas, which takes longer than a replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


def array_of(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Returns a column of numbers, none of them null, shape ``(n,)``, read-only."""
    kind = np.dtype(column.type.to_pandas_dtype())
    parts = [_of_buffer(chunk, kind) for chunk in _chunks(column)]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, kind), *parts])


def dates_of(column: pa.Array | pa.ChunkedArray) -> NDArray[np.datetime64]:
    """Returns a column of dates as ``datetime64[ms]``, shape ``(n,)``; null becomes NaT."""
    if str(column.type) != "timestamp[ms]":
        import pyarrow as pa

        column = column.cast(pa.timestamp("ms"))
    parts = [np.zeros(0, "datetime64[ms]")]
    for chunk in _chunks(column):
        dates, known = _of_buffer(chunk, parts[0].dtype), chunk.buffers()[0]
        if known is not None and len(chunk):
            is_known = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[chunk.offset :][: len(chunk)]
            dates = np.where(is_known == 1, dates, np.datetime64("NaT", "ms"))
        parts.append(dates)
    return np.concatenate(parts)


def _chunks(column: Any) -> list[Any]:
    return list(column.chunks) if hasattr(column, "chunks") else [column]


def _of_buffer(chunk: Any, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(chunk.buffers()[1], kind)[chunk.offset :][: len(chunk)] if len(chunk) else np.zeros(0, kind)
