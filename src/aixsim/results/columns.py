"""The tables of a result: what each column holds and in which unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Kind = Literal["whole", "number", "month", "name", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        kind: what its values are; months are first days of months.
        unit: of the values; what it is for columns without one.
    """

    kind: Kind
    unit: str


FIRMS: Final = "simulated firms"
"""Unit of counts: divided by ``Result.scale`` they are firms of the nation."""
BASIC_OUTCOMES: Final = ("decided", "launched", "operating", "failed", "abandoned", "withdrawn", "launched_own", "operating_own")
_KRW: Final = Column("number", "KRW bn of the simulated population")
_REPLICATE: Final = Column("whole", "number of the replicate")
_LEVELS: Final = ("agent_type", "province", "size", "sector")
TABLES: Final[dict[str, dict[str, Column]]] = {
    "trajectories": {
        "replicate": _REPLICATE,
        "month": Column("month", "month; counts are as of its end"),
        **dict.fromkeys(BASIC_OUTCOMES, Column("whole", FIRMS)),
    },
    "groups": {
        "month": Column("month", "month; counts are as of its end"),
        "group": Column("name", "grouping of firms"),
        "level": Column("name", "level of the group"),
        "outcome": Column("name", "what is counted"),
        **dict.fromkeys(("mean", "p05", "p25", "p50", "p75", "p95"), Column("number", FIRMS)),
    },
    "projects": {
        "replicate": _REPLICATE,
        "firm": Column("whole", "number of the firm"),
        "route": Column("name", "who pays"),
        "launched": Column("month", "month"),
        "operating_from": Column("month", "month; missing: not within the horizon"),
        "ended": Column("month", "month; missing: not within the horizon"),
        "operating": Column("flag", "in operation at the end of the horizon"),
        **dict.fromkeys(_LEVELS, Column("name", "of the firm")),
    },
    "parameters": {"replicate": _REPLICATE},
    "money": {
        "replicate": _REPLICATE,
        "year": Column("whole", "calendar year"),
        "programme": Column("name", "funding line"),
        **dict.fromkeys(("budget_krw_bn", "spent_krw_bn", "left_krw_bn"), _KRW),
        **dict.fromkeys(("applicants", "funded"), Column("whole", FIRMS)),
        "repaid_krw_bn": _KRW,
    },
}
"""Columns that every result has, by table. ``trajectories`` has one more for each other outcome, ``parameters`` one for each
uncertain parameter."""
MORE: Final = {"trajectories": Column("whole", FIRMS), "parameters": Column("number", "of the parameter: see aixsim describe")}


def column(table: str, name: str) -> Column:
    """Returns what a column of a table holds."""
    return TABLES[table].get(name) or MORE[table]


def wrong_columns(table: str, schema: pa.Schema) -> str:
    """Returns what is wrong with the columns of a table, in words; empty when nothing is."""
    if missing := [name for name in TABLES[table] if name not in schema.names]:
        return f"lacks the columns {', '.join(missing)}"
    known = {name: column(table, name) for name in schema.names if name in TABLES[table] or table in MORE}
    wrong = [name for name, one in known.items() if not _fits(schema.field(name).type, one.kind)]
    return f"has columns of another type: {', '.join(wrong)}" if wrong else ""


def _fits(found: pa.DataType, kind: Kind) -> bool:
    from pyarrow import types

    match kind:
        case "whole":
            return bool(types.is_integer(found))
        case "number":
            return bool(types.is_floating(found))
        case "month":
            return bool(types.is_date32(found) or types.is_timestamp(found))
        case "name":
            return bool(types.is_string(found) or types.is_large_string(found) or types.is_dictionary(found))
        case _:
            return bool(types.is_boolean(found))


def to_frame(table: str, rows: pa.Table) -> pd.DataFrame:
    """Returns rows of a table with months as ``datetime64[ms]`` and, in ``attrs["units"]``, the unit of each column."""
    import pyarrow as pa

    for position, name in enumerate(rows.column_names):
        if pa.types.is_date32(rows.schema.field(name).type):
            rows = rows.set_column(position, name, rows[name].cast(pa.timestamp("ms")))
    frame: pd.DataFrame = rows.to_pandas()
    return with_units(frame, {name: column(table, name).unit for name in rows.column_names})


def with_units(frame: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Writes the unit of each column into the attributes of a table."""
    attributes: dict[Any, Any] = frame.attrs
    attributes["units"] = units
    return frame
