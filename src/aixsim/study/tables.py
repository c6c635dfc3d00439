"""The result tables, written from the scratch files piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.core.classification import GROUPS, OUTCOMES
from aixsim.study.scratch import MONEY_COLUMNS, Scratch

_CHUNK = 500
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}


def write_trajectories(path: Path, scratch: Scratch, dates: Sequence[dt.date]) -> None:
    """Writes ``trajectories.parquet``: one row a replicate and month, one column an outcome."""
    schema = pa.schema([("replicate", pa.int32()), ("month", pa.date32()), *((name, pa.int32()) for name in OUTCOMES)])
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _chunks(scratch.done()):
            counts = scratch.counts[rows]
            writer.write_table(
                pa.table(
                    [
                        pa.array(np.repeat(rows, len(dates)).astype(np.int32)),
                        pa.array(list(dates) * len(rows), pa.date32()),
                        *(pa.array(counts[:, k].ravel()) for k in range(len(OUTCOMES))),
                    ],
                    schema=schema,
                )
            )


def write_groups(path: Path, scratch: Scratch, dates: Sequence[dt.date]) -> None:
    """Writes ``groups.parquet``: mean and pointwise quantiles over replicates by month, group, level and outcome."""
    done = scratch.done()
    names = [(group, level) for group, levels in GROUPS.items() for level in levels]
    strings = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [("month", pa.date32()), ("group", strings), ("level", strings), ("outcome", strings), ("mean", pa.float64())]
        + [(name, pa.float64()) for name in QUANTILES]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for k, (group, level) in enumerate(names):
            if not len(done):
                break
            values = np.asarray(scratch.groups[done, k])
            quantiles = _quantiles(values)
            n = len(OUTCOMES) * len(dates)
            columns = [
                pa.array(list(dates) * len(OUTCOMES), pa.date32()),
                _constant(group, n),
                _constant(level, n),
                pa.array(np.repeat(OUTCOMES, len(dates)).tolist()).dictionary_encode(),
                pa.array(values.mean(axis=0).ravel()),
                *(pa.array(quantile.ravel()) for quantile in quantiles),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def write_parameters(path: Path, scratch: Scratch) -> None:
    """Writes ``parameters.parquet``: every drawn uncertainty by replicate."""
    done = scratch.done()
    columns = {"replicate": pa.array(done.astype(np.int32))}
    for position, key in enumerate(scratch.layout.uncertainties):
        columns[key] = pa.array(np.asarray(scratch.drawn[done, position]))
    pq.write_table(pa.table(columns), path)


def write_money(path: Path, scratch: Scratch, years: Sequence[int]) -> None:
    """Writes ``money.parquet``: budget, spent and left in KRW bn, applicants and funded projects, by replicate, year and programme."""
    done, pots = scratch.done(), scratch.layout.pots
    money = np.asarray(scratch.money[done])
    r, k, y = len(done), len(pots), len(years)
    budget, spent, applicants, funded = (money[..., column].ravel() for column in range(len(MONEY_COLUMNS)))
    table = pa.table(
        {
            "replicate": pa.array(np.repeat(done, k * y).astype(np.int32)),
            "year": pa.array(np.tile(np.array(years, np.int32), r * k)),
            "programme": pa.array([name for name in pots for _ in years] * r, pa.string()),
            "budget_krw_bn": pa.array(budget / 1e9),
            "spent_krw_bn": pa.array(spent / 1e9),
            "left_krw_bn": pa.array((budget - spent) / 1e9),
            "applicants": pa.array(applicants.astype(np.int32)),
            "funded": pa.array(funded.astype(np.int32)),
        }
    )
    pq.write_table(table, path)


def _quantiles(values: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    """Returns the quantiles over the first axis, interpolated linearly; one sort of whole numbers serves all."""
    ordered = np.sort(values, axis=0)
    out = []
    for q in QUANTILES.values():
        place = q * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        out.append(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
    return out


def _constant(name: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([name]))


def _chunks(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[i : i + _CHUNK] for i in range(0, len(rows), _CHUNK)]
