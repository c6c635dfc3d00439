"""The tables that an export writes, with what a row is and the unit and meaning of every column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aixsim.errors import ArgumentError
from aixsim.results.columns import TABLES, column
from aixsim.results.result import Result
from aixsim.sharing.counts_by_group import counts_by_group, described_counts
from aixsim.world.classification import GROUPS

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = {
    "goals": "one row per goal: probability with its interval, count at the deadline, month reached",
    "trajectories": "one row per replicate and month: counts at the end of the month",
    "groups": "one row per month, group, level and outcome: mean and quantiles over replicates",
    "projects": "one row per project",
    "parameters": "one row per replicate: the drawn value of every uncertain parameter",
    "money": "one row per replicate, year and programme",
    "payers": "one row per replicate, year and route: who pays",
}
_GOALS: Final = {
    "goal": "name of the goal",
    "outcome": "outcome that is counted",
    "at_least": "count that should be reached",
    "by": "deadline",
    "probability": "share of the replicates that reach the goal",
    "low": "lower end of the interval of the probability",
    "high": "upper end of this interval",
    "confidence": "of the interval",
    "method": "of the interval",
    "n": "finished replicates",
    "n_failed": "failed replicates, left out",
    "successes": "replicates that reach the goal",
}
"""Meanings of the columns of ``goals``; those of its quantiles begin with what they are of."""
_QUANTILES_OF: Final = {"count": "count at the deadline", "month_reached": "month reached", "shortfall": "shortfall at the deadline"}


@dataclass(frozen=True)
class ExportedTable:
    """A table of an export.

    Attributes:
        row: what a row is.
        schema: its columns and their types.
        batches: yields its rows in pieces.
        columns: unit and meaning by column.
    """

    row: str
    schema: pa.Schema
    batches: Callable[[], Iterator[pa.RecordBatch]]
    columns: Mapping[str, tuple[str, str]]


def tables_to_export(result: Result, to: str, tables: Sequence[str], by_replicate: Sequence[str]) -> dict[str, ExportedTable]:
    """Returns the tables of an export by name, none for formats without tables; arguments and errors as in ``export``."""
    known = ["goals", *(name for name in TABLES if result.has(name))]
    for option, found, allowed in (("tables", tables, known), ("by_replicate", by_replicate, list(GROUPS))):
        if found and to not in ("csv", "xlsx"):
            raise ArgumentError(option, list(found), "only with csv and xlsx")
        for name in found:
            if name not in allowed:
                raise ArgumentError(option, name, f"one of {', '.join(allowed)}")
    if to not in ("csv", "xlsx"):
        return {}
    chosen = {name: _goals(result) if name == "goals" else _table(result, name) for name in known if not tables or name in tables}
    for group in by_replicate:
        schema, batches = counts_by_group(result, group)
        row = f"one row per replicate, month and level of {group}"
        chosen[f"{group}_by_replicate"] = ExportedTable(row, schema, batches, described_counts(group))
    return chosen


def described_columns(tables: Mapping[str, ExportedTable]) -> list[dict[str, Any]]:
    """Returns one row per column of some tables: table, column, unit and meaning."""
    return [
        {"table": name, "column": one, "unit": unit, "meaning": meaning}
        for name, table in tables.items()
        for one, (unit, meaning) in table.columns.items()
    ]


def _table(result: Result, name: str) -> ExportedTable:
    schema = result.source.schema(name)
    about = {one: (column(name, one).unit, column(name, one).meaning) for one in schema.names}
    return ExportedTable(_ROWS[name], schema, partial(result.batches, name), about)


def _goals(result: Result) -> ExportedTable:
    import pyarrow as pa

    frame = result.goals
    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = {str(name): (unit, _GOALS.get(str(name)) or _quantile(str(name))) for name, unit in frame.attrs["units"].items()}
    return ExportedTable(_ROWS["goals"], table.schema, lambda: iter(table.to_batches()), about)


def _quantile(name: str) -> str:
    of, _, which = name.rpartition("_")
    return f"{_QUANTILES_OF[of]}: {'mean' if which == 'mean' else f'{int(which[1:])} % quantile'} over replicates"
