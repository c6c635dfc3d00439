"""Tables of replicates: conversion to rows, merging of files, and summary by group.

Every table has a column ``replicate`` and is sorted by it. Counts are simulated firms at the end of the month; a month is the timestamp
of its first day.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.history import PAYERS, History
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.projects import NEVER
from aixsim.runs.arrow_columns import array_of
from aixsim.world.classification import AGENT_TYPES, GROUPS, PROVINCES, ROUTES, SECTORS, SIZES

MONTH: Final = pa.timestamp("ms")
MONEY_COLUMNS: Final = ("budget", "spent", "applicants", "funded", "repaid")
QUANTILES: Final = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
LEVELS: Final = tuple((group, level) for group, levels in GROUPS.items() for level in levels)
_ROWS, _BYTES = 1 << 17, 1 << 25
"""Maximum rows and bytes of a row group of a merged file, which must not depend on how replicates were divided."""
_TRAITS: Final = {"agent_type": AGENT_TYPES, "province": PROVINCES, "size": SIZES, "sector": SECTORS}


def months_of(horizon: Horizon) -> NDArray[np.datetime64]:
    """Returns the first day of every month, shape ``(n_months,)``."""
    return np.array([horizon.date(t) for t in range(horizon.n_months)], "datetime64[ms]")


def trajectories(
    replicates: Sequence[int],
    counts: NDArray[np.int32],
    horizon: Horizon,
    outcomes: Sequence[str],
    point: int | None = None,
    drawn: dict[str, NDArray[np.float64]] | None = None,
) -> pa.Table:
    """Returns one row per replicate and month, one column per outcome.

    Args:
        replicates: finished ones, shape ``(r,)``.
        counts: shape ``(r, n_outcomes, n_months)``, outcomes as in ``OUTCOMES``.
        horizon: simulated months.
        outcomes: those that are stored.
        point: number of the point of a sweep, as a column; None for a run.
        drawn: one value a replicate by column, such as that of an uncertain number, each of shape ``(r,)``; repeated in every month.
    """
    r, t = len(replicates), horizon.n_months
    columns: dict[str, Any] = {} if point is None else {"point": np.full(r * t, point, np.int32)}
    columns |= {"replicate": np.repeat(np.array(replicates, np.int32), t), "month": np.tile(months_of(horizon), r)}
    columns |= {name: counts[:, OUTCOMES.index(name)].ravel() for name in outcomes}
    columns |= {key: np.repeat(values, t) for key, values in (drawn or {}).items()}
    return pa.table({name: _plain(values) for name, values in columns.items()})


def parameters(replicates: Sequence[int], drawn: dict[str, NDArray[np.float64]]) -> pa.Table:
    """Returns one row per replicate with the value of every uncertain number; arguments as in ``trajectories``."""
    return pa.table({"replicate": _plain(np.array(replicates, np.int32)), **{key: _plain(values) for key, values in drawn.items()}})


def money(
    replicates: Sequence[int], histories: Sequence[History], affordable: Sequence[NDArray[np.float64]], years: Sequence[int]
) -> pa.Table:
    """Returns one row per replicate, programme and year: money, applicants and funded projects.

    Budget, spent, left and repaid money are in KRW bn.

    Args:
        replicates: finished ones.
        histories: of each; a lever may add a programme in some replicates only; the others have no rows of it.
        affordable: projects that each budget alone would pay, of each, as from ``model.money_alone.affordable``.
        years: of the horizon.
    """
    names = list(dict.fromkeys(name for history in histories for name in history.lines))
    sizes = [len(history.lines) * len(years) for history in histories]
    programme = [names.index(name) for history in histories for name in history.lines for _ in years]
    values = {
        column: np.concatenate([*(getattr(history, column).ravel() for history in histories), np.zeros(0, np.int64)])
        for column in MONEY_COLUMNS
    }
    return pa.table(
        {
            "replicate": _plain(np.repeat(np.array(replicates, np.int32), sizes)),
            "year": _plain(np.tile(np.array(years, np.int32), sum(sizes) // len(years))),
            "programme": _texts([names[number] for number in programme]),
            "budget_krw_bn": _plain(values["budget"] / 1e9),
            "spent_krw_bn": _plain(values["spent"] / 1e9),
            "left_krw_bn": _plain((values["budget"] - values["spent"]) / 1e9),
            "applicants": _plain(values["applicants"].astype(np.int32)),
            "funded": _plain(values["funded"].astype(np.int32)),
            "repaid_krw_bn": _plain(values["repaid"] / 1e9),
            "affordable": _plain(np.concatenate([*(found.ravel() for found in affordable), np.zeros(0)])),
        }
    )


def payers(replicates: Sequence[int], histories: Sequence[History], years: Sequence[int]) -> pa.Table:
    """Returns one row a replicate, year and route of money: who pays how much, KRW bn; arguments as in ``money``."""
    paid = np.array([history.paid for history in histories], np.int64).reshape(-1, len(PAYERS)) / 1e9
    n = len(replicates) * len(years)
    return pa.table(
        {
            "replicate": _plain(np.repeat(np.array(replicates, np.int32), len(years) * len(ROUTES))),
            "year": _plain(np.tile(np.repeat(np.array(years, np.int32), len(ROUTES)), len(replicates))),
            "route": _strings(np.tile(np.arange(len(ROUTES)), n), ROUTES),
            **{f"{payer}_krw_bn": _plain(paid[:, k]) for k, payer in enumerate(PAYERS)},
        }
    )


def rules(replicates: Sequence[int], histories: Sequence[History]) -> pa.Table:
    """Returns one row per replicate and rule, in the order of the checks; arguments as in ``money``."""
    made = [decision for history in histories for decision in history.decisions]
    return pa.table(
        {
            "replicate": _plain(np.repeat(np.array(replicates, np.int32), [len(history.decisions) for history in histories])),
            "rule": _texts([decision.rule for decision in made]),
            "count": _plain(np.array([decision.count for decision in made], np.int32)),
            "acts": pa.array([decision.acts for decision in made], pa.bool_()),
        }
    )


def projects(replicates: Sequence[int], found: Sequence[NDArray[np.int32]], horizon: Horizon) -> pa.Table:
    """Returns one row per project, by replicate, month of launch and firm.

    Args:
        replicates: finished ones.
        found: projects of each, as from ``model.projects.projects_of``.
        horizon: simulated months.
    """
    rows = np.concatenate([*found, np.zeros((0, 9), np.int32)])
    firm, route, launched, operating, ended, *traits = (np.ascontiguousarray(column) for column in rows.T)
    return pa.table(
        {
            "replicate": _plain(np.repeat(np.array(replicates, np.int32), [len(part) for part in found])),
            "firm": _plain(firm),
            "route": _strings(route, ROUTES),
            "launched": _month_or_null(launched, horizon),
            "operating_from": _month_or_null(operating, horizon),
            "ended": _month_or_null(ended, horizon),
            "operating": pa.Array.from_buffers(pa.bool_(), len(rows), [None, _bits((operating != NEVER) & (ended == NEVER))]),
            **{name: _strings(trait, levels) for (name, levels), trait in zip(_TRAITS.items(), traits, strict=True)},
        }
    )


def groups_by_replicate(replicates: Sequence[int], counts: Sequence[NDArray[np.int32]]) -> pa.Table:
    """Returns one row per replicate and one column per level of a group: its counts by outcome and month as bytes of int32.

    The table of groups is computed from it, also after more replicates.

    Args:
        replicates: finished ones, at least one.
        counts: of each, shape ``(n_levels, n_outcomes, n_months)``, levels as in ``LEVELS``.
    """
    r, width = len(replicates), counts[0][0].nbytes
    columns = {
        f"{group}:{level}": pa.Array.from_buffers(pa.binary(width), r, [None, pa.py_buffer(np.stack([found[k] for found in counts]))])
        for k, (group, level) in enumerate(LEVELS)
    }
    return pa.table({"replicate": _plain(np.array(replicates, np.int32)), **columns})


def groups(column: Callable[[str], pa.ChunkedArray], horizon: Horizon) -> Iterator[pa.Table]:
    """Yields mean and pointwise quantiles over replicates by month, group, level and outcome, one table per level.

    Args:
        column: function that returns a column of ``groups_by_replicate`` by name; one is in memory at a time.
        horizon: simulated months.
    """
    t, n = horizon.n_months, len(OUTCOMES) * horizon.n_months
    month = _plain(np.tile(months_of(horizon), len(OUTCOMES)))
    outcome, same = _strings(np.repeat(np.arange(len(OUTCOMES)), t), OUTCOMES), np.zeros(n, np.int32)
    for group, level in LEVELS:
        values = np.concatenate([*map(_numbers, column(f"{group}:{level}").chunks), np.zeros(0, np.int32)]).reshape(-1, n)
        if not len(values):
            return
        summary = {"mean": values.mean(axis=0), **dict(zip(QUANTILES, quantiles(values), strict=True))}
        place = {"month": month, "group": _strings(same, [group]), "level": _strings(same, [level]), "outcome": outcome}
        yield pa.table(place | {name: _plain(column) for name, column in summary.items()})


def _numbers(column: pa.FixedSizeBinaryArray) -> NDArray[np.int32]:
    """Returns the numbers in a column of bytes, one after the other."""
    width = column.type.byte_width // 4
    return np.frombuffer(column.buffers()[1], np.int32)[column.offset * width :][: len(column) * width]


def quantiles(values: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    """Returns ``QUANTILES`` over the first axis, with linear interpolation; one sort in place takes a third of NumPy's time."""
    values.sort(axis=0)
    out = []
    for q in QUANTILES.values():
        place = q * (len(values) - 1)
        below = int(place)
        above = min(below + 1, len(values) - 1)
        out.append(values[below] + (place - below) * (values[above] - values[below]))
    return out


def to_parquet(table: pa.Table) -> bytes:
    """Returns a table as the bytes of a Parquet file, always the same for the same rows."""
    stream = io.BytesIO()
    write_parquet(stream, table.schema, [table])
    return stream.getvalue()


def write_parquet(stream: io.IOBase, schema: pa.Schema, parts: Iterable[pa.Table]) -> None:
    """Writes the rows of some tables as one Parquet file, whose bytes do not depend on how the rows were divided."""
    waiting: list[pa.Table] = []
    wide = sum(kind.byte_width for kind in schema.types if pa.types.is_fixed_size_binary(kind))
    n, size = 0, max(1, min(_ROWS, _BYTES // max(wide, 1)))
    # Counts as bytes differ in every row, so dictionary encoding only costs time.
    is_text = not wide
    with pq.ParquetWriter(stream, schema, compression="zstd", use_dictionary=is_text, write_statistics=is_text) as writer:
        for part in parts:
            waiting.append(part)
            n += len(part)
            while n >= size:
                whole = pa.concat_tables(waiting)
                writer.write_table(whole.slice(0, size).combine_chunks(), row_group_size=size)
                waiting, n = [whole.slice(size)], n - size
        if n:
            writer.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=size)


def read_parquet(source: Any, columns: Sequence[str] | None = None) -> pa.Table:
    """Returns some columns of a Parquet file, by default all.

    ``pyarrow.parquet.read_table`` would load pandas, and take a folder named ``a=b`` for a column.
    """
    with pq.ParquetFile(source) as file:
        return file.read(None if columns is None else list(columns), use_threads=False)


def by_replicate(sources: Sequence[Any]) -> Iterator[pa.Table]:
    """Yields the rows of some tables by replicate.

    Args:
        sources: sources for ``pyarrow.parquet.read_table``, with distinct replicates.
    """
    held = [(array_of(read_parquet(source, ["replicate"])["replicate"]), source) for source in sources]
    held = sorted(((rows, source) for rows, source in held if len(rows)), key=lambda item: int(item[0][0]))
    apart = all(one[0][-1] < other[0][0] for one, other in pairwise(held))
    if apart:
        for _, source in held:
            yield read_parquet(source)
        return
    # Replicates that an earlier merge lacked may lie between those that it merged.
    whole = pa.concat_tables([read_parquet(source) for _, source in held])
    yield whole.take(np.argsort(array_of(whole["replicate"]), kind="stable"))


# From buffers, because ``pa.array`` would load pandas.


def _plain(values: NDArray[Any]) -> pa.Array:
    """Returns numbers or months as a column."""
    is_month = values.dtype.kind == "M"
    values = np.ascontiguousarray(values.astype("datetime64[ms]").view(np.int64) if is_month else values)
    kind = MONTH if is_month else pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _bits(values: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))


def _strings(numbers: NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    """Returns names by index, as a column."""
    return pa.DictionaryArray.from_arrays(_plain(numbers.astype(np.int32)), _texts(names))


def _texts(names: Sequence[str]) -> pa.StringArray:
    """Returns texts as a column."""
    encoded = [name.encode() for name in names]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def _month_or_null(months: NDArray[np.int32], horizon: Horizon) -> pa.Array:
    """Returns first days of months; null for events that do not happen."""
    happens = months != NEVER
    # From the month before the start, in which those projects begin that there are from the first month on.
    dates = (np.datetime64(horizon.start, "M") + np.arange(-1, horizon.n_months)).astype("datetime64[ms]").view(np.int64)
    values = dates[np.where(happens, months, 0) + 1]
    return pa.Array.from_buffers(MONTH, len(values), [_bits(happens), pa.py_buffer(values)])
