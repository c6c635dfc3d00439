"""The result tables, written from the scratch files piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.model.outcomes import OUTCOMES
from aixsim.runs.scratch import MONEY_COLUMNS, Scratch
from aixsim.world.classification import GROUPS

_CHUNK = 500
"""Replicates that are written at a time; the number of rows in a row group follows from it, and with it the bytes of the tables."""
_AT_A_LOOK = 100
"""Replicates whose slots are in memory at once; the system fetches far more of a mapped file than is asked for."""
_ROOM = 1_000_000
"""Numbers that are sorted at a time."""
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}


def write_trajectories(path: Path, scratch: Scratch, dates: Sequence[dt.date]) -> None:
    """Writes ``trajectories.parquet``: one row a replicate and month, one column an outcome."""
    schema = pa.schema([("replicate", pa.int32()), ("month", pa.date32()), *((name, pa.int32()) for name in OUTCOMES)])
    months = np.array(dates, "datetime64[D]")
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _chunks(scratch.done(), _CHUNK):
            counts = scratch.counts[rows]
            writer.write_table(
                pa.table(
                    [
                        pa.array(np.repeat(rows, len(dates)).astype(np.int32)),
                        pa.array(np.tile(months, len(rows)), pa.date32()),
                        *(pa.array(counts[:, k].ravel()) for k in range(len(OUTCOMES))),
                    ],
                    schema=schema,
                )
            )
            scratch.release()


def write_groups(path: Path, scratch: Scratch, dates: Sequence[dt.date]) -> None:
    """Writes ``groups.parquet``: mean and pointwise quantiles over replicates by month, group, level and outcome."""
    done = scratch.done()
    names = [(group, level) for group, levels in GROUPS.items() for level in levels]
    strings = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [("month", pa.date32()), ("group", strings), ("level", strings), ("outcome", strings), ("mean", pa.float64())]
        + [(name, pa.float64()) for name in QUANTILES]
    )
    n = len(OUTCOMES) * len(dates)
    months = pa.array(np.tile(np.array(dates, "datetime64[D]"), len(OUTCOMES)), pa.date32())
    outcomes = pa.array(np.repeat(OUTCOMES, len(dates)).tolist()).dictionary_encode()
    with pq.ParquetWriter(path, schema) as writer:
        for k, (group, level) in enumerate(names):
            if not len(done):
                break
            summary = _summary(scratch, k, done)
            columns = [months, _constant(group, n), _constant(level, n), outcomes, *map(pa.array, summary)]
            writer.write_table(pa.table(columns, schema=schema))


def write_parameters(path: Path, scratch: Scratch) -> None:
    """Writes ``parameters.parquet``: every drawn uncertainty by replicate."""
    keys = scratch.layout.uncertainties
    schema = pa.schema([("replicate", pa.int32()), *((key, pa.float64()) for key in keys)])
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _chunks(scratch.done(), 10 * _CHUNK):
            drawn = scratch.drawn[rows]
            columns = [pa.array(rows.astype(np.int32)), *(pa.array(drawn[:, position]) for position in range(len(keys)))]
            writer.write_table(pa.table(columns, schema=schema))


def write_money(path: Path, scratch: Scratch, years: Sequence[int]) -> None:
    """Writes ``money.parquet``: budget, spent and left in KRW bn, applicants and funded projects, by replicate, year and programme."""
    pots = scratch.layout.pots
    k, y = len(pots), len(years)
    schema = pa.schema(
        [("replicate", pa.int32()), ("year", pa.int32()), ("programme", pa.string())]
        + [(name, pa.float64()) for name in ("budget_krw_bn", "spent_krw_bn", "left_krw_bn")]
        + [(name, pa.int32()) for name in ("applicants", "funded")]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _chunks(scratch.done(), _CHUNK):
            money, r = scratch.money[rows], len(rows)
            budget, spent, applicants, funded = (money[..., column].ravel() for column in range(len(MONEY_COLUMNS)))
            columns = [
                pa.array(np.repeat(rows, k * y).astype(np.int32)),
                pa.array(np.tile(np.array(years, np.int32), r * k)),
                pa.array([name for name in pots for _ in years] * r, pa.string()),
                pa.array(budget / 1e9),
                pa.array(spent / 1e9),
                pa.array((budget - spent) / 1e9),
                pa.array(applicants.astype(np.int32)),
                pa.array(funded.astype(np.int32)),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _summary(scratch: Scratch, level: int, rows: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Returns mean and quantiles over replicates of every count of a level, as many counts at a time as there is room to sort."""
    values = scratch.groups[:, level].reshape(len(scratch.groups), -1)
    width = max(_ROOM // len(rows), 1)
    parts = []
    for first in range(0, values.shape[1], width):
        block = np.empty((len(rows), min(width, values.shape[1] - first)), np.int32)
        for start in range(0, len(rows), _AT_A_LOOK):
            some = slice(start, start + _AT_A_LOOK)
            block[some] = values[rows[some], first : first + width]
            scratch.release()
        parts.append([block.mean(axis=0), *_quantiles(block)])
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


def _quantiles(values: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    """Returns the quantiles over the first axis, interpolated linearly; one sort of whole numbers, in place, serves all."""
    values.sort(axis=0)
    out = []
    for q in QUANTILES.values():
        place = q * (len(values) - 1)
        below = int(place)
        above = min(below + 1, len(values) - 1)
        out.append(values[below] + (place - below) * (values[above] - values[below]))
    return out


def _constant(name: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([name]))


def _chunks(rows: NDArray[np.int64], n: int) -> list[NDArray[np.int64]]:
    return [rows[i : i + n] for i in range(0, len(rows), n)]
